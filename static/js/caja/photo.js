// A proof, large: zoom by buttons, wheel, click or two fingers; drag to move; rotate in quarters.

import { h } from "../lib/dom.js";
import { expiredWords, proofPath } from "./words.js";

const MOST = 8;
const STEP = 1.5;
const CLICK_ZOOM = 2.5;
const A_TAP = 6;
const AROUND = 6; // px between a place on the picture and its frame
const PATIENCE = 10000; // how long a photo may be on its way before nobody is kept waiting for it

/**
 * The element that shows `payment`'s proof; `label` is its alternative text. `onState` hears "loading",
 * then "shown", "none" (no photo, or deleted), "slow" (it may still come), "preparing" (it comes with the examination)
 * or "failed".
 * @type {(payment: Payment, label: string, onState?: (state: PhotoState) => void) => HTMLElement}
 */
export function createPhoto(payment, label, onState = () => {}) {
  const node = h("div", { class: "photo" });
  /** @type {Photo} */
  const photo = { node, payment, label, onState, round: 0, isExamined: false, isLost: false, view: null, spot: null };
  photos.set(node, photo);
  if (payment.has_proof) load(photo);
  else tell(photo, "none", h("p", { class: "empty" }, "Este pago no lleva foto"));
  return photo.node;
}

/**
 * Show the photos of an examined payment that could not be shown before; a shown photo stays as it is. Without a
 * payment, try all photos that the examination prepares, whose event may have been missed, and those that the network
 * has lost.
 */
export function showPrepared(/** @type {string?} */ paymentId = null) {
  for (const photo of unseen) {
    if (!photo.node.isConnected) unseen.delete(photo);
    else if (photo.payment.id === paymentId) takeExamined(photo);
    else if (paymentId === null && (photo.node.dataset.state === "preparing" || photo.isLost)) load(photo);
  }
}

function takeExamined(/** @type {Photo} */ photo) {
  photo.isExamined = true;
  if (["preparing", "failed"].includes(photo.node.dataset.state ?? "")) load(photo);
}

/** @typedef {{ node: HTMLElement, payment: Payment, label: string, round: number }} Parts */
/** @typedef {Parts & { isExamined: boolean, isLost: boolean, onState: (state: PhotoState) => void }} Loading */
/** @typedef {Loading & { view: View?, spot: Box? }} Photo */

/** @type {WeakMap<HTMLElement, Photo>} */
const photos = new WeakMap();

/** Whether a photo of `createPhoto` is a picture on show, on which a place can be shown. */
export const isPicture = (/** @type {HTMLElement} */ node) =>
  node.dataset.state === "shown" && photos.get(node)?.view !== null;

/** Frame a place on a photo of `createPhoto`, and bring it in sight; null takes the frame away. */
export function showSpot(/** @type {HTMLElement} */ node, /** @type {Box?} */ spot) {
  const photo = photos.get(node);
  if (!photo) return;
  photo.spot = spot;
  photo.view?.frame(spot);
}

/** @type {Set<Photo>} */
const unseen = new Set(); // photos that are not shown yet

/** @type {(photo: Photo, state: PhotoState, ...shown: Node[]) => void} */
function tell(photo, state, ...shown) {
  const { node, onState } = photo;
  if (state === "shown" || state === "none") unseen.delete(photo);
  else unseen.add(photo);
  node.dataset.state = state;
  if (shown.length > 0) node.replaceChildren(...shown);
  onState(state);
}

function load(/** @type {Photo} */ photo) {
  const { node, payment, label } = photo;
  photo.round += 1;
  photo.isLost = false;
  const { round } = photo;
  const isLast = () => round === photo.round;
  node.querySelector("img")?.removeAttribute("src"); // what hangs is given up
  const picture = h("img", { alt: label, draggable: "false", src: proofPath(payment) });
  const stage = h("div", { class: "stage", role: "group", "aria-label": label }, picture);
  const view = new View(stage, picture);
  const tools = controls(view, label);
  photo.view = view;
  const wait = h("p", { class: "photo-wait" }, "Cargando la foto…");
  picture.addEventListener("load", () => {
    wait.remove();
    if (!isLast()) return;
    view.frame(photo.spot);
    tell(photo, "shown");
  }, { once: true });
  picture.addEventListener("error", () => { if (isLast()) explain(photo, isLast); }, { once: true });
  tell(photo, "loading", wait, stage, tools);
  setTimeout(() => {
    if (!isLast() || node.dataset.state !== "loading") return;
    node.querySelector(".photo-wait")?.replaceChildren("La foto tarda más de lo normal. ", retry(photo));
    tell(photo, "slow");
  }, PATIENCE);
}

