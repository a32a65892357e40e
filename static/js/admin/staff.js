// "Personal": the members of staff, their roles, and their signed-in devices.

import { call } from "../lib/api.js";
import { h, KeyedList, openDialog, setText, toast } from "../lib/dom.js";
import { clock, day } from "../house/format.js";
import { limit } from "../house/rules.js";
import { inWords } from "../lib/wall-time.js";
import { createForm, field } from "../lib/forms.js";
import { pinField, usernameOf } from "../house/staff-fields.js";
import { change } from "./change.js";

export const ROLES = [["waiter", "Mesero"], ["kitchen", "Cocina"], ["cashier", "Cajero"], ["admin", "Administrador"]];
const WORDS = Object.fromEntries(ROLES);
const REFRESH = 20000;

export function create(context) {
  return new StaffSection(context.user);
}

class StaffSection {
  constructor(user) {
    this.user = user;
    const rows = h("ul", { class: "people", "aria-label": "Personal" });
    /** @type {KeyedList<Employee>} */
    this.people = new KeyedList(rows, {
      key: (person) => person.username,
      compare: (a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name, "es"),
      create: (person) => this.#createPerson(person),
    });
    this.node = h("div", { class: "stack" },
      h("div", { class: "section-head" }, h("h2", {}, "Personal"),
        h("button", { class: "button", type: "button", "data-kind": "primary", onclick: () => this.#hire() },
          "+ Persona")),
      rows);
    setInterval(() => {
      if (this.node.offsetParent && document.visibilityState === "visible") this.show();
    }, REFRESH);
  }

  async show() {
    try {
      const [{ staff }, { sessions }] = await Promise.all([call("GET", "/staff"), call("GET", "/sessions")]);
      this.people.sync(staff.map((member) => (
        { ...member, sessions: sessions.filter((session) => session.username === member.username) })));
    } catch (error) {
      toast(error.message, "late");
    }
  }

  #createPerson({ username }) {
    const name = h("h3", {});
    const role = h("span", { class: "badge" });
    const edit = h("button", { class: "button", type: "button", onclick: () => this.#edit(this.#find(username)) },
      "Editar");
    const list = h("ul", { class: "devices" });
    /** @type {KeyedList<Session>} */
    const devices = new KeyedList(list, {
      key: (session) => session.id,
      compare: (a, b) => Number(b.id) - Number(a.id),
      create: (session) => this.#createDevice(session),
    });
    const nowhere = h("p", { class: "quiet small" }, "Sin sesión abierta");
    const short = h("p", { class: "notice small", hidden: true },
      "PIN débil: quien maneja dinero necesita uno de 6 cifras o letras que nadie adivine. Toca Editar y ponle otro.");
    const node = h("li", { class: "card person" },
      h("div", { class: "row-head" },
        h("div", {}, name, h("p", { class: "quiet small" }, `Usuario: ${username}`)), role, edit),
      short, list, nowhere);
    return {
      node,
      update: (/** @type {Employee} */ person) => {
        setText(name, person.name);
        setText(role, person.active ? WORDS[person.role] : `⊘ De baja · ${WORDS[person.role]}`);
        role.dataset.tone = person.active ? "primary" : "";
        edit.setAttribute("aria-label", `Editar ${person.name}, usuario ${person.username}`);
        list.setAttribute("aria-label", `Sesiones de ${person.name}`);
        node.dataset.active = String(person.active);
        short.hidden = !(person.active && person.short_pin);
        devices.sync(person.sessions);
        list.hidden = person.sessions.length === 0;
        nowhere.hidden = person.sessions.length > 0;
      },
    };
  }

  #createDevice(/** @type {Session} */ session) {
    const state = h("span", { class: "link" });
    const own = session.current ? " · este aparato" : "";
    const words = h("span", { class: "device-name" }, `${session.device || "Otro aparato"}${own}`,
      h("span", { class: "quiet small" }, `desde ${since(session.since)}`));
    const where = `en ${session.device || "otro aparato"}, desde ${since(session.since)}`;
    const button = h("button", {
      class: "button", type: "button", "aria-label": `Cerrar sesión de ${session.username} ${where}`,
      onclick: () => change("DELETE", `/sessions/${session.id}`, undefined, () => this.show()),
    }, "Cerrar sesión");
    return {
      node: h("li", { class: "device" }, words, state, button),
      update: ({ online }) => {
        state.dataset.state = online ? "online" : "offline";
        setText(state, online ? "En línea" : "Sin abrir");
      },
    };
  }

