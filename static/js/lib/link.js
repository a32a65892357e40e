// The connection's state for the parts of a page, and the age of the page's data.

import { day, inWords } from "./wall-time.js";
import { since } from "./server-time.js";

const MINUTE = 60000;
/** @type {Record<string, string>} */
const UNSURE = { connecting: "Un momento…", offline: "Puede haber más: ahora no se sabe" };

/** @type {Set<(state: LinkState) => void>} */
const watchers = new Set();
/** @type {LinkState} */
let state = "connecting";
/** @type {Mark?} */
let trueAt = null;
let isAlone = false; // no answer yet: the page shows kept data

/** `next` is online, connecting or offline; `when` is the `mark` at which the page's data were true, or null. */
export function setLink(/** @type {LinkState} */ next, /** @type {Mark?} */ when) {
  state = next;
  trueAt = when;
  if (next === "online") isAlone = false;
  document.documentElement.dataset.link = next;
  for (const update of watchers) update(state);
}

/** Run `update(state)` now and whenever the connection changes. */
export function onLink(/** @type {(state: LinkState) => void} */ update) {
  watchers.add(update);
  update(state);
}

/** Note that the page opened without an answer. */
export function openedAlone() { isAlone = true; }

/** `{ words, isAlone }`: the age of the page's data in words, empty while live. */
export function age() {
  const isLive = state === "online" && !isAlone;
  const words = trueAt === null || isLive ? "" : ageWords(trueAt);
  if (!isAlone) return { words, isAlone };
  const more = words ? `Esto es ${words}.` : "La página sigue sola en cuanto vuelva.";
  return { words: `Sin conexión con Comanda. ${more}`, isAlone };
}

/** Rather too old than too young: a phone doesn't know how long it slept. */
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
const words = new WeakMap(); // an element → its words while online

/** Show `node`'s good news ("Nada por verificar ✓") only while the page is online. */
export function sayOnlyOnline(/** @type {Element} */ node) {
  words.set(node, node.textContent);
  let shownText = node.textContent;
  onLink(() => {
    if (node.textContent !== shownText) words.set(node, node.textContent); // the page has changed the words
    shownText = UNSURE[state] ?? words.get(node) ?? "";
    if (node.textContent !== shownText) node.textContent = shownText;
  });
}

/** Change the words of a `sayOnlyOnline` element. */
export function setGoodNews(/** @type {Element} */ node, /** @type {string} */ text) {
  words.set(node, text);
  const shownText = UNSURE[state] ?? text;
  if (node.textContent !== shownText) node.textContent = shownText;
}
