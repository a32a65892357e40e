// No list moves under a finger, and no tap hits an element that has just come there.

const SETTLING = 600; // ms: a tap this soon after a change was for the element before
const LONGEST_HOLD = 1000; // ms: the longest wait for fingers, even if more come down
const CLICK_COMES = 80; // ms from a touch's end to its click, which must find the same layout
const SLIP = 32; // pixels between the two taps of a thumb
const LISTS = "[data-cards]";
const CONTROLS = "button, a[href], input, select, textarea, summary";
const BEFORE_CLICK = ["pointerup", "lostpointercapture"]; // a touch is captured and released before its click
const ENDS = ["pointerup", "pointercancel", "contextmenu", "blur", "lostpointercapture", "dragend", "pagehide"];

/** @type {Set<() => void>} */
const waitingWork = new Set();
/** @type {WeakMap<Element, Element>} */
const scrollers = new WeakMap();
/** @typedef {Map<Element, { list: Element, box: DOMRect }>} Boxes */
/** @typedef {{ until: number, before: Boxes, after: Boxes?, tops: Map<Element, number> }} Layout */
/** @type {Layout[]} */
const layouts = []; // recent changes: the boxes before and after, and the scroll positions after
let isNoted = false;
let isHeld = false;
let release = 0;
let waitsSince = 0;
/** @type {{ card: Element?, early: boolean }?} */
let touch = null; // the card under the finger, until its click
/** @type {{ x: number, y: number, at: number, control: Element? }?} */
let lastTap = null; // the last tap: its place, time and control

/** Whether a finger rests on a list. */
export const isDown = () => isHeld;

/** Run `work` as soon as no finger rests on a list. */
export function afterFinger(/** @type {() => void} */ work) {
  if (waitingWork.size === 0) waitsSince = performance.now();
  waitingWork.add(work);
}

/** Protect the cards of `container`, its children. */
export function watch(/** @type {HTMLElement} */ container) {
  container.dataset.cards = "";
  container.addEventListener("pointerdown", hold);
}

/** Call before cards move: their boxes are kept for a moment. Forces no extra layout. */
export function noteLayout() {
  if (isNoted) return;
  isNoted = true;
  /** @type {Layout} */
  const layout = { until: Infinity, before: measure(), after: null, tops: new Map() };
  layouts.push(layout);
  document.documentElement.dataset.settling = "";
  requestAnimationFrame(() => {
    isNoted = false;
    layout.until = performance.now() + SETTLING;
    setTimeout(() => noteResult(layout)); // the frame's layout is done by then
    setTimeout(() => forget(layout), SETTLING);
  });
}

function forget(/** @type {Layout} */ layout) {
  layouts.splice(layouts.indexOf(layout), 1);
  if (layouts.length === 0) delete document.documentElement.dataset.settling;
}

function noteResult(/** @type {Layout} */ layout) {
  layout.after = measure();
  for (const list of document.querySelectorAll(LISTS)) layout.tops.set(list, scrollerOf(list).scrollTop);
}

/** The boxes of all visible cards. */
function measure() {
  /** @type {Boxes} */
  const boxes = new Map();
  for (const list of document.querySelectorAll(LISTS)) {
    if (!list.checkVisibility()) continue;
    for (const card of list.children) boxes.set(card, { list, box: card.getBoundingClientRect() });
  }
  return boxes;
}

function scrollerOf(/** @type {Element} */ list) {
  const knownScroller = scrollers.get(list);
  if (knownScroller) return knownScroller;
  let parent = list.parentElement;
  while (parent && !/auto|scroll/.test(getComputedStyle(parent).overflowY)) parent = parent.parentElement;
  const scroller = parent ?? document.scrollingElement ?? document.documentElement;
  scrollers.set(list, scroller);
  return scroller;
}

function hold() {
  isHeld = true;
  letGoIn(LONGEST_HOLD);
}

function letGoIn(/** @type {number} */ milliseconds) {
  const timeLeft = waitingWork.size > 0 ? waitsSince + LONGEST_HOLD - performance.now() : LONGEST_HOLD;
  clearTimeout(release);
  release = setTimeout(letGo, Math.min(milliseconds, timeLeft));
}

function letGo() {
  clearTimeout(release);
  isHeld = false;
  const due = [...waitingWork];
  waitingWork.clear();
  for (const work of due) {
    try { work(); } catch (error) { reportError(error); } // the other lists go on
  }
}

function end(/** @type {Event} */ event) {
  const isFields = event.type === "blur" && event.target !== globalThis; // a touch blurs a field, too
  if (!isHeld || isFields) return;
  if (BEFORE_CLICK.includes(event.type)) letGoIn(CLICK_COMES);
  else letGo();
}

for (const type of ENDS) addEventListener(type, end, true);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && isHeld) letGo(); });

function cardOf(/** @type {EventTarget?} */ target) {
  for (let node = target instanceof Element ? target : null; node; node = node.parentElement) {
    if (node.parentElement?.matches(LISTS)) return node;
  }
  return null;
}

/** Whether a list's change has just brought `card` under the finger, in place of another card. */
function hasJustCome(/** @type {Element} */ card, /** @type {MouseEvent} */ event) {
  const now = performance.now();
  return layouts.some((layout) => now < layout.until && cameInstead(card, layout, event));
}

/** @type {(card: Element, layout: Layout, event: MouseEvent) => boolean} */
function cameInstead(card, { before, after, tops }, { clientX: x, clientY: y }) {
  const isAt = (/** @type {{ list: Element, box: DOMRect } | undefined} */ spot) => {
    if (!spot || spot.box.width === 0) return false;
    const scroller = scrollerOf(spot.list);
    const scrolled = scroller.scrollTop - (tops.get(spot.list) ?? scroller.scrollTop);
    const { left, right, top, bottom } = spot.box;
    return x >= left && x <= right && y >= top - scrolled && y <= bottom - scrolled;
  };
  if (isAt(before.get(card)) || (after !== null && !isAt(after.get(card)))) return false;
  return [...before].some(([other, was]) => (
    !other.contains(card) && !card.contains(other) && isAt(was) && was.list.checkVisibility()));
}

/** @type {(target: EventTarget?) => Element?} */
const controlOf = (target) => (target instanceof Element ? target.closest("label") ?? target.closest(CONTROLS) : null);

/** Whether this is the second of two taps, and the first has put a toast or dialog in the control's place. */
function isSecondOfTwo(/** @type {PointerEvent} */ { clientX: x, clientY: y, timeStamp: at, target, pointerType }) {
  const first = lastTap;
  lastTap = { x, y, at, control: controlOf(target) };
  if (first === null || pointerType === "mouse" || at - first.at > SETTLING) return false;
  if (Math.hypot(x - first.x, y - first.y) > SLIP || lastTap.control === first.control) return false;
  if (controlOf(document.elementFromPoint(first.x, first.y)) === first.control) return false;
  lastTap.control = first.control; // a third tap is for that control, too
  return true;
}

addEventListener("pointerdown", (event) => {
  const card = cardOf(event.target);
  touch = { card, early: isSecondOfTwo(event) || (card !== null && hasJustCome(card, event)) };
}, true);

addEventListener("pointercancel", () => { touch = null; }, true);

// Clicks by keys and scripts come without a finger: they always count.
addEventListener("click", (event) => {
  const { card, early } = touch ?? { card: null, early: false };
  const isByHand = touch !== null && event.detail > 0;
  const clicked = cardOf(event.target);
  touch = null;
  if (!isByHand || (!early && (clicked === card || clicked === null))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
