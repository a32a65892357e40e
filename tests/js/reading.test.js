import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.js";

const { learnTime } = await import("../../static/js/lib/server-time.js");
const { setClock } = await import("../../static/js/lib/wall-time.js");
const { setMoney } = await import("../../static/js/lib/money.js");
const { inFours } = await import("../../static/js/lib/copy.js");
const { setRules } = await import("../../static/js/house/rules.js");
const { setHouse } = await import("../../static/js/caja/words.js");
const { groups, isSameNumber, whenWords } = await import("../../static/js/house/receipt-words.js");
const { lineOf } = await import("../../static/js/caja/reading-lines.js");
const { dateWords, plainDate, rowsOf } = await import("../../static/js/caja/checking-rows.js");
const { isCorrected } = await import("../../static/js/caja/examination.js");

const strong = { short: "", sentence: "", strong: true };
setRules({ warnings: {
  amount_differs: { ...strong, strong: false }, reference_reused: strong, receipt_old: strong, account_differs: strong,
} });
setHouse({ methods: [{ name: "transferencia", label: "Transferencia", reference_label: "Clave de rastreo" }],
  keep_days: 90, reading: "on", checks: [] });

beforeEach(() => {
  setClock({ time_zone: "America/Mexico_City" });
  setMoney({ currency: "$", currency_after: false, decimals: 2, decimal_mark: "." });
  learnTime("Fri, 18 Dec 2026 03:00:00 GMT"); // 21:00 of the 17th in Mexico City
});

const payment = (more = {}) => ({ method: "transferencia", reference: null, amount: 170, tip: 15.5, warnings: [],
  submitted_at: "2026-12-18T02:45:00Z", ...more });
const field = (name, value, check = null, against = null) => ({ name, value, text: value, box: null, check, against });
const said = (one, more) => {
  const { label, value, mark, tone, words, orderId, note } = lineOf(one, payment(more));
  return [label, value, mark, tone, words, orderId, note].map((part) => (
    typeof part === "string" ? part.replaceAll("\u00a0", " ") : part));
};

test("an amount is written as the house writes it, beside what the payment pays", () => {
  assert.deepEqual(said(field("amount", "185.5", "matches", "185.5")),
    ["Monto", "$ 185.50", "✓", "done", "lo que paga", null, ""]);
  assert.deepEqual(said(field("amount", "85.5", "differs", "185.5")),
    ["Monto", "$ 85.50", "⚠", "wait", "paga $ 185.50", null, ""]);
  setMoney({ currency: "₡", currency_after: false, decimals: 0, decimal_mark: "," });
  assert.equal(said(field("amount", "11000", "matches", "11000"))[1], "₡ 11.000");
});

test("a number is new, or used by another order, or not the one that was typed", () => {
  assert.deepEqual(said(field("reference", "88412201937", "matches")),
    ["Clave de rastreo", "8841 2201 937", "✓", "done", "nueva", null, ""]);
  const warnings = [{ type: "reference_reused" }];
  assert.deepEqual(said(field("reference", "88412201937", "differs", "97"), { warnings }),
    ["Clave de rastreo", "8841 2201 937", "⚠", "late", "ya usada en la", "97", ""]);
  assert.deepEqual(said(field("reference", "88412201937", "differs"), { reference: "88412201938" }),
    ["Clave de rastreo", "8841 2201 937", "⚠", "wait", "no es la escrita", null,
      "Escrito: 8841 2201 938 · En la foto: 8841 2201 937"]);
  assert.equal(said(field("reference", "88412201937", "differs", "97"), { reference: "12345678" }).at(-1),
    "Escrito: 1234 5678 · En la foto: 8841 2201 937");
  assert.equal(said(field("reference", "88412201937", "differs", "97"), { reference: "1937" }).at(-1), "");
});

test("a time is told by the house's clock, beside the order's", () => {
  assert.deepEqual(said(field("at", "2026-12-18T02:41:00Z", "matches", "2026-12-18T02:12:00Z")),
    ["Fecha", "hoy 20:41", "✓", "done", "la orden, 20:12", null, ""]);
  assert.deepEqual(said(field("at", "2026-12-16", "differs", "2026-12-17T02:12:00Z")),
    ["Fecha", "ayer", "⚠", "late", "no cuadra con la orden, ayer 20:12", null, ""]);
});

