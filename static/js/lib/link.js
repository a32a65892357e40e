// The connection, for whatever on a page depends on it: what is known, and since when it may be old.

import { day, inWords } from "./wall-time.js";
import { since } from "./server-time.js";

const MINUTE = 60000;
/** @type {Record<string, string>} */
const UNSURE = { connecting: "Un momento…", offline: "Puede haber más: ahora no se sabe" };

/** @type {Set<(state: LinkState) => void>} */
const watching = new Set();
/** @type {LinkState} */
let state = "connecting";
/** @type {Mark?} */
let known = null;
let isAlone = false; // the page has not had an answer yet, and shows what was there last

/** `next` is online, connecting or offline; `when` is the `mark` of what the page shows being true, or null. */
export function setLink(/** @type {LinkState} */ next, /** @type {Mark?} */ when) {
  state = next;
  known = when;
  if (next === "online") isAlone = false;
  document.documentElement.dataset.link = next;
  for (const update of watching) update(state);
}

/** Run `update(state)` now and whenever the connection changes. */
export function onLink(/** @type {(state: LinkState) => void} */ update) {
  watching.add(update);
  update(state);
}

/** The page opened without an answer from the server. */
export function openedAlone() { isAlone = true; }

/** `{ words, isAlone }`: how old what the page shows is, in words; empty while it is live. */
export function age() {
  const isLive = state === "online" && !isAlone;
  const words = known === null || isLive ? "" : ageWords(known);
  if (!isAlone) return { words, isAlone };
  const more = words ? `Esto es ${words}.` : "La página sigue sola en cuanto vuelva.";
  return { words: `Sin conexión con Comanda. ${more}`, isAlone };
}

/** Rather too old than too young: a phone that has slept does not know for how long. */
function ageWords(/** @type {Mark} */ moment) {
  const { most } = since(moment);
  const minutes = Math.floor(most / MINUTE);
  if (minutes < 1) return "lo de hace un momento";
  if (minutes < 60) return `lo de hace ${minutes} min`;
  const clock = inWords(moment.at, "es", { hour: "2-digit", minute: "2-digit", hour12: false });
  if (day(moment.at) === day(moment.at + most)) return `lo de las ${clock}`;
  return `lo del ${inWords(moment.at, "es", { day: "numeric", month: "short" })}, ${clock}`;
}

/** @type {WeakMap<Element, string>} */
const words = new WeakMap(); // what a place says while the page is online

/** "Nada por verificar ✓" is true only while news comes in: `node` says its words then, and nothing good without. */
export function sayOnlyOnline(/** @type {Element} */ node) {
  words.set(node, node.textContent);
  let said = node.textContent;
  onLink(() => {
    if (node.textContent !== said) words.set(node, node.textContent); // the page has other words for it by now
    said = UNSURE[state] ?? words.get(node) ?? "";
    if (node.textContent !== said) node.textContent = said;
  });
}

/** Give such a place other words, which it says once the page is online. */
export function setGoodNews(/** @type {Element} */ node, /** @type {string} */ text) {
  words.set(node, text);
  const said = UNSURE[state] ?? text;
  if (node.textContent !== said) node.textContent = said;
}