/** Show a PDF, or say that the photo is being prepared, was deleted or did not arrive. */
async function explain(/** @type {Photo} */ photo, /** @type {() => boolean} */ isLast) {
  const { node, payment, isExamined } = photo;
  photo.view = null;
  node.replaceChildren(h("p", { class: "photo-wait" }, "Cargando…"));
  const answer = await fetchWhole(proofPath(payment));
  if (!isLast()) return;
  photo.isLost = answer === null;
  const isMissing = answer?.code === "proof_not_examined";
  if (isMissing && photo.isExamined && !isExamined) load(photo); // the examination ended meanwhile
  else if (isMissing && !isExamined) tell(photo, "preparing", preparation());
  else if (answer?.type === "application/pdf") tell(photo, "shown", pdf(payment));
  else if (answer?.type === "image/heic") tell(photo, "failed", heic(payment));
  else if (answer?.status === 410) tell(photo, "none", h("p", { class: "empty" }, expiredWords()));
  else {
    const words = isMissing ? "Comanda no pudo preparar esta foto. Pide que la envíen otra vez." : failureWords(answer);
    tell(photo, "failed", h("div", { class: "empty" }, h("p", {}, words), retry(photo)));
  }
}

const preparation = () => h("div", { class: "empty", role: "status" }, h("p", {}, "⏳ Se está preparando"),
  h("p", { class: "quiet small" }, "La foto aparece sola en un momento."));

/**
 * The status of the whole answer with its type, which is empty for a refusal, and its refusal's code; or null.
 * @returns {Promise<{ status: number, type: string, code?: string } | null>}
 */
async function fetchWhole(/** @type {string} */ path) {
  try {
    const response = await fetch(path, { credentials: "same-origin" });
    const { status } = response;
    const body = await response.text();
    if (response.ok) return { status, type: (response.headers.get("Content-Type") ?? "").split(";")[0] };
    return { status, type: "", code: codeOf(body) };
  } catch {
    return null;
  }
}

function codeOf(/** @type {string} */ body) {
  try { return JSON.parse(body).code; } catch { return undefined; } // a proxy's page, not ours
}

const failureWords = (/** @type {object?} */ answer) =>
  (answer ? "No se pudo cargar la foto." : "Sin conexión. No se pudo cargar la foto.");

const retry = (/** @type {Photo} */ photo) =>
  h("button", { class: "button", type: "button", onclick: () => load(photo) },
  "Reintentar", h("span", { class: "unseen" }, `: ${photo.label}`));

const which = (/** @type {Payment} */ { attempt }) => h("span", { class: "unseen" }, ` del intento ${attempt}`);

/** @type {(payment: Payment, extension: string) => HTMLElement} */
const download = (payment, extension) => h("a", {
  class: "button", href: proofPath(payment),
  download: `comprobante-${payment.order_id}-${payment.attempt}.${extension}`,
}, "Descargar", which(payment));

/** A photo that the examination could not convert. */
const heic = (/** @type {Payment} */ payment) => h("div", { class: "empty" },
  h("p", {}, "Comanda no pudo preparar esta foto. Descárgala, o pide que la envíen otra vez."),
  download(payment, "heic"));

function pdf(/** @type {Payment} */ payment) {
  return h("div", { class: "empty pdf" }, h("p", {}, "📄 El comprobante es un PDF"),
    h("a", {
      class: "button", "data-kind": "primary", href: proofPath(payment), target: "_blank", rel: "noopener",
    }, "Abrir PDF", which(payment)), download(payment, "pdf"));
}

function controls(/** @type {View} */ view, /** @type {string} */ of) {
  /** @type {(label: string, sign: string, act: () => void) => HTMLButtonElement} */
  const button = (label, sign, act) =>
    h("button", { class: "button", type: "button", "aria-label": `${label}: ${of}`, title: label, onclick: act }, sign);
  return h("div", { class: "photo-tools", role: "group", "aria-label": `Ver: ${of}` },
    button("Alejar", "−", () => view.zoom(1 / STEP)),
    button("Acercar", "+", () => view.zoom(STEP)),
    button("Girar", "↻", () => view.rotate()),
    button("Ver completa", "⤢", () => view.reset()));
}

/** The picture's position on its stage; at scale 1 the whole turned picture shows. */
class View {
  #scale = 1;
  #turn = 0;
  #x = 0;
  #y = 0;
  /** @type {Map<number, Point>} */
  #pointers = new Map();
  #moved = 0;
  /** @type {Box?} */
  #spot = null;
  #frame = h("span", { class: "spot", "aria-hidden": "true", hidden: true });

