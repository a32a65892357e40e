// The start of every role's page: the user, the settings and the installed shell.

import { call, isChanging, Problem } from "../lib/api.js";
import { pauseAfter } from "../lib/again.js";
import { h, toast } from "../lib/dom.js";
import { watchFocus } from "../lib/focus.js";
import { fetchFirst } from "./first.js";
import { setMoney } from "../lib/money.js";
import { setRules } from "./rules.js";
import { setClock } from "../lib/wall-time.js";
import { staysLocked, wasLeft, watchIdle } from "./idle.js";
import { begin, goOnAs, lastHere, lastWords } from "../lib/kept.js";
import { openedAlone } from "../lib/link.js";
import { signInAgain } from "./live.js";
import { setHeartbeat } from "./stream.js";
import { session } from "../lib/storage.js";
import { holdPage, learnVersion } from "../lib/upgrade.js";

const ASKED = "comanda.pin-corto";
const SOON = 6000; // ms, if there are kept data to show

export const PAGES = { waiter: "/mesero", kitchen: "/cocina", cashier: "/caja", admin: "/admin" };

/**
 * Resolves to `{ user, settings }`; a user of another role is sent to their own page. Without a network, resolves to
 * the last user who did not sign out: the page shows kept data. (Over plain HTTP there is no service worker, and no
 * page opens.)
 * @type {(role: Role) => Promise<Begun>}
 */
export async function start(role) {
  registerShell();
  watchFocus();
  if (staysLocked()) return new Promise(() => {});
  let [last, isLocked] = await Promise.all([lastHere(), wasLeft()]);
  if (isLocked) return new Promise(() => {});
  const notice = h("p", { class: "notice", role: "status" },
    "Sin conexión con Comanda. La página sigue sola en cuanto vuelva.");
  for (let failures = 0; ; failures += 1) {
    try {
      const timeout = last ? SOON : undefined;
      const { user, short_pin: isWeak, settings } = await ask(role, timeout);
      await begin(user, settings);
      learnVersion(settings.version);
      notice.remove();
      if (isWeak) askForBetterPin(user);
      return await settle(role, { user, settings });
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        signInAgain();
        return new Promise(() => {});
      }
      last ??= await lastHere(); // the first read may have failed
      if (last) {
        goOnAs(last.user);
        openedAlone();
        return settle(role, last);
      }
      if (!notice.isConnected) document.body.append(notice);
      await new Promise((resolve) => { setTimeout(resolve, pauseAfter(1000, failures, 15000)); });
    }
  }
}

/**
 * Ask who is signed in, and for the settings. Only the page's own role and an administrator get the rest with it.
 * @type {(role: Role, timeout?: number) => Promise<SignedIn & { settings: Settings }>}
 */
async function ask(role, timeout) {
  try {
    const { session: signedIn, settings } = await fetchFirst(role, { timeout });
    return { ...signedIn, settings };
  } catch (error) {
    if (error.code !== "forbidden") throw error;
    const [signedIn, settings] = await Promise.all([
      call("GET", "/session", { timeout }), call("GET", "/settings", { timeout })]);
    return { ...signedIn, settings };
  }
}

/** @type {(role: Role, begun: Begun) => Begun | Promise<Begun>} */
function settle(role, { user, settings }) {
  if (user.role !== role && user.role !== "admin") {
    location.replace(PAGES[user.role]);
    return new Promise(() => {});
  }
  if (watchIdle(settings.idle_minutes, user.username)) return new Promise(() => {});
  setMoney(settings);
  setRules(settings);
  setClock(settings);
  setHeartbeat(settings.heartbeat_seconds);
  holdPage(isChanging);
  const words = lastWords();
  if (words) setTimeout(toast, 0, words, "late", { news: true }); // after the page is built
  return { user, settings };
}

/** Advise once after each sign-in: the PIN still opens, but is too short for a user who handles money. */
function askForBetterPin(/** @type {User} */ { username, role }) {
  if (session.read(ASKED) === username) return;
  if (!session.write(ASKED, username)) return; // without storage, the page would ask again and again
  const where = role === "admin" ? "Ponte uno mejor en Administración, Personal."
    : "Pide a quien administra que te ponga uno mejor.";
  setTimeout(
    () => toast(`Tu PIN es débil para manejar dinero: ahora son 6 cifras o letras que nadie adivine. ${where}`), 1000);
}

/** Install the service worker in a secure context: then pages open without a network. */
export function registerShell() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const policy = globalThis.trustedTypes?.createPolicy("comanda", { createScriptURL: (url) => url });
  const url = policy ? policy.createScriptURL("/sw.js") : "/sw.js";
  navigator.serviceWorker.addEventListener("controllerchange", keepThisPage);
  navigator.serviceWorker.register(url).catch(() => { /* the page works without it */ });
}

/** Fetch once more the page and what it loaded before its worker, or a newer worker, came: the worker keeps them. */
function keepThisPage() {
  fetch(location.pathname).catch(() => { /* the next page is kept */ });
  const names = new Set();
  new PerformanceObserver((entries) => {
    for (const { name } of entries.getEntries()) {
      if (names.has(name) || !new URL(name).pathname.startsWith("/static/")) continue;
      names.add(name);
      fetch(name).catch(() => { /* the next page keeps it */ });
    }
  }).observe({ type: "resource", buffered: true });
}
