// The shapes that carry a meaning besides colour and word, and the limit bar. Drawn on a field of 100 x 100;
// class "hole" takes the colour behind the shape.
const space = "http://www.w3.org/2000/svg";

export function svg(name, attributes, ...children) {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const filled = { fill: "currentColor" };
const round = { "stroke-linecap": "round", "stroke-linejoin": "round" };
const cut = { class: "hole", fill: "none", "stroke-width": 12, ...round };
const drawn = { fill: "none", stroke: "currentColor" };

const shapes = {
  pass: () => [
    svg("circle", { ...filled, cx: 50, cy: 50, r: 48 }),
    svg("path", { ...cut, d: "M27 52 L44 68 L74 34" }),
  ],
  fail: () => [
    svg("path", { ...filled, d: "M30 2 H70 L98 30 V70 L70 98 H30 L2 70 V30 Z" }),
    svg("path", { ...cut, d: "M32 32 L68 68 M68 32 L32 68" }),
  ],
  warn: () => [
    svg("path", { ...filled, d: "M50 5 L98 92 H2 Z", stroke: "currentColor", "stroke-width": 4,
      "stroke-linejoin": "round" }),
    svg("path", { ...cut, d: "M50 38 V62 M50 77 V78" }),
  ],
  blocked: () => [
    svg("circle", { ...filled, cx: 50, cy: 50, r: 48 }),
    svg("path", { ...cut, "stroke-width": 16, d: "M26 50 H74" }),
  ],
  scan: () => [
    svg("path", { ...filled, d: "M2 41 H24 V24 L52 50 L24 76 V59 H2 Z" }),
    svg("path", { ...filled,
      d: "M60 14 h5 v72 h-5 Z M70 14 h9 v72 h-9 Z M84 14 h4 v72 h-4 Z M92 14 h7 v72 h-7 Z" }),
  ],
  turn: () => [svg("path", { ...filled, d: "M4 36 H50 V14 L96 50 L50 86 V64 H4 Z" })],
  busy: () => [
    svg("circle", { ...drawn, cx: 50, cy: 50, r: 40, "stroke-width": 14, opacity: 0.22 }),
    svg("path", { ...drawn, class: "turning", d: "M50 10 A40 40 0 0 1 90 50", "stroke-width": 14,
      "stroke-linecap": "round" }),
  ],
  offline: () => [
    svg("path", { ...drawn, d: "M10 40 A58 58 0 0 1 90 40 M25 57 A36 36 0 0 1 75 57", "stroke-width": 11,
      "stroke-linecap": "round" }),
    svg("circle", { ...filled, cx: 50, cy: 77, r: 9 }),
    svg("path", { ...cut, "stroke-width": 22, d: "M16 92 L86 12" }),
    svg("path", { ...drawn, d: "M16 92 L86 12", "stroke-width": 10, "stroke-linecap": "round" }),
  ],
  online: () => [svg("circle", { ...filled, cx: 50, cy: 50, r: 34 })],
  connecting: () => [
    svg("circle", { ...drawn, cx: 50, cy: 50, r: 32, "stroke-width": 14, "stroke-dasharray": "24 16" }),
  ],
  cross: () => [
    svg("rect", { ...filled, x: 6, y: 6, width: 88, height: 88, rx: 12 }),
    svg("path", { ...cut, d: "M32 32 L68 68 M68 32 L32 68" }),
  ],
};

export function icon(name, className = "") {
  const frame = { viewBox: "0 0 100 100", class: className, "aria-hidden": "true" };
  return svg("svg", frame, ...(shapes[name]?.() ?? []));
}

// Where on the bar, in percent, a value stands: the limits are at 20 and 80, so that there is room to see how
// far outside a value is. Numbers here are for drawing only; judging is done by the gateway, in decimal.
function scale({ lsl, usl, nominal }) {
  const low = lsl == null ? null : Number(lsl);
  const high = usl == null ? null : Number(usl);
  const middle = nominal == null ? null : Number(nominal);
  let from = low ?? Math.min(0, middle ?? 0);
  let to = high ?? (middle !== null && middle > from ? middle * 2 - from : from * 2 || 1);
  if (!(to > from)) to = from + 1;
  const left = low === null ? 2 : 20;
  const right = high === null ? 98 : 80;
  return (value) => Math.min(99, Math.max(1, left + (Number(value) - from) / (to - from) * (right - left)));
}

// A bar for `limits` ({lsl, usl, nominal, value}, decimal texts or null); none where there are no limits.
export function limitBar(limits, isLarge) {
  const { lsl, usl, nominal, value } = limits;
  if (lsl == null && usl == null) return [];
  const place = scale(limits);
  const left = lsl == null ? 0 : place(lsl);
  const right = usl == null ? 100 : place(usl);
  const top = isLarge ? "0" : "15%";
  const height = isLarge ? "2.2vh" : "70%";
  const parts = [
    svg("rect", { class: "track", x: "0", y: top, width: "100%", height, rx: 3 }),
    svg("rect", { class: "band", x: `${left}%`, y: top, width: `${right - left}%`, height }),
  ];
  const line = (at, name) => svg("line", { class: name, x1: `${at}%`, x2: `${at}%`, y1: "0",
    y2: isLarge ? "2.2vh" : "100%" });
  if (lsl != null) parts.push(line(left, "edge"));
  if (usl != null) parts.push(line(right, "edge"));
  if (nominal != null) parts.push(line(place(nominal), "nominal"));
  if (value != null && Number.isFinite(Number(value))) {
    const isLow = lsl != null && Number(value) < Number(lsl);
    const isHigh = usl != null && Number(value) > Number(usl);
    parts.push(svg("rect", { class: isLow || isHigh ? "mark out" : "mark", rx: 2,
      x: `${place(value) - (isLarge ? 0.9 : 1.3)}%`,
      y: "0", width: isLarge ? "1.8%" : "2.6%", height: isLarge ? "2.2vh" : "100%" }));
  }
  if (isLarge) {
    for (const [text, at] of [[lsl, left], [nominal, nominal == null ? 0 : place(nominal)], [usl, right]]) {
      if (text == null) continue;
      const label = svg("text", { x: `${at}%`, y: "4.7vh", "text-anchor": "middle" });
      label.textContent = text;
      parts.push(label);
    }
  }
  return [svg("svg", { class: "bar-chart", "aria-hidden": "true" }, ...parts)];
}
