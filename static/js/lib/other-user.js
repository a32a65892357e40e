// Somebody else has signed in beside this page: it goes, and the page that comes says why.

import { session } from "./storage.js";

const WORDS = "comanda.aviso"; // in sessionStorage, for this tab's next page

/** Show who is signed in now, in place of this page, with the server's `words` about it. */
export function giveWay(/** @type {string} */ words) {
  session.write(WORDS, words); // where it refuses, the bar says who it is
  location.reload();
}

/** What the page before this one had to say; empty mostly. It is said once. */
export function lastWords() {
  const words = session.read(WORDS) ?? "";
  session.write(WORDS, null);
  return words;
}
