// The strip "Sin enviar": proofs that the server does not have yet, in sight on every tab.

import { h, KeyedList, setText } from "../dom.js";
import { money } from "../format.js";

const SURE_FOR = 4000;

/** `{ node, update }` of the strip above the tabs; `onCorrect(orderId)` hears of what needs a person. */
export function createStrip(outbox, onCorrect) {
  const heading = h("h2", { "aria-live": "polite" });
  const items = h("ul", { class: "drafts" });
  const memory = h("p", { class: "small", hidden: true },
    "Este navegador no guarda fotos: no cierres la página hasta que se envíen.");
  const node = h("aside", { class: "unsent", "aria-label": "Comprobantes sin enviar", hidden: true }, heading, memory, items);
  const list = new KeyedList(items, {
    key: (draft) => draft.key,
    compare: (a, b) => a.savedAt - b.savedAt,
    create: (draft) => createDraft(draft, outbox, onCorrect),
  });
  const update = () => {
    const stuck = outbox.drafts.filter((draft) => isStuck(draft, outbox));
    list.sync(stuck);
    node.hidden = stuck.length === 0;
    memory.hidden = outbox.isLasting;
    setText(heading, stuck.length > 0 ? `Sin enviar (${stuck.length})` : "");
  };
  return { node, update };
}

/** A first attempt that is under way is not stuck: the sheet shows how it goes. */
const isStuck = (draft, outbox) => draft.attempt > 1 || (draft.attempt === 1 && !outbox.isSending(draft));

function createDraft(draft, outbox, onCorrect) {
  const why = h("span", { class: "small why" });
  const send = h("button", {
    class: "button", type: "button", "data-kind": "primary", onclick: () => outbox.sendNow(draft.key),
  }, "Enviar ahora");
  const correct = h("button", {
    class: "button", type: "button", "data-kind": "primary", onclick: () => onCorrect(draft.orderId),
  }, "Corregir");
  const discard = createDiscard(() => outbox.discard(draft.key));
  const node = h("li", { class: "draft" },
    h("p", {}, h("b", {}, `Mesa ${draft.table}`), ` · ${money(draft.total)} · ${draft.method} `, why),
    h("div", { class: "draft-actions" }, send, correct, discard));
  return {
    node,
    update: (now) => {
      setText(why, describe(now, outbox));
      node.dataset.stopped = String(now.stopped);
      send.hidden = isCorrectable(now);
      correct.hidden = !send.hidden;
      for (const button of [send, discard]) button.disabled = outbox.isSending(now);
    },
  };
}

/** Whether the server has named what is wrong: sent as it is, it would be refused again. */
export const isCorrectable = (draft) => draft.stopped && Object.keys(draft.errors ?? {}).length > 0;

/** Where a draft stands, in words. */
export function describe(draft, outbox) {
  if (outbox.isSending(draft)) return `Enviando… ${Math.round(100 * outbox.progress(draft))} %`;
  if (draft.stopped) return `⚠ No se pudo: ${draft.error}`;
  if (draft.waiter !== outbox.username) return `De ${draft.waiter}: se envía cuando entre`;
  return `${draft.error || "Sin enviar"}. Se enviará solo.`;
}

/** A button that forgets a photo only at the second tap. */
export function createDiscard(discard) {
  let isSure = false;
  const button = h("button", { class: "button", type: "button" }, "Descartar");
  const ask = (sure) => {
    isSure = sure;
    setText(button, sure ? "¿Seguro? Descartar" : "Descartar");
    if (sure) button.dataset.kind = "refuse";
    else delete button.dataset.kind;
  };
  button.addEventListener("click", () => {
    if (isSure) {
      discard();
      ask(false);
    } else {
      ask(true);
      setTimeout(ask, SURE_FOR, false);
    }
  });
  return button;
}
