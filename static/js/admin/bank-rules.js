// The rules by which notices are read: the house's own first, then those of Comanda.

import { h } from "../lib/dom.js";

const EXAMPLE = `[[deposits.rules]]
name = "mi-banco"
when = ["mi banco", "te cayó {monto}"]
not_when = ["pendiente"]
sender = ["de parte de {nombre}"]
reference = ["folio {numero}"]`;

/** `{ node, update(rules) }` */
export function createRules() {
  const list = h("ul", { class: "bank-rules" });
  return {
    node: h("details", { class: "bank-way" }, h("summary", {}, "Reglas que leen los avisos"),
      h("p", {}, "La primera que reconoce un aviso decide. Lo que no es un ingreso (una compra, un retiro, un código, "
        + "publicidad) se descarta antes."), list,
      h("p", {}, "Si Comanda no entiende los avisos de tu banco, quien la instaló agrega una regla en config.toml. "
        + "Todas las palabras de when tienen que estar, y ninguna de not_when:"),
      h("pre", {}, h("code", {}, EXAMPLE))),
    update(/** @type {BankRule[]} */ rules) {
      list.replaceChildren(...rules.map(({ name, own }) => h("li", {}, name, own ? " " : null,
        own ? h("span", { class: "badge", data: { tone: "primary" } }, "de la casa") : null)));
    },
  };
}
