// The notes that were last written on this device, to be had again by one tap.

const PLACE = "comanda.notas";
const MOST_NOTES = 60;
const SHOWN = 5;

/** Remember the notes of an order's lines, the last one first. */
export function rememberNotes(lines) {
  const written = lines.filter((line) => line.note).map(({ product, note }) => ({ product, note }));
  if (written.length === 0) return;
  const isWritten = (one) => written.some((other) => other.product === one.product && other.note === one.note);
  keep([...written, ...read().filter((one) => !isWritten(one))].slice(0, MOST_NOTES));
}

/** A few notes for a dish: its own last ones, then those of other dishes. */
export function recentNotes(product) {
  const all = read();
  const own = all.filter((one) => one.product === product);
  return [...new Set([...own, ...all].map((one) => one.note))].slice(0, SHOWN);
}

/** Offer a note no more. */
export function forgetNote(note) { keep(read().filter((one) => one.note !== note)); }

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE));
    return kept.filter((one) => typeof one?.note === "string" && one.note && typeof one.product === "string");
  } catch {
    return []; // nothing kept, or not ours
  }
}

function keep(notes) {
  try { localStorage.setItem(PLACE, JSON.stringify(notes)); } catch { /* private mode: they are only a help */ }
}
