import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeEventSource, json, serve, settled, until } from "./browser.js";

const { Live } = await import("../../static/js/house/live.js");

const USER = { username: "ana", name: "Ana", role: "waiter" };
const order = (id, status, more = {}) => ({ id, table_number: 4, status, total: 90, ...more });
let server; // what the server would answer now
let told; // what the page was told, in turn

beforeEach(() => {
  server = { orders: [order("1", "pendiente")], last_event_id: "10" };
  told = [];
});

/** A page that shows what the server has, and what was asked of the server. */
async function open({ answer = () => json(server), on = {} } = {}) {
  const asked = serve(
    { "GET /session": () => json({ user: USER }), "GET /orders": answer, "GET /settings": () => json({}) });
  const live = new Live({
    role: "waiter", on,
    onReset: (orders) => told.push(["all", ...states(orders)]),
    onOrder: (changed, before) => told.push([changed.id, before?.status, changed.status]),
    onState: (state) => told.push(state),
  });
  live.start();
  await until(() => told.length > 0);
  await settled();
  told.length = 0;
  return { live, asked, stream: FakeEventSource.latest };
}

const states = (orders) => [...orders.values()].map(({ id, status }) => `${id} ${status}`);

/** An answer that comes when the test lets it come. */
function held() {
  let release;
  const answer = new Promise((resolve) => { release = resolve; });
  return { answer: () => answer, release };
}

test("the stream is followed from the snapshot on, and what the snapshot holds is not told again", async () => {
  const { live, stream } = await open();
  assert.equal(stream.url, "/events/waiter?user=&after=10");
  stream.say("order_updated", 10, order("1", "listo"));
  assert.deepEqual(told.filter(Array.isArray), []);
  stream.say("order_updated", 11, order("1", "en_preparacion"));
  assert.deepEqual(told.filter(Array.isArray), [["1", "pendiente", "en_preparacion"]]);
  assert.deepEqual(states(live.orders), ["1 en_preparacion"]);
});

test("an event that is told twice counts once", async () => {
  const { stream } = await open();
  stream.say("order_updated", 11, order("1", "en_preparacion"));
  stream.say("order_updated", 11, order("1", "en_preparacion"));
  assert.deepEqual(told.filter(Array.isArray), [["1", "pendiente", "en_preparacion"]]);
});

test("what comes while a snapshot is on its way is not undone by it", async () => {
  const { live, stream } = await open();
  const { answer, release } = held();
  serve({ "GET /session": () => json({ user: USER }), "GET /orders": answer });
  const isDone = live.refresh();
  stream.say("order_updated", 12, order("1", "listo"));
  release(json({ orders: [order("1", "en_preparacion")], last_event_id: "11" }));
  await isDone;
  assert.deepEqual(states(live.orders), ["1 listo"]);
});

test("what comes while a snapshot is on its way does not undo it", async () => {
  const { live, stream } = await open();
  const { answer, release } = held();
  serve({ "GET /session": () => json({ user: USER }), "GET /orders": answer });
  const isDone = live.refresh();
  stream.say("order_updated", 12, order("1", "listo"));
  release(json({ orders: [order("1", "entregado")], last_event_id: "13" }));
  await isDone;
  assert.deepEqual(states(live.orders), ["1 entregado"]);
});

test("the answer to a change counts at once, and the events that it reflects do not", async () => {
  const { live, stream } = await open();
  live.learn(order("1", "listo"), "12");
  stream.say("order_updated", 11, order("1", "en_preparacion"));
  stream.say("order_updated", 12, order("1", "listo"));
  assert.deepEqual(told.filter(Array.isArray), [["1", "pendiente", "listo"]]);
  stream.say("order_updated", 13, order("1", "entregado"));
  assert.deepEqual(states(live.orders), ["1 entregado"]);
});

test("an answer that is older than what was heard changes nothing", async () => {
  const { live, stream } = await open();
  stream.say("order_updated", 13, order("1", "entregado"));
  live.learn(order("1", "listo"), "12");
  live.learn(order("1", "listo"), "13");
  assert.deepEqual(states(live.orders), ["1 entregado"]);
});

test("of two answers that overtake each other the newer one stays", async () => {
  const { live } = await open();
  live.learn(order("1", "listo"), "12");
  live.learn(order("1", "en_preparacion"), "11");
  assert.deepEqual(states(live.orders), ["1 listo"]);
});

test("a snapshot that was read before a change does not undo its answer, a later one does", async () => {
  const { live } = await open();
  live.learn(order("1", "listo"), "12");
  server = { orders: [order("1", "en_preparacion")], last_event_id: "11" };
  await live.refresh();
  assert.deepEqual(states(live.orders), ["1 listo"]);
  server = { orders: [order("1", "en_preparacion")], last_event_id: "14" };
  await live.refresh();
  assert.deepEqual(states(live.orders), ["1 en_preparacion"]);
});

test("after a resync all is fetched again, and whatever the new log says counts", async () => {
  const { live, stream } = await open();
  stream.say("order_updated", 20, order("1", "listo"));
  server = { orders: [order("1", "pendiente")], last_event_id: "2" };
  stream.say("resync", 0, {});
  await live.refresh();
  assert.deepEqual(states(live.orders), ["1 pendiente"]);
  FakeEventSource.latest.say("order_updated", 3, order("1", "en_preparacion"));
  assert.deepEqual(states(live.orders), ["1 en_preparacion"]);
});

test("notices are heard once each, by all who listen", async () => {
  const heard = [];
  const { live, stream } = await open({ on: { order_ready: ({ order_id: id }) => heard.push(`page ${id}`) } });
  live.listen("order_ready", ({ order_id: id }) => heard.push(`section ${id}`));
  stream.say("order_ready", 11, { order_id: "1", table_number: 4 });
  stream.say("order_ready", 11, { order_id: "1", table_number: 4 });
  assert.deepEqual(heard, ["page 1", "section 1"]);
});

test("two who ask for everything at once cause one fetch", async () => {
  const { live, asked } = await open();
  const before = asked.length;
  await Promise.all([live.refresh(), live.refresh()]);
  assert.deepEqual(asked.slice(before).map(({ name }) => name), ["GET /session", "GET /orders"]);
});

test("a page says that it is offline, and online once the stream is heard again", async () => {
  const { live, stream } = await open();
  stream.dispatchEvent(new Event("beat"));
  assert.equal(live.state, "online");
  serve({});
  await live.refresh();
  assert.equal(live.state, "offline");
  assert.deepEqual(states(live.orders), ["1 pendiente"]);
  serve({ "GET /session": () => json({ user: USER }), "GET /orders": () => json(server) });
  await live.refresh();
  FakeEventSource.latest.dispatchEvent(new Event("beat"));
  assert.equal(live.state, "online");
});

test("a session that is over leads to the door, and back here", async () => {
  const { live } = await open();
  const gone = new Promise((resolve) => { location.assign = resolve; });
  serve({ "GET /session": () => json({ code: "not_signed_in" }, 401), "GET /orders": () => json(server) });
  live.refresh();
  assert.equal(await gone, "/?volver=%2Fmesero");
});
