import assert from "node:assert/strict";
import { test } from "node:test";

import "./browser.js";

const { money, plainMoney, readMoney, roundMoney, setMoney } = await import("../../static/js/lib/money.js");
const { matcher } = await import("../../static/js/caja/matching.js");

const MEXICO = { currency: "$", currency_after: false, decimals: 2, decimal_mark: "." };
const CHILE = { currency: "$", currency_after: false, decimals: 0, decimal_mark: "," };
const ARGENTINA = { ...CHILE, decimals: 2 };

const READ = {
  "185.5": 18550, "185,50": 18550, "$ 185.50": 18550, "1,234.50": 123450, "1.234,50": 123450,
  "1,234,567": 123456700, " 20 ": 2000, "1,234": 123400, "0": 0,
};

for (const [typed, hundredths] of Object.entries(READ)) {
  test(`the waiter's "${typed}" is ${hundredths} hundredths`, () => {
    assert.deepEqual(readMoney(typed), { hundredths });
  });
}

for (const typed of ["12.345,6.7", "1.234", "12,34,56", "-5", "5.999", "abc", "1e3", ",", "", "  "]) {
  test(`the waiter's "${typed}" is no amount`, () => assert.ok(readMoney(typed).error));
}

test("an amount is read as the house writes it", () => {
  const read = (style, typed) => { setMoney({ ...MEXICO, ...style }); return readMoney(typed); };
  assert.equal(read(CHILE, "11.000").hundredths, 1100000);
  assert.equal(read(CHILE, "1.250.000").hundredths, 125000000);
  assert.match(read(CHILE, "0,50").error, /centavos/);
  assert.equal(read(ARGENTINA, "1.250,50").hundredths, 125050);
  assert.equal(read(ARGENTINA, "1.250").hundredths, 125000);
  assert.match(read(MEXICO, "1.250").error, /1,250.00 o .*1.25/, "both readings are told");
  assert.equal(read(MEXICO, "1,250").hundredths, 125000);
});

test("an average is written as the house pays", () => {
  setMoney(CHILE);
  assert.equal(money(roundMoney(395 / 2)), "$\u00a0198", "no house without cents has half of them");
  setMoney(MEXICO);
  assert.equal(money(roundMoney(100 / 3)), "$\u00a033.33");
});

test("money has the house's sign, its decimals and groups of three", () => {
  setMoney(MEXICO);
  assert.equal(money(185.5), "$\u00a0185.50", "a line never breaks behind the sign");
  assert.equal(money(1234567.891), "$\u00a01,234,567.89");
  assert.equal(money(0), "$\u00a00.00");
  assert.equal(plainMoney(1234.5), "1234.50");
  setMoney({ ...CHILE, currency: "Gs", currency_after: true });
  assert.equal(money(11000), "11.000\u00a0Gs");
  assert.equal(money(7.5), "7,50\u00a0Gs", "hundredths that are there are never hidden");
  setMoney(MEXICO);
});

const order = (id, total, more = {}) => ({ id, table_number: 12, total, waiter: "ana", payment: null, ...more });
const ORDERS = [order("1", 1306), order("2", 306.5), order("3", 185.5, { table_number: 7 })];
const found = (asked) => {
  const fit = matcher(asked, "$", ORDERS);
  return ORDERS.filter((one) => fit(one) !== null).map(({ id }) => id);
};

const LOOKED_FOR = {
  "1,306.00": ["1"], "1.306,00": ["1"], "1 306": ["1"], "$1306": ["1"], "+ $ 1,306.00": ["1"], "MX$1 306.00": ["1"],
  "1,306.00 MXN": ["1"], "306": ["2"], "$306.50": ["2"], "$306.51": [], "mesa 7": ["3"], "mesa 12": ["1", "2"],
  "#2": ["2"], "Recibiste $306.50 de Marcos P.": ["2"],
};

for (const [asked, ids] of Object.entries(LOOKED_FOR)) {
  test(`the cashier's "${asked}" is found in ${ids.length} of the orders`, () => assert.deepEqual(found(asked), ids));
}

test("a number is found as it was typed and as it was read", () => {
  const paid = { method: "transferencia", amount: 1, tip: 0, reference: "8841", reading: { reference: "77412201937" } };
  const orders = [order("1", 10, { payment: paid }), order("2", 20, { payment: { ...paid, reading: undefined } })];
  const foundIn = (asked) => orders.filter((one) => matcher(asked, "$", orders)(one) !== null).map(({ id }) => id);
  assert.deepEqual(foundIn("8841"), ["1", "2"]);
  assert.deepEqual(foundIn("2201937"), ["1"]);
  assert.deepEqual(foundIn("Recibiste un pago con clave 77412201937 de Marcos"), ["1"]);
});

test("what fits an amount best comes first, and nothing is looked for without words", () => {
  const orders = [order("1", 3061), order("2", 306.5), order("3", 306)];
  const fit = matcher("306", "$", orders);
  assert.deepEqual([...orders].sort((a, b) => fit(a) - fit(b)).map(({ id }) => id), ["3", "2", "1"]);
  assert.equal(matcher("  ", "$", orders), null);
});
