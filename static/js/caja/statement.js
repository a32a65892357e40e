// A bank's statement: choose the file, see how it is read, pick what was found out wrongly, import it.

import { call, Offline } from "../lib/api.js";
import { h, openDialog, setText } from "../lib/dom.js";
import { money } from "../house/format.js";
import { signInAgain } from "../house/live.js";

const MOST_BYTES = 16 * 1024 * 1024;
const PATIENCE = 120000; // ms: a statement of years takes a while on a slow machine
const ROLES = {
  "": "No se usa", date: "Fecha", time: "Hora", credit: "Abono (lo que entra)", debit: "Cargo (lo que sale)",
  amount: "Monto, con su signo", kind: "Cargo o abono, en palabras", reference: "Referencia o rastreo",
  description: "Concepto", sender: "Quién lo envía", balance: "Saldo",
};
const SEPARATORS = { ",": "Coma ,", ";": "Punto y coma ;", tab: "Tabulador", "|": "Barra |" };
const ENCODINGS = { "utf-8": "UTF-8", "utf-16": "UTF-16", cp1252: "Windows", "latin-1": "Latin-1" };
const ORDERS = { dmy: "Día, mes, año", mdy: "Mes, día, año", ymd: "Año, mes, día" };
const MARKS = { ".": "Punto: 1,234.56", ",": "Coma: 1.234,56" };

/** @typedef {Route<"POST /deposits/statement/preview">["answer"]} Preview */
/** @typedef {Route<"POST /deposits/statement">["answer"]} Imported */

/** Ask for a statement; `done()` hears of an import. Returns the open dialog. */
export function openStatement(/** @type {() => void} */ done) {
  return new Statement(done).dialog;
}

class Statement {
  /** @type {Blob?} */
  #file = null; // its bytes, which stay when the file on the device changes
  #look = 0; // the answer to an earlier look is of no use
  /** @type {Record<string, unknown>} */
  #mapping = {};

