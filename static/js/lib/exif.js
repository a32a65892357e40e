// The time of a photo, as its camera wrote it (Exif 2.32: the APP1 segment of a JPEG).

import { latestInstant } from "./wall-time.js";
import { behind } from "./server-time.js";

const HEAD = 128 * 1024; // the segment stands near the beginning, and holds at most 64 KB
const AN_HOUR = 3600000;
const EXIF_IFD = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;

/** The time in ISO 8601 (UTC), or null if unknown. A time without an offset is in the place's zone. */
export async function takenAt(/** @type {Blob} */ file) {
  try {
    const view = new DataView(await file.slice(0, HEAD).arrayBuffer());
    const start = startOfTiff(view);
    return start ? toIso(new Tiff(view, start)) : null;
  } catch { // a file that ends too early, or an invalid date
    return null;
  }
}

/** The offset of the Exif data in the JPEG, or 0 without Exif data. */
function startOfTiff(/** @type {DataView} */ view) {
  if (view.getUint16(0) !== 0xffd8) return 0;
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return at + 10; // "Exif"
    if (marker === 0xda) return 0; // the picture itself
  }
  return 0;
}

/** The clock's delay, if under an hour. A clock that is hours off has a wrong date or zone: the photo may be right. */
function minutesBehind() {
  const milliseconds = behind();
  return milliseconds > 0 && milliseconds < AN_HOUR ? milliseconds : 0;
}

/**
 * No photo may seem older than it is. A clock that is put back shows a time twice: the later time counts. If the phone
 * is behind, the difference is added.
 */
function toIso(/** @type {Tiff} */ tiff) {
  const exif = tiff.pointer(tiff.first, EXIF_IFD);
  const [date, time] = tiff.text(exif, DATE_TIME_ORIGINAL).split(" ");
  const offset = tiff.text(exif, OFFSET_TIME_ORIGINAL);
  const photoTime = `${date.replaceAll(":", "-")}T${time}`;
  const hasOffset = /^[+-]\d\d:\d\d$/.test(offset);
  const instant = hasOffset ? Date.parse(photoTime + offset) : latestInstant(Date.parse(`${photoTime}Z`));
  return new Date(instant + minutesBehind()).toISOString();
}

/** Directories of tags (TIFF 6.0, section 2), in the byte order that the file names. */
class Tiff {
  constructor(/** @type {DataView} */ view, /** @type {number} */ start) {
    this.view = view;
    this.start = start;
    this.little = view.getUint16(start) === 0x4949;
  }

  get first() { return this.start + this.#long(this.start + 4); }

  /** The directory that a tag of `directory` points to. */
  pointer(/** @type {number} */ directory, /** @type {number} */ tag) {
    const entry = this.#entry(directory, tag);
    return entry && this.start + this.#long(entry + 8);
  }

  /** A tag's ASCII text; "" if missing. */
  text(/** @type {number} */ directory, /** @type {number} */ tag) {
    const entry = this.#entry(directory, tag);
    if (!entry) return "";
    const bytes = new Uint8Array(this.view.buffer, this.start + this.#long(entry + 8), this.#long(entry + 4));
    return String.fromCharCode(...bytes).replace(/\0.*$/s, "").trim();
  }

  /** A tag's offset in its directory, or 0. */
  #entry(/** @type {number} */ directory, /** @type {number} */ tag) {
    if (!directory) return 0;
    const count = this.view.getUint16(directory, this.little);
    for (let at = directory + 2; at < directory + 2 + 12 * count; at += 12) {
      if (this.view.getUint16(at, this.little) === tag) return at;
    }
    return 0;
  }

  #long(/** @type {number} */ at) { return this.view.getUint32(at, this.little); }
}
