// The keyboard's focus goes on to what follows when the control under it goes away.

const CONTROLS = "button, a[href], input, select, textarea, summary, [tabindex]";

/** @typedef {{ root: Element, ways: HTMLElement[] }} Trail */
/** @type {Trail?} */
let trail = null; // the focused control, and where its focus may go, the nearest first
/** @type {WeakMap<Element, Trail>} */
const trailBefore = new WeakMap(); // by dialog
let isByKey = false;
let isChecking = false;

const rootOf = (/** @type {Element} */ node) => node.closest("dialog") ?? document.body;

function follow(/** @type {HTMLElement} */ control) {
  const root = rootOf(control);
  if (trail && trail.root !== root && root !== document.body) trailBefore.set(root, trail);
  const all = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(CONTROLS)]);
  const at = all.indexOf(control);
  trail = { root, ways: [control, ...all.slice(at + 1), ...all.slice(0, at).reverse()] };
}

/**
 * All ways of a trail, then those of the trail before its dialog was opened.
 * @type {(trail: Trail) => HTMLElement[]}
 */
function waysOf({ root, ways }) {
  const before = trailBefore.get(root);
  return before ? [...ways, ...waysOf(before)] : ways;
}

function goOn() {
  isChecking = false;
  if (!isByKey || !trail || document.activeElement !== document.body) return;
  const [control] = trail.ways;
  if (control.matches(":disabled") && control.checkVisibility()) return; // until its answer comes
  waysOf(trail).find((node) => {
    if (node.matches(":disabled") || !node.checkVisibility()) return false;
    node.focus();
    return document.activeElement === node;
  });
}

/** A browser takes the focus from what is gone, hidden or disabled with its next frame. */
function check() {
  if (isChecking || !isByKey) return;
  isChecking = true;
  requestAnimationFrame(() => setTimeout(goOn));
}

/** Watch the page's focus from here on. */
export function watchFocus() {
  addEventListener("focusin", ({ target }) => { if (target instanceof HTMLElement) follow(target); });
  addEventListener("pointerdown", () => { isByKey = false; }, true);
  addEventListener("keydown", (event) => {
    isByKey = true;
    // A key that is held down presses nothing that has just got the focus.
    if (event.repeat && event.key === "Enter" && event.target instanceof HTMLButtonElement) event.preventDefault();
  }, true);
  new MutationObserver(check).observe(document, { subtree: true, childList: true,
    attributes: true, attributeFilter: ["hidden", "disabled", "open"] });
}
