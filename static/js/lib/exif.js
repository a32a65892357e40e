// When a photo was taken, by what its camera wrote into it (Exif 2.32: the APP1 segment of a JPEG).

import { latestInstant } from "./wall-time.js";
import { behind } from "./server-time.js";

const HEAD = 128 * 1024; // the segment stands near the beginning, and holds at most 64 KB
const AN_HOUR = 3600000;
const EXIF_IFD = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;

/** ISO 8601 in UTC, or null where the file does not say. A time without an offset is read by the wall's clock. */
export async function takenAt(/** @type {Blob} */ file) {
  try {
    const view = new DataView(await file.slice(0, HEAD).arrayBuffer());
    const start = startOfTiff(view);
    return start ? toIso(new Tiff(view, start)) : null;
  } catch { // it ends too early, or its date is none: the photo is as good without
    return null;
  }
}

/** Where the Exif data begin among the JPEG's segments; 0 where there are none. */
function startOfTiff(/** @type {DataView} */ view) {
  if (view.getUint16(0) !== 0xffd8) return 0;
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return at + 10; // "Exif"
    if (marker === 0xda) return 0; // the picture itself
  }
  return 0;
}

/** A clock that is hours off has a wrong date or zone, and then a photo's own time may be right. */
function minutesBehind() {
  const milliseconds = behind();
  return milliseconds > 0 && milliseconds < AN_HOUR ? milliseconds : 0;
}

/**
 * A clock that is put back shows a time twice: the later one is taken, and a phone that is behind has its
 * difference added, so that no photo seems to be older than it is.
 */
function toIso(/** @type {Tiff} */ tiff) {
  const exif = tiff.pointer(tiff.first, EXIF_IFD);
  const [date, time] = tiff.text(exif, DATE_TIME_ORIGINAL).split(" ");
  const offset = tiff.text(exif, OFFSET_TIME_ORIGINAL);
  const shown = `${date.replaceAll(":", "-")}T${time}`;
  const taken = /^[+-]\d\d:\d\d$/.test(offset) ? Date.parse(shown + offset) : latestInstant(Date.parse(`${shown}Z`));
  return new Date(taken + minutesBehind()).toISOString();
}

/** Directories of tags (TIFF 6.0, section 2), in the byte order that the file names. */
class Tiff {
  constructor(/** @type {DataView} */ view, /** @type {number} */ start) {
    this.view = view;
    this.start = start;
    this.little = view.getUint16(start) === 0x4949;
  }

  get first() { return this.start + this.#long(this.start + 4); }

  /** The directory that a tag of another one points to. */
  pointer(/** @type {number} */ directory, /** @type {number} */ tag) {
    const entry = this.#entry(directory, tag);
    return entry && this.start + this.#long(entry + 8);
  }

  /** A tag's ASCII text; "" where it is missing. */
  text(/** @type {number} */ directory, /** @type {number} */ tag) {
    const entry = this.#entry(directory, tag);
    if (!entry) return "";
    const bytes = new Uint8Array(this.view.buffer, this.start + this.#long(entry + 8), this.#long(entry + 4));
    return String.fromCharCode(...bytes).replace(/\0.*$/s, "").trim();
  }

  /** Where a tag stands in its directory; 0 for nowhere. */
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
