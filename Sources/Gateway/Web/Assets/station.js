// Keeps the connection to the gateway and shows the newest state of one station.
// What is shown comes from events alone: nothing here decides about a part.
import { showStation, showLink, showStations, showTime, refit } from "/view.js";
import { soundFor, wireSoundButton } from "/sound.js";

const beatMilliseconds = 3000;      // EventHub.beatSeconds
const lostAfter = 3 * beatMilliseconds + 1000;
const lostAfterClose = 1500;        // a daemon that restarts is back sooner than this
const dialAgainAfter = 3000;

const wanted = new URLSearchParams(location.search).get("station");
const states = new Map();           // station id → { state, heard }
let source = null;
let lastHeard = performance.now();
let dialled = 0;
let link = "connecting";

function shown() {
  if (wanted) return states.get(wanted);
  const first = [...states.keys()].sort()[0];
  return first === undefined ? undefined : states.get(first);
}

function render() {
  const now = performance.now();
  const entry = shown();
  showLink(link, now - lastHeard);
  showStations([...states.keys()].sort(), entry?.state.station);
  showStation(entry?.state ?? null, link, entry ? now - entry.heard : 0, wanted);
}

function heard() {
  lastHeard = performance.now();
  if (link !== "open") { link = "open"; render(); }
}

function dial() {
  source?.close();
  dialled = performance.now();
  source = new EventSource("/events");
  source.addEventListener("open", heard);
  source.addEventListener("beat", heard);
  source.addEventListener("hello", (event) => {
    // Another run of the gateway, or too long a gap: what it does not send again no longer holds.
    if (!JSON.parse(event.data).resumed) states.clear();
    heard();
  });
  source.addEventListener("station", (event) => {
    const state = JSON.parse(event.data);
    const before = states.get(state.station)?.state;
    states.set(state.station, { state, heard: performance.now() });
    heard();
    render();
    if (shown()?.state === state) soundFor(before, state);
  });
}

// Timers may be late, the clock is not: each tick looks how long nothing was heard.
function tick() {
  const now = performance.now();
  const silent = now - lastHeard;
  const isOpen = source.readyState === EventSource.OPEN;
  if (silent > lostAfter || (!isOpen && silent > lostAfterClose)) {
    link = "lost";
    const isDead = source.readyState === EventSource.CLOSED || isOpen;
    if (isDead && now - dialled > dialAgainAfter) dial();
  }
  showTime(new Date());
  render();
}

wireSoundButton(document.getElementById("sound"));
dial();
tick();
setInterval(tick, 500);
addEventListener("resize", () => { refit(); render(); });
