// The way to every page of the house.

import { h } from "../dom.js";

const PLACES = [["/caja", "💵 Caja"], ["/mesero", "🍽 Mesero"], ["/cocina", "🍳 Cocina"]];

export function create() {
  const places = PLACES.map(([path, name]) => h("li", {}, h("a", { class: "button", href: path }, name)));
  return { node: h("nav", { "aria-label": "Páginas" }, h("ul", { class: "places" }, ...places)) };
}