  constructor(/** @type {() => void} */ done) {
    this.done = done;
    this.message = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: true });
    this.again = h("button", { class: "button", type: "button", hidden: true, onclick: () => this.#read() },
      "Volver a leer");
    this.preview = h("div", { class: "statement", "aria-live": "polite" });
    this.file = h("input", {
      class: "input", id: "statement-file", type: "file",
      accept: ".csv,.tsv,.txt,.ofx,.qfx,.sta,.mt940,.940,text/csv,text/plain", onchange: () => this.#choose(),
    });
    this.bank = h("input", {
      class: "input", id: "statement-bank", maxlength: 40, autocomplete: "off", list: "statement-banks",
      onchange: () => this.#changeBank(),
    });
    this.banks = h("datalist", { id: "statement-banks" });
    this.bankField = h("div", { class: "field", hidden: true },
      h("label", { for: "statement-bank" }, "Banco, para leerlo igual la próxima vez"), this.bank, this.banks);
    this.apply = h("button", {
      class: "button", type: "button", "data-kind": "primary", "data-size": "main", hidden: true,
      onclick: () => this.#carryOut(),
    }, "Importar");
    this.close = h("button", { class: "button", type: "button", onclick: () => this.dialog.close() }, "Cancelar");
    this.choice = h("div", { class: "field" },
      h("label", { for: "statement-file" }, "Archivo del banco"), this.file);
    this.dialog = openDialog("Estado de cuenta", h("h2", {}, "Estado de cuenta"),
      h("p", { class: "quiet" }, "En CSV, TSV, OFX o MT940, como lo da el banco. Sólo cuenta lo que entró; "
        + "lo que ya estaba no se repite."),
      this.choice, this.message, this.again, this.preview, this.bankField, this.apply,
      h("div", { class: "actions dialog-foot" }, this.close));
    this.dialog.classList.add("statement-dialog");
  }

  #say(/** @type {string} */ words, isLost = false) {
    setText(this.message, words);
    this.message.hidden = !words;
    this.again.hidden = !isLost;
    if (words) this.message.scrollIntoView({ block: "nearest" }); // what was tapped may be far below it
  }

  async #choose() {
    const file = this.file.files?.[0];
    this.#look += 1;
    this.#file = null;
    this.#mapping = {};
    this.bank.value = "";
    this.#clear();
    if (!file) return;
    if (file.size > MOST_BYTES) {
      this.#say("El archivo pasa de 16 MB: pide al banco menos días");
      return;
    }
    try {
      this.#file = new Blob([await file.arrayBuffer()]);
    } catch {
      this.#say("No se pudo abrir el archivo. Elígelo otra vez");
      return;
    }
    await this.#read();
  }

  #clear() {
    this.#say("");
    this.preview.replaceChildren();
    this.bankField.hidden = true;
    this.apply.hidden = true;
  }

  /** Another bank's name: if it is known, the file is read by its profile. */
  #changeBank() {
    if (![...this.banks.children].some((one) => one.getAttribute("value") === this.bank.value.trim())) return;
    this.#mapping = {};
    this.#read();
  }

  #form() {
    const form = new FormData();
    if (this.#file) form.append("file", this.#file, "estado");
    if (this.bank.value.trim()) form.append("bank", this.bank.value.trim());
    if (Object.keys(this.#mapping).length > 0) form.append("mapping", JSON.stringify(this.#mapping));
    return form;
  }

  async #read() {
    this.#look += 1;
    const look = this.#look;
    this.#say("");
    this.preview.setAttribute("aria-busy", "true");
    if (!this.preview.firstChild) this.preview.replaceChildren(h("p", { class: "quiet" }, "Leyendo…"));
    this.apply.disabled = true;
    try {
      const told = await call("POST", "/deposits/statement/preview", { form: this.#form(), timeout: PATIENCE });
      if (look === this.#look) this.#show(told);
    } catch (error) {
      if (look !== this.#look) return;
      if (error.status === 401) signInAgain();
      const isLost = error instanceof Offline;
      if (!isLost && Object.keys(this.#mapping).length === 0) this.#clear();
      this.#say(isLost ? "Sin conexión. El archivo y lo que elegiste siguen aquí." : error.message, isLost);
    } finally {
      if (look === this.#look) this.preview.removeAttribute("aria-busy");
      this.apply.disabled = false;
    }
  }

  #show(/** @type {Preview} */ told) {
    const isTable = told.kind === "csv";
    if (told.bank && !this.bank.value) this.bank.value = told.bank;
    this.bankField.hidden = !isTable;
    this.banks.replaceChildren(...told.profiles.map((name) => h("option", { value: name })));
    this.apply.hidden = told.credits === 0;
    const focused = this.preview.contains(document.activeElement) ? document.activeElement?.id : "";
    const parts = /** @type {HTMLDetailsElement[]} */ ([...this.preview.querySelectorAll("details")]);
    const wasOpen = new Map(parts.map((part) => [part.dataset.part, part.open]));
    this.preview.replaceChildren(...[
      told.lacks ? h("p", { class: "notice", role: "alert" }, `${told.lacks}.`) : summary(told),
      told.complaints.length > 0 ? complaints(told) : null,
      told.rows.length > 0 ? rows(told) : null,
      isTable ? this.#columns(told) : null,
      isTable ? this.#formats(told) : null,
    ].filter((node) => node !== null));
    for (const part of this.preview.querySelectorAll("details")) {
      part.open = wasOpen.get(part.dataset.part) || (part.open && !wasOpen.has(part.dataset.part));
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  /** Each column with the first of its cells, and what it tells. */
  #columns(/** @type {Preview} */ told) {
    const list = h("ul", { class: "statement-columns" }, ...told.columns.map((column) => {
      const name = column.heading || `Columna ${column.index + 1}`;
      const id = `statement-column-${column.index}`;
      const picked = select(id, ROLES, column.role ?? "", (role) => this.#pick(told, column.index, role));
      return h("li", {}, h("label", { for: id }, name),
        h("span", { class: "quiet small" }, column.samples.join(" · ") || "vacía"), picked);
    }));
    return h("details", { class: "statement-part", data: { part: "columns" }, open: told.lacks !== null },
      h("summary", {}, "Columnas"), list);
  }

  #pick(/** @type {Preview} */ told, /** @type {number} */ index, /** @type {string} */ role) {
    /** @type {Record<string, number>} */
    const columns = {};
    for (const column of told.columns) {
      const own = column.index === index ? role : column.role;
      if (own && !(own === role && column.index !== index)) columns[own] = column.index;
    }
    if (role === "amount") { delete columns.credit; delete columns.debit; }
    if (role === "credit" || role === "debit") { delete columns.amount; delete columns.kind; }
    this.#change(told, { columns }, ["date_order", "decimal_mark"]);
  }

  #formats(/** @type {Preview} */ told) {
    const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Record<string, string>} */ words,
      /** @type {string?} */ value, /** @type {string[]} */ anew) => {
      const id = `statement-${name}`;
      return h("div", { class: "field" }, h("label", { for: id }, label),
        select(id, words, value ?? "", (chosen) => this.#change(told, { [name]: chosen }, anew)));
    };
    const header = h("input", {
      class: "input", id: "statement-header", type: "number", min: 0, max: 200, inputmode: "numeric",
      value: told.header_row ?? 0,
      onchange: (/** @type {Event} */ { currentTarget }) => this.#change(told,
        { header_row: Number(/** @type {HTMLInputElement} */ (currentTarget).value) || 0 },
        ["columns", "date_order", "decimal_mark"]),
    });
    return h("details", { class: "statement-part", data: { part: "formats" } }, h("summary", {}, "Formatos"),
      h("div", { class: "statement-formats" },
        field("date_order", "Fechas", ORDERS, told.date_order, []),
        field("decimal_mark", "Centavos", MARKS, told.decimal_mark, []),
        h("div", { class: "field" },
          h("label", { for: "statement-header" }, "Fila de los títulos (0: no tiene)"), header),
        field("separator", "Separador", SEPARATORS, told.separator,
          ["header_row", "columns", "date_order", "decimal_mark"]),
        field("encoding", "Codificación", ENCODINGS, told.encoding, [])));
  }

  /** Read again with a change; what depends on it (`anew`) is found out again. */
  #change(/** @type {Preview} */ told, /** @type {Record<string, unknown>} */ change, /** @type {string[]} */ anew) {
    const columns = Object.fromEntries(told.columns.filter(({ role }) => role).map(({ role, index }) => [role, index]));
    const { separator, encoding, header_row, date_order, decimal_mark } = told;
    /** @type {Record<string, unknown>} */
    const whole = { separator, encoding, header_row, columns, date_order, decimal_mark };
    for (const name of anew) delete whole[name];
    this.#mapping = { ...whole, ...change };
    this.#read();
  }

  async #carryOut() {
    this.#say("");
    this.apply.disabled = true;
    setText(this.apply, "Importando…");
    try {
      const imported = await call("POST", "/deposits/statement", { form: this.#form(), timeout: PATIENCE });
      this.choice.hidden = true;
      this.bankField.hidden = true;
      this.apply.hidden = true;
      setText(this.close, "Listo");
      this.preview.replaceChildren(outcome(imported));
      this.close.focus();
      this.done();
    } catch (error) {
      if (error.status === 401) signInAgain();
      this.#say(error instanceof Offline
        ? "Sin conexión: no se sabe si terminó. Toca Importar otra vez: nada se repite." : error.message);
    } finally {
      this.apply.disabled = false;
      setText(this.apply, "Importar");
    }
  }
}

/** @type {(id: string, words: Record<string, string>, value: string, pick: (value: string) => void) => HTMLElement} */
function select(id, words, value, pick) {
  const choose = (/** @type {Event} */ { currentTarget }) =>
    pick(/** @type {HTMLSelectElement} */ (currentTarget).value);
  return h("select", { class: "input", id, onchange: choose },
    ...Object.entries(words).map(([name, word]) => h("option", { value: name, selected: name === value }, word)));
}

const count = (/** @type {number} */ number, /** @type {string} */ one, /** @type {string} */ many) =>
  `${number} ${number === 1 ? one : many}`;

const wereThere = (/** @type {number} */ number) => count(number, "ya estaba", "ya estaban");

const shortDay = (/** @type {string} */ date) => `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;

function summary(/** @type {Preview} */ told) {
  if (told.credits === 0) {
    return h("p", { class: "notice" }, told.debits > 0 ? "No hay nada que entró: sólo cargos."
      : "No se encontró ningún movimiento.");
  }
  const days = told.first === told.last ? `del ${shortDay(told.first ?? "")}`
    : `del ${shortDay(told.first ?? "")} al ${shortDay(told.last ?? "")}`;
  return h("div", { class: "statement-sum" },
    h("p", { class: "summary" }, h("strong", {}, count(told.credits, "abono", "abonos")), " · ",
      h("span", { class: "money" }, money(told.total)), ` · ${days}`),
    h("p", { class: "quiet small" }, [
      told.known > 0 ? (told.known === told.credits ? "Ya estaban todos" : wereThere(told.known)) : "",
      told.debits > 0 ? `${count(told.debits, "cargo no cuenta", "cargos no cuentan")}` : "",
      told.zeros > 0 ? `${told.zeros} en cero` : "",
    ].filter(Boolean).join(" · ")));
}

function complaints(/** @type {Preview} */ told) {
  return h("details", { class: "statement-part", data: { part: "complaints" }, open: told.credits === 0 },
    h("summary", {}, `⚠ ${count(told.unreadable, "línea no se entiende", "líneas no se entienden")}`),
    h("ul", { class: "changes small", tabindex: 0, "aria-label": "Líneas que no se entienden" },
      ...told.complaints.map(({ line, why }) => h("li", {}, `Línea ${line}: ${why}`))));
}

function rows(/** @type {Preview} */ told) {
  return h("details", { class: "statement-part", data: { part: "rows" }, open: true },
    h("summary", {}, "Así se lee"),
    h("ul", { class: "statement-rows", tabindex: 0, "aria-label": "Primeros movimientos" }, ...told.rows.map((row) =>
      h("li", { data: { credit: String(row.is_credit) } },
        h("span", { class: "quiet small" }, `${shortDay(row.date)}${row.time ? ` ${row.time}` : ""}`),
        h("span", { class: "money" }, money(row.amount)),
        h("span", { class: "small statement-words" },
          [row.sender, row.description, row.reference].filter(Boolean).join(" · "))))));
}

function outcome(/** @type {Imported} */ told) {
  const lines = [
    count(told.added, "ingreso nuevo", "ingresos nuevos"),
    told.tied > 0 ? `${count(told.tied, "quedó unido", "quedaron unidos")} a su pago` : "",
    told.merged > 0 ? `${told.merged} ya ${told.merged === 1 ? "lo" : "los"} había avisado el banco` : "",
    told.known > 0 ? wereThere(told.known) : "",
    told.skipped > 0 ? `${told.skipped} no ${told.skipped === 1 ? "es dinero que entró" : "son dinero que entró"}` : "",
    told.unreadable > 0 ? `⚠ ${count(told.unreadable, "línea no se entendió", "líneas no se entendieron")}` : "",
  ].filter(Boolean);
  return h("div", { class: "statement" },
    h("p", { class: "notice", data: { tone: "done" }, role: "status" }, "✓ Importado"),
    h("ul", { class: "changes" }, ...lines.map((line) => h("li", {}, line))));
}
