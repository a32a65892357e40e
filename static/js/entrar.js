// Signing in: user and PIN, with big keys on a touch screen.

import { call, Offline, Problem } from "./api.js";
import { byId, h, setText } from "./dom.js";
import { PAGES, registerShell } from "./start.js";

const KNOWN = "comanda.usuarios";
const MOST_KNOWN = 6;
const [form, username, pin, message, enter] = ["form", "username", "pin", "message", "enter"].map(byId);

function showKeys() {
  const key = (label, name, press) => h("button", {
    class: "button", type: "button", "aria-label": name, onclick: press,
  }, label);
  const digit = (number) => key(number, number, () => { pin.value += number; });
  byId("keys").append(
    ..."123456789".split("").map(digit),
    key("C", "Borrar todo", () => { pin.value = ""; }),
    digit("0"),
    key("⌫", "Borrar", () => { pin.value = pin.value.slice(0, -1); }),
  );
}

/** The people who signed in on this device: one tap fills in the user. */
function showKnown() {
  const list = byId("known");
  list.replaceChildren(...known().map((name) => h("li", {}, h("button", {
    class: "button", type: "button", onclick: () => choose(name),
  }, name))));
  list.hidden = list.children.length === 0;
}

function choose(name) {
  username.value = name;
  pin.value = "";
  if (matchMedia("(hover: hover)").matches) pin.focus();
}

function known() {
  try { return JSON.parse(localStorage.getItem(KNOWN)) || []; } catch { return []; }
}

function remember(name) {
  const names = [name, ...known().filter((other) => other !== name)].slice(0, MOST_KNOWN);
  try { localStorage.setItem(KNOWN, JSON.stringify(names)); } catch { /* private mode */ }
}

async function signIn(event) {
  event.preventDefault();
  message.hidden = true;
  enter.disabled = true;
  try {
    const json = { username: username.value.trim().toLowerCase(), pin: pin.value };
    const { user } = await call("POST", "/session", { json });
    remember(user.username);
    location.replace(destination(user.role));
  } catch (error) {
    enter.disabled = false;
    pin.value = "";
    explain(error);
  }
}

/** Back to where the session ended, if that is this role's page; to the role's page otherwise. */
function destination(role) {
  const back = new URLSearchParams(location.search).get("volver") || "";
  const page = PAGES[role];
  const isMine = back === page || back.startsWith(`${page}?`);
  const isPage = Object.values(PAGES).some((path) => back === path || back.startsWith(`${path}?`));
  return isMine || (role === "admin" && isPage) ? back : page;
}

function explain(error) {
  if (error instanceof Problem && error.status === 429) wait(error.retryAfter || 30);
  else if (error instanceof Offline) say("Sin conexión con Comanda. Revisa el Wi-Fi y prueba otra vez.");
  else say(error.message);
}

function wait(seconds) {
  enter.disabled = seconds > 0;
  if (seconds <= 0) {
    message.hidden = true;
    return;
  }
  say(`Demasiados intentos. Espera ${seconds} s.`);
  setTimeout(wait, 1000, seconds - 1);
}

function say(text) {
  setText(message, text);
  message.hidden = false;
}

showKeys();
showKnown();
registerShell();
form.addEventListener("submit", signIn);
if (known().length > 0) choose(known()[0]);
