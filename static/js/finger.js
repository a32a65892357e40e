// What lists owe a finger: nothing moves under it, and a tap never hits a card that has just come there.

const SETTLING = 600; // milliseconds: a second tap, or one that was on its way, was for what stood there before
const LONGEST_HOLD = 1000; // whatever waits for a finger waits no longer
const CLICK_COMES = 80; // a touch's click comes a moment after its end, and must find the layout that was touched
const LISTS = "[data-cards]";
const TARGETS = "button, a[href], input, select, textarea, summary, label";
const ENDS = ["pointerup", "pointercancel", "contextmenu", "blur", "lostpointercapture", "dragend", "pagehide"];

const waiting = new Set();
const scrollers = new WeakMap();
const layouts = []; // what stood where before each change of the last moments, and how far its lists were scrolled after it
let isNoted = false;
let isHeld = false;
let release = 0;
let touched = null;

/** Whether a finger rests on a list. */
export const isDown = () => isHeld;

/** Run `work` as soon as no finger rests on a list. */
export function afterFinger(work) { waiting.add(work); }

/** Look after the cards of `container`, which are its children. */
export function watch(container) {
  container.dataset.cards = "";
  container.addEventListener("pointerdown", hold);
}

/** Call before cards move: what stands where is kept for a moment. It costs no layout that isn't due anyway. */
export function noteLayout() {
  if (isNoted) return;
  isNoted = true;
  const layout = { until: Infinity, boxes: new Map(), tops: new Map() };
  for (const list of document.querySelectorAll(LISTS)) if (list.checkVisibility()) noteList(list, layout.boxes);
  layouts.push(layout);
  requestAnimationFrame(() => {
    isNoted = false;
    layout.until = performance.now() + SETTLING;
    setTimeout(() => { for (const list of document.querySelectorAll(LISTS)) layout.tops.set(list, scrollerOf(list).scrollTop); });
    setTimeout(() => layouts.splice(layouts.indexOf(layout), 1), SETTLING);
  });
}

function noteList(list, boxes) {
  for (const card of list.children) {
    for (const part of [card, ...card.querySelectorAll(TARGETS)]) boxes.set(part, { list, box: part.getBoundingClientRect() });
  }
}

function scrollerOf(list) {
  let one = scrollers.get(list);
  if (one) return one;
  for (one = list.parentElement; one && !/auto|scroll/.test(getComputedStyle(one).overflowY); one = one.parentElement);
  one ??= document.scrollingElement;
  scrollers.set(list, one);
  return one;
}

function hold() {
  isHeld = true;
  clearTimeout(release);
  release = setTimeout(letGo, LONGEST_HOLD);
}

function letGo() {
  clearTimeout(release);
  isHeld = false;
  const due = [...waiting];
  waiting.clear();
  for (const work of due) work();
}

function end(event) {
  if (!isHeld) return;
  clearTimeout(release);
  if (event.type === "pointerup") release = setTimeout(letGo, CLICK_COMES);
  else letGo();
}

for (const type of ENDS) addEventListener(type, end, true);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && isHeld) letGo(); });

function cardOf(node) {
  for (let one = node; one; one = one.parentElement) if (one.parentElement?.matches(LISTS)) return one;
  return null;
}

/** Whether what lies under the finger has come there only just now, in place of another card or control. */
function hasJustCome(event, card) {
  const target = event.target.closest(TARGETS) ?? event.target;
  const now = performance.now();
  return layouts.some((layout) => now < layout.until && anotherStoodHere(layout, card, target, event));
}

function anotherStoodHere(layout, card, target, { clientX: x, clientY: y }) {
  const wasHere = ({ list, box }) => {
    const scrolled = scrollerOf(list).scrollTop - (layout.tops.get(list) ?? scrollerOf(list).scrollTop);
    return box.width > 0 && x >= box.left && x <= box.right && y >= box.top - scrolled && y <= box.bottom - scrolled;
  };
  return [...layout.boxes].some(([part, was]) => part !== card && !part.contains(target) && !target.contains(part)
    && wasHere(was) && was.list.checkVisibility());
}

addEventListener("pointerdown", (event) => {
  const card = cardOf(event.target);
  touched = { card, early: card !== null && hasJustCome(event, card) };
}, true);

// Keys and scripts click too, and mean what they say: their clicks have no `detail`.
addEventListener("click", (event) => {
  const card = cardOf(event.target);
  if (event.detail === 0 || card === null || touched === null) return;
  if (card === touched.card && !touched.early) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
