// The first start: the restaurant, its administrator and its menu.

import { call } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";
import { createForm, field } from "../lib/forms.js";
import { countryOf } from "../house/countries.js";
import { houseFields } from "../house/house-fields.js";
import { limit, setRules } from "../house/rules.js";
import { readText } from "../lib/text-file.js";
import { pinField, usernameOf } from "../house/staff-fields.js";

// The token stands in the URL's fragment, which no browser sends and no log has.
const token = location.hash.slice(1);
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "America/Mexico_City";

// Without a session the server tells no settings. A test holds these limits against the server's.
const limits = /** @type {Limits} */ ({ name: 80, currency: 5, username: 40, shortest_money_pin: 6, pin: 128 });
setRules(/** @type {Settings} */ ({ limits }));

const { code = "", ...style } = countryOf(new Intl.Locale(navigator.language).region ?? "") ?? { currency: "$" };
const house = houseFields({ restaurant: "", ...style, country: code, time_zone: zone, own_verdicts: false });
const name = field("Tu nombre", { name: "name", maxlength: limit("name"), required: true });
const username = field("Usuario", {
  name: "username", maxlength: limit("username"), required: true, autocapitalize: "none", spellcheck: "false",
  hint: "Con él entras: letras minúsculas, cifras, punto o guion",
});
name.input.addEventListener("input", () => { username.input.value = usernameOf(name.value); });
const pin = pinField("PIN", () => "admin");
const again = field("PIN otra vez", {
  name: "again", type: "password", inputmode: "numeric", maxlength: limit("pin"), required: true,
  autocomplete: "new-password",
});
const menu = createMenuChoice();

function createMenuChoice() {
  const file = h("input", { class: "input", id: "csv", type: "file", accept: ".csv,.tsv,.txt,text/csv" });
  const own = h("div", { class: "field", hidden: true },
    h("label", { for: "csv" }, "Archivo CSV con nombre,categoría,precio en la primera línea"), file);
  const option = (value, word, checked = false) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "menu", value, checked, onchange: () => { own.hidden = value !== "csv"; } }),
    word);
  const node = h("fieldset", { class: "choices" }, h("legend", {}, "Menú"),
    option("sample", "Empezar con un menú de muestra", true), option("csv", "Importar mi menú"),
    option("none", "Sin menú por ahora"), own);
  return { node, file, chosen: () => /** @type {HTMLInputElement} */ (node.querySelector("input:checked")).value };
}

async function setUp() {
  if (pin.value !== again.value) throw new Error("Los dos PIN no coinciden");
  const choice = menu.chosen();
  if (choice === "csv" && !menu.file.files[0]) throw new Error("Elige el archivo del menú");
  const json = {
    ...house.json(), token, name: name.value, username: username.value.trim(), pin: pin.value,
    sample: choice === "sample", csv: choice === "csv" ? await readText(menu.file.files[0]) : null,
  };
  const { user } = await call("POST", "/setup", { json });
  await call("POST", "/session", { json: { username: user.username, pin: json.pin } });
}

const form = createForm({
  fields: [
    h("h2", {}, "El restaurante"), ...house.nodes,
    h("h2", {}, "Quien administra"), name, username, pin, again,
    menu.node,
  ],
  action: "Empezar",
  send: setUp,
  done: () => location.replace("/admin?ver=conectar"),
});
const missing = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: Boolean(token) });
setText(missing, "Falta la clave en la dirección. Ábrela con el código QR que Comanda mostró al arrancar.");
document.body.append(h("main", { class: "first-start stack narrow" },
  h("h1", {}, h("span", { "aria-hidden": "true" }, "🧾 "), "Comanda: primer arranque"),
  h("p", { class: "quiet" }, "Un minuto y el restaurante queda listo. Todo se puede cambiar después."),
  missing, form));
