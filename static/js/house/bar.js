// The bar at the top of every page: the title, the connection, the user.

import { h, prepareToasts, setText } from "../lib/dom.js";
import { tick } from "./format.js";
import { leave } from "./idle.js";
import { age, onLink } from "../lib/link.js";
import * as sound from "../lib/sound.js";

/** @type {Record<string, string>} */
const HELP = { waiter: "/ayuda/mesero", kitchen: "/ayuda/cocina", cashier: "/ayuda/caja", admin: "/ayuda/admin" };
const WORDS = { online: "En línea", connecting: "Reconectando…", offline: "Sin conexión" };

/** The bar, `{ node, title, middle, setState }`; `middle` is for the page's own parts. */
export function createBar(/** @type {string} */ heading, /** @type {User} */ user) {
  const link = h("span", { class: "link", role: "status", data: { state: "connecting" } }, WORDS.connecting);
  const title = h("h1", {}, heading);
  const middle = h("div", { class: "bar-middle" });
  const node = h("header", { class: "bar" }, title, middle, link, linkAge(), userMenu(user));
  queueMicrotask(prepareToasts); // after the page is built
  const setState = (/** @type {LinkState} */ state) => {
    link.dataset.state = state;
    setText(link, WORDS[state]);
  };
  return { node, title, middle, setState };
}

/** The age of the page's data, while no news comes. */
function linkAge() {
  const node = h("p", { class: "link-age" });
  const update = () => {
    const { words, isAlone } = age();
    setText(node, words);
    node.hidden = words === "";
    node.classList.toggle("notice", isAlone);
  };
  tick(node, update);
  onLink(update);
  return node;
}

function userMenu(/** @type {User} */ user) {
  const sheet = h("div", { class: "menu-sheet", hidden: true },
    h("p", {}, user.name),
    user.role === "admin" && location.pathname !== "/admin"
      ? h("a", { class: "button", href: "/admin" }, "⚙ Administración") : null,
    soundButton(),
    h("a", { class: "button", href: HELP[user.role] ?? "/ayuda" }, "❓ Ayuda"),
    h("button", { class: "button", type: "button", onclick: () => leave(user.username) }, "Cambiar de usuario"));
  const opener = h("button", {
    class: "button", type: "button", "aria-expanded": "false", "data-kind": "plain",
    onclick: () => toggle(Boolean(sheet.hidden)),
  }, h("span", { class: "user-name", data: { short: "" } }, user.name), " ▾");
  const toggle = (/** @type {boolean} */ open) => {
    sheet.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
  };
  const menu = h("div", { class: "menu" }, opener, sheet);
  addEventListener("pointerdown", ({ target }) => { if (!menu.contains(/** @type {Node} */ (target))) toggle(false); });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { toggle(false); opener.focus(); } });
  return menu;
}

function soundButton() {
  const words = () => (sound.isOn() ? "🔔 Sonido: sí" : "🔕 Sonido: no");
  const button = h("button", {
    class: "button", type: "button", "aria-pressed": String(sound.isOn()),
    onclick: () => {
      sound.setOn(!sound.isOn());
      button.setAttribute("aria-pressed", String(sound.isOn()));
      setText(button, words());
    },
  }, words());
  return button;
}
