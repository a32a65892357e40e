// A proof's small picture on its card: asked for once, when the examination has made it and the card is in sight.

import { h } from "../lib/dom.js";
import { onLink } from "../lib/link.js";
import { thumbnailPath } from "./words.js";

const AT_ONCE = 2; // requests: a verdict always finds a free connection
const ANSWER_WITHIN = 15000; // ms: a swallowed request must not keep the place of the next
const AGAIN_AFTER = 15000; // ms after which a lost request is repeated on a page that stayed online
const MARGIN = "200px"; // pictures this near to the visible part are fetched, too

/** @typedef {"none" | "waiting" | "asked" | "shown" | "missing"} State */
/** @typedef {{ node: HTMLElement, payment: Payment }} Thumbnail */

/** @type {Map<Element, Thumbnail>} */
const outOfSight = new Map();
/** @type {Thumbnail[]} */
const queue = [];
/** @type {Set<Thumbnail>} */
const lost = new Set();
let asking = 0;
let again = 0;

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const thumbnail = isIntersecting && outOfSight.get(target);
    if (!thumbnail) continue;
    sight.unobserve(target);
    outOfSight.delete(target);
    queue.push(thumbnail);
  }
  askNext();
}, { rootMargin: MARGIN });

/**
 * The place of a payment's picture, which keeps its size whatever it shows.
 * @type {(payment: Payment) => Card<Payment>}
 */
export function createThumbnail(payment) {
  const node = h("span", { class: "thumbnail", "aria-hidden": "true" });
  const thumbnail = { node, payment };
  if (payment.has_proof) set(thumbnail, "waiting");
  else set(thumbnail, "none", "🧾");
  return { node, update: (now) => follow(thumbnail, now) };
}

/** @type {(thumbnail: Thumbnail, state: State, ...shown: (Node | string)[]) => void} */
function set({ node }, state, ...shown) {
  node.dataset.state = state;
  node.replaceChildren(...shown);
}

/** Ask for the picture once the proof is examined: before, the server has no picture. */
function follow(/** @type {Thumbnail} */ thumbnail, /** @type {Payment} */ payment) {
  thumbnail.payment = payment;
  if (thumbnail.node.dataset.state !== "waiting" || !payment.examined_at) return;
  set(thumbnail, "asked");
  outOfSight.set(thumbnail.node, thumbnail);
  sight.observe(thumbnail.node);
}

async function askNext() {
  while (asking < AT_ONCE && queue.length > 0) {
    const thumbnail = /** @type {Thumbnail} */ (queue.shift());
    if (!thumbnail.node.isConnected) continue; // its card has left meanwhile
    asking += 1;
    ask(thumbnail).catch(() => lose(thumbnail)).finally(() => {
      asking -= 1;
      askNext();
    });
  }
}

/**
 * The proof is examined, so "proof_not_examined" says that the examiner is busy, and that it makes an older version's
 * picture later: no event tells when. Throws if the request is lost.
 */
async function ask(/** @type {Thumbnail} */ thumbnail) {
  const signal = AbortSignal.timeout?.(ANSWER_WITHIN);
  const response = await fetch(thumbnailPath(thumbnail.payment),
    { credentials: "same-origin", priority: "low", signal });
  if (response.ok) show(thumbnail, await response.blob(), isOfPdf(response));
  else if (response.status !== 404 && response.status !== 410) lose(thumbnail);
  else if ((await response.json()).code === "proof_not_examined") lose(thumbnail);
  else miss(thumbnail);
}

/** The file's name says what the picture shows: "comprobante-41-1.pdf.webp". */
const isOfPdf = (/** @type {Response} */ { headers }) => /\.pdf\b/.test(headers.get("Content-Disposition") ?? "");

/** @type {(thumbnail: Thumbnail, data: Blob, isPdf: boolean) => void} */
function show(thumbnail, data, isPdf) {
  const address = URL.createObjectURL(data);
  const picture = h("img", { alt: "", decoding: "async", width: 56, height: 72, src: address });
  picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  picture.addEventListener("error", () => {
    URL.revokeObjectURL(address);
    miss(thumbnail);
  }, { once: true });
  set(thumbnail, "shown", picture, ...(isPdf ? [h("span", { class: "pdf-sign" }, "PDF")] : []));
}

const miss = (/** @type {Thumbnail} */ thumbnail) => set(thumbnail, "missing", "Sin vista previa");

function lose(/** @type {Thumbnail} */ thumbnail) {
  lost.add(thumbnail);
  again ||= setTimeout(askAgain, AGAIN_AFTER);
}

function askAgain() {
  clearTimeout(again);
  again = 0;
  queue.push(...lost);
  lost.clear();
  askNext();
}

onLink((state) => { if (state === "online" && lost.size > 0) askAgain(); });
