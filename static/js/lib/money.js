// Amounts as the house writes and reads them. This is the only reader and the only writer of money in the pages.

let sign = "$";
let isAfter = false;
let decimals = 2;
let mark = ".";
let group = ",";
/** @type {Intl.NumberFormat | undefined} */
let whole;
const MOST_DIGITS = 9;
const SPACED = /^\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?$/; // 1 234,50

/** Take over the house's way: its sign and the sign's place, its decimals (0 or 2), its decimal mark. */
export function setMoney(/** @type {MoneyFormat} */ { currency, currency_after, decimals: digits, decimal_mark }) {
  sign = currency;
  isAfter = Boolean(currency_after);
  decimals = digits ?? 2;
  mark = decimal_mark ?? ".";
  group = mark === "." ? "," : ".";
}

/** 1234.5 → "$ 1,234.50". Hundredths are shown in a house without decimals, too, if there are any. */
export function money(/** @type {number} */ amount) {
  const text = number(amount, group);
  return isAfter ? `${text} ${sign}` : `${sign} ${text}`;
}

/** 1234.5 → "1234.50", as a field shows it. */
export const plainMoney = (/** @type {number} */ amount) => number(amount, "");

/** Hundredths as the server reads them in a form: 18550 → "185.50". */
export const wireMoney = (/** @type {number} */ hundredths) => (hundredths / 100).toFixed(2);

function number(/** @type {number} */ amount, /** @type {string} */ between) {
  whole ??= new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 }); // slow to make
  const hundredths = Math.round(Math.abs(amount) * 100);
  const digits = whole.format(Math.floor(hundredths / 100)).replaceAll(",", between);
  const fraction = decimals > 0 || hundredths % 100 > 0 ? mark + String(hundredths % 100).padStart(2, "0") : "";
  return (amount < 0 ? "-" : "") + digits + fraction;
}

/** The smallest amount that the house pays with, in hundredths. */
export const smallestUnit = () => (decimals === 0 ? 100 : 1);

/** What an amount looks like here: "185.50", "11.000". */
export const exampleAmount = () => (decimals === 0 ? number(11000, group) : number(185.5, group));

/**
 * Read a typed amount: `{ hundredths }`, or `{ error }` with a sentence. Blank text is an error. What could be read in
 * two ways is refused, with both readings.
 * @type {(text: string) => Amount}
 */
export function readMoney(text) {
  const spaced = text.replace(sign, "").trim().replace(/\s+/g, " ");
  const typed = SPACED.test(spaced) ? spaced.replaceAll(" ", "") : spaced;
  const wrong = { error: `Escribe un monto como ${exampleAmount()}` };
  if (!/^\d[\d.,]*$/.test(typed) || /[.,]$/.test(typed)) return wrong;
  const at = Math.max(typed.lastIndexOf("."), typed.lastIndexOf(","));
  if (at < 0) return checked(typed, "", wrong);
  const last = typed[at];
  const other = last === "." ? "," : ".";
  const [before, after] = [typed.slice(0, at), typed.slice(at + 1)];
  if (after.length === 3) return readThousands(typed, before, after, last, wrong);
  if (after.length > 2) return wrong;
  if (before.includes(last) || !isGrouped(before, other)) return wrong;
  if (decimals === 0 && Number(after) > 0) return { error: "Aquí los montos no llevan centavos" };
  return checked(before.replaceAll(other, ""), after, wrong);
}

/**
 * Read three digits after the last mark: thousands by the house's grouping, and doubtful with its decimal mark.
 * @type {(typed: string, before: string, after: string, last: string, wrong: { error: string }) => Amount}
 */
function readThousands(typed, before, after, last, wrong) {
  if (!isGrouped(typed, last)) return wrong;
  const asThousands = checked(typed.replaceAll(last, ""), "", wrong);
  const isDoubtful = last === mark && !before.includes(last);
  if (!isDoubtful || asThousands.hundredths === undefined) return asThousands;
  const asDecimals = Number(`${before}.${after}`);
  return { error: `¿${money(asThousands.hundredths / 100)} o ${money(asDecimals)}? `
    + `Escribe ${plainMoney(asThousands.hundredths / 100)} o ${plainMoney(asDecimals)}` };
}

/** Whether text is digits, or digits in proper groups of three: "1234", "1,234". */
function isGrouped(/** @type {string} */ text, /** @type {string} */ between) {
  const groups = text.split(between);
  return groups.every((digits) => /^\d+$/.test(digits))
    && (groups.length === 1 || (groups[0].length <= 3 && groups.slice(1).every(({ length }) => length === 3)));
}

/** @type {(digits: string, fraction: string, wrong: { error: string }) => Amount} */
function checked(digits, fraction, wrong) {
  if (digits.replace(/^0+/, "").length > MOST_DIGITS) return wrong;
  return { hundredths: Number(digits) * 100 + Number(fraction.padEnd(2, "0")) };
}
