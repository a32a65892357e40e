// How to get the program that reads photos: said once on a device, and only to who administers the house.

import { h } from "../lib/dom.js";
import { local } from "../lib/storage.js";

const KNOWN = "comanda.lector-falta";
const PACKAGES = "sudo apt install tesseract-ocr tesseract-ocr-spa";

/** @type {(user: User, settings: Settings) => HTMLElement[]} */
export function readerHint({ role }, { reading }) {
  if (role !== "admin" || reading !== "missing" || local.read(KNOWN) !== null) return [];
  const node = h("div", { class: "reader-hint notice" },
    h("p", {}, "Las fotos no se leen: falta un programa. En la computadora de Comanda: ",
      h("code", {}, PACKAGES), ", y reinicia Comanda."),
    h("button", { class: "button", type: "button", onclick: () => {
      local.write(KNOWN, "sí");
      node.remove();
    } }, "Entendido"));
  return [node];
}
