// The strip "Sin enviar" on every tab: orders and proofs that the server does not have yet.

import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import { createDiscard, describe, isCorrectable, isGoingAway } from "../cobro/draft-words.js";
import { countOf, placeOfDraft } from "../cobro/parcels.js";

const UNREAD =
  "Este aparato no deja leer ahora lo que quedó sin enviar. Nada se ha borrado: "
  + "se lee y se envía solo en cuanto se pueda.";

/** `{ node, update }` of the strip above the tabs; `onCorrect(draft)` opens a draft to correct it. */
export function createStrip(/** @type {Outbox} */ outbox, /** @type {(draft: Draft) => void} */ onCorrect) {
  const heading = h("h2", { "aria-live": "polite" });
  const fold = h("button", {
    class: "button unsent-fold", type: "button", "data-kind": "plain", "aria-expanded": "true",
    "aria-label": "Lo que falta enviar",
  }, "▾");
  const items = h("ul", { class: "drafts" });
  const memory = h("p", { class: "small", hidden: true },
    "Este navegador no guarda nada: no cierres la página hasta que se envíe.");
  const unread = h("p", { class: "small", role: "status", hidden: true });
  const node = h("aside", { class: "unsent", "aria-label": "Órdenes y comprobantes sin enviar", hidden: true },
    h("div", { class: "unsent-head" }, heading, fold), memory, unread, items);
  fold.addEventListener("click", () => {
    items.hidden = !items.hidden;
    fold.setAttribute("aria-expanded", String(!items.hidden));
    setText(fold, items.hidden ? "▴" : "▾");
  });
  /** @type {KeyedList<Draft>} */
  const list = new KeyedList(items, {
    key: (draft) => draft.key,
    compare: (a, b) => a.savedAt - b.savedAt,
    create: (draft) => createDraft(draft, outbox, onCorrect),
  });
  const update = () => {
    const stuck = outbox.drafts.filter((draft) => !outbox.isFresh(draft));
    list.sync(stuck);
    node.hidden = stuck.length === 0 && outbox.isRead;
    memory.hidden = outbox.isLasting || !outbox.isRead;
    unread.hidden = outbox.isRead;
    setText(unread, outbox.isRead ? "" : UNREAD);
    setText(heading, node.hidden ? "" : stuck.length > 0 ? `Sin enviar (${stuck.length})` : "Sin enviar");
  };
  return { node, update };
}

function createDraft(/** @type {Draft} */ draft, /** @type {Outbox} */ outbox, onCorrect) {
  const why = h("span", { class: "small why" });
  const whose = draft.customer || `mesa ${draft.table}`;
  const button = (words, act) => h("button", {
    class: "button", type: "button", "data-kind": "primary", "aria-label": `${words}, ${whose}`, onclick: act,
  }, words);
  const send = button("Enviar ahora", () => outbox.sendNow(draft.key));
  const correct = button("Corregir", () => onCorrect(outbox.drafts.find((one) => one.key === draft.key)));
  const discard = draft.kind === "order"
    ? h("button", {
      class: "button", type: "button", "aria-label": `Descartar, ${whose}`,
      onclick: () => discardOrder(draft.key, outbox),
    }, "Descartar")
    : createDiscard(() => outbox.discard(draft.key), whose);
  const node = h("li", { class: "draft", data: { kind: draft.kind } },
    h("p", {}, ...headOf(draft), why), h("div", { class: "draft-actions" }, send, correct, discard));
  return {
    node,
    update: (/** @type {Draft} */ now) => {
      setText(why, describe(now, outbox));
      node.dataset.stopped = String(now.stopped || outbox.isStale(now));
      send.hidden = isCorrectable(now) || isGoingAway(now);
      correct.hidden = !isCorrectable(now);
      discard.hidden = isGoingAway(now);
      for (const one of [send, discard]) one.disabled = outbox.isSending(now);
    },
  };
}

/** A draft's table, total, and dishes or method. */
function headOf(/** @type {Draft} */ draft) {
  const count = draft.kind === "order" ? countOf(draft) : 0;
  const what = draft.kind === "order" ? `${count} ${count === 1 ? "platillo" : "platillos"}` : draft.method;
  const total = draft.total === null ? null : h("span", { class: "money" }, money(draft.total));
  return [h("b", {}, placeOfDraft(draft)), " · ", total, total ? " · " : null, `${what} `];
}

/** Discard an order, with an undo. A photo, which may be irreplaceable, asks first: `createDiscard`. */
async function discardOrder(key, outbox) {
  const draft = outbox.drafts.find((one) => one.key === key);
  if (!await outbox.discard(key)) return;
  const where = draft.customer || `la mesa ${draft.table}`;
  toast(`Orden de ${where} descartada`, "", { own: true, undo: () => outbox.restore(draft) });
}
