// The administrator's page: a section a tab, each a module that is fetched when it is first opened.

import { createBar } from "../house/bar.js";
import { h } from "../lib/dom.js";
import { Live } from "../house/live.js";
import { start } from "../house/start.js";
import { createBackupAlarm } from "./backup-alarm.js";
import { createGuessAlarm } from "./guess-alarm.js";
import { createSections } from "./sections.js";
import { placeOf, setPlace } from "../lib/place.js";

/**
 * A section's module exports `create(context)` → `{ node, show(), hide() }`: what stands under its tab, what to do
 * each time the tab is opened, and, if anything, when another tab is opened after it. `context` is
 * `{ user, settings, listen, onReset }`: `listen(type, handler)` hears of events,
 * `onReset(handler)` of a page that has been away.
 */
const SECTIONS = [
  { name: "hoy", word: "Hoy", icon: "📊", load: () => import("./today.js") },
  { name: "menu", word: "Menú", icon: "🍽", load: () => import("./menu.js") },
  { name: "personal", word: "Personal", icon: "👥", load: () => import("./staff.js") },
  { name: "conectar", word: "Conectar teléfonos", icon: "📱", load: () => import("./connect.js") },
  { name: "banco", word: "Banco", icon: "🏦", load: () => import("./bank.js") },
  { name: "restaurante", word: "Restaurante", icon: "🏠", load: () => import("./house.js") },
  { name: "copias", word: "Copias", icon: "💾", load: () => import("./copies.js") },
];

const { user, settings } = await start("admin");
const bar = createBar("Administración", user);
const resets = [];
const live = new Live({
  role: "admin",
  snapshots: ["/orders?limit=1"],
  onState: bar.setState,
  onReset: () => { for (const handler of resets) handler(); },
  onOrder: () => { /* a section that shows orders listens by itself */ },
});
const context = {
  user,
  settings,
  listen: (type, handler) => live.listen(type, handler),
  onReset: (handler) => resets.push(handler),
};
const sections = createSections(SECTIONS, context, (name) => setPlace({ ver: name }));
document.body.append(bar.node, h("div", { class: "page-scroll" },
  sections.nav, createGuessAlarm(() => sections.open("personal")), createBackupAlarm(() => sections.open("copias")),
  sections.main));
sections.open(placeOf("ver"));
live.start();
