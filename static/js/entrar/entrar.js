// Signing in: a known person by one tap, others by their user, then the PIN, with large keys on a touch screen.

import { call, Offline } from "../lib/api.js";
import { byId, h, setText } from "../lib/dom.js";
import { endSessionOf, lockedUser, unlock } from "../house/idle.js";
import { entered } from "../lib/kept.js";
import { recallLeft } from "../lib/left.js";
import { PAGES, registerShell } from "../house/start.js";
import { local } from "../lib/storage.js";

const KNOWN = "comanda.usuarios";
const MOST_KNOWN = 12;
const LONGEST_LOOK = 1000; // ms that the page waits to learn whether somebody is signed in
const TRY_EVERY = 3000;
const AT_REST = 1500; // ms after which the page loads what the next page needs
const isChange = new URLSearchParams(location.search).has("cambiar");
const waits = new Map(); // by user: when the server allows the next attempt
const [main, session, people, list, who, message, back, forget] = [
  "sign-in", "session", "people", "known", "who", "message", "back", "forget",
].map(byId);
const form = /** @type {HTMLFormElement} */ (byId("form"));
const [username, pin] = /** @type {HTMLInputElement[]} */ (["username", "pin"].map(byId));
const enter = /** @type {HTMLButtonElement} */ (byId("enter"));
let person = null; // the person whose name was tapped
let failures = 0;
let isSending = false;
let isWaiting = false;
let ending = null; // the running request that ends a session left open

/** Fetch the next page's files, one after the other, while its user types: the browser keeps them. */
async function fetchAhead() {
  const last = new URLSearchParams(location.search).get("volver") ?? "";
  const path = Object.values(PAGES).find((page) => last.startsWith(page)) ?? PAGES.waiter;
  try {
    const page = await (await fetch(path)).text();
    for (const [, address] of page.matchAll(/="(\/static\/[^"]+)"/g)) await fetch(address, { priority: "low" });
  } catch { /* the next page fetches them itself */ }
}

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

/** Show this device's known people as large buttons, or ask for the PIN of `chosen`. */
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

/** Ask for the PIN of a known person; if `one` is null, for the user, too. */
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

/** This device's known people. Older versions kept only usernames, and the storage may hold anything. */
function known() {
  const all = local.readList(KNOWN).map(personOf).filter(Boolean);
  return all.filter((one, at) => all.findIndex((other) => other.username === one.username) === at).slice(0, MOST_KNOWN);
}

/** `{ username, name, length }`; `length` is 0 if their PIN's length is unknown. */
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

/** Send a PIN that has the length of this person's last PIN; not after two refusals: the PIN may be new. */
function sendIfWhole() {
  if (person?.length && failures < 2 && pin.value.length === person.length) form.requestSubmit();
}

async function signIn(event) {
  event.preventDefault();
  if (isSending || enter.disabled) return;
  const json = { username: userName(), pin: pin.value };
  const isHere = () => userName() === json.username; // false if another name was tapped meanwhile
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

/** The page where the session ended, if the role may open it; otherwise the role's page. */
function destination(/** @type {Role} */ role) {
  const last = new URLSearchParams(location.search).get("volver") || "";
  const page = PAGES[role];
  const isMine = last === page || last.startsWith(`${page}?`);
  const isPage = Object.values(PAGES).some((path) => last === path || last.startsWith(`${path}?`));
  return isMine || (role === "admin" && isPage) ? last : page;
}

function explain(error) {
  failures += 1;
  if (error.code === "too_many_attempts") return; // `showWait` says it
  if (error instanceof Offline) say("Sin conexión con Comanda. Revisa el Wi-Fi y prueba otra vez.");
  else if (failures >= 2 && person?.length) {
    say(`${error.message}. Si tu PIN cambió, escríbelo completo y toca Entrar.`);
  }
  else say(error.message);
}

/** Let a user with too many attempts wait; another user of this tablet does not wait. */
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

/** "60 s", "8 min", "3 h", rounded up. */
function pause(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

function say(text) {
  setText(message, text);
  message.hidden = false;
}

/** Open the page of a signed-in user, unless they came to change the user or the screen is locked. */
async function goOn() {
  if (lockedUser() !== null) return;
  try {
    main.dataset.looking = ""; // else the keys would move under a finger
    setTimeout(() => { delete main.dataset.looking; }, LONGEST_LOOK);
    const { user } = await call("GET", "/session");
    if (lockedUser() !== null) return; // the lock was found meanwhile
    if (pin.value === "" && !isSending && !isChange) location.replace(destination(user.role));
    else {
      sayWhose(`Aquí está abierta la sesión de ${user.name}.`,
        h("a", { class: "button", href: destination(user.role) }, `Seguir como ${user.name}`));
    }
  } catch {
    delete main.dataset.looking; // nobody is signed in, or the server is away
  }
}

/** End the session of a user who left without a network, unless somebody signs in first. */
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

/** Say whose session is open in this browser; hide the line without `words`. */
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
setTimeout(fetchAhead, AT_REST);
recallLeft().then(endSession);
