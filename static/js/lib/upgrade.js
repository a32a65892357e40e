// A page of an older version comes anew by itself, as soon as nothing is in its user's hands. Its own files are gone
// from the server, so this module is one that a page begins with.

import { toast } from "./dom.js";
import { session } from "./storage.js";

const TRIED = "comanda.versiones"; // the versions for which this tab has reloaded: once for each, never in a loop
const CHANGED = "Comanda cambió desde que se abrió esta página.";
const LOOK_EVERY = 1000;
const AT_REST = 2000; // ms since the last touch or key
const ANSWER_WITHIN = 15000; // ms: a network that swallows a request ends neither the looking nor a tap's wait
const VERSION = /<meta name="comanda-version" content="([0-9a-f]{16})">/;
const FILE = /="(\/static\/[^"]+)"/g;
const TOUCHES = ["pointerdown", "keydown", "input", "wheel"];

const own = /\/static\/([0-9a-f]{16})\//.exec(import.meta.url)?.[1];
const typed = new WeakSet();
/** @type {(() => boolean)[]} */
const holds = [];
let touchedAt = -AT_REST;
let looking = 0;
let isBusy = false;
let isTold = false;

/** Keep the page as long as `isHeld()` is true. */
export const holdPage = (/** @type {() => boolean} */ isHeld) => holds.push(isHeld);

/** Learn which version the server has. A page of another version comes anew. */
export function learnVersion(/** @type {string} */ version) {
  clearInterval(looking);
  if (!own || version === own) return; // or the server went back
  if (session.readList(TRIED).includes(version)) {
    tell("Recárgala.");
    return;
  }
  looking = setInterval(look, LOOK_EVERY);
  look();
}

/** Ask for the page itself which version the server has. Resolves to whether the page will come anew. */
export async function askVersion() {
  const version = own && versionOf(await fetchPage());
  if (!version || version === own || session.readList(TRIED).includes(version)) return false;
  learnVersion(version);
  return true;
}

async function look() {
  if (isBusy) return;
  isBusy = true;
  try {
    if (isQuiet()) await comeAnew();
    else tell("Se recarga sola en cuanto termines.");
  } catch { /* no network: this page stays */ } finally {
    isBusy = false;
  }
}

/** Reload, once the new page and its files are there: a network that dies leaves this page. */
async function comeAnew() {
  const text = await fetchPage();
  const version = versionOf(text);
  if (!version) return;
  const tried = session.readList(TRIED);
  if (version === own || tried.includes(version)) {
    learnVersion(version);
    return;
  }
  const files = [...text.matchAll(FILE)].map(async ([, address]) => {
    if (!(await fetch(address, { signal: soon() })).ok) throw new Error(address);
  });
  await Promise.all(files);
  if (!isQuiet()) return;
  if (session.write(TRIED, [...tried, version])) location.reload();
  else tell("Recárgala.");
}

const soon = () => AbortSignal.timeout?.(ANSWER_WITHIN);

const fetchPage = async () => (await fetch(location.href, { cache: "no-store", signal: soon() })).text();

const versionOf = (/** @type {string} */ text) => VERSION.exec(text)?.[1];

/** Whether a reload loses nothing: no dialog, no half-typed field, no *Deshacer*, no request, no finger on the page. */
function isQuiet() {
  return !document.querySelector("dialog[open], .toast button") && !holds.some((isHeld) => isHeld())
    && (document.hidden || performance.now() - touchedAt > AT_REST)
    && ![...document.querySelectorAll("input, textarea")].some(isHalfTyped);
}

const isHalfTyped = (/** @type {any} */ field) =>
  typed.has(field) && field.value !== "" && field.value !== field.defaultValue;

function tell(/** @type {string} */ advice) {
  if (isTold) return;
  isTold = true;
  toast(`${CHANGED} ${advice}`, "late", { news: true });
}

for (const type of TOUCHES) {
  addEventListener(type, ({ target }) => {
    touchedAt = performance.now();
    if (type === "input" && target) typed.add(target);
  }, { capture: true, passive: true });
}
