import assert from "node:assert/strict";
import { test } from "node:test";

import "./browser.js";

const { examinationWords, lateWarnings, namesOf, newWarnings } = await import("../../static/js/caja/examination.js");
const { setRules } = await import("../../static/js/house/rules.js");

setRules({ warnings: {
  file_reused: { short: "Comprobante repetido", sentence: "", strong: true },
  image_similar: { short: "Foto parecida", sentence: "", strong: false },
} });

const warning = (type, payment = "1") => ({ type, order_id: payment, payment_id: payment, link: "" });
const paymentWith = (more = {}) => (
  { id: "2", status: "por_verificar", has_proof: true, examined_at: null, examination: null, warnings: [], ...more });

test("a warning is new by its type and by the payment that it points to", () => {
  const before = paymentWith({ warnings: [warning("file_reused")] });
  const other = warning("file_reused", "9");
  const now = paymentWith({ warnings: [warning("file_reused"), other] });
  assert.deepEqual(newWarnings(before, now), [other]);
  assert.deepEqual(newWarnings(now, now), []);
});

test("nothing is new of a payment that was not there before", () => {
  const now = paymentWith({ warnings: [warning("file_reused")] });
  assert.deepEqual(newWarnings(undefined, now), []);
  assert.deepEqual(newWarnings(paymentWith({ id: "1" }), now), []);
});

test("an order without a payment, and one that an earlier version kept, have no late warnings", () => {
  assert.deepEqual(lateWarnings(null), []);
  assert.deepEqual(lateWarnings(paymentWith()), []);
});

test("warnings are named once each", () => {
  const warnings = [warning("file_reused"), warning("image_similar"), warning("file_reused", "9")];
  assert.equal(namesOf(warnings), "Comprobante repetido, Foto parecida");
});

test("the examination is spoken of while it is missing, and when it failed", () => {
  assert.match(examinationWords(paymentWith()), /Aún sin examinar/);
  const at = { examined_at: "2026-11-28T20:41:00Z" };
  assert.equal(examinationWords(paymentWith({ ...at, examination: "examined" })), "");
  assert.match(examinationWords(paymentWith({ ...at, examination: "unreadable" })), /no pudo examinar este archivo/);
  assert.equal(examinationWords(paymentWith({ has_proof: false })), "");
  assert.equal(examinationWords(paymentWith({ status: "rechazado" })), "");
});
