// The alarm over all sections when somebody guesses PINs: at whom, from where, when, and what to do.

import { call } from "../api.js";
import { h, setText, toast } from "../dom.js";
import { clock, day } from "../format.js";
import { inWords } from "../house-time.js";

const LOOK_EVERY = 60 * 1000;
const MOST_SHOWN = 5;

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

  function show(guesses) {
    const now = JSON.stringify(guesses);
    if (now === shown) return; // a screen reader says it once
    shown = now;
    const tries = guesses.reduce((sum, one) => sum + one.tries, 0);
    setText(head, `⚠ Alguien está probando PIN: ${tries} intentos fallidos`);
    const more = guesses.length - MOST_SHOWN;
    list.replaceChildren(...guesses.slice(0, MOST_SHOWN).map((one) => h("li", {}, words(one))),
      ...(more > 0 ? [h("li", {}, `y ${more} más`)] : []));
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

function words({ name, username, tries, address, device, known, first_at: first, last_at: last, entered_at: entered }) {
  const who = name ? `${name} (${username})` : "Un usuario que no existe";
  const times = tries === 1 ? "1 vez" : `${tries} veces`;
  const where = known ? `desde su propio aparato (${device}, ${address})` : `desde ${address} (${device})`;
  const when = at(first) === at(last) ? onceAt(last) : `entre ${at(first)} y ${at(last)}`;
  return `${who}: ${times}, ${where}, ${when}${entered ? `. Después entró, ${onceAt(entered)}` : ""}`;
}

function adviceFor(guesses) {
  if (guesses.some((one) => one.entered_at && one.name)) {
    return "Pregunta a quien entró si fue quien se equivocaba. Si no, dale ya otro PIN en Personal: con eso sale de todos los aparatos.";
  }
  return "Pregunta si alguien olvidó su PIN; dale otro en Personal y entra enseguida. Si nadie fue, da a esas personas un PIN más largo y cambia la clave del Wi-Fi. Los teléfonos que ya usan pueden seguir entrando.";
}

const onceAt = (iso) => (day(iso) === day() ? `a ${at(iso)}` : at(iso));
const at = (iso) => (day(iso) === day() ? `las ${clock(iso)}` : `el ${inWords(iso, "es", { day: "numeric", month: "short" })}, ${clock(iso)}`);
