"use strict";
// Draws the charts in the colours of the page's style; again when light turns dark, and in light for paper.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const paper = { width: 680, height: 540 };  // fits below the counts on the first sheet

  const coloured = (value, style) => {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((one) => coloured(one, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
    }
    return value;
  };

  const draw = (id, sheet) => {
    const { data, layout } = coloured(figures[id], getComputedStyle(root));
    layout.font.family = getComputedStyle(document.body).fontFamily;
    if (sheet) Object.assign(layout, { width: sheet.width, height: Math.min(layout.height, sheet.height) });
    const touch = matchMedia("(pointer: coarse)").matches;
    if (touch) layout.dragmode = false;
    return Plotly.react(id, data, layout, { responsive: !sheet, displaylogo: false, displayModeBar: false });
  };
  const visible = () => Object.keys(figures).filter((id) => document.getElementById(id).offsetParent !== null);
  const drawAll = (sheet) => visible().forEach((id) => draw(id, sheet));

  drawAll();
  document.querySelectorAll("details").forEach((part) => part.addEventListener("toggle", () => drawAll()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll());
  addEventListener("beforeprint", () => { root.classList.add("printing"); drawAll(paper); });
  addEventListener("afterprint", () => { root.classList.remove("printing"); drawAll(); });
})();
