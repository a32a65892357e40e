// The cashier's words for people, payment methods and reasons.

import { now } from "../lib/server-time.js";

const REASONS = ["no aparece en la cuenta", "monto distinto", "ilegible", "repetido", "programado",
  "otra cuenta", "fecha incorrecta"];
const CASH_REASONS = ["no alcanza", "billete falso", "no me lo entregaron", "monto distinto"];
const CARD_REASONS = ["no pasó", "monto distinto", "tarjeta rechazada", "repetido", "ilegible"];
const SENT_BEFORE = ["mismo comprobante reenviado", "el cliente pagó dos mesas juntas",
  "la otra orden se cobró por error"];
/** @type {Partial<Record<Suspicion["type"], string[]>>} */
const REASONS_TO_APPROVE = {
  account_differs: ["la cuenta sí es de la casa", "se leyó mal la cuenta"],
  receipt_old: ["pagó por adelantado", "se leyó mal la fecha"],
};

/** The usual reasons to approve in spite of warnings of these types. */
export const reasonsToApprove = (/** @type {Suspicion["type"][]} */ types) =>
  [...new Set(types.flatMap((type) => REASONS_TO_APPROVE[type] ?? SENT_BEFORE))];

/** How many ms after something new came a tap was for what was there before. */
export const SETTLING = 700;

/** @type {Record<string, string>} */
const ICONS = { transferencia: "🏦", efectivo: "💵", tarjeta: "💳" };
/** @type {Record<string, string>} */
const VERDICTS = { aprobado: "aprobó", rechazado: "rechazó", retirado: "retiró" };
/** @type {Record<string, string>} */
const OWN_VERDICTS = { aprobado: "aprobaste", rechazado: "rechazaste", retirado: "retiraste" };
/** @type {Map<string, Method>} */
let methods = new Map();
let keepDays = 0;
/** @type {Settings["reading"]} */
let reading = "off";
/** @type {Check[]} */
let checks = [];

/**
 * Take the house's payment methods, for how many days it keeps photos, whether it reads them, and how it looks a
 * payment up. Settings kept by an earlier version lack the last two.
 */
export function setHouse(/** @type {Settings} */ settings) {
  methods = new Map(settings.methods.map((method) => [method.name, method]));
  keepDays = settings.keep_days;
  reading = settings.reading ?? "off";
  checks = settings.checks ?? [];
}

/** How a payment by this method is looked up at the bank. */
export const checksOf = (/** @type {string} */ name) => checks.filter(({ method }) => method === name);

/**
 * Whether the page tells what a payment's proof says. Without the program for photos, only PDFs are read.
 * @type {(payment: Payment) => boolean}
 */
export const tellsReading = (payment) => payment.has_proof
  && (reading === "on" || (reading === "missing" && Boolean(payment.reading)));

/** "🏦 Transferencia", without a line break within */
export const methodName = (/** @type {string} */ name) =>
  `${ICONS[name] ?? "💳"}\u00a0${methods.get(name)?.label ?? name}`;

/** "Clave de rastreo", as the method's bank calls it */
export const referenceLabel = (/** @type {string} */ name) => methods.get(name)?.reference_label || "Referencia";

/** Whether an approval by this method says that the money was seen in the account. */
export const isInAccount = (/** @type {string} */ name) => methods.get(name)?.verify === "account";

/** The usual reasons to reject a payment by this method. */
export function reasonsFor(/** @type {string} */ name) {
  if (methods.get(name)?.cash) return CASH_REASONS;
  return isInAccount(name) ? REASONS : CARD_REASONS;
}

/** Whether a bank's statement shows payments by this method; cash leaves no operation number. */
export const isInStatement = (/** @type {string} */ name) => isInAccount(name)
  || (methods.get(name)?.reference ?? "none") !== "none";

/** A member of staff as colleagues say it: "luis" → "Luis". */
export const personName = (/** @type {string?} */ username) =>
  (username ? username[0].toUpperCase() + username.slice(1) : "Otra persona");

/** "Mara ya lo aprobó" */
export function decidedWords(/** @type {Payment} */ payment, /** @type {string} */ me) {
  const verb = VERDICTS[payment.status] ?? "atendió";
  if (payment.decided_by === me) return `Ya lo ${OWN_VERDICTS[payment.status] ?? "atendiste"}`;
  return `${personName(payment.decided_by)} ya lo ${verb}`;
}

const VIEWING_LASTS = 180000; // as the server counts it, too

/** Who but `me` has a payment on show: "Luis lo está viendo", or "". */
export function viewingWords(/** @type {Payment} */ payment, /** @type {string} */ me) {
  const names = (payment.viewers ?? [])
    .filter(({ username, since }) => username !== me && now() - Date.parse(since) < VIEWING_LASTS)
    .map(({ name }) => name);
  if (names.length < 2) return names.length === 1 ? `${names[0]} lo está viendo` : "";
  return `${names.slice(0, -1).join(", ")} y ${names.at(-1)} lo están viendo`;
}

/** Why a photo was deleted */
export const expiredWords = () => `🗑 La foto ya se borró${keepDays > 0 ? `: se guardan ${keepDays} días` : ""}`;

export const proofPath = (/** @type {Payment} */ payment) => `/payments/${payment.id}/proof`;
export const thumbnailPath = (/** @type {Payment} */ payment) => `${proofPath(payment)}?size=thumb`;
