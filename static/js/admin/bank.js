// "Banco": the phone that passes the bank's notices on: its secret, what was heard of it, and how a notice is read.

import { call, Problem } from "../lib/api.js";
import { h, setText, toast } from "../lib/dom.js";
import { createSureButton } from "../lib/sure.js";
import { ago, minutesSince, tick } from "../house/format.js";
import { signInAgain } from "../house/live.js";
import { inWords } from "../lib/wall-time.js";
import { createRules } from "./bank-rules.js";
import { createSecret } from "./bank-secret.js";
import { createSteps } from "./bank-steps.js";
import { createTrial } from "./bank-trial.js";

const LOOK_EVERY = 10000; // a heartbeat is no event
const A_DAY = 24 * 60;
/** @type {Record<string, string>} */
const REFUSALS = {
  malformed_body: "no era JSON. Revisa la plantilla de la app; con MacroDroid, un aviso que lleva comillas la rompe",
  unsupported_media_type: "el tipo de contenido no era application/json",
  validation_failed: "le faltaba un dato, o su hora no era de ahora",
  file_too_large: "era demasiado largo",
  upload_timeout: "tardó demasiado en llegar",
};

export function create(/** @type {SectionContext} */ { settings, listen, onReset }) {
  const silentMinutes = settings.deposits?.silent_minutes ?? 35;
  let isOpen = false;
  let asked = 0; // an answer that a later one has overtaken tells nothing
  /** @type {BankSetup?} */
  let setup = null;

  const first = h("button", { class: "button", type: "button", "data-kind": "primary",
    onclick: () => makeSecret() }, "Conectar el teléfono del banco");
  const offer = h("section", { class: "card stack narrow", hidden: true },
    h("p", {}, "El teléfono que recibe los avisos del banco se los pasa a Comanda con una app gratis. Así caja ve "
      + "junto a cada comprobante si el dinero ya llegó."),
    h("p", { class: "quiet" }, "Instala antes la app en ese teléfono: Incoming SMS to URL forwarder, de f-droid.org, o "
      + "MacroDroid."), first);
  const another = createSureButton(() => "Cambiar el secreto", "¿Seguro? El de ahora deja de servir", makeSecret);
  const trouble = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: true });
  const network = h("p", { class: "notice", role: "status", hidden: true });
  const state = createState(silentMinutes);
  const about = h("p", { class: "quiet small" });
  const secret = createSecret();
  const steps = createSteps();
  const rules = createRules();
  const connected = h("div", { class: "stack", hidden: true }, network,
    h("section", { class: "card stack" }, state.node, h("div", { class: "actions" }, another.button), about),
    secret.node, steps.node, createTrial().node, rules.node);
  const node = h("div", { class: "stack bank" }, h("h2", {}, "Banco"), trouble, offer, connected);

  async function load() {
    asked += 1;
    const mine = asked;
    try {
      const answer = await call("GET", "/deposits/setup");
      if (mine !== asked) return;
      setup = answer;
      trouble.hidden = true;
      draw(setup);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        leave();
        signInAgain();
        return;
      }
      setText(trouble, setup ? `${error.message}. Lo de abajo puede ser de antes.` : error.message);
      trouble.hidden = false;
    }
  }

  function draw(/** @type {BankSetup} */ now) {
    offer.hidden = now.has_secret;
    connected.hidden = !now.has_secret;
    another.button.hidden = now.secret_from_config;
    setText(about, whoseSecret(now));
    network.hidden = now.reachable;
    setText(network, now.notices_url
      ? "⚠ Comanda sólo se oye en esta computadora: el teléfono no la alcanza. Arráncala con --host 0.0.0.0."
      : "⚠ Esta computadora no está en ninguna red. Conéctala al Wi-Fi o al cable y abre otra vez esta sección.");
    state.update(now);
    steps.update(now);
    rules.update(now.rules);
  }

  async function makeSecret() {
    first.disabled = another.button.disabled = true;
    asked += 1;
    try {
      const made = await call("POST", "/deposits/secret");
      if (isOpen) {
        secret.show(made);
        steps.open();
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        signInAgain();
        return;
      }
      toast(error instanceof Problem ? error.message
        : `${error.message}. El secreto pudo cambiar: haz otro cuando vuelva la red.`, "late");
    } finally {
      first.disabled = another.button.disabled = false;
    }
    await load();
    if (secret.isShown()) secret.focus();
  }

  function leave() {
    isOpen = false;
    secret.clear();
  }

  function show() {
    isOpen = true;
    load();
  }

  const look = () => { if (isOpen && !document.hidden) load(); };
  setInterval(look, LOOK_EVERY);
  for (const type of /** @type {const} */ (["deposit_arrived", "deposit_tied"])) listen(type, look);
  document.addEventListener("visibilitychange", look);
  onReset(look);
  tick(node, () => { if (setup) state.update(setup); });
  return { node, show, hide: leave };
}

