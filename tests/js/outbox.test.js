import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { FakeXMLHttpRequest, json, serve, settled, until } from "./browser.js";

import "../../.venv/npm/node_modules/fake-indexeddb/auto/index.mjs";

const { Outbox } = await import("../../static/js/mesero/outbox.js");
const { PARCELS, revive } = await import("../../static/js/cobro/parcels.js");
const { sent } = FakeXMLHttpRequest;
const PROOF = { orderId: "7", table: 4, total: 90, method: "efectivo", reference: "", amount: "90", takenAt: null,
  file: null };

mock.method(console, "log", () => {});
const calledOff = () => new Response(null, { status: 204 });
const calling = new Proxy({}, {
  get: (_, name) => (name.startsWith("DELETE /requests/") ? calledOff : undefined),
});
serve(calling);

let waiter; // each test's own, so that none sends what another left
let made = 0;
let opened = [];

beforeEach(() => {
  sent.length = 0;
  made += 1;
  waiter = `waiter${made}`;
});

/** What is left over holds up no other test: all tabs of a browser send orders one after another. */
afterEach(async () => {
  for (const outbox of opened) await Promise.all(outbox.drafts.map(({ key }) => outbox.discard(key)));
  for (const request of sent) if (!request.status) request.lose();
  opened = [];
  await rested();
});

/** A tab of the waiter's, with what it was told of. */
async function open() {
  const arrived = [];
  const outbox = new Outbox({ username: waiter, onChange: () => {}, onSent: (order) => arrived.push(order.id) });
  opened.push(outbox);
  await outbox.start();
  return { outbox, arrived };
}

const newOrder = (key, table = 4) => (
  { key: `${waiter}-${key}`, table, total: 90, lines: [{ product: "1", name: "Taco", quantity: 2, note: "" }] });
const answerOf = (request, id = "1") =>
  ({ id, table_number: JSON.parse(request.body).table_number, status: "pendiente" });
const keysOf = (all) => all.map(({ headers }) => headers["Idempotency-Key"].replace(`${waiter}-`, ""));
const online = () => dispatchEvent(new Event("online"));

/** Let everything that is under way come to its end, the browser's database included. */
async function rested() {
  for (let turn = 0; turn < 50; turn += 1) await settled();
}

/** Resolves once the only draft has failed, and its lane has come to its end. */
async function failed(outbox) {
  await until(() => outbox.drafts[0]?.error);
  await rested();
}

/** The requests of this test's waiter so far, once there are so many. */
async function requests(count) {
  const mine = () => sent.filter(({ headers }) => headers["Comanda-User"] === waiter);
  await until(() => mine().length >= count);
  await rested();
  assert.equal(mine().length, count);
  return mine();
}

test("an order goes once, under its key, and is here no more once the server has it", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [request] = await requests(1);
  assert.deepEqual(JSON.parse(request.body),
    { table_number: 4, items: [{ product_id: "1", quantity: 2, note: null }] });
  assert.equal(outbox.drafts.length, 1);
  request.answer(201, answerOf(request));
  await until(() => arrived.length > 0);
  assert.deepEqual([arrived, outbox.drafts], [["1"], []]);
});

test("an order whose answer was lost goes again under the same key", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.lose();
  await failed(outbox);
  online();
  const [, second] = await requests(2);
  assert.deepEqual(keysOf([first, second]), ["a", "a"]);
  assert.equal(second.body, first.body);
  second.answer(200, answerOf(second));
  await until(() => arrived.length > 0);
  assert.deepEqual(outbox.drafts, []);
});

test("the page of a hotel's Wi-Fi is no answer, nor is another table's order", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.answer(200, "<html>Bienvenido</html>");
  await failed(outbox);
  online();
  const [, second] = await requests(2);
  second.answer(200, { id: "1", table_number: 9 });
  await until(() => outbox.drafts[0].attempt === 2);
  await failed(outbox);
  assert.deepEqual([arrived, outbox.drafts.length, outbox.drafts[0].stopped], [[], 1, false]);
});

test("what the server refuses for good waits for a person, who can send it again", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.answer(422, { code: "invalid", detail: "No se puede", errors: { items: ["Falta"] } });
  await until(() => outbox.drafts[0].stopped);
  assert.deepEqual(outbox.drafts[0].errors, { items: ["Falta"] });
  online();
  await requests(1);
  await outbox.sendNow(outbox.drafts[0].key);
  const [, second] = await requests(2);
  assert.deepEqual(keysOf([second]), ["a"]);
  second.answer(201, answerOf(second));
  await until(() => arrived.length > 0);
});

