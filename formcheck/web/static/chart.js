"use strict";
// Charts in the colours of the page's style, drawn again when light turns dark.
window.formcheckChart = (() => {
  const coloured = (value, style) => {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((one) => coloured(one, style));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
    return value;
  };
  const draw = (element, figure) => {
    const { data, layout } = coloured(figure, getComputedStyle(document.documentElement));
    layout.font = { ...layout.font, family: getComputedStyle(document.body).fontFamily };
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
    return Plotly.react(element, data, layout, { responsive: true, displaylogo: false, displayModeBar: false, doubleClick: "reset" });
  };
  const mount = (element, figure, drawn) => {
    draw(element, figure);
    if (drawn) drawn();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(element, figure));
  };
  document.querySelectorAll(".chart[data-figure]").forEach((element) => {
    mount(element, JSON.parse(document.getElementById(element.dataset.figure).textContent));
  });
  return { mount };
})();
