// Copias: how the nightly backups are doing, and one more at a tap.

import { call } from "../lib/api.js";
import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { minutesSince, tick } from "../house/format.js";
import { inWords } from "../lib/wall-time.js";

export function create(/** @type {SectionContext} */ { onReset }) {
  const state = h("p", { class: "notice", role: "status", data: { tone: "" } }, "Cargando…");
  const about = h("p", { class: "quiet" });
  const disk = h("p", { class: "quiet", hidden: true },
    "Las copias están en el mismo disco que la base de datos: si ese disco falla, se pierde todo. "
      + "Mejor en otro: backup.folder en la configuración.");
  const button = h("button", { class: "button", type: "button", "data-kind": "primary" }, "Hacer copia ahora");
  const items = h("ul", { class: "copies" });
  const empty = h("p", { class: "quiet" }, "Todavía no hay copias.");
  const list = new KeyedList(items, {
    key: (copy) => copy.name,
    compare: (a, b) => (a.made_at < b.made_at ? 1 : -1),
    create: createRow,
    empty,
  });
  const node = h("div", { class: "copies-section" },
    h("h2", {}, "Copias"), state, about, disk, button,
    h("h3", {}, "Copias guardadas"), empty, items);

  let latest = null;
  tick(state, () => { if (latest) describe(state, latest); });

  async function show() {
    try {
      latest = await call("GET", "/backups");
      describe(state, latest);
      setText(about, explain(latest));
      disk.hidden = latest.same_disk !== true;
      list.sync(latest.copies);
    } catch (error) {
      toast(error.message, "late");
    }
  }

  button.addEventListener("click", async () => {
    try {
      button.disabled = true;
      setText(button, "Haciendo la copia…");
      const copy = await call("POST", "/backups", { timeout: 600000 });
      toast(`Copia hecha y revisada: ${size(copy.size)}`, "done");
    } catch (error) {
      toast(error.message, "late");
    }
    button.disabled = false;
    setText(button, "Hacer copia ahora");
    if (document.activeElement === document.body) button.focus();
    await show();
    dispatchEvent(new CustomEvent("backups"));
  });

  onReset(() => { if (node.isConnected) show(); });
  return { node, show };
}

/** "Última copia: hace 3 h · 12.4 MB", or what is wrong; with an icon, in words and in colour. */
function describe(/** @type {HTMLElement} */ state, /** @type {Backups} */ report) {
  const last = report.last_success_at
    ? `Última copia: ${since(report.last_success_at)} · ${size(report.last_success_size)}`
    : "Todavía no hay ninguna copia";
  state.dataset.tone = report.alarm ? "late" : "done";
  setText(state, report.alarm ? `⚠ ${report.trouble}. ${last}.` : `✓ ${last}.`);
  if (!report.alarm && !report.last_success_at) {
    state.dataset.tone = "";
    setText(state, `${last}.`);
  }
}

function explain(/** @type {Backups} */ report) {
  const when = report.enabled
    ? "Cada noche se guarda una copia de todo y se revisa."
    : "Las copias de cada noche están apagadas en la configuración.";
  return `${when} Carpeta: ${report.folder}`;
}

function createRow() {
  const moment = h("span", { class: "number" });
  const bytes = h("span", { class: "number" });
  const name = h("span", { class: "quiet small copy-name" });
  return {
    node: h("li", { class: "card copy" }, moment, bytes, name),
    update(/** @type {Backup} */ copy) {
      setText(moment, day(copy.made_at));
      setText(bytes, size(copy.size));
      setText(name, copy.name);
    },
  };
}

const size = (bytes) =>
  `${(bytes / 2 ** 20).toLocaleString("en-US", { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;

function day(iso) {
  return inWords(iso, "es", {
    weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    hourCycle: "h23",
  });
}

/** "hace 3 min", "hace 5 h", "hace 2 días" */
function since(iso) {
  const minutes = minutesSince(iso);
  if (minutes < 1) return "ahora";
  if (minutes < 60) return `hace ${minutes} min`;
  if (minutes < 48 * 60) return `hace ${Math.floor(minutes / 60)} h`;
  return `hace ${Math.floor(minutes / (24 * 60))} días`;
}
