// For a page of a version whose addresses named no version. The server answers each of its modules with this one, since
// a newer module among its older ones would be no page at all: the page comes anew, once, if that loses nothing. This
// module imports nothing: it would be of that page's own modules.

const TRIED = "comanda.versiones"; // see lib/upgrade
const MARK = "sin versión";
const ANSWER_WITHIN = 8000; // ms
const UNTYPED = ["checkbox", "date", "hidden", "radio"];

/** Resolves never: nobody goes on with a module that lacks everything. Throws if the page stays as it is. */
export const renewed = await comeAnew();

async function comeAnew() {
  const tried = JSON.parse(sessionStorage.getItem(TRIED) ?? "[]");
  if (tried.includes(MARK) || isInHand()) throw new Error("Comanda cambió desde que se abrió esta página");
  const signal = AbortSignal.timeout?.(ANSWER_WITHIN);
  await fetch(location.href, { cache: "no-store", signal }); // no network: no reload
  sessionStorage.setItem(TRIED, JSON.stringify([...tried, MARK]));
  location.reload();
  return new Promise(() => {});
}

/** Whether a dialog is open, something can be taken back, or a field may be half-typed. */
function isInHand() {
  return document.querySelector("dialog[open], .toast button")
    || [...document.querySelectorAll("input, textarea")].some(isTyped);
}

function isTyped(/** @type {any} */ { type, value, defaultValue }) {
  return !UNTYPED.includes(type) && value !== "" && value !== defaultValue;
}
