// Whole numbers in Spanish words, so that a price that was misread is heard: 11000 → "once mil".

const ONES = ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce",
  "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno",
  "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"];
const TENS = ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const HUNDREDS = ["", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
  "setecientos", "ochocientos", "novecientos"];

/** 1250 → "mil doscientos cincuenta", up to 999,999,999. */
export function inNumberWords(/** @type {number} */ number) {
  const millions = Math.floor(number / 1e6);
  const rest = number % 1e6;
  const parts = [];
  if (millions > 0) parts.push(millions === 1 ? "un millón" : `${shortened(thousands(millions))} millones`);
  if (rest > 0 || millions === 0) parts.push(thousands(rest));
  return parts.join(" ");
}

function thousands(/** @type {number} */ number) {
  const [high, low] = [Math.floor(number / 1000), number % 1000];
  const parts = [];
  if (high > 0) parts.push(high === 1 ? "mil" : `${shortened(hundreds(high))} mil`);
  if (low > 0 || high === 0) parts.push(hundreds(low));
  return parts.join(" ");
}

function hundreds(/** @type {number} */ number) {
  if (number === 100) return "cien";
  const [high, low] = [Math.floor(number / 100), number % 100];
  return [HUNDREDS[high], low > 0 || high === 0 ? tens(low) : ""].filter(Boolean).join(" ");
}

function tens(/** @type {number} */ number) {
  if (number < 30) return ONES[number];
  const [high, low] = [Math.floor(number / 10), number % 10];
  return low > 0 ? `${TENS[high]} y ${ONES[low]}` : TENS[high];
}

/** "veintiuno" → "veintiún", before "mil" and "millones". */
const shortened = (/** @type {string} */ words) => words.replace(/veintiuno$/, "veintiún").replace(/uno$/, "un");