  constructor(/** @type {HTMLElement} */ stage, /** @type {HTMLImageElement} */ picture) {
    this.stage = stage;
    this.picture = picture;
    stage.append(this.#frame);
    picture.addEventListener("load", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(stage);
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      stage.addEventListener(end, (event) => this.#up(event));
    }
  }

  /** Zoom by `factor`; the point (x, y) from the stage's middle stays where it is. */
  zoom(/** @type {number} */ factor, x = 0, y = 0) {
    const before = this.#scale;
    this.#scale = Math.min(MOST, Math.max(1, before * factor));
    const grown = this.#scale / before;
    this.#x = x - (x - this.#x) * grown;
    this.#y = y - (y - this.#y) * grown;
    this.#draw();
  }

  rotate() {
    this.#turn += 90;
    this.#x = 0;
    this.#y = 0;
    this.#draw();
  }

  reset() {
    this.#scale = 1;
    this.#draw();
  }

  /** Frame a place of the upright picture, and bring it to the middle of a stage that shows a part alone. */
  frame(/** @type {Box?} */ spot) {
    this.#spot = spot;
    this.#frame.hidden = spot === null;
    if (!spot || !this.picture.naturalWidth) return;
    const { x, y } = this.#middleOf(spot);
    this.#x = -x;
    this.#y = -y;
    this.#draw();
    this.#frame.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The middle of a place, from the picture's middle, as the picture is zoomed and turned now. */
  #middleOf(/** @type {Box} */ { left, top, width, height }) {
    const scale = this.#fit().fit * this.#scale;
    const x = (left + width / 2 - 0.5) * this.picture.naturalWidth * scale;
    const y = (top + height / 2 - 0.5) * this.picture.naturalHeight * scale;
    return [{ x, y }, { x: -y, y: x }, { x: -x, y: -y }, { x: y, y: -x }][this.#turn / 90 % 4];
  }

  #fit() {
    const { naturalWidth: width, naturalHeight: height } = this.picture;
    const [across, down] = this.#turn % 180 ? [height, width] : [width, height];
    const fit = Math.min(this.stage.clientWidth / across, this.stage.clientHeight / down);
    return { fit, across: across * fit * this.#scale, down: down * fit * this.#scale };
  }

  #draw() {
    if (!this.picture.naturalWidth) return;
    const { fit, across, down } = this.#fit();
    this.#x = clamp(this.#x, (across - this.stage.clientWidth) / 2);
    this.#y = clamp(this.#y, (down - this.stage.clientHeight) / 2);
    this.picture.style.transform = `translate(-50%, -50%) translate(${this.#x}px, ${this.#y}px) `
      + `rotate(${this.#turn}deg) scale(${fit * this.#scale})`;
    this.stage.dataset.zoomed = String(this.#scale > 1);
    this.picture.dataset.shown = "";
    if (this.#spot) this.#drawFrame(this.#spot);
  }

  #drawFrame(/** @type {Box} */ spot) {
    const scale = this.#fit().fit * this.#scale;
    const { x, y } = this.#middleOf(spot);
    const size = [spot.width * this.picture.naturalWidth * scale, spot.height * this.picture.naturalHeight * scale];
    const [width, height] = this.#turn % 180 ? size.reverse() : size;
    Object.assign(this.#frame.style, {
      width: `${width + 2 * AROUND}px`, height: `${height + 2 * AROUND}px`,
      transform: `translate(-50%, -50%) translate(${this.#x + x}px, ${this.#y + y}px)`,
    });
  }

  #place(/** @type {MouseEvent} */ event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  #wheel(/** @type {WheelEvent} */ event) {
    event.preventDefault();
    const { x, y } = this.#place(event);
    this.zoom(Math.exp(-event.deltaY / 400), x, y);
  }

  #down(/** @type {PointerEvent} */ event) {
    if (event.button !== 0) return;
    if (event.isPrimary) this.#pointers.clear(); // the first finger: of any other the end was never told
    this.stage.setPointerCapture(event.pointerId);
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, this.#place(event));
  }

  #move(/** @type {PointerEvent} */ event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#place(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    this.#moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (!other) {
      this.#pan(now.x - before.x, now.y - before.y);
      return;
    }
    const by = distance(now, other) / (distance(before, other) || 1);
    this.zoom(by, (now.x + other.x) / 2, (now.y + other.y) / 2);
  }

  #pan(/** @type {number} */ x, /** @type {number} */ y) {
    this.#x += x;
    this.#y += y;
    this.#draw();
  }

  #up(/** @type {PointerEvent} */ event) {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0) return;
    if (event.type !== "pointerup" || this.#moved > A_TAP) return;
    const { x, y } = this.#place(event);
    if (this.#scale > 1) this.reset();
    else this.zoom(CLICK_ZOOM, x, y);
  }
}

/** @typedef {{ x: number, y: number }} Point */
const distance = (/** @type {Point} */ one, /** @type {Point} */ two) => Math.hypot(one.x - two.x, one.y - two.y);

/** Keep the picture within its stage. */
function clamp(/** @type {number} */ value, /** @type {number} */ room) {
  const most = Math.max(0, room);
  return Math.min(most, Math.max(-most, value));
}
