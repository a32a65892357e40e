// Signing in: who, by one tap where they are known here, and the PIN, with big keys on a touch screen.

import { call, Offline } from "../lib/api.js";
import { byId, h, setText } from "../lib/dom.js";
import { endSessionOf, lockedUser, unlock } from "../house/idle.js";
import { entered } from "../lib/kept.js";
import { recallLeft } from "../lib/left.js";
import { PAGES, registerShell } from "../house/start.js";
import { local } from "../lib/storage.js";

const KNOWN = "comanda.usuarios";
const MOST_KNOWN = 12;
const LONGEST_LOOK = 1000; // how long a page may take to say that somebody is signed in already
const TRY_EVERY = 3000;
const isChange = new URLSearchParams(location.search).has("cambiar");
const waits = new Map(); // whom the server lets try again, and when
const [main, session, people, list, who, message, back, forget] = [
  "sign-in", "session", "people", "known", "who", "message", "back", "forget",
].map(byId);
const form = /** @type {HTMLFormElement} */ (byId("form"));
const [username, pin] = /** @type {HTMLInputElement[]} */ (["username", "pin"].map(byId));
const enter = /** @type {HTMLButtonElement} */ (byId("enter"));
let person = null; // whom a name was tapped of
let failures = 0;
let isSending = false;
let isWaiting = false;
let ending = null; // the request that ends a session that was left open, while it is on its way

function showKeys() {
  const key = (label, name, press) => h("button", {
    class: "button", type: "button", "aria-label": name, onclick: () => { press(); sendIfWhole(); },
  }, label);
  const digit = (number) => key(number, number, () => { pin.value += number; });
  byId("keys").append(
    ..."123456789".split("").map(digit),
    key("C", "Borrar todo", () => { pin.value = ""; }),
    digit("0"),
    key("⌫", "Borrar", () => { pin.value = pin.value.slice(0, -1); }),
  );
}

/** The people who have signed in on this device, as large buttons; `chosen` is one of them already. */
function showPeople(chosen = null) {
  const all = known();
  list.replaceChildren(...all.map((one) => h("li", {}, h("button", {
    class: "button person-button", type: "button", onclick: () => choose(one),
  }, one.name))));
  if (all.length === 0) ask(null);
  else if (chosen) ask(chosen);
  else {
    people.hidden = false;
    form.hidden = true;
  }
}

function choose(one) {
  ask(one);
  if (matchMedia("(hover: hover)").matches) pin.focus();
}

function askOther() {
  ask(null);
  username.focus();
}

/** Ask for the PIN of `one`, or for a user too where that is null. */
function ask(one) {
  person = one;
  failures = 0;
  people.hidden = true;
  form.hidden = false;
  message.hidden = true;
  username.value = one?.username ?? "";
  byId("username-field").hidden = one !== null;
  who.hidden = one === null;
  forget.hidden = one === null;
  setText(byId("who-name"), one?.name ?? "");
  back.hidden = known().length === 0;
  setText(back, one ? "Otra persona" : "← Volver");
  pin.value = "";
  showWait();
}

/** What is kept here, whatever its shape: older versions kept names alone, and anybody can have written. */
function known() {
  const all = local.readList(KNOWN).map(personOf).filter(Boolean);
  return all.filter((one, at) => all.findIndex((other) => other.username === one.username) === at).slice(0, MOST_KNOWN);
}

/** `{ username, name, length }`: 0 where the length of their PIN isn't known. */
function personOf(value) {
  const { username: user, name, length } = typeof value === "string" ? { username: value } : value ?? {};
  if (typeof user !== "string" || user.trim() === "") return null;
  return {
    username: user,
    name: typeof name === "string" && name.trim() ? name : user,
    length: Number.isInteger(length) && length >= 1 && length <= 128 ? length : 0,
  };
}

const keep = (all) => local.write(KNOWN, all.slice(0, MOST_KNOWN));

function remember(/** @type {User} */ { username: user, name }, /** @type {number} */ length) {
  keep([{ username: user, name, length }, ...known().filter((other) => other.username !== user)]);
}

/** The PIN sends itself at the length that this person's last one had here; after two refusals it may be a new one. */
function sendIfWhole() {
  if (person?.length && failures < 2 && pin.value.length === person.length) form.requestSubmit();
}

