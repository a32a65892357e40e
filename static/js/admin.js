// The administrator's way to every page of the house.

import { call } from "./api.js";
import { createBar } from "./bar.js";
import { h } from "./dom.js";
import { start } from "./start.js";

const PLACES = [["/caja", "💵 Caja"], ["/mesero", "🍽 Mesero"], ["/cocina", "🍳 Cocina"]];

const { user } = await start("admin");
const bar = createBar("Administración", user);
const places = PLACES.map(([path, name]) => h("li", {}, h("a", {
  class: "button", href: path, "data-size": "main",
}, name)));
document.body.append(bar.node, h("main", {}, h("ul", { class: "places" }, ...places)));

async function check() {
  try {
    await call("GET", "/healthz");
    bar.setState("online");
  } catch {
    bar.setState("offline");
  }
}
check();
setInterval(check, 15000);
