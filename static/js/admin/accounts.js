// "Cuentas para cobrar": the house's accounts, which guests see with their QR on the waiter's phone.

import { call } from "../lib/api.js";
import { h, openDialog, setText, toast } from "../lib/dom.js";
import { createForm, field } from "../lib/forms.js";
import { limit } from "../house/rules.js";

/** `{ node, show() }`: the list of accounts, each with what can be done with it; `changed` is called after a change. */
export function createAccounts(/** @type {Settings} */ settings, /** @type {() => void} */ changed) {
  /** @type {Account[]} */
  let accounts = [];
  const items = h("ul", { class: "rows", "aria-label": "Cuentas para cobrar" });
  const empty = h("p", { class: "quiet" }, "Aún no hay cuentas. Con ellas el mesero enseña al cliente a dónde pagar.");
  const use = h("p", { class: "quiet small" }, "El mesero las enseña a quien paga, y cada comprobante que se lee se "
    + "compara con ellas: si va a otra cuenta o a otro nombre, caja lo ve.");
  const warning = h("p", { class: "notice", hidden: true },
    "⚠ Mientras no haya cuentas, nadie nota un comprobante que va a otra cuenta.");
  const takesTransfers = settings.methods.some(({ verify }) => verify === "account");
  const trouble = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: true });
  const labelOf = (/** @type {string} */ name) => settings.methods.find((one) => one.name === name)?.label ?? name;

  function draw() {
    empty.hidden = accounts.length > 0;
    warning.hidden = accounts.length > 0 || !takesTransfers;
    items.replaceChildren(...accounts.map((account, at) => h("li", { class: "row account" },
      h("button", { class: "button row-edit", type: "button", "data-kind": "plain",
        "aria-label": `Editar ${account.label}`, onclick: () => edit(at) },
      h("span", { class: "row-name" }, `${account.label} · ${account.holder}`),
      h("span", { class: "quiet small" },
        `${labelOf(account.method)} · ${account.number}${account.qr ? " · con el QR del banco" : ""}`)),
      h("button", { class: "button mover", type: "button", "aria-label": `Subir ${account.label}`, disabled: at === 0,
        onclick: () => move(at, -1) }, "↑"),
      h("button", { class: "button mover", type: "button", "aria-label": `Bajar ${account.label}`,
        disabled: at === accounts.length - 1, onclick: () => move(at, 1) }, "↓"))));
  }

  async function show() {
    try {
      ({ accounts } = await call("GET", "/accounts"));
      trouble.hidden = true;
      draw();
    } catch (error) {
      setText(trouble, error.message);
      trouble.hidden = false;
    }
  }

  async function save(/** @type {Account[]} */ edited) {
    ({ accounts } = await call("PUT", "/accounts", { json: { accounts: edited } }));
    draw();
    changed();
  }

  async function move(/** @type {number} */ at, /** @type {number} */ by) {
    const moved = [...accounts];
    moved.splice(at + by, 0, ...moved.splice(at, 1));
    try { await save(moved); } catch (error) { toast(error.message, "late"); }
  }

  function edit(/** @type {number} */ at) {
    const account = accounts[at];
    const { nodes, read } = accountFields(settings, account);
    const form = createForm({
      fields: nodes, action: "Guardar",
      send: () => save(account ? accounts.with(at, read()) : [...accounts, read()]),
      done: () => { dialog.close(); toast("Guardado", "done", { own: true }); },
    });
    const remove = account ? h("button", { class: "button", type: "button", onclick: async () => {
      try {
        await save(accounts.filter((_, other) => other !== at));
        dialog.close();
      } catch (error) {
        toast(error.message, "late");
      }
    } }, "Quitar") : null;
    const title = account ? `Editar ${account.label}` : "Cuenta nueva";
    const dialog = openDialog(title, h("h2", {}, title), form, h("div", { class: "actions dialog-foot" }, remove,
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar")));
  }

  const node = h("section", { class: "stack" }, h("div", { class: "section-head" }, h("h2", {}, "Cuentas para cobrar"),
    h("button", { class: "button", type: "button", "data-kind": "primary", onclick: () => edit(accounts.length) },
      "+ Cuenta")), use, trouble, items, empty, warning);
  return { node, show };
}

/**
 * The fields of an account, or of a new one; `read()` tells what they say.
 * @type {(settings: Settings, account: Account | undefined) => { nodes: any[], read: () => Account }}
 */
function accountFields(settings, account) {
  const inputs = {
    method: field("Forma de pago", { name: "method",
      options: settings.methods.map(({ name, label }) => [name, label]),
      value: account?.method ?? settings.methods[0].name }),
    label: field("Qué es", { name: "label", maxlength: limit("account"), required: true, value: account?.label ?? "",
      hint: "BBVA · CLABE, Nequi, Yape…" }),
    holder: field("A nombre de", { name: "holder", maxlength: limit("name"), required: true,
      value: account?.holder ?? "" }),
    number: field("Número", { name: "number", maxlength: limit("account"), required: true,
      value: account?.number ?? "", hint: "CLABE, cuenta, teléfono o alias: lo que el cliente escribe en su banco" }),
    alias: field("Alias (opcional)", { name: "alias", maxlength: limit("account"), value: account?.alias ?? "" }),
    qr: field("Texto del QR del banco (opcional)", { name: "qr", maxlength: limit("qr"), value: account?.qr ?? "",
      hint: "Si tu banco te dio un QR, pega lo que dice. Sin él, el QR lleva el número." }),
  };
  const read = () => ({ method: inputs.method.value, label: inputs.label.value, holder: inputs.holder.value,
    number: inputs.number.value, alias: inputs.alias.value.trim() || null, qr: inputs.qr.value.trim() || null });
  return { nodes: Object.values(inputs), read };
}