  #find(username) { return this.people.items.find((person) => person.username === username); }

  #hire() {
    const name = field("Nombre", { name: "name", maxlength: limit("name"), required: true });
    const username = field("Usuario", {
      name: "username", maxlength: limit("username"), required: true, autocapitalize: "none", spellcheck: "false",
      hint: "Con él entra: letras minúsculas, cifras, punto o guion",
    });
    name.input.addEventListener("input", () => { username.input.value = usernameOf(name.value); });
    const role = field("Rol", { name: "role", options: ROLES, value: "waiter" });
    const pin = pinField("PIN", () => role.value);
    role.input.addEventListener("change", pin.explain);
    const form = createForm({
      fields: [name, username, role, pin],
      action: "Dar de alta",
      send: () => call("POST", "/staff", {
        json: { name: name.value, username: username.value.trim(), role: roleOf(role), pin: pin.value },
      }),
      done: () => { dialog.close(); this.show(); },
    });
    const dialog = openDialog("Persona nueva", h("h2", {}, "Persona nueva"), form, closer(() => dialog));
  }

  #edit(/** @type {Employee} */ person) {
    const path = /** @type {const} */ (`/staff/${encodeURIComponent(person.username)}`);
    const done = () => { dialog.close(); this.show(); };
    const name = field("Nombre", { name: "name", maxlength: limit("name"), required: true, value: person.name });
    const role = field("Rol", {
      name: "role", options: ROLES, value: person.role, hint: "Con otro rol tiene que entrar otra vez",
    });
    const details = createForm({
      fields: [name, role],
      action: "Guardar",
      send: async () => {
        if (name.value !== person.name) await call("PUT", `${path}/name`, { json: { name: name.value } });
        if (role.value !== person.role) await call("PUT", `${path}/role`, { json: { role: roleOf(role) } });
      },
      done,
    });
    const pin = pinField("PIN nuevo", () => person.role);
    const secret = createForm({
      fields: [pin], action: "Cambiar PIN", kind: "",
      send: () => call("PUT", `${path}/pin`, { json: { pin: pin.value } }), done,
    });
    const title = `Editar ${person.name}`;
    const dialog = openDialog(title, h("h2", {}, title), details, person.active ? secret : null,
      h("div", { class: "actions dialog-foot" }, this.#activityButton(person, path, () => dialog.close()),
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar")));
  }

  #activityButton(/** @type {Employee} */ { active }, /** @type {string} */ path, close) {
    return h("button", {
      class: "button", type: "button", "data-kind": active ? "refuse" : "done",
      onclick: async () => {
        close();
        await change("PUT", `${path}/active`, { active: !active }, () => this.show());
      },
    }, active ? "Dar de baja" : "Dar de alta otra vez");
  }
}

const roleOf = (/** @type {Field} */ { value }) => /** @type {Role} */ (value);

const closer = (dialog) => h("div", { class: "actions dialog-foot" },
  h("button", { class: "button", type: "button", onclick: () => dialog().close() }, "Cancelar"));

/** "las 20:41", with the day unless it is today. */
function since(iso) {
  if (day(iso) === day()) return `las ${clock(iso)}`;
  return `el ${inWords(iso, "es", { day: "numeric", month: "short" })}, ${clock(iso)}`;
}
