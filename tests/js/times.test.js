import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.js";

const wall = await import("../../static/js/lib/wall-time.js");
const { ago, clock, duration, minutesSince } = await import("../../static/js/house/format.js");

const iso = (moment) => new Date(moment).toISOString();
const at = (text) => Date.parse(text);

beforeEach(() => wall.setClock({ time_zone: "America/Mexico_City" }));

test("a moment is told by the house's clock, wherever this device is", () => {
  assert.equal(clock("2026-11-24T02:41:00Z"), "20:41");
  assert.equal(wall.day("2026-11-24T02:41:00Z"), "2026-11-23");
  wall.setClock({ time_zone: "Asia/Kolkata" });
  assert.equal(clock("2026-11-24T02:41:00Z"), "08:11");
  assert.equal(wall.day("2026-11-24T02:41:00Z"), "2026-11-24");
  assert.equal(clock("no time"), "");
});

test("the hours before the day ends belong to the day before", () => {
  wall.setClock({ time_zone: "America/Mexico_City", day_ends: "04:00" });
  assert.equal(wall.businessDay("2026-11-24T09:59:59Z"), "2026-11-23");
  assert.equal(wall.businessDay("2026-11-24T10:00:00Z"), "2026-11-24");
  assert.equal(iso(wall.startOf("2026-11-24")), "2026-11-24T10:00:00.000Z");
});

test("a day is 23 hours long where the clock is put forward, 25 where it is put back", () => {
  wall.setClock({ time_zone: "America/New_York", day_ends: "04:00" });
  const hours = (date) => (wall.startOf(wall.laterDate(date, 1)) - wall.startOf(date)) / 3600000;
  assert.deepEqual(["2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01"].map(hours), [23, 24, 25, 24]);
});

test("a day that ends while the clock is put forward ends by the offset before", () => {
  wall.setClock({ time_zone: "America/New_York", day_ends: "02:30" }); // 02:30 does not come on 8 March
  assert.equal(iso(wall.startOf("2026-03-08")), "2026-03-08T07:30:00.000Z");
});

test("a day that ends at a time that comes twice ends the first time", () => {
  wall.setClock({ time_zone: "America/New_York", day_ends: "01:30" }); // 01:30 comes twice on 1 November
  assert.equal(iso(wall.startOf("2026-11-01")), "2026-11-01T05:30:00.000Z");
  assert.equal(wall.businessDay("2026-11-01T05:29:59Z"), "2026-10-31");
  assert.equal(wall.businessDay("2026-11-01T06:30:00Z"), "2026-11-01"); // 01:30 for the second time
});

test("the latest moment of a time that comes twice is the second", () => {
  wall.setClock({ time_zone: "America/New_York" });
  assert.equal(iso(wall.latestInstant(at("2026-11-01T01:30:00Z"))), "2026-11-01T06:30:00.000Z");
  assert.equal(iso(wall.latestInstant(at("2026-07-01T01:30:00Z"))), "2026-07-01T05:30:00.000Z");
});

test("a day begins where midnight is left out, and where it comes twice", () => {
  wall.setClock({ time_zone: "America/Asuncion" }); // 00:00 became 01:00 on 6 October 2024
  assert.equal(iso(wall.startOf("2024-10-06")), "2024-10-06T04:00:00.000Z");
  wall.setClock({ time_zone: "America/Havana" }); // 01:00 became 00:00 on 2 November 2025
  assert.equal(iso(wall.startOf("2025-11-02")), "2025-11-02T04:00:00.000Z");
  assert.equal(wall.businessDay("2025-11-02T05:30:00Z"), "2025-11-02");
});

test("a day that has begun goes on where the clock is put back over midnight", () => {
  wall.setClock({ time_zone: "America/St_Johns" }); // 00:01 on 7 November 2010 became 23:01 on the 6th
  assert.equal(wall.day("2010-11-07T03:00:00Z"), "2010-11-06");
  assert.equal(wall.businessDay("2010-11-07T03:00:00Z"), "2010-11-07");
});

test("a zone that an old phone does not know is left to the device", () => {
  wall.setClock({ time_zone: "America/Nowhere" });
  const here = new Intl.DateTimeFormat("es", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  assert.equal(clock("2026-11-24T02:41:00Z"), here.format(at("2026-11-24T02:41:00Z")));
});

test("dates go on over the ends of months, years and February", () => {
  assert.equal(wall.laterDate("2026-12-31", 1), "2027-01-01");
  assert.equal(wall.laterDate("2028-02-28", 1), "2028-02-29");
  assert.equal(wall.laterDate("2026-03-01", -1), "2026-02-28");
});

test("how long ago something was is said in minutes up to an hour, then by the clock", () => {
  const now = at("2026-11-24T03:00:00Z");
  assert.equal(ago("2026-11-24T02:59:01Z", now), "ahora");
  assert.equal(ago("2026-11-24T02:59:00Z", now), "hace 1 min");
  assert.equal(ago("2026-11-24T02:00:01Z", now), "hace 59 min");
  assert.equal(ago("2026-11-24T02:00:00Z", now), "20:00");
  assert.equal(minutesSince("2026-11-24T03:05:00Z", now), 0);
});

test("a duration is said in its two largest units", () => {
  assert.deepEqual([0, 41.4, 59.6, 125, 3599, 3780].map(duration),
    ["0 s", "41 s", "1 min 0 s", "2 min 5 s", "59 min 59 s", "1 h 3 min"]);
});
