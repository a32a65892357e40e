// "Lo que dice la foto": each field that was read from a proof, beside what it is compared with.

import { call, Offline, orTryAgain } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { onLink } from "../lib/link.js";
import { isPicture, showSpot } from "./photo.js";
import { tellsReading } from "./words.js";

/** @type {Set<ReadingPanel>} */
const lost = new Set(); // panels whose request the network lost

/** What the proof of one payment says. `photo` is an element of `createPhoto`, on which a line's place is framed. */
export class ReadingPanel {
  /** @type {Payment} */
  payment;
  /** @type {ReadField[]} */
  fields = [];
  /** @type {typeof import("./reading-lines.js")?} */
  #lines = null;
  /** @type {ReadField["name"]?} */
  #pressed = null;
  #asked = ""; // what the last request was about
  #round = 0;
  #isGone = false; // the photo was deleted
  #shown = "";

  /**
   * `hold(act)` does what may move the page; `onFields(fields)` hears what was read.
   * @param {Payment} payment
   * @param {ReadingParts} parts
   */
  constructor(payment, { photo, hold = (act) => act(), onFields = () => {} }) {
    this.payment = payment;
    this.photo = photo;
    this.hold = hold;
    this.onFields = onFields;
    this.title = h("h3");
    this.state = h("p", { class: "quiet", role: "status" });
    this.hint = h("p", { class: "quiet small", hidden: true }, "Toca un renglón para verlo en la foto.");
    this.list = h("ul", { class: "read-lines" });
    this.trouble = h("p", { class: "notice read-trouble", hidden: true });
    this.node = h("section", { class: "reading", "aria-label": "Lo que dice la foto",
      onkeydown: (event) => this.#press(event) }, this.title, this.state, this.list, this.hint, this.trouble);
    this.update(payment);
  }

  /** Take news of the payment: its examination, a corrected claim or a warning change what its proof is beside. */
  update(/** @type {Payment} */ payment) {
    this.payment = payment;
    const { examined_at: examinedAt, reference, amount, tip, warnings } = payment;
    const about = JSON.stringify([examinedAt, reference, amount, tip, warnings]);
    if (tellsReading(payment) && examinedAt && about !== this.#asked) {
      this.#asked = about;
      this.#ask();
    }
    this.#show();
  }

  /** Take the photo's state: a line can be shown on a picture, and of a deleted photo nothing is told. */
  followPhoto(/** @type {PhotoState} */ state) {
    this.#isGone = state === "none";
    this.#show();
  }

  /** Take the frame off the photo. Returns whether there was one. */
  clear() {
    if (this.#pressed === null) return false;
    this.#choose(null);
    return true;
  }

  async #ask() {
    this.#round += 1;
    const round = this.#round;
    lost.delete(this);
    try {
      const coming = this.#lines ? null : import("./reading-lines.js");
      coming?.catch(() => {}); // a request that failed before it says why
      const { fields, source } = await call("GET", `/payments/${this.payment.id}/reading`);
      const lines = this.#lines ?? (coming && await fetchPart(coming));
      if (round !== this.#round) return;
      if (!lines) throw new Offline();
      this.#lines = lines;
      this.source = source;
      this.fields = fields;
      this.#say("");
    } catch (error) {
      if (round !== this.#round) return;
      if (error instanceof Offline) lost.add(this);
      this.#say(error instanceof Offline ? "Sin conexión. No se pudo cargar lo que dice la foto." : orTryAgain(error));
    }
  }

  /** @param {string} words why it can't be told, or "" */
  #say(words) {
    this.hold(() => {
      this.isRead = words === "" || this.isRead;
      this.trouble.replaceChildren(...words ? [h("span", {}, words), this.#again()] : []);
      this.trouble.hidden = words === "";
      this.#show();
    });
    if (!words) this.onFields(this.fields);
  }

  #again() {
    return h("button", { class: "button", type: "button", onclick: () => this.again() }, "Otra vez");
  }

  /** Ask once more. */
  again() {
    for (const button of this.trouble.querySelectorAll("button")) button.disabled = true;
    this.#ask();
  }

  #show() {
    const isTold = tellsReading(this.payment) && !this.#isGone;
    const words = isTold ? this.#stateWords() : "";
    this.hold(() => {
      setText(this.title, this.source === "texto" ? "Lo que dice el PDF" : "Lo que dice la foto");
      setText(this.state, words);
      this.state.hidden = words === "";
      const isEmpty = words === "" && this.fields.length === 0 && this.trouble.hidden === true;
      this.node.hidden = !isTold || isEmpty;
      this.#showLines();
    });
  }

  #stateWords() {
    if (!this.payment.examined_at) return this.payment.status === "por_verificar" ? "Leyendo la foto…" : "";
    if (this.isRead) return this.fields.length === 0 ? "No se pudo leer: compárala tú." : "";
    return this.trouble.hidden ? "Cargando…" : "";
  }

  /** The lines are made anew if something of them changed; the keyboard stays where it was. */
  #showLines() {
    const canShow = isPicture(this.photo);
    const part = this.#lines;
    if (!part) return;
    const lines = this.fields.map((field) => part.lineOf(field, this.payment));
    const now = JSON.stringify([canShow, lines]);
    if (now === this.#shown) return;
    this.#shown = now;
    const focused = /** @type {HTMLElement?} */ (
      this.list.contains(document.activeElement) ? document.activeElement : null);
    const name = focused?.closest("li")?.dataset.field;
    const kind = focused?.tagName;
    this.list.replaceChildren(...lines.map((line) => part.createLine(line,
      canShow && line.box ? () => this.#choose(this.#pressed === line.name ? null : line.name) : null)));
    this.hint.hidden = !this.list.querySelector("[aria-pressed]");
    if (name) /** @type {HTMLElement?} */ (this.list.querySelector(`[data-field="${name}"] ${kind}`))?.focus();
    const pressed = lines.find((line) => line.name === this.#pressed);
    this.#choose(canShow && pressed?.box ? pressed.name : null);
  }

  /** Frame a line's place on the photo; null for no line. */
  #choose(/** @type {ReadField["name"]?} */ name) {
    const isNew = name !== this.#pressed;
    this.#pressed = name;
    for (const button of this.list.querySelectorAll("[aria-pressed]")) {
      const isPressed = button.closest("li")?.dataset.field === name;
      button.setAttribute("aria-pressed", String(isPressed));
    }
    if (isNew) showSpot(this.photo, this.fields.find((field) => field.name === name)?.box ?? null);
  }

  /** Escape takes the frame away first, and closes what the panel stands in next. */
  #press(/** @type {KeyboardEvent} */ event) {
    if (event.key !== "Escape" || !this.clear()) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

onLink((state) => {
  if (state !== "online") return;
  for (const panel of lost) {
    if (panel.node.isConnected) panel.again();
    else lost.delete(panel);
  }
});
