import assert from "node:assert/strict";
import { test } from "node:test";

import "./browser.js";

const { toAmount } = await import("../../static/js/mesero/fields.js");
const { money, setCurrency } = await import("../../static/js/house/format.js");
const { matcher } = await import("../../static/js/caja/matching.js");

const READ = {
  "185.5": "185.5", "185,50": "185.50", "$ 185.50": "185.50", "1,234.50": "1234.50", "1.234,50": "1234.50",
  "1,234,567": "1234567", " 20 ": "20", "1,234": "1234",
};

for (const [typed, amount] of Object.entries(READ)) {
  test(`the waiter's "${typed}" is ${amount}`, () => assert.equal(toAmount(typed, false), amount));
}

for (const typed of ["12.345,6.7", "1.234", "12,34,56", "-5", "5.999", "abc", "1e3", "0", "0.00", ","]) {
  test(`the waiter's "${typed}" is no amount`, () => assert.equal(toAmount(typed, false), null));
}

test("no amount at all stays none, and 0 pays only what is free", () => {
  assert.equal(toAmount("  ", false), "");
  assert.equal(toAmount("0.00", true), "0.00");
  assert.equal(toAmount("nada", true), null);
});

test("money has the house's sign, two decimals and groups of three", () => {
  assert.equal(money(185.5), "$ 185.50");
  assert.equal(money(1234567.891), "$ 1,234,567.89");
  assert.equal(money(0), "$ 0.00");
  setCurrency("Bs");
  assert.equal(money(7), "Bs 7.00");
  setCurrency("$");
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

test("what fits an amount best comes first, and nothing is looked for without words", () => {
  const orders = [order("1", 3061), order("2", 306.5), order("3", 306)];
  const fit = matcher("306", "$", orders);
  assert.deepEqual([...orders].sort((a, b) => fit(a) - fit(b)).map(({ id }) => id), ["3", "2", "1"]);
  assert.equal(matcher("  ", "$", orders), null);
});
