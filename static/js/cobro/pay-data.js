// "Datos para pagar": the house's account in large, for a guest who looks at the waiter's phone.

import { h, openDialog, setText, toast } from "../lib/dom.js";
import { copyText, inFours } from "../lib/copy.js";
import { coverWith } from "../lib/place.js";
import { money, plainMoney } from "../lib/money.js";
import { place } from "../house/place.js";

/** Show the accounts of a method with the amount and a short reference. */
export function openPayData(/** @type {PayDataParts} */ { amount, accounts, codeOf, order }) {
  const reference = `${place(order)} · ${order.id}`;
  const dialog = openDialog("Datos para pagar", h("div", { class: "pay-data" },
    h("header", { class: "sheet-head" }, h("h2", {}, "Datos para pagar"), h("button", {
      class: "button", type: "button", "data-kind": "plain", "aria-label": "Cerrar", onclick: () => dialog.close(),
    }, "✕")),
    h("dl", { class: "pay-lines pay-amount" }, ...line("Monto", money(amount), plainMoney(amount))),
    h("dl", { class: "pay-lines" }, ...line("Referencia", reference, reference)),
    ...accounts.map((account) => createAccount(account, codeOf(account)))));
  coverWith(dialog);
}

function createAccount(/** @type {Account} */ account, /** @type {Promise<string?>} */ code) {
  const qr = h("img", { class: "pay-qr", alt: `QR de ${account.label}`, hidden: true });
  code.then((svg) => { if (svg !== null) showCode(qr, svg); });
  return h("section", { class: "pay-account" }, h("h3", {}, account.label),
    h("dl", { class: "pay-lines" }, ...line("A nombre de", account.holder, account.holder, account.label),
      ...line("Número", grouped(account.number), account.number, account.label),
      ...(account.alias ? line("Alias", account.alias, account.alias, account.label) : [])), qr);
}

function showCode(/** @type {HTMLImageElement} */ image, /** @type {string} */ svg) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  image.src = url;
  image.hidden = false;
}

/** Digits in groups of four, as people read them out. */
const grouped = (/** @type {string} */ number) => (/^\d{8,}$/.test(number) ? inFours(number) : number);

/**
 * A name, its value and the button that copies it; the button says of which account, for there may be several.
 * @type {(name: string, shown: string, copied: string, of?: string) => HTMLElement[]}
 */
function line(name, shown, copied, of = "") {
  /** @type {HTMLButtonElement} */
  const button = h("button", { class: "button", type: "button",
    "aria-label": `Copiar ${name.toLowerCase()}${of && `, ${of}`}`, onclick: () => copy(copied, button) }, "Copiar");
  return [h("dt", {}, name), h("dd", {}, h("span", { class: "pay-value" }, shown), button)];
}

async function copy(/** @type {string} */ text, /** @type {HTMLElement} */ button) {
  if (await copyText(text, button)) {
    setText(button, "Copiado ✓");
    setTimeout(() => setText(button, "Copiar"), 2000);
  } else {
    toast("No se pudo copiar: mantén el dedo sobre el número", "late");
  }
}