/** Whether the phone is in reach, and what was last heard of it. */
function createState(/** @type {number} */ silentMinutes) {
  const head = h("p", { class: "notice", role: "status", data: { tone: "" } }, "Cargando…");
  const parts = {
    notice: createLine("Último aviso"), heartbeat: createLine("Última señal"), refused: createLine("Último rechazo"),
  };
  return {
    node: h("div", { class: "stack" }, head,
      h("dl", { class: "heard" }, ...Object.values(parts).map((one) => one.node))),
    update(/** @type {BankSetup} */ now) {
      const { tone, words } = reach(now, silentMinutes);
      head.dataset.tone = tone;
      setText(head, words);
      parts.notice.update(now.notice_at ? since(now.notice_at) : "ninguno todavía");
      parts.heartbeat.update(now.heartbeat_at ? since(now.heartbeat_at) : "ninguna todavía");
      parts.refused.node.hidden = !now.refused_at;
      if (!now.refused_at) return;
      const isLatest = now.refused_at > (now.notice_at ?? "");
      parts.refused.update(`${since(now.refused_at)}: ${whyRefused(now.refused_code)}`, isLatest ? "late" : "");
    },
  };
}

function createLine(/** @type {string} */ label) {
  const value = h("dd", {});
  return {
    node: h("div", {}, h("dt", { class: "quiet small" }, label), value),
    update(/** @type {string} */ words, tone = "") {
      setText(value, words);
      value.dataset.tone = tone;
    },
  };
}

/** @type {(now: BankSetup, silentMinutes: number) => { tone: string, words: string }} */
function reach(now, silentMinutes) {
  const times = [now.notice_at, now.heartbeat_at, now.refused_at].filter((time) => time !== null);
  const last = times.sort().at(-1);
  if (last === undefined) {
    return { tone: "", words: "⚠ Todavía no llega nada del teléfono. Sigue los pasos y toca «Test» en la app." };
  }
  if (minutesSince(last) >= silentMinutes) {
    return { tone: "late", words: `⚠ Teléfono del banco: sin señal desde ${when(last)}. Mira que esté prendido, en el `
      + "Wi-Fi y con la app abierta." };
  }
  if (now.heartbeat_at === null) {
    return { tone: "", words: "⚠ Llegan avisos, pero no la señal: sin ella caja no sabe si el teléfono sigue "
      + "prendido." };
  }
  return { tone: "done", words: "✓ El teléfono del banco está en línea." };
}

const whyRefused = (/** @type {string?} */ code) => REFUSALS[code ?? ""] ?? `Comanda no lo aceptó (${code})`;

const whoseSecret = (/** @type {BankSetup} */ now) => (now.secret_from_config
  ? "El secreto está en config.toml. Se cambia ahí."
  : `Secreto hecho por ${now.secret_by} · ${now.secret_at ? day(now.secret_at) : ""}. No se puede volver a ver; si se `
    + "perdió, o si ese teléfono se vendió, cámbialo.");

/** "hace 3 min", "a las 20:41", "27 nov, 20:41" */
const since = (/** @type {string} */ iso) => (minutesSince(iso) < 60 ? ago(iso)
  : minutesSince(iso) < A_DAY / 2 ? `a las ${ago(iso)}` : day(iso));

const when = (/** @type {string} */ iso) => (minutesSince(iso) < A_DAY / 2
  ? inWords(iso, "es", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) : day(iso));

const day = (/** @type {string} */ iso) =>
  inWords(iso, "es", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
