// A sound for each verdict, because eyes are on the bench: PASS one high beep, FAIL two low tones, not
// decided three equal tones, a refused scan one short low tone. Browsers allow sound only after the page was touched,
// unless they are started with --autoplay-policy=no-user-gesture-required.
let context = null;

const tones = {
  PASS: [[1175, 0, 0.22]],
  FAIL: [[247, 0, 0.32], [196, 0.42, 0.5]],
  INDETERMINATE: [[494, 0, 0.14], [494, 0.22, 0.14], [494, 0.44, 0.14]],
  refused: [[262, 0, 0.28]],
};

function play(name) {
  if (context?.state !== "running") return;
  for (const [hertz, start, length] of tones[name] ?? []) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const begin = context.currentTime + start;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.5, begin + 0.01);
    volume.gain.setValueAtTime(0.5, begin + length - 0.03);
    volume.gain.linearRampToValueAtTime(0, begin + length);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + length);
  }
}

// Plays what is new in `after`; a page that has just been opened stays silent.
export function soundFor(before, after) {
  if (!before) return;
  if (after.refusal && after.refusal.at !== before.refusal?.at) {
    return after.refusal.calm ? undefined : play("refused");
  }
  const isNew = after.verdict && (before.verdict !== after.verdict || before.state !== after.state
    || before.part?.serial !== after.part?.serial);
  if (after.state === "verdict" && isNew) play(after.verdict);
}

export function wireSoundButton(button) {
  const show = () => {
    const isOn = context?.state === "running";
    button.textContent = isOn ? "Sound on" : "Sound off";
    button.setAttribute("aria-pressed", String(isOn));
  };
  const open = () => {
    context ??= new AudioContext();
    context.onstatechange = show;
    return context;
  };
  // Any first touch allows sound; the button itself also turns it off again.
  addEventListener("pointerdown", (event) => {
    if (event.target !== button && !context) open().resume();
  });
  button.addEventListener("click", async () => {
    const isOn = open().state === "running" && button.getAttribute("aria-pressed") === "true";
    await (isOn ? context.suspend() : context.resume());
    show();
    if (!isOn) play("PASS");
  });
}
