// The new secret, shown once: as codes and as texts, until the section is left or some minutes have passed.

import { h } from "../lib/dom.js";
import { createCopy } from "../lib/copy.js";
import { mark, since } from "../lib/server-time.js";
import { onCovered } from "../house/idle.js";

const SHOWN_FOR = 120000; // ms after the last copy
const LOOK_EVERY = 1000;
const ONCE = "Cópialo ahora: sólo se muestra esta vez. Se oculta a los 2 minutos, o al salir de esta sección.";
const EASY = "Lo más fácil: abre esta página en ese teléfono y copia cada dato. Desde otra pantalla, lee el código con "
  + "su cámara y copia el texto.";
const GONE = "El secreto ya no se muestra. Si no alcanzaste a copiarlo, cámbialo.";

/** `{ node, show(made), isShown(), focus(), clear() }`; nothing of the secret stays after `clear`. */
export function createSecret() {
  const head = h("h3", { tabindex: -1 }, "Datos para el teléfono");
  const data = h("ul", { class: "bank-data" });
  const card = h("section", { class: "card stack", hidden: true }, head, h("p", { class: "notice" }, ONCE),
    h("p", { class: "quiet" }, EASY), data);
  const gone = h("p", { class: "notice", role: "status", hidden: true }, GONE);
  /** @type {string[]} */
  const pictures = [];
  let shownAt = mark();
  let timer = 0;

  function show(/** @type {BankSecret} */ made) {
    clear();
    const entries = [
      createEntry("Dirección de avisos", made.notices_url, made.codes.notices),
      createEntry("Secreto", made.secret, made.codes.secret, true),
      createEntry("Dirección de la señal", made.heartbeat_url, made.codes.heartbeat),
    ];
    data.append(...entries.filter((entry) => entry !== null));
    card.hidden = false;
    stay();
    timer = setInterval(look, LOOK_EVERY);
  }

  /** @type {(label: string, text: string?, code: string?, isSpelled?: boolean) => HTMLLIElement?} */
  function createEntry(label, text, code, isSpelled = false) {
    if (text === null || code === null) return null;
    const picture = URL.createObjectURL(new Blob([code], { type: "image/svg+xml" }));
    pictures.push(picture);
    const copy = createCopy(label, () => text);
    copy.addEventListener("click", stay);
    return h("li", {}, h("h4", {}, label), h("img", { class: "qr", alt: `Código QR: ${label}`, src: picture }),
      h("p", { class: "bank-text" }, ...(isSpelled ? inFours(text) : [text])), copy);
  }

  const stay = () => { shownAt = mark(); };

  function look() {
    if (card.hidden || since(shownAt).most < SHOWN_FOR) return;
    clear();
    gone.hidden = false;
  }

  function clear() {
    clearInterval(timer);
    for (const picture of pictures.splice(0)) URL.revokeObjectURL(picture);
    data.replaceChildren();
    card.hidden = gone.hidden = true;
  }

  addEventListener("pagehide", clear);
  document.addEventListener("visibilitychange", look);
  onCovered(clear);
  return { node: h("div", {}, card, gone), show, clear, isShown: () => !card.hidden, focus: () => head.focus() };
}

/** Groups of four that are read out one by one; what is copied by hand has no blanks. */
const inFours = (/** @type {string} */ text) =>
  (text.match(/.{1,4}/gu) ?? []).map((four) => h("span", { class: "four" }, four));
