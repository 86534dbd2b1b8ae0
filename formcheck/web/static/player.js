"use strict";
// Plays one movement: the clip with the skeleton over it, or the skeleton alone, drawn from the recorded landmarks.
(() => {
  const data = JSON.parse(document.getElementById("player-data").textContent);
  const canvas = document.getElementById("picture");
  if (!data.landmarks || !canvas) return;
  const ink = canvas.getContext("2d");
  const clip = document.getElementById("clip");
  const by = (id) => document.getElementById(id);
  const rates = [0.1, 0.25, 0.5, 1];
  const kept = {
    get: (name, otherwise) => { const text = sessionStorage.getItem(name); return text === null ? otherwise : JSON.parse(text); },
    set: (name, value) => sessionStorage.setItem(name, JSON.stringify(value)),
  };
  const whole = [data.start_s - data.around_s, data.end_s + data.around_s];
  const state = {
    time: data.start_s, playing: false, rate: kept.get("rate", 0.5), loop: kept.get("loop", true), ends: [...whole],
    feet: kept.get("feet", false), skeleton: kept.get("skeleton", true), frames: null, told: null, clock: null,
  };

  // ---------------------------------------------------------------- drawing
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return { near: clip ? "#ffffff" : of("--ink"), far: of("--far"), joint: of("--joint"), ghost: of("--ghost"), floor: of("--grid"), edge: "#14171b" };
  };
  const seen = (frame, i) => state.frames.points[frame][i];
  const median = (values) => values.length ? values.sort((a, b) => a - b)[Math.floor(values.length / 2)] : NaN;
  const isNear = (i) => data.near === "both" || state.frames.left[i] === (data.near === "left");

  const box = (feet) => {  // what to show, in pixels of the video: all that is seen in this movement, or the lower legs
    const { points, visibility, index, dots, size } = state.frames;
    const sides = ["left", "right"].filter((side) => data.near === "both" || side === data.near);
    const wanted = feet ? ["ankle", "heel", "foot_index", "heel_base", "ball"].flatMap((part) => sides.map((side) => index[`${side}_${part}`])) : dots;
    const xs = [], ys = [];
    points.forEach((frame, f) => wanted.forEach((i) => { if (frame[i] && (visibility[f][i] > 0.3 || i >= 33)) { xs.push(frame[i][0]); ys.push(frame[i][1]); } }));
    if (!xs.length) return [0, 0, size[0], size[1]];
    const order = (a, b) => a - b;
    xs.sort(order); ys.sort(order);
    const between = (list) => [list[Math.floor(list.length * 0.002)], list[Math.ceil(list.length * 0.998) - 1]];
    const [[left, right], [top, bottom]] = [between(xs), between(ys)];
    const room = (feet ? 0.2 : 0.06) * Math.max(right - left, bottom - top) + 4;
    return [left - room, top - room, right - left + 2 * room, bottom - top + 2 * room];
  };

  const fit = () => {  // a wide screen shows the whole body and, beside it, the feet
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const wide = canvas.width > 1.25 * canvas.height && !state.feet;
    const split = Math.round(canvas.width * 0.44);
    state.panes = wide
      ? [pane(box(false), 0, split), pane(box(true), split, canvas.width - split)]
      : [pane(box(state.feet), 0, canvas.width)];
  };
  const pane = ([x, y, w, h], left, width) => {
    const scale = Math.min(width / w, canvas.height / h);
    const shift = [left + (width - w * scale) / 2 - x * scale, (canvas.height - h * scale) / 2 - y * scale];
    return { left, width, scale, shift, unit: Math.min(width, canvas.height) / 300 };
  };
  let now = null;  // the pane that is drawn
  const at = ([x, y]) => [x * now.scale + now.shift[0], y * now.scale + now.shift[1]];

  const stroke = (a, b, colour, width, dash) => {
    ink.strokeStyle = colour; ink.lineWidth = width; ink.setLineDash(dash || []);
    ink.beginPath(); ink.moveTo(...at(a)); ink.lineTo(...at(b)); ink.stroke();
  };

  const lines = (frame) => {  // a sole found in the picture takes the place of the guessed one
    const { index } = state.frames;
    let pairs = state.frames.lines;
    for (const side of ["left", "right"]) {
      const heel = index[`${side}_heel_base`], ball = index[`${side}_ball`];
      if (!seen(frame, heel) || !seen(frame, ball)) continue;
      const guessed = [index[`${side}_heel`], index[`${side}_foot_index`]], ankle = index[`${side}_ankle`];
      pairs = pairs.filter((pair) => !guessed.some((i) => pair.includes(i)));
      pairs = [...pairs, [heel, ball], [ankle, heel], [ankle, ball]];
    }
    return pairs.filter(([a, b]) => seen(frame, a) && seen(frame, b));
  };

  const skeleton = (frame, paint) => {
    const { unit } = now;
    const pairs = lines(frame).sort(([a], [b]) => isNear(a) - isNear(b));
    ink.lineCap = "round";
    for (const [a, b] of pairs) {
      const near = isNear(a) && isNear(b);
      const faint = Math.min(state.frames.visibility[frame][a], state.frames.visibility[frame][b]) < 0.5 && a < 33 && b < 33;
      if (clip) stroke(seen(frame, a), seen(frame, b), paint.edge, (near ? 4.6 : 3) * unit);
      stroke(seen(frame, a), seen(frame, b), near ? paint.near : paint.far, (near ? 2.8 : 1.4) * unit, faint ? [5 * unit, 5 * unit] : []);
    }
    ink.setLineDash([]);
    for (const i of new Set(pairs.flat())) {
      if (!isNear(i)) continue;
      ink.fillStyle = paint.joint; ink.beginPath(); ink.arc(...at(seen(frame, i)), 3.2 * unit, 0, 7); ink.fill();
    }
  };

  const ghost = (paint) => {  // how the person stood when the movement began
    const { unit } = now;
    const frame = nearest(data.start_s);
    lines(frame).filter(([a, b]) => isNear(a) && isNear(b)).forEach(([a, b]) => stroke(seen(frame, a), seen(frame, b), paint.ghost, 1.6 * unit));
  };

  const head = (frame, paint) => {
    const { index } = state.frames;
    const [nose, one, other] = ["nose", "left_ear", "right_ear"].map((name) => seen(frame, index[name]));
    if (!nose || !one || !other) return;
    const ears = [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
    const size = 1.05 * Math.max(Math.hypot(nose[0] - ears[0], nose[1] - ears[1]), Math.hypot(one[0] - other[0], one[1] - other[1]) / 2);
    ink.strokeStyle = paint.near; ink.lineWidth = 2 * now.unit;
    ink.beginPath(); ink.arc(...at(ears), size * now.scale, 0, 7); ink.stroke();
    ink.beginPath(); ink.moveTo(...at(nose)); ink.lineTo(...at([nose[0] + 0.35 * (nose[0] - ears[0]), nose[1] + 0.35 * (nose[1] - ears[1])])); ink.stroke();
  };

  const draw = () => {
    if (!state.frames || !state.panes) return;
    const paint = colours();
    ink.clearRect(0, 0, canvas.width, canvas.height);
    for (const each of state.panes) {
      now = each;
      ink.save();
      ink.beginPath(); ink.rect(now.left, 0, now.width, canvas.height); ink.clip();
      drawPane(paint);
      ink.restore();
      if (now.left) { ink.strokeStyle = paint.floor; ink.lineWidth = 1; ink.setLineDash([]); ink.beginPath(); ink.moveTo(now.left, 0); ink.lineTo(now.left, canvas.height); ink.stroke(); }
    }
  };
  const drawPane = (paint) => {
    if (clip && clip.readyState >= 2) {
      const [w, h] = state.frames.size;
      ink.drawImage(clip, ...at([0, 0]), w * now.scale, h * now.scale);
    }
    if (!clip) {
      const [x] = now.shift;
      if (Number.isFinite(state.floor)) stroke([(now.left - x) / now.scale, state.floor], [(now.left + now.width - x) / now.scale, state.floor], paint.floor, 2);
      ghost(paint);
    }
    if (!clip || state.skeleton) { skeleton(nearest(state.time), paint); if (!clip) head(nearest(state.time), paint); }
  };

  // ---------------------------------------------------------------- time
  const nearest = (time) => {
    const times = state.frames.time_s;
    let low = 0, high = times.length - 1;
    while (low < high) { const middle = (low + high) >> 1; if (times[middle] < time) low = middle + 1; else high = middle; }
    return low > 0 && time - times[low - 1] < times[low] - time ? low - 1 : low;
  };
  const tell = () => {
    by("seek").value = state.time;
    by("clock").textContent = `${(state.time - data.start_s).toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−")} s`;
    dispatchEvent(new CustomEvent("formcheck:time", { detail: state.time - data.start_s }));
  };
  const show = () => { tell(); draw(); };
  const seek = (time) => {
    const times = state.frames.time_s;
    state.time = Math.min(Math.max(time, times[0]), times[times.length - 1]);
    if (clip) clip.currentTime = state.time + 0.001;
    show();
  };
  const play = (on) => {
    state.playing = on; state.clock = null;
    by("play").textContent = on ? "❚❚" : "▶";
    by("play").setAttribute("aria-label", on ? "Pause" : "Play");
    if (clip) { clip.playbackRate = state.rate; if (on) clip.play(); else clip.pause(); }
    if (on) requestAnimationFrame(tick);
  };
  const tick = (now) => {
    if (!state.playing) return;
    state.time = clip ? clip.currentTime : state.time + (state.clock === null ? 0 : (now - state.clock) / 1000 * state.rate);
    state.clock = now;
    const [begin, end] = state.loop ? state.ends : whole;
    if (state.time >= end || state.time < begin - 0.2) {
      if (!state.loop && state.time >= end) { play(false); seek(end); return; }
      seek(begin);
    } else show();
    requestAnimationFrame(tick);
  };
  const step = (by_frames) => {
    play(false);
    const to = Math.min(Math.max(nearest(state.time) + by_frames, 0), state.frames.time_s.length - 1);
    seek(state.frames.time_s[to]);
  };
  const setRate = (rate) => {
    state.rate = rate; kept.set("rate", rate); by("speed").value = String(rate);
    if (clip) clip.playbackRate = rate;
  };
  const faster = (by_steps) => setRate(rates[Math.min(Math.max(rates.indexOf(state.rate) + by_steps, 0), rates.length - 1)]);
  const setLoop = (on) => {
    state.loop = on; kept.set("loop", on);
    if (on) { state.ends = [...whole]; dispatchEvent(new CustomEvent("formcheck:loop", { detail: null })); }
    by("loop").setAttribute("aria-pressed", String(on));
  };
  const setEnd = (which) => {
    const ends = [...state.ends];
    ends[which] = state.time;
    if (ends[1] - ends[0] < 0.05) return;
    state.loop = true; state.ends = ends;
    by("loop").setAttribute("aria-pressed", "true");
    dispatchEvent(new CustomEvent("formcheck:loop", { detail: ends.map((end) => end - data.start_s) }));
  };
  const setFeet = (on) => { state.feet = on; kept.set("feet", on); by("feet").setAttribute("aria-pressed", String(on)); fit(); draw(); };
  const setSkeleton = (on) => { state.skeleton = on; kept.set("skeleton", on); if (by("skeleton")) by("skeleton").setAttribute("aria-pressed", String(on)); draw(); };

  // ---------------------------------------------------------------- hands
  const keys = {
    " ": () => play(!state.playing), arrowleft: () => step(-1), arrowright: () => step(1),
    ",": () => faster(-1), ".": () => faster(1), "[": () => setEnd(0), "]": () => setEnd(1),
    l: () => setLoop(!state.loop), f: () => setFeet(!state.feet), s: () => setSkeleton(!state.skeleton),
  };
  addEventListener("keydown", (event) => {
    if (!state.frames || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=range]), textarea, select, summary")) return;
    if (event.key === " " && event.target.closest("button, a")) return;
    const act = keys[event.key.toLowerCase()];
    if (act) { act(); event.preventDefault(); }
  });
  by("play").addEventListener("click", () => play(!state.playing));
  by("back").addEventListener("click", () => step(-1));
  by("forth").addEventListener("click", () => step(1));
  by("loop").addEventListener("click", () => setLoop(!state.loop));
  by("feet").addEventListener("click", () => setFeet(!state.feet));
  if (by("skeleton")) by("skeleton").addEventListener("click", () => setSkeleton(!state.skeleton));
  by("speed").addEventListener("change", (event) => setRate(Number(event.target.value)));
  by("seek").addEventListener("input", (event) => { play(false); seek(Number(event.target.value)); });
  canvas.addEventListener("click", () => play(!state.playing));
  addEventListener("formcheck:seek", (event) => { play(false); seek(data.start_s + event.detail); });
  if (clip) { clip.addEventListener("seeked", draw); clip.addEventListener("loadeddata", draw); }
  new ResizeObserver(() => { if (state.frames) { fit(); draw(); } }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  fetch(data.landmarks).then((answer) => { if (!answer.ok) throw new Error(answer.statusText); return answer.json(); }).then((frames) => {
    state.frames = frames;
    const soles = frames.points.flatMap((frame) => ["left_ball", "right_ball", "left_foot_index", "right_foot_index"].map((name) => frame[frames.index[name]]).filter(Boolean));
    state.floor = median(soles.map(([, y]) => y)) + 4;
    whole[0] = Math.max(whole[0], frames.time_s[0]);
    whole[1] = Math.min(whole[1], frames.time_s[frames.time_s.length - 1]);
    state.ends = [...whole];
    Object.assign(by("seek"), { min: whole[0], max: whole[1] });
    setRate(state.rate);
    by("loop").setAttribute("aria-pressed", String(state.loop));
    setFeet(state.feet);
    seek(whole[0]);
    setSkeleton(state.skeleton);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
  }).catch(() => { by("clock").textContent = "the landmarks cannot be read"; });
})();
