import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.js";

const { learnTime } = await import("../../static/js/lib/server-time.js");
const { setClock } = await import("../../static/js/lib/wall-time.js");
const { setMoney } = await import("../../static/js/lib/money.js");
const { isSameNumber } = await import("../../static/js/house/receipt-words.js");
const { differencesOf, proposalsOf, readingWords } = await import(
  "../../static/js/cobro/reading-words.js");
const { correctable, mayCorrect } = await import("../../static/js/cobro/claim.js");

const reading = { amount: 185.5, reference: "88412201937", at: "2026-12-18T02:41:00Z", account: "4471", holder: null };
const part = (items = []) => ({ order_id: "1", amount: 185.5, items });
const payment = (more = {}) => ({ id: "1", status: "por_verificar", submitted_by: "ana", method: "transferencia",
  amount: 185.5, tip: 0, tendered: null, reference: null, reading, orders: [part()], ...more });
const read = (more) => payment({ reading: { ...reading, ...more } });
const plain = (words) => words.replaceAll("\u00a0", " ");

beforeEach(() => {
  setClock({ time_zone: "America/Mexico_City" });
  setMoney({ currency: "$", decimals: 2 });
  learnTime("Fri, 18 Dec 2026 03:00:00 GMT");
});

test("what was read is told in a line, with its day by the house's clock", () => {
  assert.equal(plain(readingWords(payment())), "$ 185.50 · 8841 2201 937 · hoy 20:41");
  assert.equal(plain(readingWords(read({ at: "2026-12-17T02:41:00Z" }))), "$ 185.50 · 8841 2201 937 · ayer 20:41");
  assert.equal(readingWords(read({ amount: null, reference: null, at: "2026-12-17" })), "hoy");
  assert.equal(readingWords(read({ amount: null, reference: null, at: "2026-12-02" })), "02/12");
  assert.equal(readingWords(read({ amount: null, reference: null, at: "2025-12-18" })), "18/12/2025");
});

test("no line breaks between a day and its time", () => {
  assert.match(readingWords(payment()), /hoy\u00a020:41$/);
});

test("what was not read is left out, and nothing read is no line", () => {
  assert.equal(plain(readingWords(read({ reference: null, at: null }))), "$ 185.50");
  assert.equal(readingWords(read({ amount: null, reference: null, at: null })), "");
  assert.equal(readingWords(payment({ reading: null })), "");
  assert.equal(readingWords(payment({ reading: undefined })), "", "of an order that was kept by an earlier version");
  assert.deepEqual(differencesOf(payment({ reading: null })), []);
});

test("letters that run from right to left reorder no line", () => {
  assert.equal(readingWords(read({ amount: null, at: null, reference: "ابج99" })), "\u2068ابج99\u2069");
});

test("the photo's amount is compared with what the guest gave, the tip too", () => {
  assert.deepEqual(differencesOf(payment()), []);
  assert.deepEqual(differencesOf(payment({ amount: 165.5, tip: 20 })), []);
  assert.deepEqual(differencesOf(read({ amount: 150 })).map(plain),
    ["La foto dice $ 150.00, y este pago es de $ 185.50"]);
});

test("a number that nobody typed differs from nothing", () => {
  assert.deepEqual(differencesOf(payment({ reference: "8841 220 1937" })), []);
  assert.deepEqual(differencesOf(payment({ reference: "777" })),
    ["La foto dice 8841 2201 937, y este pago dice 777"]);
});

for (const [typed, number, isSame] of [
  ["8841-220 1937", "88412201937", true], ["1937", "88412201937", true], ["937", "88412201937", false],
  ["MBAN 88412201937", "88412201937", true], ["o0123", "00123", true], ["abcl", "ABC1", true],
  ["88412201938", "88412201937", false], ["", "88412201937", false],
]) {
  test(`«${typed}» and ${number} are ${isSame ? "the same number" : "two numbers"}`, () => {
    assert.equal(isSameNumber(typed, number), isSame);
  });
}

test("what the photo says is offered only where it is not there yet, the amount without the tip", () => {
  const typed = { reference: "", amount: 18550 };
  assert.deepEqual(proposalsOf(payment(), typed), { reference: "88412201937", amount: null });
  assert.deepEqual(proposalsOf(payment(), { ...typed, reference: "8841 220 1937" }), { reference: null, amount: null });
  assert.deepEqual(proposalsOf(payment({ tip: 20 }), typed), { reference: "88412201937", amount: 16550 });
  assert.deepEqual(proposalsOf(payment({ tip: 200 }), typed), { reference: "88412201937", amount: null });
  assert.deepEqual(proposalsOf(payment({ reading: null }), typed), { reference: null, amount: null });
});

const METHODS = [
  { name: "transferencia", reference: "optional", cash: false }, { name: "efectivo", reference: "none", cash: true },
  { name: "vale", reference: "none", cash: false },
];

test("cash and chosen dishes keep their amount, and a method without a number has none to correct", () => {
  assert.deepEqual(correctable(payment(), METHODS), { reference: true, amount: true });
  assert.deepEqual(correctable(payment({ orders: [part([{ position: 0, quantity: 1 }])] }), METHODS),
    { reference: true, amount: false });
  assert.deepEqual(correctable(payment({ method: "efectivo", tendered: 200 }), METHODS),
    { reference: false, amount: false });
  assert.deepEqual(correctable(payment({ method: "vale" }), METHODS), { reference: false, amount: true });
  assert.deepEqual(correctable(payment({ method: "gone" }), METHODS), { reference: false, amount: true });
});

test("only who sent a payment corrects it, while it waits", () => {
  const ana = { username: "ana", methods: METHODS };
  assert.ok(mayCorrect(payment(), ana));
  assert.ok(!mayCorrect(payment(), { ...ana, username: "beto" }));
  for (const status of ["aprobado", "rechazado", "retirado"]) assert.ok(!mayCorrect(payment({ status }), ana));
  assert.ok(!mayCorrect(payment({ method: "efectivo", tendered: 200 }), ana));
  assert.ok(!mayCorrect(undefined, ana));
});
