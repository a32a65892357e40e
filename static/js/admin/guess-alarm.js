// The alarm over all sections when somebody guesses PINs: at whom, from where, when, and what to do.

import { call } from "../lib/api.js";
import { h, setText, toast } from "../lib/dom.js";
import { clock, day } from "../house/format.js";
import { inWords } from "../lib/wall-time.js";

const LOOK_EVERY = 60 * 1000;
const MOST_ADDRESSES = 3;

/** A notice that stays until somebody says *Enterado*; `open` leads to *Personal*. */
export function createGuessAlarm(open) {
  const head = h("strong", {});
  const list = h("ul", { class: "guesses" });
  const advice = h("p", {});
  const node = h("div", { class: "notice guess-alarm", role: "alert", hidden: true, data: { tone: "late" } },
    head, list, advice,
    h("div", { class: "actions" },
      h("button", { class: "button", type: "button", onclick: open }, "Ver personal"),
      h("button", { class: "button", type: "button", onclick: dismiss }, "Enterado")));
  let shown = "";

  async function look() {
    try {
      show((await call("GET", "/guesses")).guesses);
    } catch { /* the connection's state is in the bar; the next look will tell */ }
  }

  function show(/** @type {Guesses[]} */ guesses) {
    const now = JSON.stringify(guesses);
    if (now === shown) return; // a screen reader says it once
    shown = now;
    const tries = guesses.reduce((sum, one) => sum + one.tries, 0);
    setText(head, `⚠ Alguien está probando PIN: ${tries} intentos fallidos`);
    list.replaceChildren(...byUser(guesses).map((one) => h("li", {}, words(one))));
    setText(advice, adviceFor(guesses));
    node.hidden = guesses.length === 0;
  }

  async function dismiss() {
    try {
      await call("DELETE", "/guesses");
      await look();
    } catch (error) {
      toast(error.message, "late");
    }
  }

  setInterval(look, LOOK_EVERY);
  look();
  return node;
}

/**
 * Group the guesses by user, and guesses at unknown names in one group, so that made-up names hide no line.
 * Users whose account was entered come first, then the most tried.
 */
function byUser(/** @type {Guesses[]} */ guesses) {
  const users = new Map();
  for (const one of guesses) users.set(one.username, [...(users.get(one.username) ?? []), one]);
  const all = [...users.values()].map((places) => ({
    ...places[0],
    places,
    tries: places.reduce((sum, one) => sum + one.tries, 0),
    first_at: places.map((one) => one.first_at).sort()[0],
    last_at: places.map((one) => one.last_at).sort().at(-1),
    entered_at: places.map((one) => one.entered_at ?? "").sort().at(-1),
  }));
  const rank = ({ username, entered_at: entered }) => (username === null ? 2 : entered ? 0 : 1);
  return all.sort((one, other) => rank(one) - rank(other) || other.tries - one.tries);
}

function words({ name, username, tries, places, first_at: first, last_at: last, entered_at: entered }) {
  const who = name ? `${name} (${username})` : "Usuarios que no existen";
  const times = tries === 1 ? "1 vez" : `${tries} veces`;
  const when = at(first) === at(last) ? onceAt(last) : `entre ${at(first)} y ${at(last)}`;
  return `${who}: ${times}, ${whence(places)}, ${when}${entered ? `. Después entró, ${onceAt(entered)}` : ""}`;
}

function whence(/** @type {Guesses[]} */ places) {
  const [{ known, device, address }] = places;
  if (places.length === 1 && known) return `desde su propio aparato (${device}, ${address})`;
  const addresses = [...new Set(places.map((one) => one.address))];
  if (addresses.length === 1) return `desde ${address} (${[...new Set(places.map((one) => one.device))].join(", ")})`;
  const more = addresses.length - MOST_ADDRESSES;
  const list = addresses.slice(0, MOST_ADDRESSES).join(", ");
  return `desde ${addresses.length} direcciones (${list}${more > 0 ? ` y ${more} más` : ""})`;
}

const ENTERED =
  "Pregunta a quien entró si fue quien se equivocaba. Si no, dale ya otro PIN en Personal: "
  + "con eso sale de todos los aparatos.";
const NOT_ENTERED =
  "Pregunta si alguien olvidó su PIN; dale otro en Personal y entra enseguida. Si nadie fue, da a esas personas "
  + "un PIN más largo y cambia la clave del Wi-Fi. Los teléfonos que ya usan pueden seguir entrando.";

function adviceFor(/** @type {Guesses[]} */ guesses) {
  const isIn = (/** @type {Guesses} */ one) => Boolean(one.entered_at && one.name);
  return [guesses.some(isIn) ? ENTERED : "", guesses.every(isIn) ? "" : NOT_ENTERED].filter(Boolean).join(" ");
}

const onceAt = (iso) => (day(iso) === day() ? `a ${at(iso)}` : at(iso));
const at = (iso) =>
  (day(iso) === day()
    ? `las ${clock(iso)}`
    : `el ${inWords(iso, "es", { day: "numeric", month: "short" })}, ${clock(iso)}`);