test("a refusal without a code is a proxy's, and may pass", async () => {
  const { outbox } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.answer(403, "<html>Forbidden</html>");
  await failed(outbox);
  assert.equal(outbox.drafts[0].stopped, false);
});

test("orders go one after another, the oldest first", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  await outbox.addOrder(newOrder("b", 5));
  await outbox.addOrder(newOrder("c"));
  for (const [at, key] of ["a", "b", "c"].entries()) {
    const latest = (await requests(at + 1)).at(-1);
    assert.deepEqual(keysOf([latest]), [key]);
    latest.answer(201, answerOf(latest, key));
  }
  await until(() => arrived.length === 3);
  assert.deepEqual(arrived, ["a", "b", "c"]);
});

test("an order that the server breaks on holds up its own table's orders, and no other's", async () => {
  const { outbox, arrived } = await open();
  for (const draft of [newOrder("a", 4), newOrder("b", 4), newOrder("c", 5)]) await outbox.addOrder(draft);
  const [first] = await requests(1);
  first.answer(500, { code: "internal", detail: "Falló" });
  const [, second] = await requests(2);
  assert.deepEqual(keysOf([second]), ["c"]);
  second.answer(201, answerOf(second, "c"));
  await until(() => arrived.length > 0);
  await requests(2);
  assert.deepEqual(outbox.drafts.map(({ key }) => key), [`${waiter}-a`, `${waiter}-b`]);
});

test("a server that asks for time is left alone by everything but a person", async () => {
  const { outbox } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.answer(503, { code: "busy", detail: "Ocupado" }, { "Retry-After": "3600" });
  await failed(outbox);
  online();
  await outbox.addOrder(newOrder("b", 5));
  await requests(1);
  await outbox.sendNow(`${waiter}-a`);
  assert.deepEqual(keysOf(await requests(2)), ["a", "a"]);
});

test("what is discarded on its way does not come back when its answer is lost", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [request] = await requests(1);
  await outbox.discard(`${waiter}-a`);
  request.lose();
  await requests(1);
  online();
  await requests(1);
  assert.deepEqual([arrived, outbox.drafts], [[], []]);
  const { outbox: later } = await open();
  assert.deepEqual(later.drafts.filter((draft) => draft.waiter === waiter), []);
});

test("a page that was killed leaves its order to the next, which sends it under the same key", async () => {
  const { outbox } = await open();
  await outbox.addOrder(newOrder("a"));
  const [first] = await requests(1);
  first.lose(); // as the browser loses what a page that ends has asked
  await failed(outbox);
  const { arrived } = await open();
  const [, second] = await requests(2);
  assert.deepEqual(keysOf([second]), ["a"]);
  assert.equal(second.body, first.body);
  second.answer(200, answerOf(second));
  await until(() => arrived.length > 0);
});

test("of two tabs one sends, and the other forgets what is gone", async () => {
  const { outbox, arrived } = await open();
  await outbox.addOrder(newOrder("a"));
  const [request] = await requests(1);
  const { outbox: other, arrived: elsewhere } = await open();
  assert.equal(other.drafts.filter((draft) => draft.waiter === waiter).length, 1);
  online();
  await requests(1);
  request.answer(201, answerOf(request));
  await until(() => arrived.length > 0);
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await until(() => other.drafts.every((draft) => draft.waiter !== waiter));
  await requests(1);
  assert.deepEqual([arrived, elsewhere, outbox.drafts], [["1"], [], []]);
});

test("a tab that takes a draft out to change it leaves nothing for another to send", async () => {
  const { outbox } = await open();
  await outbox.addOrder(newOrder("a"));
  const [request] = await requests(1);
  request.answer(422, { code: "invalid", detail: "No se puede" });
  await until(() => outbox.drafts[0].stopped);
  const { outbox: other } = await open();
  const taken = await Promise.all([outbox.take(`${waiter}-a`), other.take(`${waiter}-a`)]);
  assert.equal(taken.filter(Boolean).length, 1);
});

