// Somebody else has signed in beside this page: it goes, and the page that comes says why.

const WORDS = "comanda.aviso"; // in sessionStorage, for this tab's next page

/** Show who is signed in now, in place of this page, with the server's `words` about it. */
export function giveWay(words) {
  try { sessionStorage.setItem(WORDS, words); } catch { /* private mode: the bar says who it is */ }
  location.reload();
}

/** What the page before this one had to say; empty mostly. It is said once. */
export function lastWords() {
  try {
    const words = sessionStorage.getItem(WORDS) ?? "";
    sessionStorage.removeItem(WORDS);
    return words;
  } catch {
    return "";
  }
}
