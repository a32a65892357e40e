import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./browser.js";

const { takenAt } = await import("../../static/js/lib/exif.js");
const { learnTime } = await import("../../static/js/lib/server-time.js");
const { setClock } = await import("../../static/js/lib/wall-time.js");

const SOI = [0xff, 0xd8];
const SCAN = [0xff, 0xda, 0, 2];
const ascii = (text) => [...text].map((letter) => letter.charCodeAt(0));

/** Numbers of two or four bytes, in the order that the file names. */
const orderOf = (isLittle) => (size, value) => {
  const bytes = Array.from({ length: size }, (_, at) => (value >> (8 * at)) & 0xff); // oxlint-disable-line no-bitwise
  return isLittle ? bytes : bytes.reverse();
};

/** A directory of `[tag, type, count, value]`, and where the next one stands: nowhere. */
const directory = (bytes, entries) => [
  ...bytes(2, entries.length),
  ...entries.flatMap(([tag, type, count, value]) => (
    [...bytes(2, tag), ...bytes(2, type), ...bytes(4, count), ...bytes(4, value)])),
  ...bytes(4, 0),
];

/** The APP1 segment of a camera that wrote when, and with which offset from UTC. */
function exif({ date, offset = "", isLittle = true }) {
  const bytes = orderOf(isLittle);
  const texts = [date, offset].map((text) => ascii(`${text}\0`));
  const first = 8;
  const second = first + 2 + 12 + 4;
  const entries = offset ? 2 : 1;
  const dateAt = second + 2 + 12 * entries + 4;
  const tiff = [
    ...ascii(isLittle ? "II" : "MM"), ...bytes(2, 42), ...bytes(4, first),
    ...directory(bytes, [[0x8769, 4, 1, second]]),
    ...directory(bytes, [
      [0x9003, 2, texts[0].length, dateAt], [0x9011, 2, texts[1].length, dateAt + texts[0].length],
    ].slice(0, entries)),
    ...texts.flat(),
  ];
  return segment(0xe1, [...ascii("Exif\0\0"), ...tiff]);
}

const segment = (marker, content) => [0xff, marker, ...orderOf(false)(2, content.length + 2), ...content];
const photo = (...parts) => new Blob([new Uint8Array([...SOI, ...parts.flat(), ...SCAN])]);

beforeEach(() => setClock({ time_zone: "America/New_York" }));

for (const isLittle of [true, false]) {
  test(`a camera's time and offset are read, ${isLittle ? "little" : "big"} end first`, async () => {
    const taken = exif({ date: "2026:11:24 20:41:05", offset: "-06:00", isLittle });
    assert.equal(await takenAt(photo(taken)), "2026-11-25T02:41:05.000Z");
  });
}

test("a time without an offset is by the clock on the wall", async () => {
  assert.equal(await takenAt(photo(exif({ date: "2026:07:01 12:00:00" }))), "2026-07-01T16:00:00.000Z");
  assert.equal(await takenAt(photo(exif({ date: "2026:12:01 12:00:00" }))), "2026-12-01T17:00:00.000Z");
});

test("of a time that the clock shows twice the later one counts", async () => {
  assert.equal(await takenAt(photo(exif({ date: "2026:11:01 01:30:00" }))), "2026-11-01T06:30:00.000Z");
});

test("other segments before it are passed over", async () => {
  const others = [segment(0xe0, ascii("JFIF\0")), segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0"))];
  const taken = exif({ date: "2026:11:24 20:41:05", offset: "+00:00" });
  assert.equal(await takenAt(photo(...others, taken)), "2026-11-24T20:41:05.000Z");
});

test("what says nothing, ends too early or lies is no time", async () => {
  const taken = exif({ date: "2026:11:24 20:41:05", offset: "-06:00" });
  const cut = new Blob([new Uint8Array([...SOI, ...taken.slice(0, 40)])]);
  const png = new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0])]);
  const files = [cut, png, new Blob([]), photo(), photo(exif({ date: "0000:00:00 00:00:00" }))];
  assert.deepEqual(await Promise.all(files.map(takenAt)), files.map(() => null));
});

test("what stands behind the picture's own data is not looked for", async () => {
  const taken = exif({ date: "2026:11:24 20:41:05", offset: "-06:00" });
  assert.equal(await takenAt(photo(SCAN, taken)), null);
});

test("a phone that is minutes behind has them added, one that is hours off has not", async () => {
  const file = photo(exif({ date: "2026:11:24 20:41:05", offset: "+00:00" }));
  const added = async (minutes) => {
    learnTime(new Date(Date.now() + minutes * 60000).toUTCString());
    return Math.round((Date.parse(await takenAt(file)) - Date.parse("2026-11-24T20:41:05Z")) / 60000);
  };
  assert.equal(await added(10), 10);
  assert.equal(await added(180), 0);
  assert.equal(await added(-10), 0);
});
