// Another user has signed in, in another tab: the page reloads and says why.

import { session } from "./storage.js";

const WORDS = "comanda.aviso"; // in sessionStorage, for this tab's next page

/** Reload the page for the new user; show the server's `words`. */
export function giveWay(/** @type {string} */ words) {
  session.write(WORDS, words); // without storage, the bar still names the user
  location.reload();
}

/** The words that the page before left, mostly ""; returned once. */
export function lastWords() {
  const words = session.read(WORDS) ?? "";
  session.write(WORDS, null);
  return words;
}
