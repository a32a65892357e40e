// Synthesized sounds. A browser plays them only after a touch on the page.

import { local } from "./storage.js";

const SETTING = "comanda.sonido";
/** @type {AudioContext | undefined} */
let context;

export const isOn = () => local.read(SETTING) !== "no";

export const setOn = (/** @type {boolean} */ on) => local.write(SETTING, on ? "si" : "no");

/**
 * Whether the browser tells if it was touched. Then the context is created with the first sound: that takes a cheap
 * phone longer than a tap may. WebKit needs the context created in the tap.
 */
const canWait = "userActivation" in navigator && !("GestureEvent" in globalThis);

/** Whether sounds would be heard now. */
export const isUnlocked = () =>
  (context ? context.state === "running" : canWait && navigator.userActivation.hasBeenActive);

/** Wake up the audio; call this from a tap. */
export async function unlock() {
  try {
    make();
    await context?.resume();
  } catch { /* still locked: the next tap tries again */ }
}

function make() {
  const Audio = globalThis.AudioContext || globalThis.webkitAudioContext;
  if (Audio) context ??= new Audio();
  return context;
}

/** A rising pair: something new. */
export const playNew = () => play([660, 990]);

/** Three quick steps upwards: money has come. */
export const playMoney = () => play([784, 1175, 1568], 0.1);

/** A falling pair: a refusal. */
export const playRefused = () => play([520, 330]);

function play(/** @type {number[]} */ tones, /** @type {number} */ pause = 0.18) {
  if (!isOn() || !isUnlocked()) return;
  try {
    const audio = make();
    if (audio) tones.forEach((frequency, index) => tone(audio, frequency, audio.currentTime + index * pause));
  } catch { /* no audio device, or no context left: a page without sounds */ }
}

/** @type {(audio: AudioContext, frequency: number, start: number) => void} */
function tone(audio, frequency, start) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.8, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.32);
}

/** Resume the audio if the browser has suspended it; before the first sound there is no context. */
function wake() {
  if (!canWait || (context && context.state !== "running")) unlock();
}

addEventListener("pointerdown", wake);
addEventListener("keydown", wake);
