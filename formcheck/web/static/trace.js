"use strict";
// The trace under the picture: a cursor that goes with it, both ways; a zoom that stays from one movement to the next.
(() => {
  const element = document.getElementById("trace");
  const figure = JSON.parse(document.getElementById("trace-figure").textContent);
  const name = `zoom ${element.dataset.zoom}`;
  const text = sessionStorage.getItem(name);
  const full = [...figure.layout.xaxis.range];
  if (text !== null) figure.layout.xaxis.range = JSON.parse(text);

  const cursor = Object.assign(document.createElement("div"), { className: "cursor" });
  const looped = Object.assign(document.createElement("div"), { className: "looped", hidden: true });
  let time = 0, ends = null;

  const place = () => {
    const { xaxis, _size: size } = element._fullLayout;
    const x = (seconds) => size.l + xaxis.l2p(seconds);
    const inside = (px) => px >= size.l - 1 && px <= size.l + size.w + 1;
    for (const part of [cursor, looped]) Object.assign(part.style, { top: `${size.t}px`, height: `${size.h}px` });
    cursor.style.left = `${x(time)}px`;
    cursor.hidden = !inside(x(time));
    looped.hidden = ends === null;
    if (ends !== null) {
      const [from, to] = ends.map((end) => Math.min(Math.max(x(end), size.l), size.l + size.w));
      Object.assign(looped.style, { left: `${from}px`, width: `${to - from}px` });
    }
  };
  const secondsAt = (event) => {
    const { xaxis, _size: size } = element._fullLayout;
    return xaxis.p2l(event.clientX - element.getBoundingClientRect().left - size.l);
  };
  const seek = (event) => dispatchEvent(new CustomEvent("formcheck:seek", { detail: secondsAt(event) }));

  formcheckChart.mount(element, figure, () => {
    element.append(looped, cursor);
    place();
    element.on("plotly_relayout", (change) => {
      const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
      if (from !== undefined && to !== undefined) sessionStorage.setItem(name, JSON.stringify([from, to]));
      place();
    });
    element.on("plotly_doubleclick", () => { sessionStorage.removeItem(name); Plotly.relayout(element, { "xaxis.range": full }).then(() => { sessionStorage.removeItem(name); place(); }); });
    element.on("plotly_afterplot", place);
    let down = null;
    element.addEventListener("pointerdown", (event) => { down = event.clientX; }, true);
    element.addEventListener("pointerup", (event) => { if (down !== null && Math.abs(event.clientX - down) < 4) seek(event); down = null; }, true);
    element.addEventListener("click", (event) => { if (Math.abs(event.clientX - (down ?? event.clientX)) < 4) seek(event); }, true);
  });
  cursor.addEventListener("pointerdown", (event) => { cursor.setPointerCapture(event.pointerId); event.preventDefault(); });
  cursor.addEventListener("pointermove", (event) => { if (cursor.hasPointerCapture(event.pointerId)) seek(event); });
  addEventListener("formcheck:time", (event) => { time = event.detail; place(); });
  addEventListener("formcheck:loop", (event) => { ends = event.detail; place(); });
})();
