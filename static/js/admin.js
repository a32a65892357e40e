// The administrator's page: a section a tab, each a module that is fetched when it is first opened.

import { createBar } from "./bar.js";
import { h } from "./dom.js";
import { Live } from "./live.js";
import { start } from "./start.js";
import { createBackupAlarm } from "./admin/backup-alarm.js";
import { createGuessAlarm } from "./admin/guess-alarm.js";
import { createSections } from "./admin/sections.js";
import { placeOf, setPlace } from "./place.js";

/**
 * A section's module exports `create(context)` → `{ node, show() }`: what stands under its tab, and
 * what to do each time the tab is opened. `context` is `{ user, settings, listen, onReset }`:
 * `listen(type, handler)` hears of events, `onReset(handler)` of a page that has been away.
 */
const SECTIONS = [
  { name: "hoy", word: "Hoy", icon: "📊", load: () => import("./admin/today.js") },
  { name: "menu", word: "Menú", icon: "🍽", load: () => import("./admin/menu.js") },
  { name: "personal", word: "Personal", icon: "👥", load: () => import("./admin/staff.js") },
  { name: "conectar", word: "Conectar teléfonos", icon: "📱", load: () => import("./admin/connect.js") },
  { name: "restaurante", word: "Restaurante", icon: "🏠", load: () => import("./admin/house.js") },
  { name: "copias", word: "Copias", icon: "💾", load: () => import("./admin/copies.js") },
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
  sections.nav, createGuessAlarm(() => sections.open("personal")), createBackupAlarm(() => sections.open("copias")), sections.main));
sections.open(placeOf("ver"));
live.start();
