// Import of a CSV menu: the changes are shown first, and made after a yes.

import { call } from "../lib/api.js";
import { h, openDialog, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import { readText } from "../lib/text-file.js";

const EXAMPLE = "nombre,categoría,precio";

/** Ask for a file, show what it changes, import it on request; `done()` hears of an import. */
export function openImport(done) {
  let text = "";
  const message = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: true });
  const preview = h("div", { class: "stack", "aria-live": "polite" });
  const input = h("input",
    { class: "input", id: "csv", type: "file", accept: ".csv,.tsv,.txt,text/csv", onchange: () => look() });
  const apply = h("button", {
    class: "button", type: "button", "data-kind": "primary", "data-size": "main", hidden: true,
    onclick: () => carryOut(),
  }, "Importar");
  const dialog = openDialog("Importar menú", h("h2", {}, "Importar menú"),
    h("p", { class: "quiet" },
      `Un archivo CSV cuya primera línea es ${EXAMPLE}. Lo que no esté en el archivo se queda como está.`),
    h("div", { class: "field" }, h("label", { for: "csv" }, "Archivo"), input),
    message, preview, apply,
    h("div", { class: "actions dialog-foot" },
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar")));

  const say = (words) => {
    setText(message, words);
    message.hidden = !words;
  };

  async function look() {
    say("");
    preview.replaceChildren();
    apply.hidden = true;
    if (!input.files[0]) return;
    try {
      text = await readText(input.files[0]);
      const changes = await call("POST", "/menu/preview", { json: { csv: text } });
      preview.replaceChildren(...describe(changes).filter((node) => node !== null));
      apply.hidden = changes.added.length + changes.changed.length === 0;
    } catch (error) {
      say(error.message);
    }
  }

  async function carryOut() {
    try {
      apply.disabled = true;
      const { added, changed } = await call("POST", "/menu/import", { json: { csv: text } });
      dialog.close();
      toast(`Menú importado: ${added.length} nuevos, ${changed.length} con cambios`, "done");
      done();
    } catch (error) {
      say(error.message);
    } finally {
      apply.disabled = false;
    }
  }
}

function describe(/** @type {Changes} */ { added, changed, same }) {
  const leaps = changed.filter(({ before, after }) => isLeap(before.price, after.price));
  return [
    leaps.length > 0 ? h("p", { class: "notice", role: "alert", data: { tone: "late" } },
      `⚠ ${leaps.length === 1 ? "Un precio cambia" : `${leaps.length} precios cambian`} cien veces o más: `
      + `${leaps.slice(0, 3).map(({ before, after }) => `${after.name}, ${money(before.price)} → ${money(after.price)}`)
        .join("; ")}. Revisa si el archivo separa los centavos como tu restaurante.`) : null,
    h("p", { class: "summary" }, `${added.length} ${added.length === 1 ? "nuevo" : "nuevos"} · `
      + `${changed.length} con cambios · ${same} ${same === 1 ? "igual" : "iguales"}`),
    ...listed("Nuevos", added.map((entry) => `${entry.name} · ${entry.category} · ${money(entry.price)}`)),
    ...listed("Con cambios", changed.map(({ before, after }) => `${after.name}: ${differences(before, after)}`)),
  ];
}

/** Whether a price grows or shrinks a hundredfold: as if its decimal mark had been read as another. */
const isLeap = (/** @type {number} */ before, /** @type {number} */ after) => before > 0 && after > 0
  && (after >= before * 100 || before >= after * 100);

function listed(heading, lines) {
  if (lines.length === 0) return [];
  return [h("h3", {}, heading),
    h("ul", { class: "changes", tabindex: 0, "aria-label": heading }, ...lines.map((line) => h("li", {}, line)))];
}

function differences(/** @type {Entry} */ before, /** @type {Entry} */ after) {
  const parts = [];
  if (before.price !== after.price) parts.push(`${money(before.price)} → ${money(after.price)}`);
  if (before.category !== after.category) parts.push(`${before.category} → ${after.category}`);
  return parts.join(", ");
}
