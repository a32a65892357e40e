// The house's own accounts, which guests pay to: fetched once, and kept on the device for when it is offline.

import { call } from "../lib/api.js";
import { fetchPart } from "../lib/later.js";
import { local } from "../lib/storage.js";

const KEPT = "comanda.cuentas";

/** `{ load(), of(order) }`; `of(order)` gives a form what it asks: `has(method)`, `show({ method, amount })`. */
export function createPayData() {
  /** @type {Account[]} */
  let accounts = read();
  return {
    async load() {
      try {
        ({ accounts } = await call("GET", "/accounts"));
        local.write(KEPT, JSON.stringify(accounts));
      } catch { /* those from before stay */ }
    },
    of: (/** @type {() => Order} */ order) => ({
      has: (/** @type {string} */ method) => accounts.some((account) => account.method === method),
      show: async (/** @type {{ method: string, amount: number }} */ asked) => {
        const mine = accounts.map((account, position) => ({ ...account, position }))
          .filter((account) => account.method === asked.method);
        (await fetchPart(import("./pay-data.js")))?.openPayData({ ...asked, accounts: mine, order: order() });
      },
    }),
  };
}

function read() {
  try {
    const kept = JSON.parse(local.read(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
