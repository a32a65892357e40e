// "Lectura de comprobantes": whether the server reads what proofs say, and what it lacks.

import { h } from "../lib/dom.js";

const INSTALL = "sudo apt install tesseract-ocr tesseract-ocr-spa";

/** The state of reading, from the settings; nothing where settings kept by an earlier version don't tell it. */
export function createReading(/** @type {Settings["reading"] | undefined} */ state) {
  const words = state === undefined ? null : { on, off, missing }[state];
  return words && h("section", { class: "stack reading" }, h("h2", {}, "Lectura de comprobantes"), ...words());
}

const on = () => [h("p", {}, "✓ Activada: Comanda lee el monto, la clave, la fecha y la cuenta de cada comprobante, y "
  + "avisa en caja si algo no coincide.")];

const off = () => [h("p", { class: "notice" }, "Apagada. Para encenderla, quien instaló Comanda pone ",
  h("code", {}, "proofs.reading = \"auto\""), " en su configuración.")];

const missing = () => [
  h("p", { class: "notice" }, "⚠ Falta el programa que lee las fotos. De un PDF se lee su propio texto; lo demás "
    + "funciona igual."),
  h("p", {}, "En la computadora donde corre Comanda (Debian, Ubuntu):"),
  h("p", {}, h("code", { class: "install" }, INSTALL)),
  h("p", { class: "quiet small" }, "Después arranca Comanda otra vez.")];
