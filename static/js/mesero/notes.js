// The last notes written on this device, to write again with one tap.

import { local } from "../lib/storage.js";

const PLACE = "comanda.notas";
const MOST_NOTES = 60;
const SHOWN = 5;

/** Remember the notes of an order's lines, the last one first. */
export function rememberNotes(lines) {
  const newNotes = lines.filter((line) => line.note).map(({ product, note }) => ({ product, note }));
  if (newNotes.length === 0) return;
  const isNew = (one) => newNotes.some((other) => other.product === one.product && other.note === one.note);
  local.write(PLACE, [...newNotes, ...read().filter((one) => !isNew(one))].slice(0, MOST_NOTES));
}

/** A few notes for a dish: its own last ones, then those of other dishes. */
export function recentNotes(product) {
  const all = read();
  const own = all.filter((one) => one.product === product);
  return [...new Set([...own, ...all].map((one) => one.note))].slice(0, SHOWN);
}

/** Delete a note from the suggestions. */
export function forgetNote(note) { local.write(PLACE, read().filter((one) => one.note !== note)); }

const read = () => local.readList(PLACE)
  .filter((one) => typeof one?.note === "string" && one.note && typeof one.product === "string");
