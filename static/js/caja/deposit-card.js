// A deposit without a payment in the Conciliación, and what it can be tied to.

import { h } from "../lib/dom.js";
import { money } from "../house/format.js";
import { placeWithin } from "../house/place.js";
import { arrivedAt, askPayment, sourceWords, tie } from "./tie.js";

/**
 * `{ node, update(deposit) }`; `candidatesOf(deposit)` are the payments that it may belong to, and `onTied()` is called
 * after a change.
 * @type {(deposit: Deposit, asked: DepositParts) => Card<Deposit>}
 */
export function createDeposit(first, { candidatesOf, nameOf, onTied }) {
  const facts = h("div", { class: "bank-deposit-facts" });
  const act = h("div", { class: "bank-deposit-act" });
  const node = h("li", { class: "card bank-deposit" }, facts, act);
  let deposit = first;
  let isBusy = false;

  async function tieTo(/** @type {ReconciledPayment} */ payment) {
    if (isBusy) return;
    isBusy = true;
    await tie(deposit, payment);
    isBusy = false;
    onTied();
  }

  function update(/** @type {Deposit} */ now) {
    deposit = now;
    replaceIfNew(facts, JSON.stringify(now), () => factsOf(now));
    const candidates = candidatesOf(now);
    replaceIfNew(act, candidates.map(({ id }) => id).join(" "), () => [actFor(candidates)]);
  }

  function actFor(/** @type {ReconciledPayment[]} */ candidates) {
    const [only, ...others] = candidates;
    if (!only) return h("span", { class: "quiet small" }, "Ningún pago de estas fechas por este monto");
    const whose = `ingreso de ${money(deposit.amount)}`;
    if (others.length === 0) {
      const words = `Unir a ${placeWithin(only)} · orden ${only.order_id}`;
      return h("button", { class: "button", type: "button", "aria-label": `${words}, ${whose}`,
        onclick: () => tieTo(only) }, words);
    }
    const words = `${candidates.length} posibles`;
    return h("button", { class: "button", type: "button", "aria-label": `${words}, ${whose}`,
      onclick: () => askPayment(deposit, candidatesOf(deposit), nameOf, tieTo) }, words);
  }

  return { node, update };
}

/** What is on show stays as it is, under the finger too, while it is still right. */
function replaceIfNew(/** @type {HTMLElement} */ node, /** @type {string} */ key, /** @type {() => Child[]} */ make) {
  if (node.dataset.shows === key) return;
  node.dataset.shows = key;
  node.replaceChildren(.../** @type {Node[]} */ (make().filter(Boolean)));
}

/** @type {(deposit: Deposit) => Child[]} */
function factsOf(deposit) {
  const { amount, sender, reference, account, text } = deposit;
  return [
    h("strong", { class: "money" }, money(amount)),
    h("span", { class: "number" }, `💰 ${arrivedAt(deposit)}`),
    sender ? h("bdi", { class: "sender" }, sender) : null,
    h("span", { class: "quiet small" }, [sourceWords(deposit), reference ? `ref. ${reference}` : "",
      account ? `cuenta ${account}` : ""].filter(Boolean).join(" · ")),
    text ? h("details", { class: "small" }, h("summary", {}, "Lo que dijo el banco"), h("p", {}, text)) : null,
  ];
}
