// "Cómo comprobar": the ways to look a payment up at the bank, whose contents are fetched ahead of their first use.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { checksOf } from "./words.js";

const load = () => import("./checking-rows.js");

/**
 * The ways to look a payment up, closed at first; `accounts()` resolves to the house's accounts.
 * @type {(payment: Payment, accounts: () => Promise<Account[]>) => Checking}
 */
export function createChecking(payment, accounts) {
  const checks = checksOf(payment.method);
  /** @type {KnownToCopy} */
  const known = { payment, fields: [], accounts: [] };
  const ways = checks.map((check) => createWay(check, open));
  const node = h("div", { class: "checking", hidden: checks.length === 0 }, ...ways.map((way) => way.node));
  /** @type {typeof import("./checking-rows.js")?} */
  let rows = null;
  let isLoaded = false;
  if (checks.length > 0) load().then((part) => { rows = part; }, () => {}); // the opening tries again

  function show() {
    if (!rows) return;
    for (const { node: way, check, values } of ways) {
      if (way.childElementCount === 1) way.append(...rows.createSteps(check, values));
      const { text, create } = rows.createRows(check.copy, known);
      if (values.dataset.shown === text) continue;
      values.dataset.shown = text;
      values.replaceChildren(...create());
    }
  }

  /** The accounts are as new as can be once somebody looks. */
  async function open() {
    rows ??= await fetchPart(load());
    show();
    if (!rows || isLoaded) return;
    if (!checks.some((check) => check.copy.some((what) => what === "account" || what === "holder"))) return;
    isLoaded = true;
    known.accounts = (await accounts()).filter((account) => account.method === payment.method);
    show();
  }

  return {
    node,
    update(now, fields = known.fields) {
      Object.assign(known, { payment: now, fields });
      if (node.querySelector("[open]")) show();
    },
  };
}

/** @type {(check: Check, open: () => void) => { check: Check, node: HTMLDetailsElement, values: HTMLElement }} */
function createWay(check, open) {
  const node = h("details", { class: "way", ontoggle: () => { if (node.open) open(); } },
    h("summary", {}, `Cómo comprobar: ${check.title}`));
  return { check, node, values: h("ul", { class: "to-copy" }) };
}
