import assert from "node:assert/strict";
import { test } from "node:test";

import "./browser.js";

const { billOf, dueOf, isChargeable, notesFor, paymentsOf, paysOf, rejectedOf, sharesOf, unpaidItems } = await import(
  "../../static/js/house/bill.js");
const { notArrived, withDrafts } = await import("../../static/js/cobro/held.js");
const { billKey, ofPlace, place, placeShort, placeWithin, thePlace } = await import("../../static/js/house/place.js");

const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);
const item = (name, quantity, unit_price) => ({ name, quantity, unit_price, note: null, removed: 0 });
const order = (id, more = {}) => ({ id, table_number: 12, customer: null, status: "entregado", total: 100, due: 100,
  payments: [], items: [item("Taco", 3, 20), item("Agua", 2, 20)], ...more });
const payment = (id, status, orders, more = {}) => ({ id, status, orders, replaces: null, ...more });
const part = (orderId, amount, items = []) => ({ order_id: orderId, amount, items });

test("shares lose and make no cent, differ by one, and the first ones are the larger ones", () => {
  for (let amount = 0; amount < 2000; amount += 7) {
    for (let people = 1; people <= 12; people += 1) {
      const shares = sharesOf(amount, people);
      assert.equal(sum(shares), amount);
      assert.ok(shares[0] - shares.at(-1) <= 1);
      assert.deepEqual([...shares].sort((a, b) => b - a), shares);
    }
  }
  assert.deepEqual(sharesOf(10000, 3), [3334, 3333, 3333]);
});

test("whoever pays one share after the other pays the same as all at once", () => {
  let left = 18550;
  const paid = [];
  for (let people = 7; people > 0; people -= 1) {
    paid.push(sharesOf(left, people)[0]);
    left -= paid.at(-1);
  }
  assert.equal(left, 0);
  assert.deepEqual(paid, sharesOf(18550, 7));
});

test("in a house without decimals shares are whole, and what has hundredths all the same goes to the first", () => {
  assert.deepEqual(sharesOf(1000000, 3, 100), [333400, 333300, 333300]);
  assert.deepEqual(sharesOf(1050, 2, 100), [550, 500]);
});

const NOTES = {
  3334: [3334, 4000, 5000, 10000], 6184: [6184, 7000, 8000, 10000], 9000: [9000, 10000, 20000, 50000],
  11000: [11000, 15000, 20000, 50000], 18550: [18550, 20000, 50000, 100000], 48050: [48050, 50000, 60000, 100000],
  100000: [100000, 200000, 500000], 1100000: [1100000, 1500000, 2000000, 5000000], 0: [0],
};

for (const [amount, notes] of Object.entries(NOTES)) {
  test(`for ${amount / 100} a guest hands over the exact amount, or one of the next notes`, () => {
    assert.deepEqual(notesFor(Number(amount)), notes);
  });
}

test("whatever is due, there is a note for it, and no note has cents", () => {
  for (let amount = 100; amount < 500000; amount += 137) {
    const [exact, ...notes] = notesFor(amount);
    assert.equal(exact, amount);
    assert.ok(notes.length >= 1 && notes.length <= 3, `${amount}: ${notes}`);
    assert.ok(notes.every((note) => note > amount && note % 100 === 0), `${amount}: ${notes}`);
    assert.deepEqual([...new Set(notes)].sort((a, b) => a - b), notes);
  }
});

test("what can be charged was delivered and is not paid yet", () => {
  const waiting = { status: "por_verificar" };
  assert.ok(isChargeable(order("1")));
  assert.ok(isChargeable(order("1", { status: "por_verificar", due: 40 })));
  assert.ok(!isChargeable(order("1", { status: "por_verificar", due: 0 })));
  assert.ok(!isChargeable(order("1", { status: "listo" })));
  assert.ok(!isChargeable(order("1", { status: "pagado", due: 0 })));
  assert.ok(isChargeable(order("1", { total: 0, due: 0 })), "what costs nothing is paid with 0");
  assert.ok(!isChargeable(order("1", { total: 0, due: 0, payments: [waiting] })));
});

test("a bill is all that a table or customer has open, the oldest first", () => {
  const orders = [order("10"), order("9"), order("3", { status: "pagado" }), order("4", { table_number: 7 }),
    order("5", { table_number: null, customer: " LUPITA" }), order("6", { table_number: null, customer: "Lupita" })];
  assert.deepEqual(billOf(orders, order("1")).map(({ id }) => id), ["9", "10"]);
  assert.deepEqual(billOf(orders, orders[5]).map(({ id }) => id), ["5", "6"]);
  assert.equal(dueOf(billOf(orders, order("1"))), 20000);
  assert.notEqual(billKey({ table_number: 12, customer: null }), billKey({ table_number: null, customer: "12" }));
});

test("a place is told in words", () => {
  const away = { table_number: null, customer: "Lupita" };
  const words = (where) => [place, placeWithin, placeShort, thePlace, ofPlace].map((write) => write(where));
  assert.deepEqual(words(order("1")), ["Mesa 12", "mesa 12", "12", "La mesa 12", "de la mesa 12"]);
  assert.deepEqual(words(away), ["Lupita", "Lupita", "Lupita", "El pedido de Lupita", "del pedido de Lupita"]);
});

