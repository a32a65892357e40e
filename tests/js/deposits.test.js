import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.js";

const { learnTime } = await import("../../static/js/lib/server-time.js");
const { setClock } = await import("../../static/js/lib/wall-time.js");
const { Untied } = await import("../../static/js/caja/untied.js");
const { arrivedWhen } = await import("../../static/js/caja/arrival.js");

let untied;
let changes;

beforeEach(() => {
  setClock({ time_zone: "America/Mexico_City" });
  learnTime("Fri, 18 Dec 2026 03:00:00 GMT"); // 21:00 of the 17th in Mexico City
  changes = 0;
  untied = new Untied(() => { changes += 1; });
});

const AT = "2026-12-18T02:45:00Z"; // 20:45
const deposit = (id, more = {}) => ({ id, source: "aviso", amount: 185.5, at: AT, is_day: false, payment_id: null,
  sender: null, reference: null, tie: null, ...more });
const notice = (id, paymentId = null, more = {}) => ({ deposit_id: id, source: "aviso", amount: 185.5, at: AT,
  sender: "Marcos Peña", reference: null, payment_id: paymentId, ...more });
const payment = (more = {}) => ({ amount: 170, tip: 15.5, submitted_at: AT, ...more });
const ids = (more = {}) => {
  const { near, others } = untied.fitting(payment(more));
  return [near, others].map((found) => found.map(({ id }) => id).join());
};

test("a deposit of what was given fits, within half an hour of the payment", () => {
  untied.take([deposit("1"), deposit("2", { amount: 170 }), deposit("3", { at: "2026-12-18T02:15:00Z" }),
    deposit("4", { at: "2026-12-18T03:15:00Z" }), deposit("5", { at: "2026-12-18T02:14:59Z" }),
    deposit("6", { at: "2026-12-17T02:45:00Z" })], 10);
  assert.deepEqual(ids(), ["1,3,4", "5"]);
});

test("a statement's line without a time fits the payments of its day", () => {
  const midnight = { source: "estado", is_day: true, at: "2026-12-17T06:00:00Z" };
  const dayBefore = { ...midnight, at: "2026-12-16T06:00:00Z" };
  untied.take([deposit("1", midnight), deposit("2", dayBefore)], 10);
  assert.deepEqual(ids(), ["1", ""]);
  assert.deepEqual(ids({ submitted_at: "2026-12-16T20:00:00Z" }), ["2", "1"]);
});

test("events come and go in their order, whatever comes first or last", () => {
  untied.take([], 10);
  untied.hear(notice("1"), 12);
  assert.deepEqual(ids(), ["1", ""]);
  untied.hear(notice("1", "7"), 14);
  untied.hear(notice("1"), 13); // an earlier one
  assert.deepEqual(ids(), ["", ""]);
  untied.hear(notice("1"), 15);
  assert.deepEqual(ids(), ["1", ""]);
});

test("an older list does not undo what was heard, and a newer one knows better", () => {
  untied.hear(notice("1", "7"), 12);
  untied.hear(notice("2"), 13);
  untied.take([deposit("1")], 11);
  assert.deepEqual(ids(), ["2", ""]);
  untied.take([deposit("1")], 20);
  assert.deepEqual(ids(), ["1", ""]);
  untied.hear(notice("1", "7"), 19); // which the list has already
  assert.deepEqual(ids(), ["1", ""]);
});

test("the answer to a tie that comes after a later event is old", () => {
  untied.take([deposit("1")], 10);
  untied.learn("1", null, 12); // tied here
  untied.hear(notice("1"), 14); // and let go by another cashier
  untied.learn("1", null, 12); // the answer, late
  assert.deepEqual(ids(), ["1", ""]);
});

test("a statement's line is asked for, since its event does not tell whether it has a time", () => {
  untied.take([], 10);
  assert.equal(untied.hear(notice("1", null, { source: "estado" }), 12), false);
  assert.deepEqual(ids(), ["", ""]);
  untied.take([deposit("1", { source: "estado" })], 12);
  assert.equal(untied.hear(notice("1", null, { source: "estado" }), 12), true); // it is in the list
  assert.equal(untied.hear(notice("1", "7", { source: "estado" }), 13), true);
  assert.deepEqual(ids(), ["", ""]);
});

test("when the server's log begins anew, small numbers count again", () => {
  untied.take([deposit("1")], 1000);
  untied.forget();
  untied.hear(notice("2"), 3);
  assert.deepEqual(ids(), ["1,2", ""]);
  untied.take([], 4);
  assert.deepEqual(ids(), ["", ""]);
  assert.ok(changes >= 3);
});

test("when money arrived is told in minutes, then by the clock, and by the day", () => {
  const when = (at, isDay = false) => arrivedWhen({ at, is_day: isDay });
  assert.equal(when("2026-12-18T02:59:40Z"), "ahora");
  assert.equal(when("2026-12-18T02:59:00Z"), "hace 1 min");
  assert.equal(when("2026-12-18T03:00:30Z"), "ahora"); // the bank's clock is ahead
  assert.equal(when("2026-12-18T01:30:00Z"), "a las 19:30");
  assert.equal(when("2026-12-17T01:30:00Z"), "ayer a las 19:30");
  assert.equal(when("2026-12-10T01:30:00Z"), "el 09/12 a las 19:30");
  assert.equal(when("2026-12-17T06:00:00Z", true), "hoy");
  assert.equal(when("2026-12-16T06:00:00Z", true), "ayer");
  assert.equal(when("2026-12-10T06:00:00Z", true), "el 10/12");
});