async function signIn(event) {
  event.preventDefault();
  if (isSending || enter.disabled) return;
  const json = { username: userName(), pin: pin.value };
  const isHere = () => userName() === json.username; // somebody else may have tapped their name meanwhile
  try {
    isSending = true;
    enter.disabled = true;
    message.hidden = true;
    await ending;
    const { user } = await call("POST", "/session", { json });
    await entered(user);
    remember(user, json.pin.length);
    await unlock();
    location.replace(destination(user.role));
  } catch (error) {
    if (error.code === "too_many_attempts") {
      waits.set(json.username, performance.now() + 1000 * (error.retryAfter || 30));
    }
    if (isHere()) explain(error);
  } finally {
    isSending = false;
    if (isHere()) pin.value = "";
    showWait();
    if (!isHere()) sendIfWhole();
  }
}

const userName = () => username.value.trim().toLowerCase();

/** Back to where the session ended, if that is this role's page; to the role's page otherwise. */
function destination(/** @type {Role} */ role) {
  const last = new URLSearchParams(location.search).get("volver") || "";
  const page = PAGES[role];
  const isMine = last === page || last.startsWith(`${page}?`);
  const isPage = Object.values(PAGES).some((path) => last === path || last.startsWith(`${path}?`));
  return isMine || (role === "admin" && isPage) ? last : page;
}

function explain(error) {
  failures += 1;
  if (error.code === "too_many_attempts") return; // the wait says it
  if (error instanceof Offline) say("Sin conexión con Comanda. Revisa el Wi-Fi y prueba otra vez.");
  else if (failures >= 2 && person?.length) {
    say(`${error.message}. Si tu PIN cambió, escríbelo completo y toca Entrar.`);
  }
  else say(error.message);
}

/** Who has tried too often waits; whoever comes to the tablet next does not. */
function showWait() {
  const seconds = Math.ceil(((waits.get(userName()) ?? 0) - performance.now()) / 1000);
  if (isWaiting && seconds <= 0) message.hidden = true;
  isWaiting = seconds > 0;
  enter.disabled = isSending || isWaiting;
  if (isWaiting) {
    const advice = seconds < 120 ? "." : ", o pide otro PIN a quien administra.";
    say(`Demasiados intentos. Espera ${pause(seconds)}${advice}`);
  }
}

/** "60 s", "8 min", "3 h": never shorter than it is. */
function pause(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

function say(text) {
  setText(message, text);
  message.hidden = false;
}

/** Who is signed in goes on to their page, unless they came to change or the screen was locked. */
async function goOn() {
  if (lockedUser() !== null) return;
  try {
    main.dataset.looking = ""; // or the keys would move under a finger
    setTimeout(() => { delete main.dataset.looking; }, LONGEST_LOOK);
    const { user } = await call("GET", "/session");
    if (lockedUser() !== null) return; // it has come to light meanwhile
    if (pin.value === "" && !isSending && !isChange) location.replace(destination(user.role));
    else {
      sayWhose(`Aquí está abierta la sesión de ${user.name}.`,
        h("a", { class: "button", href: destination(user.role) }, `Seguir como ${user.name}`));
    }
  } catch {
    delete main.dataset.looking; // nobody is signed in, or the server is away
  }
}

/** Who left without a network left a session open: end it, unless somebody signs in first. */
async function endSession() {
  const leaver = lockedUser();
  if (leaver === null) return;
  const name = all.find((one) => one.username === leaver)?.name ?? leaver;
  for (let end = null; lockedUser() === leaver;) {
    if (!isSending) end = await (ending = endSessionOf(leaver));
    if (end !== null) {
      sayWhose();
      if (end === "over") return;
      await unlock(); // somebody else has signed in since
      goOn();
      return;
    }
    sayWhose(`La sesión de ${name} sigue abierta: se cierra en cuanto haya conexión con Comanda. `
      + "Lo que no se envió sigue guardado.");
    await new Promise((resolve) => {
      setTimeout(resolve, TRY_EVERY);
      addEventListener("online", resolve, { once: true });
    });
  }
  sayWhose();
}

/** Say whose session is open in this browser; nothing, where none is. */
function sayWhose(words = "", ...links) {
  session.replaceChildren(h("span", {}, words), ...links);
  session.hidden = words === "";
}

const all = known();
showKeys();
showPeople((isChange ? null : all.find((one) => one.username === lockedUser())) ?? (all.length === 1 ? all[0] : null));
registerShell();
form.addEventListener("submit", signIn);
pin.addEventListener("input", sendIfWhole);
username.addEventListener("input", showWait);
setInterval(() => { if (isWaiting) showWait(); }, 1000);
byId("other").addEventListener("click", askOther);
back.addEventListener("click", () => (person && known().length === 1 ? askOther() : showPeople()));
forget.addEventListener("click", () => {
  keep(known().filter((one) => one.username !== person.username));
  showPeople();
});
goOn();
recallLeft().then(endSession);
