// The user's place is kept in the URL: a tab that was killed or reloaded comes back to it. The layers over the page are
// kept in the browser's history: its *back* closes the top layer.

/** A value of the URL's query, or null. */
export const placeOf = (/** @type {string} */ name) => new URLSearchParams(location.search).get(name);

/** Change values of the URL's query; null removes a value. */
export function setPlace(/** @type {PageAddress} */ changes) {
  history.replaceState(history.state, "", address(changes));
}

function address(/** @type {PageAddress} */ changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text ? `?${text}` : location.pathname;
}

/** @type {Record<string, unknown>} */
const notes = {};

/** Keep `value` for a reload, but not in the address. */
export function notePlace(/** @type {string} */ name, /** @type {unknown} */ value) {
  notes[name] = value;
  if (!travelling) keepNotes(); // at once: a reload may follow the tap
}

/** The value noted before the reload, or undefined. */
export const notedPlace = (/** @type {string} */ name) => history.state?.[name];

const keepNotes = () => history.replaceState({ ...history.state, ...notes }, "");

/** @type {{ name: string, value: string?, close: () => void }[]} */
const layers = []; // { name, value, close }, the lowest first
/** @type {Map<string, { open: (value: any) => void, inAddress: boolean }>} */
const openers = new Map();
let travelling = false; // until the browser arrives at the entry that `history.go` asked for
let opening = false;

/**
 * Let `open(value)` open layers called `name`, after the browser's *forward* or a reload. With `inAddress`, the URL
 * says `?name=value`, and opens the layer, too.
 */
export function placeLayer(/** @type {string} */ name, /** @type {(value: any) => void} */ open,
  { inAddress = false } = {}) {
  openers.set(name, { open, inAddress });
}

/** Add a layer over the page, in place of a layer of the same name; *back* calls `close()`. */
export function cover(/** @type {string} */ name, /** @type {string?} */ value, /** @type {() => void} */ close) {
  const layer = { name, value, close };
  const at = layers.findIndex((other) => other.name === name);
  if (at < 0) layers.push(layer);
  else layers[at] = layer;
  follow();
}

/** Remove a layer that was closed without *back*, and leave its history entry. */
export function uncover(/** @type {string} */ name) {
  const at = layers.findIndex((other) => other.name === name);
  if (at < 0) return;
  layers.splice(at, 1);
  follow();
}

/** Make a dialog a layer until it closes. */
export function coverWith(/** @type {HTMLDialogElement} */ dialog, name = "dialog") {
  cover(name, null, () => dialog.close());
  dialog.addEventListener("close", () => uncover(name));
}

/** Open the layers from before a reload, or those that the address names. */
export function returnToPlace() {
  const named = [...openers].filter(([name, { inAddress }]) => inAddress && placeOf(name));
  openAll(history.state?.over ?? named.map(([name]) => [name, placeOf(name)]));
}

function openAll(/** @type {[string, unknown][]} */ entries) {
  opening = true;
  for (const [name, value] of entries) openers.get(name)?.open(value);
  opening = false;
  follow();
}

/** Match the history to the layers: an entry for each. */
function follow() {
  if (travelling || opening) return;
  const depth = history.state?.over?.length ?? 0;
  if (depth > layers.length) {
    travelling = true;
    history.go(layers.length - depth);
    return;
  }
  const here = entry(depth);
  if (depth > 0 || (layers.length > 0 && here[2] !== address({}))) history.replaceState(...here);
  for (let size = depth + 1; size <= layers.length; size += 1) history.pushState(...entry(size));
}

/** @type {(size: number) => [unknown, "", string]} */
function entry(size) {
  const over = layers.slice(0, size);
  /** @type {PageAddress} */
  const place = {};
  for (const [name, { inAddress }] of openers) {
    if (inAddress) place[name] = over.find((layer) => layer.name === name)?.value ?? null;
  }
  return [{ ...history.state, ...notes, over: over.map(({ name, value }) => [name, value]) }, "", address(place)];
}

addEventListener("popstate", ({ state }) => {
  if (Object.keys(notes).length > 0) keepNotes();
  if (travelling) {
    travelling = false;
    follow();
    return;
  }
  const entries = state?.over ?? [];
  while (layers.length > entries.length) layers.pop()?.close();
  openAll(entries.slice(layers.length));
});