test("days before yesterday have their date, those of another year with the year", () => {
  assert.equal(whenWords("2026-12-17T02:41:00Z"), "ayer 20:41");
  assert.equal(whenWords("2026-12-08T02:41:00Z"), "07/12 20:41");
  assert.equal(whenWords("2025-12-18"), "18/12/2025");
  assert.equal(whenWords("2026-12-18"), "18/12");
  assert.equal(whenWords("=cmd"), "=cmd");
  assert.equal(plainDate("2026-12-18T02:41:00Z"), "17/12/2026");
  assert.equal(plainDate("2026-12-18"), "18/12/2026");
  assert.equal(dateWords("2026-11-01"), "1 nov 2026");
});

test("an account is the house's, another's, or without anything to compare it with", () => {
  assert.deepEqual(said(field("account", "4821", "matches", "BBVA")),
    ["Cuenta", "••4821", "✓", "done", "BBVA", null, ""]);
  assert.deepEqual(said(field("account", "4821", "differs")),
    ["Cuenta", "••4821", "⚠", "late", "no es de la casa", null, ""]);
  assert.deepEqual(said(field("account", "la.fonda.mp")),
    ["Cuenta", "la.fonda.mp", "", "", "sin comparar", null, ""]);
  assert.deepEqual(said(field("holder", "Fonda El L*", "matches", "BBVA")),
    ["A nombre de", "Fonda El L*", "✓", "done", "BBVA", null, ""]);
  assert.deepEqual(said(field("bank", "Banorte")), ["Banco", "Banorte", "", "", "", null, ""]);
});

test("long numbers stand in groups of four, other texts as they are", () => {
  assert.equal(groups("1234567"), "1234567");
  assert.equal(groups("BNET01002612"), "BNET 0100 2612");
  assert.equal(groups("folio 12345678"), "folio 12345678");
  assert.equal(groups("transferencia"), "transferencia");
  assert.equal(inFours("😀".repeat(5)), "😀😀😀😀 😀");
});

test("who types the last characters of a number, or its looks, types no other number", () => {
  assert.equal(isSameNumber("1937", "88412201937"), true);
  assert.equal(isSameNumber("937", "88412201937"), false);
  assert.equal(isSameNumber("8841-2201 O37", "88412201037"), true);
  assert.equal(isSameNumber("88412201938", "88412201937"), false);
});

const account = (label, number) => ({ method: "transferencia", label, number, holder: "Rosa", alias: null, qr: null });
const copied = (what, known) => rowsOf(what, { payment: payment(), fields: [], accounts: [], ...known })
  .map(({ name, copied: text }) => [name, text]);

test("the typed number is copied before the read one, but the whole one where its end was typed", () => {
  const fields = [field("reference", "88412201937")];
  assert.deepEqual(copied("reference", { fields }), [["Clave de rastreo", "88412201937"]]);
  assert.deepEqual(copied("reference", { fields, payment: payment({ reference: "77412201937" }) }),
    [["Clave de rastreo", "77412201937"]]);
  assert.deepEqual(copied("reference", { fields, payment: payment({ reference: "1937" }) }),
    [["Clave de rastreo", "88412201937"]]);
});

test("a bank's page gets the whole amount, the house's date and the account that the receipt shows", () => {
  const accounts = [account("BBVA", "012180001234564821"), account("Spin", "5512344471")];
  assert.deepEqual(copied("amount"), [["Monto", "185.50"]]);
  assert.deepEqual(copied("date"), [["Fecha", "17/12/2026"]]);
  assert.deepEqual(copied("date", { fields: [field("at", "2026-12-16")] }), [["Fecha", "16/12/2026"]]);
  assert.deepEqual(copied("account", { accounts, fields: [field("account", "4471", "matches", "Spin")] }),
    [["Cuenta de la casa, Spin", "5512344471"]]);
  assert.deepEqual(copied("account", { accounts }).map(([, number]) => number), ["012180001234564821", "5512344471"]);
  assert.deepEqual(copied("account"), [["Cuenta de la casa", ""]]);
  assert.deepEqual(copied("bank"), [["Banco", ""]]);
  assert.deepEqual(copied("holder", { accounts }), [["A nombre de", "Rosa"]]);
});

test("a claim was corrected if it has another former claim than before", () => {
  const [one, two] = [{ id: "1", former_claims: [{}] }, { id: "1", former_claims: [{}, {}] }];
  assert.equal(isCorrected(one, two), true);
  assert.equal(isCorrected(two, two), false);
  assert.equal(isCorrected(null, two), false);
  assert.equal(isCorrected({ id: "2", former_claims: [] }, two), false);
});

test("the payment that came first with a number is not told to have used it again", () => {
  assert.deepEqual(said(field("reference", "88412201937", "differs", "97")),
    ["Clave de rastreo", "8841 2201 937", "⚠", "wait", "también en la", "97", ""]);
});
