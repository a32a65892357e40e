// How the cashier's page says who, how and why.

export const REASONS = ["no aparece en la cuenta", "monto distinto", "ilegible", "repetido", "programado", "otra cuenta", "fecha incorrecta"];

const ICONS = { transferencia: "🏦", efectivo: "💵", tarjeta: "💳" };
const VERDICTS = { aprobado: "aprobó", rechazado: "rechazó" };
let labels = new Map();

/** Take the house's names for its payment methods. */
export function setMethods(methods) {
  labels = new Map(methods.map((method) => [method.name, method.label]));
}

/** "🏦 Transferencia", never parted at the end of a line */
export const methodName = (name) => `${ICONS[name] ?? "💳"}\u00a0${labels.get(name) ?? name}`;

/** A member of staff as colleagues say it: "luis" → "Luis". */
export const personName = (username) => (username ? username[0].toUpperCase() + username.slice(1) : "Otra persona");

/** "Mara ya lo aprobó" */
export function decidedWords(payment, me) {
  const verb = VERDICTS[payment.status] ?? "atendió";
  if (payment.decided_by === me) return `Ya lo ${verb === "aprobó" ? "aprobaste" : "rechazaste"}`;
  return `${personName(payment.decided_by)} ya lo ${verb}`;
}

export const proofPath = (payment) => `/payments/${payment.id}/proof`;
