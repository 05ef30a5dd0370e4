// Draws the last curve of a torque tool: torque over time with its limits as lines, angle behind it. It is
// fetched when the station says that there is a new one. Numbers here are for drawing only.
import { svg } from "/shapes.js";

const byId = (id) => document.getElementById(id);

let shown = null;
let awaitedID = null;
let nextAskAt = 0;

// The field of the drawing in pixels, with room for its texts, which are as high as the page's style says.
function place(chart) {
  const em = innerHeight / 100 * 3;
  const [width, height] = [chart.clientWidth, chart.clientHeight];
  return { width, height, left: 3 * em, right: width - em / 2, top: em / 2, bottom: height - em / 3, em };
}

// Shows the curve in place of live values, which a torque tool has none of.
export function showCurve(state) {
  const brief = state?.curve ?? null;
  const isWanted = brief !== null && (state.live ?? []).length === 0;
  byId("curve").hidden = !isWanted;
  byId("live").classList.toggle("drawn", isWanted);
  if (!isWanted || brief.id === awaitedID || performance.now() < nextAskAt) return;
  if (brief.id === shown?.curve.id) {
    const chart = byId("curve-chart");
    if (chart.clientWidth !== shown.width || chart.clientHeight !== shown.height) draw(shown.curve);
    return;
  }
  awaitedID = brief.id;
  fetch(`/api/v1/stations/${encodeURIComponent(state.station)}/curve`)
    .then((answer) => answer.ok ? answer.json() : null)
    .then((curve) => {
      if (curve !== null) draw(curve);
    })
    // It is asked for again, but not at each of the states that come meanwhile.
    .catch(() => { nextAskAt = performance.now() + 1000; })
    .finally(() => { awaitedID = null; });
}

function draw(curve) {
  const frame = byId("curve-chart");
  shown = { curve, width: frame.clientWidth, height: frame.clientHeight };
  const torque = curve.traces.find((trace) => trace.kind === "torque") ?? curve.traces[0];
  // The part beside it may be the next one already.
  byId("curve-title").textContent = curve.serial;
  byId("curve-peak").textContent = "";
  frame.replaceChildren();
  if (!torque || torque.points.length < 2) return;
  const field = place(frame);
  const points = numbers(torque);
  const limits = [curve.lsl, curve.usl].filter((text) => text !== null && torque.kind === "torque");
  const x = timeAxis(points, field);
  const y = valueAxis(points, limits.map(Number), field);
  const peak = points.reduce((best, point) => Math.abs(point[1]) > Math.abs(best[1]) ? point : best);
  const angle = curve.traces.find((trace) => trace.kind === "angle" && trace.points.length > 1);
  const end = points[points.length - 1][0];
  frame.replaceChildren(svg("svg", { class: "curve-chart", role: "img" },
    ...(limits.length === 2 ? [band(limits.map(Number), y, field)] : []),
    line("base", field, y(0)),
    ...(angle ? [path("angle", angleLine(numbers(angle), x, field))] : []),
    path("torque", points.map(([time, value]) => [x(time), y(value)])),
    ...limits.map((text) => line("edge", field, y(Number(text)))),
    ...limitLabels(limits, y, field),
    svg("circle", { class: "peak", cx: x(peak[0]), cy: y(peak[1]), r: field.em / 4 })));
  byId("curve-time").textContent = torque.timed ? `${end.toFixed(2)} s` : `${torque.samples} samples`;
  byId("curve-peak").textContent = `peak ${peakText(torque, peak)} ${torque.symbol ?? ""}`;
  byId("curve-angle").hidden = !angle;
}

function timeAxis(points, field) {
  return axis(points[0][0], points[points.length - 1][0], field.left, field.right);
}

// From 0, with some room beyond whatever has to be seen.
function valueAxis(points, limits, field) {
  const values = points.map(([, value]) => value).concat(limits, [0]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || 1) * 0.08;
  return axis(low < 0 ? low - room : low, high > 0 ? high + room : high, field.bottom, field.top);
}

// The text that the gateway made of the peak, with all its digits.
function peakText(trace, peak) {
  return trace.points.find(([, value]) => Number(value) === peak[1])?.[1] ?? "";
}

function numbers(trace) { return trace.points.map((point) => point.map(Number)); }

function axis(from, to, start, end) {
  return (value) => start + (to > from ? (value - from) / (to - from) : 0.5) * (end - start);
}

// The angle has no scale of its own on the drawing: it shows when the tool turned.
function angleLine(points, x, field) {
  const values = points.map(([, value]) => value);
  const y = axis(Math.min(0, ...values), Math.max(0, ...values), field.bottom, field.top);
  return points.map(([time, value]) => [x(time), y(value)]);
}

// Beside their lines, and apart where these lie close to each other.
function limitLabels(limits, y, field) {
  const places = limits.map((text) => y(Number(text)));
  const lacking = limits.length === 2 ? Math.max(0, field.em - (places[0] - places[1])) / 2 : 0;
  return limits.map((text, at) =>
    label(text, field.left - field.em / 4, places[at] + field.em * 0.36 + (at === 0 ? lacking : -lacking)));
}

function path(name, points) {
  const way = points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return svg("path", { class: name, d: way });
}

function line(name, field, y) {
  return svg("line", { class: name, x1: field.left, y1: y, x2: field.right, y2: y });
}

function band([low, high], y, field) {
  return svg("rect", { class: "band", x: field.left, y: y(high), width: field.right - field.left,
    height: Math.max(0, y(low) - y(high)) });
}

function label(text, x, y) {
  const made = svg("text", { x, y, "text-anchor": "end" });
  made.textContent = text;
  return made;
}
