// Amounts as the house writes and reads them. This is the only reader and the only writer of money in the pages;
// domain/money.py reads and writes alike, which tests/money.json holds.

const MOST = 999_999_999.99;
const BLANKS = /[\t\n\r \u00a0\u2009\u202f]+/g;
const EDGES = /^ | $/g;
// MXN 85, S/ 85, Bs. 85, C$ 85, 85 €, 85 MXN; "11 mil" is no sign.
const BEFORE = /^(?:[A-Za-z]{1,3}[./]{0,2})? ?[$¢-¥₠-⃏＄]? ?(?=\d)/;
const BEHIND = /(?<=\d) ?(?:[$¢-¥₠-⃏＄]|(?!MIL)[A-Z]{3})$/;
// Digits or groups of three with one mark between them, then up to two digits behind a mark.
const AMOUNT = /^(?:(\d+)|([1-9]\d{0,2}([., ])\d{3}(?:\3\d{3})*))(?:([.,])(\d{1,2}))?$/;

/** @type {Required<MoneyFormat>} */
const house = { currency: "$", currency_after: false, decimals: 2, decimal_mark: "." };

/** Take over the house's way: its sign and the sign's place, its decimals (0 or 2), its decimal mark. */
export function setMoney(/** @type {MoneyFormat} */ { currency, currency_after, decimals, decimal_mark }) {
  Object.assign(house, {
    currency, currency_after: Boolean(currency_after), decimals: decimals ?? 2, decimal_mark: decimal_mark ?? ".",
  });
}

/**
 * 1234.5 → "$ 1,234.50", whose space never breaks a line. Hundredths are shown in a house without decimals, too, if
 * there are any.
 */
export function money(/** @type {number} */ amount, style = house) {
  const text = number(amount, groupOf(style), style);
  return style.currency_after ? `${text}\u00a0${style.currency}` : `${style.currency}\u00a0${text}`;
}

/** Finds an amount within a sentence, written as the house writes it. */
export function amountWithin() {
  const sign = house.currency.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const digits = String.raw`-?\d(?:[\d.,]*\d)?`;
  return new RegExp(house.currency_after ? `(${digits}[ \u00a0]${sign})` : `(${sign}[ \u00a0]${digits})`);
}

/** 1234.5 → "1234.50", as a field shows it. */
export const plainMoney = (/** @type {number} */ amount) => number(amount, "", house);

/** 1234 → "1,234", 0.5 → "0.50": an amount beside others, where the sign and empty cents would only be in the way. */
export const shortMoney = (/** @type {number} */ amount) => number(amount, groupOf(house), { ...house, decimals: 0 });

/** An amount that was divided, to what the house pays with. */
export const roundMoney = (/** @type {number} */ amount) =>
  Math.round(amount * 100 / smallestUnit()) * smallestUnit() / 100;

/** Hundredths as the server reads them in a form: 18550 → "185.50". */
export const wireMoney = (/** @type {number} */ hundredths) => (hundredths / 100).toFixed(2);

const groupOf = (/** @type {Required<MoneyFormat>} */ style) => (style.decimal_mark === "." ? "," : ".");

/** @type {(amount: number, group: string, style: Required<MoneyFormat>) => string} */
function number(amount, group, { decimals, decimal_mark: mark }) {
  const hundredths = Math.round(Math.abs(amount) * 100);
  const whole = String(Math.floor(hundredths / 100)).replace(/\B(?=(\d{3})+$)/g, group);
  const fraction = decimals > 0 || hundredths % 100 > 0 ? mark + String(hundredths % 100).padStart(2, "0") : "";
  return (amount < 0 && hundredths > 0 ? "-" : "") + whole + fraction;
}

/** The smallest amount that the house pays with, in hundredths. */
export const smallestUnit = () => (house.decimals === 0 ? 100 : 1);

/** What an amount looks like here: "185.50", "11.000". */
export const exampleAmount = () => number(house.decimals === 0 ? 11000 : 185.5, groupOf(house), house);

/**
 * Read a typed amount: `{ hundredths }`, or `{ error }` with a sentence. Blank text is an error. What could be read in
 * two ways is refused, with both readings.
 * @type {(text: string) => Amount}
 */
export function readMoney(text) {
  const wrong = { error: `Escribe un monto como ${exampleAmount()}` };
  const match = AMOUNT.exec(withoutSigns(text.replace(BLANKS, " ").replace(EDGES, "")));
  if (!match) return wrong;
  const [, digits, groups, group, mark, fraction = ""] = match;
  const whole = digits ?? groups.replaceAll(group, "");
  if (mark && mark === group) return wrong;
  const hundredths = Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
  if (hundredths > MOST * 100) return { error: `A lo más ${money(house.decimals === 0 ? Math.floor(MOST) : MOST)}` };
  if (group === house.decimal_mark && !mark && groups.split(group).length === 2) return doubtful(whole);
  if (house.decimals === 0 && Number(fraction) > 0) return { error: "Aquí los montos no llevan centavos" };
  return { hundredths };
}

/** The error of three digits behind the decimal mark: "1.250" may mean 1,250 or 1.25. */
function doubtful(/** @type {string} */ digits) {
  const [thousands, decimals] = [Number(digits), Number(digits) / 1000];
  if (house.decimals === 0 ? thousands % 1000 > 0 : thousands % 10 > 0) {
    const why = house.decimals === 0 ? "Aquí los montos no llevan centavos" : "Los centavos llevan dos cifras";
    return { error: `${why}; si son miles, escribe ${plainMoney(thousands)}` };
  }
  return { error: `¿${money(thousands)} o ${money(decimals)}? `
    + `Escribe ${plainMoney(thousands)} o ${plainMoney(decimals)}` };
}

/** The text without a currency's sign or code before it or behind it. */
function withoutSigns(/** @type {string} */ typed) {
  const { currency } = house;
  if (typed.startsWith(currency) && /^ ?\d/.test(typed.slice(currency.length))) {
    return typed.slice(currency.length).replace(EDGES, "");
  }
  if (typed.endsWith(currency) && /\d ?$/.test(typed.slice(0, -currency.length))) {
    return typed.slice(0, -currency.length).replace(EDGES, "");
  }
  return typed.replace(BEFORE, "").replace(BEHIND, "");
}
