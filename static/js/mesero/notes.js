// A line's note to the kitchen: its editor, and the last notes written on this device, to write again with one tap.

import { limit } from "../house/rules.js";
import { h } from "../lib/dom.js";
import { local } from "../lib/storage.js";

const PLACE = "comanda.notas";
const MOST_NOTES = 60;
const SHOWN = 5;

/** Remember the notes of an order's lines, the last one first. */
export function rememberNotes(lines) {
  const newNotes = lines.filter((line) => line.note).map(({ product, note }) => ({ product, note }));
  if (newNotes.length === 0) return;
  const isNew = (one) => newNotes.some((other) => other.product === one.product && other.note === one.note);
  local.write(PLACE, [...newNotes, ...read().filter((one) => !isNew(one))].slice(0, MOST_NOTES));
}

/** A few notes for a dish: its own last ones, then those of other dishes. */
function recentNotes(product) {
  const all = read();
  const own = all.filter((one) => one.product === product);
  return [...new Set([...own, ...all].map((one) => one.note))].slice(0, SHOWN);
}

/** Delete a note from the suggestions. */
function forgetNote(note) { local.write(PLACE, read().filter((one) => one.note !== note)); }

const read = () => local.readList(PLACE)
  .filter((one) => typeof one?.note === "string" && one.note && typeof one.product === "string");

/**
 * `{ node, open(line, label), close(), line }`; `onNote(line, note)` is called after each change,
 * `onClose(line)` at the end.
 */
export class NoteEditor {
  /** @type {OrderLine?} */
  line = null;
  #isForgetting = false;

  constructor(/** @type {(line: OrderLine, note: string) => void} */ onNote,
    /** @type {(line: OrderLine) => void} */ onClose) {
    this.onNote = onNote;
    this.onClose = onClose;
    this.input = h("input", {
      class: "input note-input", type: "text", maxlength: limit("note"), placeholder: "Nota para cocina",
      autocomplete: "off",
      enterkeyhint: "done", oninput: () => this.#say(this.input.value),
      onkeydown: (event) => { if (event.key === "Enter" || event.key === "Escape") this.#finish(event); },
    });
    this.done = h("button",
      { class: "button", type: "button", "data-kind": "primary", onclick: (event) => this.#finish(event) }, "Listo");
    this.chips = h("div", { class: "chips", role: "group" });
    this.node = h("div", { class: "note-editor", hidden: true }, this.input, this.done, this.chips);
  }

  open(/** @type {OrderLine} */ line, /** @type {string} */ label) {
    this.line = line;
    this.node.hidden = false;
    this.input.value = line.note;
    this.input.setAttribute("aria-label", `Nota de ${label}`);
    this.done.setAttribute("aria-label", `Listo con ${label}`);
    this.chips.setAttribute("aria-label", `Notas de antes para ${label}`);
    this.#isForgetting = false;
    this.#showChips();
    focusOn(this.chips.firstChild ?? this.input); // a focused chip opens no keyboard
  }

  close() {
    this.line = null;
    this.node.hidden = true;
  }

  #finish(event) {
    event.preventDefault(); // Enter would send the order
    const { line } = this;
    this.close();
    this.onClose(line);
  }

  #say(note) {
    this.line = { ...this.line, note };
    this.onNote(this.line, note);
    this.#press();
  }

  #showChips() {
    const notes = recentNotes(this.line.product);
    this.chips.hidden = notes.length === 0;
    this.chips.replaceChildren(...notes.map((note) => this.#chip(note)));
    if (notes.length === 0) return;
    const words = this.#isForgetting ? "Volver" : "✕ Olvidar…";
    this.chips.append(h("button", {
      class: "button chip", type: "button", "data-kind": "plain",
      onclick: () => { this.#isForgetting = !this.#isForgetting; this.#showChips(); focusOn(this.chips.lastChild); },
    }, words));
    this.#press();
  }

  #chip(note) {
    if (this.#isForgetting) {
      const forget = () => { forgetNote(note); this.#showChips(); focusOn(this.chips.firstChild ?? this.input); };
      return h("button", { class: "button chip", type: "button", "aria-label": `Olvidar ${note}`, onclick: forget },
        `✕ ${note}`);
    }
    return h("button", { class: "button chip", type: "button", data: { note }, onclick: () => this.#toggle(note) },
      note);
  }

  /** Add a note to the text, or remove it. */
  #toggle(note) {
    const said = parts(this.input.value);
    const now = said.includes(note) ? said.filter((one) => one !== note) : [...said, note];
    const text = this.input.value === note ? "" : now.join(", ");
    if (text.length > limit("note")) return;
    this.input.value = text;
    this.#say(text);
  }

  #press() {
    const said = parts(this.input.value);
    for (const chip of this.chips.querySelectorAll("[data-note]")) {
      const note = chip.getAttribute("data-note");
      chip.setAttribute("aria-pressed", String(said.includes(note) || this.input.value === note));
    }
  }
}

const focusOn = (/** @type {Node?} */ node) => /** @type {HTMLElement?} */ (node)?.focus();

const parts = (/** @type {string} */ text) => text.split(",").map((part) => part.trim()).filter(Boolean);
