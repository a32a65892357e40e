// "Conectar teléfonos": the address of this house as a QR code, on the screen and on paper.

import { call } from "../lib/api.js";
import { h, setText, toast } from "../lib/dom.js";

export function create(/** @type {SectionContext} */ { settings }) {
  const image = h("img", { class: "qr", alt: "", width: 320, height: 320, hidden: true });
  const address = h("p", { class: "address" });
  const warning = h("p", { class: "notice", role: "status", hidden: true });
  const print = h("button",
    { class: "button", type: "button", "data-kind": "primary", onclick: () => globalThis.print() }, "🖨 Imprimir");
  const poster = h("div", { class: "poster", hidden: true },
    h("h3", { class: "poster-name" }, settings.restaurant), image,
    h("p", {}, "Conecta el teléfono al Wi-Fi del restaurante y lee este código con la cámara."), address);
  const node = h("div", { class: "stack" },
    h("div", { class: "section-head" }, h("h2", {}, "Conectar teléfonos"), print), warning, poster);

  async function show() {
    try {
      const { url, reachable } = await call("GET", "/connect");
      setText(warning, url
        ? "Comanda sólo se oye en esta computadora. Arráncalo con --host 0.0.0.0 para que los teléfonos lo alcancen."
        : "Esta computadora no está en ninguna red. Conéctala al Wi-Fi o al cable y abre otra vez esta sección.");
      warning.hidden = reachable;
      poster.hidden = print.hidden = !url;
      if (!url) return;
      setText(address, url);
      image.alt = `Código QR de ${url}`;
      image.src = `/connect.svg?de=${encodeURIComponent(url)}`;
      image.hidden = false;
    } catch (error) {
      toast(error.message, "late");
    }
  }

  return { node, show };
}
