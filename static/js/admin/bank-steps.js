// The steps to connect the bank's phone, by app. Apps change: the steps have their date.

import { h, setText } from "../lib/dom.js";
import { createCopy } from "../lib/copy.js";

const DATED = "Pasos de noviembre de 2026; las apps cambian.";
const FILTER = "(?i)recib|envi|abon|acredit|dep[oó]sit|transfer";
const BODY = '{"from": "{not_title}", "text": "{notification}", "sentStamp": "{system_time_ms}"}';

const code = (/** @type {string} */ text) => h("code", {}, text);
/** @type {(name: string, text: string) => Child[]} */
const toCopy = (name, text) => [h("pre", {}, code(text)), createCopy(name, () => text)];

const FORWARDER = () => [
  ["En el teléfono que recibe los avisos, instala ", code("Incoming SMS to URL forwarder"), " desde f-droid.org. No "
    + "está en Google Play; si el teléfono desconfía de una app que lee SMS, elige instalar de todos modos."],
  ["Dale los permisos que pide y agrega una regla. En ", code("Sender"), " pon el número o el nombre con que te "
    + "escribe el banco; con ", code("*"), " salen del teléfono todos los SMS."],
  ["En ", code("Webhook URL"), " pega la dirección de avisos. Marca ", code("Sign with HMAC-SHA-256"),
    " y pega el secreto."],
  ["En lo avanzado: 10 reintentos; ", code("Local network mode"), " si el Wi-Fi de la casa se queda sin internet; ",
    code("Chunked mode"), " como esté."],
  ["Toca ", code("Test"), ". Arriba, en esta página, cambia el último aviso."],
  ["En ", code("Settings"), " enciende el heartbeat: pega la dirección de la señal y pon 15 minutos."],
  ["Si tu banco avisa con su app y no por SMS: abre ", code("Notification access"), ", permite la app, y haz otra "
    + "regla. En ", code("Sender"), " pon el título que llevan los avisos de tu banco, por ejemplo ",
    code("Nequi|Confirmación de Pago"), ", y marca ", code("Sender is a regular expression"), ": con ", code("*"),
    " entraría también lo que cualquiera te escriba por chat. En ", code("Notification text filter"), " pon esto, "
    + "para que tus otros mensajes no salgan del teléfono:", ...toCopy("Filtro", FILTER)],
  ["En Android quita a la app el ahorro de batería y deja que arranque sola. Deja el teléfono cargando y en el Wi-Fi "
    + "de la casa. Si usas Mensajes de Google, apaga los chats RCS: no son SMS."],
];

const MACRO = () => [
  ["Haz una macro. Disparador: notificación recibida, sólo de la app de tu banco."],
  ["Acción: solicitud HTTP con ", code("POST"), " a la dirección de avisos."],
  ["Encabezado ", code("Authorization"), " con el valor ", code("Bearer"), ", un espacio y el secreto. Tipo de "
    + "contenido: ", code("application/json"), "."],
  ["Cuerpo:", ...toCopy("Cuerpo", BODY)],
  ["Lo que va entre llaves es de MacroDroid: elígelo con su botón de textos mágicos. Tasker tiene otras variables para "
    + "el título, el texto y la hora en milisegundos."],
  ["No quites ", code("sentStamp"), ": con la hora, dos avisos iguales son dos pagos; sin ella, el segundo se toma por "
    + "repetido."],
  ["Otra macro para la señal: cada 15 minutos, ", code("POST"), " a la dirección de la señal."],
  ["En Android quita a la app el ahorro de batería y deja que arranque sola."],
];

/** `{ node, open(), update(setup) }`: the steps, closed until `open`. */
export function createSteps() {
  const forwarder = createWay("Pasos: Incoming SMS to URL forwarder", FORWARDER());
  const address = h("p", { class: "bank-text" });
  const signal = h("p", { class: "bank-text" });
  const known = h("div", {}, address, signal);
  const plain = h("p", { class: "notice", hidden: true }, "Tu dirección empieza con http://: el secreto de MacroDroid "
    + "o Tasker viaja sin cifrar por el Wi-Fi. La otra app no lo manda, sólo firma con él.");
  const macro = createWay("Pasos: MacroDroid o Tasker", MACRO());
  macro.append(plain);
  return {
    node: h("section", { class: "stack" }, h("h3", {}, "Cómo se conecta"), known,
      forwarder, macro, h("p", { class: "quiet small" }, DATED)),
    open: () => { forwarder.open = true; },
    update(/** @type {BankSetup} */ { notices_url: notices, heartbeat_url: heartbeat }) {
      setText(address, notices ? `Dirección de avisos: ${notices}` : "");
      setText(signal, heartbeat ? `Dirección de la señal: ${heartbeat}` : "");
      plain.hidden = !notices?.startsWith("http:");
    },
  };
}

/** @type {(title: string, steps: Child[][]) => HTMLDetailsElement} */
const createWay = (title, steps) => h("details", { class: "bank-way" }, h("summary", {}, title),
  h("ol", {}, ...steps.map((step) => h("li", {}, ...step))));
