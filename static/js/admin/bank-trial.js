// The tester: paste a notice, see what is made of it and by which rule. Nothing is stored.

import { call, Problem } from "../lib/api.js";
import { h } from "../lib/dom.js";
import { createForm, field } from "../lib/forms.js";
import { money } from "../lib/money.js";
import { signInAgain } from "../house/live.js";

/** @type {Record<string, string>} */
const WHY = {
  pago_hecho: "es un pago o un cargo que salió",
  compra: "es una compra",
  retiro: "es un retiro de efectivo",
  solicitud: "alguien pide dinero",
  codigo: "es un código",
  publicidad: "es publicidad",
  rechazada: "es una operación rechazada, devuelta o pendiente",
  saldo: "sólo dice el saldo",
  sin_monto: "no dice cuánto",
  monto_invalido: "el monto no se lee con certeza: es cero, son varios o es de otra moneda",
  sin_regla: "ninguna regla lo reconoce",
};

export function createTrial() {
  const from = field("Título o remitente (opcional)", { name: "from", maxlength: 200 });
  const text = h("textarea", { class: "input", id: "bank-notice", name: "text", rows: 4, maxlength: 4000,
    required: true, autocomplete: "off" });
  const result = h("div", { class: "stack", role: "status" });
  const form = createForm({
    fields: [from, h("div", { class: "field" }, h("label", { for: "bank-notice" }, "Aviso"), text)],
    action: "Probar",
    send: () => {
      result.replaceChildren();
      return ask({ from: from.value, text: text.value });
    },
    done: (tried) => result.replaceChildren(...describe(tried)),
  });
  return { node: h("section", { class: "stack narrow" }, h("h3", {}, "Probar un aviso"),
    h("p", { class: "quiet" }, "Pega el texto de un aviso de tu banco y mira qué entiende Comanda. No se guarda."),
    form, result) };
}

async function ask(/** @type {NoticeOnTrial} */ notice) {
  try {
    return await call("POST", "/deposits/try", { json: notice });
  } catch (error) {
    if (error instanceof Problem && error.status === 401) signInAgain();
    throw error;
  }
}

function describe(/** @type {NoticeTried} */ tried) {
  const isDeposit = tried.kind === "ingreso" && tried.amount !== null;
  const head = isDeposit ? `✓ Es un ingreso de ${money(tried.amount)}.`
    : `No cuenta como ingreso: ${WHY[tried.why ?? ""] ?? tried.why}.`;
  /** @type {[string, string?][]} */
  const facts = [["De", tried.sender], ["Referencia", tried.reference], ["Cuenta", tried.account],
    ["Regla", tried.rule]];
  const isPersonal = isDeposit && tried.why === "numero_privado";
  return [
    h("p", { class: "notice", data: { tone: isDeposit ? "done" : "" } }, head),
    isPersonal ? h("p", { class: "notice", data: { tone: "late" } },
      "⚠ Lo manda el teléfono de una persona, no un banco: en caja se une sólo a mano.") : "",
    ...tried.slow.map((name) => h("p", { class: "notice", data: { tone: "late" } },
      `⚠ La regla «${name}» tardó demasiado y no se usó. Simplifica sus patrones en config.toml.`)),
    h("dl", { class: "heard" }, ...facts.filter(([, value]) => value !== null)
      .map(([label, value]) => h("div", {}, h("dt", { class: "quiet small" }, label), h("dd", {}, value)))),
  ];
}
