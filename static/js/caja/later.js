// Parts of the page that are fetched when they are first opened.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { openOrder } from "./order.js";

/**
 * The Conciliación, which a cashier needs once a day. `isShown()` tells whether anybody looks at it, `late()` which
 * orders have late warnings.
 */
export class Bank {
  node = h("div", { class: "bank" });
  /** @type {import("./reconciliation.js").Reconciliation | undefined} */
  #reconciliation;

  constructor(/** @type {Settings} */ settings, /** @type {() => boolean} */ isShown,
    /** @type {() => Charged[]} */ late) {
    this.settings = settings;
    this.isShown = isShown;
    this.late = late;
  }

  async open() {
    const part = await fetchPart(import("./reconciliation.js"));
    if (!part) return;
    await addStyle();
    if (!this.#reconciliation) {
      this.#reconciliation = new part.Reconciliation(this.settings, this.isShown, this.late);
      this.node.replaceChildren(this.#reconciliation.node);
    }
    this.refresh();
  }

  /** The shown payments may have changed. */
  refresh() { this.#reconciliation?.refresh(); }
}

/** @type {ReturnType<typeof import("../cobro/accounts.js").createPayData>?} */
let payData = null;

/** The house's accounts, of which a charge and a look at the bank tell. Resolves to null if they can't be fetched. */
export async function fetchPayData() {
  if (!payData) {
    const part = await fetchPart(import("../cobro/accounts.js"));
    payData ??= part?.createPayData() ?? null;
  }
  return payData;
}

const STYLE = new URL("../../css/conciliacion.css", import.meta.url).href;

/** @type {Promise<unknown>?} */
let styling = null;

/** Add the Conciliación's style. Resolves when it has come, or can't. */
function addStyle() {
  styling ??= new Promise((resolve) => {
    const onerror = () => {
      link.remove();
      styling = null; // the next opening tries again
      resolve(null);
    };
    const link = h("link", { rel: "stylesheet", href: STYLE, onload: resolve, onerror });
    document.head.append(link);
  });
  return styling;
}

/** A link to an order opens it on this page, unless a new tab was asked for. */
export function followOrderLinks() {
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a");
    if (!link?.dataset.order || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openOrder(link.dataset.order);
  });
}