test("a proof's photo is sent byte for byte, again after it was lost", async () => {
  const { outbox, arrived } = await open();
  const file = new File([new Uint8Array([1, 2, 3, 4])], "recibo.jpg", { type: "image/jpeg" });
  const proof = { orderId: "7", table: 4, total: 90, method: "transferencia", reference: "8841", amount: "90",
    takenAt: null };
  await outbox.add({ ...proof, file });
  const [first] = await requests(1);
  first.lose();
  await failed(outbox);
  online();
  const [, second] = await requests(2);
  assert.equal(second.path, "/orders/7/proof");
  assert.deepEqual([...second.body.keys()], ["method", "reference", "amount", "file"]);
  assert.deepEqual([...new Uint8Array(await second.body.get("file").arrayBuffer())], [1, 2, 3, 4]);
  assert.deepEqual(keysOf([second]), keysOf([first]));
  second.answer(201, { id: "7", table_number: 4 });
  await until(() => arrived.length > 0);
});

test("a corrected proof takes the place of the refused one", async () => {
  const { outbox } = await open();
  await outbox.add(PROOF);
  (await requests(1))[0].answer(422, { code: "invalid", detail: "No" });
  await until(() => outbox.drafts[0]?.stopped);
  const refused = outbox.drafts[0].key;
  await outbox.add({ ...PROOF, amount: "91", corrects: refused });
  assert.deepEqual(outbox.drafts.map(({ amount }) => amount), ["91"]);
  assert.notEqual(outbox.drafts[0].key, refused);
  await requests(2);
});

test("two parts of one order are both kept, and each is sent once", async () => {
  const { outbox, arrived } = await open();
  await outbox.add({ ...PROOF, amount: "40.00" });
  await outbox.add({ ...PROOF, amount: "50.00", orderIds: ["7", "8"] });
  assert.deepEqual(outbox.ofOrders(["7"]).map(({ amount }) => amount), ["40.00", "50.00"]);
  assert.deepEqual(outbox.ofOrders(["8"]).map(({ amount }) => amount), ["50.00"]);
  const both = await requests(2);
  assert.equal(new Set(keysOf(both)).size, 2);
  assert.deepEqual(both.map(({ body }) => body.getAll("also")), [[], ["8"]]);
  for (const request of both) request.answer(201, { id: "7", table_number: 4 });
  await until(() => arrived.length === 2);
});

test("all that a part says is sent: orders, dishes, tip, cash and what it replaces", async () => {
  const { outbox } = await open();
  await outbox.add({ ...PROOF, orderIds: ["7", "8", "9"], items: ["7:0:2", "9:1:1"], tip: "5.00", tendered: "100.00",
    replaces: "3" });
  const [{ path, body }] = await requests(1);
  assert.equal(path, "/orders/7/proof");
  assert.deepEqual([...body].filter(([name]) => name !== "method"), [["amount", "90"], ["tendered", "100.00"],
    ["replaces", "3"], ["tip", "5.00"], ["also", "8"], ["also", "9"], ["items", "7:0:2"], ["items", "9:1:1"]]);
});

test("a proof that an earlier version kept pays its one order, as it did then", () => {
  const kept = { key: "k", kind: "proof", orderId: 7, table: 4, total: 90, method: "efectivo", amount: "",
    reference: "", takenAt: null, bytes: null, waiter: "ana", savedAt: 1 };
  const draft = revive(kept);
  assert.deepEqual([draft.orderIds, draft.items, draft.tip, draft.tendered, draft.replaces], [["7"], [], "", "", ""]);
  const { path, body } = PARCELS.proof.pack(draft);
  assert.equal(path, "/orders/7/proof");
  assert.deepEqual([...body.keys()], ["method"], "the server then takes all that is due");
});

test("what is discarded without an answer waits until the server calls it off", async () => {
  const { outbox, arrived } = await open();
  const key = `${waiter}-a`;
  serve({});
  await outbox.addOrder(newOrder("a"));
  (await requests(1))[0].lose();
  await failed(outbox);
  assert.equal(await outbox.discard(key), false);
  assert.deepEqual(outbox.drafts.map(({ discarded }) => discarded), [true]);
  serve({ [`DELETE /requests/${key}`]: () => json({ id: "1", table_number: 4 }) });
  online();
  await until(() => outbox.drafts.length === 0);
  assert.deepEqual(arrived, ["1"]);
  await requests(1);
  serve(calling);
});
