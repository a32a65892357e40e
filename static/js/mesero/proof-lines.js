// What was read from the proofs of a bill that wait for the cashier, and the way to correct their payments.

import { h, wholeAmounts } from "../lib/dom.js";
import { afterFinger, isDown, noteLayout } from "../lib/finger.js";
import { money } from "../lib/money.js";
import { cents } from "../house/bill.js";
import { placeWithin } from "../house/place.js";
import { createClaimButton, mayCorrect } from "../cobro/claim.js";
import { differencesOf, readingWords } from "../cobro/reading-words.js";

/** `{ node, update(waits, orders) }`, with a line for each payment of `waits` that there is something to tell of. */
export function createProofLines(/** @type {Waiting} */ { me, isMine, methods, learn }) {
  /** @type {Map<string, ReturnType<typeof createLine>>} */
  const lines = new Map();
  const node = h("ul", { class: "proof-lines", "aria-label": "Pagos que esperan al cajero", hidden: true });
  const acts = { username: me, methods, learn };
  /** @type {{ waits: Payment[], orders: Order[] }} */
  let now = { waits: [], orders: [] };

  function show() {
    noteLayout();
    const { waits, orders } = now;
    const isTold = (/** @type {Payment} */ one) => one.submitted_by === me || orders.some(isMine);
    const told = waits.filter(isTold);
    for (const [id, line] of lines) {
      if (told.some((one) => one.id === id)) continue;
      line.node.remove();
      lines.delete(id);
    }
    for (const payment of told) {
      let line = lines.get(payment.id);
      if (!line) {
        lines.set(payment.id, line = createLine(acts));
        node.append(line.node);
      }
      line.update(payment, orders[0], waits.length > 1);
    }
    node.hidden = [...lines.values()].every((line) => line.node.hidden);
  }

  return {
    node,
    update: (/** @type {Payment[]} */ waits, /** @type {Order[]} */ orders) => {
      now = { waits, orders };
      if (isDown()) afterFinger(show); // no button goes away from under a finger
      else show();
    },
  };
}

function createLine(/** @type {ClaimActs} */ acts) {
  const words = h("p", { class: "small proof-read" });
  const differs = h("ul", { class: "proof-differs", "aria-label": "Lo que no coincide" });
  const claim = createClaimButton(acts);
  const node = h("li", { class: "proof-line" }, h("div", { class: "proof-says" }, words, differs), claim.button);
  return {
    node,
    update: (/** @type {Payment} */ payment, /** @type {Order} */ order, /** @type {boolean} */ isOneOfSeveral) => {
      const read = readingWords(payment);
      const given = money((cents(payment.amount) + cents(payment.tip)) / 100);
      const which = isOneOfSeveral ? `Pago de ${given}` : "";
      claim.update(payment, [which && given, placeWithin(order)].filter(Boolean).join(", "));
      const text = [which, read && `${which ? "en" : "En"} la foto: ${read}`].filter(Boolean).join(" · ");
      if (words.textContent !== text) words.replaceChildren(...wholeAmounts(text));
      words.hidden = !text;
      const sentences = differencesOf(payment);
      if (differs.dataset.words !== sentences.join("\n")) {
        differs.replaceChildren(...sentences.map((one) => h("li", { class: "notice small" },
          ...wholeAmounts(`⚠ ${one}`))));
      }
      differs.dataset.words = sentences.join("\n");
      differs.hidden = sentences.length === 0;
      node.hidden = !read && sentences.length === 0 && !mayCorrect(payment, acts);
    },
  };
}
