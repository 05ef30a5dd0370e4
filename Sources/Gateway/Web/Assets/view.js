// Draws one station's state. Every text goes in as text, never as markup: serials and reasons come from
// scans.
import { icon, limitBar } from "/shapes.js";
import { showCurve } from "/curve.js";

const byId = (id) => document.getElementById(id);

function setText(element, text) {
  // Touch the document only where something changed, or screen readers would repeat themselves.
  if (element.textContent !== text) element.textContent = text;
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// Replaces the children of a list where what it shows has changed.
function setList(list, value, build) {
  const key = JSON.stringify(value);
  if (list.dataset.key === key) return false;
  list.dataset.key = key;
  list.replaceChildren(...build());
  return true;
}

function seconds(milliseconds) {
  const whole = Math.max(1, Math.round(milliseconds / 1000));
  if (whole < 90) return `${whole} s`;
  return whole < 5400 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}

// Keeps an asset id or a date on one line: a line may not break at a hyphen between letters or digits.
function unbroken(text) { return text.replace(/(?<=[\p{L}\p{N}])-(?=[\p{L}\p{N}])/gu, "\u2011"); }

function hourAndMinute(date) {
  return [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
}

// Makes `text` as large as fits its place: `most` vh, less where it is too wide.
function fit(target, most) {
  target.style.fontSize = `${most}vh`;
  const room = target.clientWidth;
  if (room > 0 && target.scrollWidth > room) {
    target.style.fontSize = `${Math.max(2, most * room / target.scrollWidth * 0.99)}vh`;
  }
}

const results = {
  PASS: { tone: "pass", shape: "pass", word: "PASS" },
  FAIL: { tone: "fail", shape: "fail", word: "FAIL" },
  INDETERMINATE: { tone: "warn", shape: "warn", word: "NOT DECIDED" },
};

const stages = {
  signin: { tone: "act", shape: "scan", word: "SCAN BADGE" },
  ready: { tone: "act", shape: "scan", word: "SCAN PART" },
  acting: { tone: "act", shape: "turn", word: "YOUR TURN" },
  running: { tone: "busy", shape: "busy", word: "WAIT" },
  committing: { tone: "busy", shape: "busy", word: "SAVING" },
  blocked: { tone: "warn", shape: "blocked", word: "STOPPED" },
};

// What the large panel says: tone, shape, word, reasons and one sentence.
function face(state) {
  const reasons = state.reasons ?? [];
  const verdict = results[state.verdict] ?? results.INDETERMINATE;
  const base = state.state === "verdict" ? verdict : stages[state.state];
  const isPlain = state.state === "verdict" || state.state === "blocked";
  return {
    ...(base ?? { tone: "idle", shape: "busy", word: "WAIT" }),
    reasons: isPlain ? reasons : [],
    sentence: state.instruction ?? "",
  };
}

function showFace(current, underlying) {
  document.body.dataset.tone = current.tone;
  const shape = byId("shape");
  if (shape.dataset.shape !== current.shape) {
    shape.dataset.shape = current.shape;
    shape.replaceChildren(...icon(current.shape).children);
  }
  const word = byId("word");
  if (word.dataset.word !== current.word) {
    word.dataset.word = current.word;
    const lines = current.word.split(" ");
    word.replaceChildren(...lines.flatMap((line) => [element("span", "", line), " "]));
    fit(word, lines.length > 1 ? 13.5 : 21);
  }
  showSentences(current);
  showUnderlying(underlying);
}

function showSentences(current) {
  const reasons = current.reasons.slice(0, 2);
  if (current.reasons.length > 2) reasons.push(`and ${current.reasons.length - 2} more`);
  setList(byId("reasons"), reasons, () => reasons.map((text) => element("li", "", unbroken(text))));
  byId("reasons").hidden = reasons.length === 0;
  const instruction = byId("instruction");
  setText(instruction, unbroken(current.sentence));
  const length = current.sentence.length + reasons.join("").length;
  instruction.dataset.size = byId("reasons").dataset.size = length > 130 ? "tiny" : length > 100 ? "small" : "large";
}

// While a refused scan covers the panel, what it covers stays readable above it.
function showUnderlying(underlying) {
  const strip = byId("underlying");
  strip.hidden = underlying === null;
  if (underlying === null) return;
  strip.dataset.tone = underlying.tone;
  setList(strip, underlying, () => [icon(underlying.shape), element("span", "", underlying.word)]);
}

function showPart(state) {
  const serial = byId("serial");
  const text = state?.part?.serial ?? "no part yet";
  if (serial.textContent !== text || serial.dataset.size !== String(innerWidth)) {
    serial.dataset.size = String(innerWidth);
    serial.classList.toggle("nothing", !state?.part);
    setText(serial, text);
    fit(serial, state?.part ? 8.4 : 5.5);
  }
  const number = byId("number");
  if (number.textContent !== (state?.part?.number ?? " ")) {
    setText(number, state?.part?.number ?? " ");
    fit(number, 4.4);
  }
}

function showStep(state) {
  const step = state?.step ?? null;
  setText(byId("step-count"), step ? `Step ${step.index} of ${step.count}` : "Steps");
  setText(byId("step-title"), step?.title ?? "none under way");
  byId("step-title").classList.toggle("nothing", !step);
  // A state is followed by another within a second; a plan has tens of steps at most.
  const count = Math.min(step?.count ?? 0, 40);
  setList(byId("steps"), [count, step?.index], () => Array.from({ length: count }, (_, at) =>
    element("li", at + 1 < step.index ? "done" : at + 1 === step.index ? "now" : "")));
}

function isStale(point, link) { return point.stale || point.value === null || link !== "open"; }

function showLive(state, link, elapsed) {
  const points = state?.live ?? [];
  const [main, ...others] = points;
  byId("live").classList.toggle("stale", main !== undefined && isStale(main, link));
  setText(byId("live-title"), main?.title ?? "Live value");
  setText(byId("live-value"), main?.value ?? "–");
  setText(byId("live-unit"), main?.symbol ?? "");
  setText(byId("live-age"), main && isStale(main, link)
    ? main.value === null ? "no value" : `${seconds(main.age_ms + elapsed)} old` : "");
  const limit = main && { lsl: main.lsl, usl: main.usl, nominal: main.nominal, value: main.value };
  setList(byId("live-limit"), limit ?? null, () => limit ? limitBar(limit, true) : []);
  const rest = others.slice(0, 4).map((point) => [point, isStale(point, link)]);
  setList(byId("live-others"), rest.map(([p, stale]) => [p.title, p.value, p.symbol, stale]), () =>
    rest.map(([point, stale]) => element("li", stale ? "stale" : "",
      `${point.title} `, element("strong", "", point.value ?? "–"), ` ${point.symbol ?? ""}`)));
}

function showResults(state) {
  const all = state?.results ?? [];
  const places = 12;
  // Where not all fit, those that are not PASS come first and the rest is counted.
  const ordered = all.length > places
    ? [...all.filter((r) => r.result !== "PASS"), ...all.filter((r) => r.result === "PASS")] : all;
  const shown = ordered.slice(0, all.length > places ? places - 1 : places);
  byId("results").classList.toggle("dense", shown.length > 8);
  setList(byId("results"), all, () => {
    const items = shown.map(resultItem);
    if (all.length > places) items.push(element("li", "more", `and ${all.length - shown.length} more`));
    return items.length > 0 ? items : [element("li", "none more", "none yet")];
  });
}

function resultItem(result) {
  const look = results[result.result] ?? results.INDETERMINATE;
  const mark = icon(look.shape, `mini c-${look.tone}`);
  const figure = element("span", "figure", result.value ?? "–");
  const unit = element("span", "unit-small", result.symbol ?? "");
  const title = element("span", "title", result.title ?? result.characteristic);
  const bar = element("div", "limit", ...limitBar(result, false));
  return element("li", look.tone, mark, title, figure, unit, bar);
}

function showLast(state) {
  const last = (state?.last ?? []).slice(0, 5);
  setList(byId("last"), last, () => last.length === 0 ? [element("li", "none", "none yet")]
    : last.map((part) => {
      const look = results[part.result] ?? results.INDETERMINATE;
      const tone = `c-${look.tone}`;
      return element("li", "", icon(look.shape, tone), element("span", "serial-small", part.serial),
        element("span", tone, look.word), element("span", "time", hourAndMinute(new Date(part.at))));
    }));
}

const deviceStates = {
  online: { shape: "online", word: "" },
  connecting: { shape: "connecting", word: "connecting" },
  suspect: { shape: "warn", word: "unsure", tone: "c-warn" },
  offline: { shape: "cross", word: "offline", tone: "c-fail" },
  alarm: { shape: "warn", word: "alarm", tone: "c-warn" },
};

function showDevices(state) {
  const devices = state?.devices ?? [];
  setList(byId("devices"), devices, () => devices.map((device) => {
    const state = device.alarms?.length > 0 ? "alarm" : device.state;
    const look = deviceStates[state] ?? deviceStates.suspect;
    const item = element("li", look.tone ? "bad" : "", icon(look.shape, look.tone ?? "c-off"),
      element("span", "", device.id));
    if (look.word) item.append(element("span", "state", look.word));
    item.title = device.detail ?? "";
    return item;
  }));
}

function showQueue(state) {
  const queue = byId("queue");
  const records = (count) => count === 1 ? "1 record" : `${count} records`;
  const waiting = state?.queue ?? 0;
  const parts = [waiting === 0 ? "All records sent" : `${records(waiting)} waiting to be sent`];
  if (state?.quarantined > 0) parts.push(`${records(state.quarantined)} held back`);
  setText(queue, state ? parts.join(" · ") : "");
  queue.classList.toggle("waiting", waiting > 0 || state?.quarantined > 0);
}

export function showStation(state, link, elapsed, wanted) {
  const provenance = byId("provenance");
  const word = state?.provenance === "replayed" ? "REPLAYED" : "SIMULATED";
  const practice = state && state.provenance !== "live" ? [`${word} – no real parts`] : [];
  const notices = [...practice, ...(state?.notices ?? [])];
  provenance.hidden = notices.length === 0;
  setText(provenance, notices.join(" · "));
  setText(byId("station"), state?.station ?? wanted ?? "Plumbline");
  setText(byId("operator"), state?.operator ?? "–");
  const isRefused = state?.refusal != null;
  if (link === "lost") {
    showFace({ tone: "off", shape: "offline", word: "OFFLINE", reasons: [],
      sentence: "Keep working, data is kept" }, null);
  } else if (!state) {
    const sentence = wanted ? `Waiting for station ${wanted}` : "Waiting for the gateway";
    showFace({ tone: "idle", shape: "busy", word: "WAIT", reasons: [], sentence }, null);
  } else if (isRefused && state.refusal.calm) {
    showFace({ ...face(state), sentence: state.refusal.text }, null);
  } else if (isRefused) {
    showFace({ tone: "warn", shape: "warn", word: "NOT ACCEPTED", reasons: [], sentence: state.refusal.text },
      face(state));
  } else {
    showFace(face(state), null);
  }
  showPart(state);
  showStep(state);
  showLive(state, link, elapsed);
  showCurve(state);
  showResults(state);
  showLast(state);
  showDevices(state);
  showQueue(state);
}

export function showLink(link, silent) {
  document.body.dataset.link = link;
  const words = { open: "Connected", connecting: "Connecting", lost: `No connection for ${seconds(silent)}` };
  const shapes = { open: "online", connecting: "connecting", lost: "cross" };
  setList(byId("link"), [link, words[link]], () =>
    [icon(shapes[link], link === "lost" ? "c-fail" : "c-off"), element("span", "", words[link])]);
}

export function showStations(ids, current) {
  const nav = byId("stations");
  nav.hidden = ids.length < 2;
  setList(nav, [ids, current], () => ids.map((id) => {
    const link = element("a", "", id);
    link.href = `/?station=${encodeURIComponent(id)}`;
    if (id === current) link.setAttribute("aria-current", "page");
    return link;
  }));
}

export function showTime(now) {
  setText(byId("clock"), hourAndMinute(now));
}

// Sizes that were fitted to the old window are fitted again.
export function refit() {
  fit(byId("word"), byId("word").children.length > 1 ? 13.5 : 21);
  fit(byId("number"), 4.4);
}