test("dishes that other payments pay, waiting or approved, are not left; rejected ones are", () => {
  const paid = [payment("1", "aprobado", [part("1", 20, [{ position: 0, quantity: 1 }])]),
    payment("2", "por_verificar", [part("1", 40, [{ position: 1, quantity: 2 }]),
      part("2", 20, [{ position: 0, quantity: 1 }])]),
    payment("3", "rechazado", [part("1", 20, [{ position: 0, quantity: 1 }])])];
  const left = unpaidItems([order("1", { payments: paid })]);
  assert.deepEqual(left.map((one) => one.left), [2, 0]);
});

test("a payment of several orders is one, and pays of a bill what is its orders'", () => {
  const both = payment("1", "por_verificar", [part("1", 60.1), part("2", 40.2)]);
  const orders = [order("1", { payments: [both] }), order("2", { payments: [both, payment("2", "aprobado", [])] })];
  assert.deepEqual(paymentsOf(orders).map(({ id }) => id), ["1", "2"]);
  assert.equal(paysOf(both, orders), 10030);
  assert.equal(paysOf(both, [orders[1]]), 4020);
});

test("a rejected payment is to be sent again until another one that is not withdrawn replaces it", () => {
  const refused = payment("1", "rechazado", [part("1", 50)]);
  const ids = (...later) => rejectedOf([order("1", { payments: [refused, ...later] })]).map(({ id }) => id);
  assert.deepEqual(ids(), ["1"]);
  assert.deepEqual(ids(payment("2", "por_verificar", [], { replaces: "1" })), []);
  assert.deepEqual(ids(payment("2", "retirado", [], { replaces: "1" })), ["1"]);
  assert.deepEqual(ids(payment("2", "rechazado", [], { replaces: "1" })), ["2"]);
});

test("a rejected payment of two orders is sent again through one of them", () => {
  const refused = payment("1", "rechazado", [part("1", 50), part("2", 50)]);
  const again = payment("2", "aprobado", [part("1", 50)], { replaces: "1" });
  const first = { payments: [refused, again] };
  const second = order("2", { payments: [refused] });
  assert.deepEqual(rejectedOf([order("1", first), second]), []);
  assert.deepEqual(rejectedOf([order("1", { ...first, status: "pagado" }), second]), []);
});

test("what waits on the phone is held against its own orders and dishes", () => {
  const bill = [order("1"), order("2")];
  const draft = (orderIds, more = {}) => ({ key: "k", stopped: false, amount: "60.00", items: [], orderIds, ...more });
  const dues = (...drafts) => withDrafts(bill, notArrived(drafts, bill)).map(({ due }) => due);
  assert.deepEqual(dues(), [100, 100]);
  assert.deepEqual(dues(draft(["2"])), [100, 40]);
  assert.deepEqual(dues(draft(["1", "2"]), draft(["1", "2"])), [0, 80]);
  assert.deepEqual(dues(draft(["1"], { stopped: true })), [100, 100]);
  assert.deepEqual(dues(draft(["2"], { amount: "" })), [100, 0]); // of an earlier version: all of its order
  assert.deepEqual(dues(draft(["1"]), draft(["1"])), [0, 100]); // one of them has arrived, and its answer is lost
  const dishes = draft(["1", "2"], { items: ["2:0:2"], amount: "40.00" });
  assert.deepEqual(dues(dishes), [100, 60]);
  assert.deepEqual(unpaidItems(withDrafts(bill, [dishes])).map(({ left }) => left), [3, 2, 1, 2]);
  assert.deepEqual(bill.map(({ due, payments }) => [due, payments.length]), [[100, 0], [100, 0]]);
  const refused = { ...order("1"), payments: [payment("5", "rechazado", [part("1", 60)])] };
  assert.equal(rejectedOf(withDrafts([refused], [draft(["1"], { replaces: "5" })])).length, 0);
});

test("a payment of this phone that has arrived without its answer is recognised, once", () => {
  const own = (id, more = {}) => ({ ...payment(id, "por_verificar", [part("1", 50)]), submitted_by: "ana",
    method: "efectivo", amount: 50, tip: 0, ...more });
  const draft = (key, more = {}) => ({ key, stopped: false, waiter: "ana", method: "efectivo", amount: "50.00", tip: "",
    orderId: "1", orderIds: ["1"], items: [], known: ["1"], ...more });
  const left = (payments, ...drafts) => notArrived(drafts, [order("1", { payments })]).map(({ key }) => key);
  assert.deepEqual(left([own("1")], draft("a")), ["a"]);
  assert.deepEqual(left([own("1"), own("2")], draft("a")), []);
  assert.deepEqual(left([own("1"), own("2")], draft("a"), draft("b")), ["b"]);
  assert.deepEqual(left([own("2")], draft("a", { stopped: true }), draft("b")), []);
  for (const other of [{ submitted_by: "beto" }, { method: "tarjeta" }, { amount: 51 }, { tip: 5 }]) {
    assert.deepEqual(left([own("2", other)], draft("a")), ["a"]);
  }
  assert.deepEqual(left([own("2")], draft("a", { known: null })), ["a"]); // of an earlier version
});
