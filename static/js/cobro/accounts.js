// The house's own accounts, which guests pay to: fetched at each charge, and kept on the device with their QR codes for
// when it is offline.

import { asUser, call } from "../lib/api.js";
import { fetchPart } from "../lib/later.js";
import { local } from "../lib/storage.js";

const KEPT = "comanda.cuentas";

/** The text that an account's QR code shows. */
const codeText = (/** @type {Account} */ account) => account.qr ?? account.number;
/** @type {() => Promise<Account[]>} */
const fetchAccounts = async () => (await call("GET", "/accounts")).accounts;

/** `{ load(), of(order) }`; `of(order)` gives a form what it asks of the accounts. */
export function createPayData() {
  let { accounts, codes } = read();
  /** @type {Promise<void>} */
  let loaded = Promise.resolve();
  let drawn = loaded;
  const keep = () => local.write(KEPT, JSON.stringify({ accounts, codes }));

  async function fetchAll() {
    try { accounts = await fetchAccounts(); } catch { return; /* the accounts from before stay */ }
    keep();
    if (accounts.length) import("./pay-data.js").catch(() => {}); // now, so that it opens without a network
    drawn = draw(accounts).catch(() => {});
  }

  /** Fetch the codes that are missing. If the list changed meanwhile, they may be other accounts': keep none then. */
  async function draw(/** @type {Account[]} */ list) {
    if (list.every((account) => Object.hasOwn(codes, codeText(account)))) return;
    /** @type {Record<string, string>} */
    const drawings = {};
    for (const [position, account] of list.entries()) {
      const text = codeText(account);
      drawings[text] = Object.hasOwn(codes, text) ? codes[text] : await fetchCode(position);
    }
    if (JSON.stringify(await fetchAccounts()) !== JSON.stringify(list)) return;
    codes = drawings;
    keep();
  }

  return {
    load: () => { loaded = fetchAll(); },
    /** All accounts, as new as the network lets them be. */
    accounts: async () => {
      await fetchAll();
      return accounts;
    },
    of: (/** @type {() => Order} */ order) => ({
      loaded,
      has: (/** @type {string} */ method) => accounts.some((account) => account.method === method),
      show: async (/** @type {{ method: string, amount: number }} */ { method, amount }) => {
        const part = await fetchPart(import("./pay-data.js"));
        part?.openPayData({ amount, order: order(), accounts: accounts.filter((account) => account.method === method),
          codeOf: (account) => drawn.then(() => codes[codeText(account)] ?? null) });
      },
    }),
  };
}

/** An account's QR code as SVG. */
async function fetchCode(/** @type {number} */ position) {
  const response = await fetch(`/accounts/${position}/qr`, { headers: asUser(), cache: "no-store" });
  if (!response.headers.get("Content-Type")?.startsWith("image/svg+xml")) throw new Error("no code");
  return response.text();
}

/** @returns {{ accounts: Account[], codes: Record<string, string> }} */
function read() {
  try {
    const { accounts, codes } = JSON.parse(local.read(KEPT) ?? "{}");
    return { accounts: Array.isArray(accounts) ? accounts : [], codes: codes ?? {} };
  } catch {
    return { accounts: [], codes: {} };
  }
}
