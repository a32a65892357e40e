// Requests to the server: JSON in and out. A refusal throws Problem, a lost connection Offline.

import { giveWay, me } from "./kept.js";
import { learnTime, stopwatch } from "./server-time.js";

/** @type {Record<string, string>} */
let terms = {};

/** Set the words that replace the terms between «» in the server's sentences. */
export function setTerms(/** @type {Record<string, string>} */ words) { terms = words; }

/** A refusal by the server, in words for people (RFC 9457). */
export class Problem extends Error {
  constructor(/** @type {number} */ status, /** @type {Refusal} */ body, /** @type {number} */ retryAfter) {
    super(sentence(body) || `El servidor respondió ${status}`);
    this.status = status;
    this.code = body.code || "";
    this.errors = body.errors || {};
    this.retryAfter = retryAfter;
  }
}

/** No answer from Comanda. The server may have done the request all the same. */
export class Offline extends Error {
  constructor(words = "Sin conexión") { super(words); }
}

const NOT_OURS = "La respuesta no viene de Comanda";
const NO_CONTENT = 204;

let changes = 0; // on their way

/** Whether an answer to a change is awaited. */
export const isChanging = () => changes > 0;

/** The header with the page's user: the server refuses the request in another user's session. */
/** @returns {Record<string, string>} */
export const asUser = (username = me()?.username) => (username ? { "Comanda-User": username } : {});

/**
 * Send a request in the name of `user`, by default the page's user, with `json` or a `form`; a `key` lets it be sent
 * again. Resolves to the answer's JSON, or null without JSON.
 * @type {Call}
 */
export async function call(method, path, options) {
  if (method === "GET") return send(method, path, options);
  changes += 1;
  try { return await send(method, path, options); } finally { changes -= 1; }
}

/** @type {Call} */
async function send(method, path, { json, form, key, user, timeout = 15000, isPreloaded = false, headers: more } = {}) {
  const isQuestion = method === "GET" && /^\/(session$|start\/)/.test(path); // asks who is signed in
  const headers = { ...(isQuestion ? {} : asUser(user)), ...more };
  if (key !== undefined) headers["Idempotency-Key"] = key;
  /** @type {RequestInit} */
  const sent = { method, headers, credentials: "same-origin", cache: "no-store",
    signal: AbortSignal.timeout?.(timeout), body: form ?? bodyOf(json, headers) };
  const started = isPreloaded ? 0 : stopwatch(); // the browser has asked since the page's head came
  let received;
  let response;
  let text;
  try {
    response = await fetch(path, sent);
    received = stopwatch();
    text = await response.text();
  } catch {
    throw new Offline();
  }
  const learn = () => learnTime(response.headers.get("Date"), started, received);
  try {
    const content = answer(response.status, text, response.headers.get("Retry-After"));
    learn();
    return content;
  } catch (error) {
    if (error.code === "other_user" && path !== "/session") giveWay(error.message);
    if (error.code) learn(); // a refusal by Comanda; a proxy or a hotel has another clock
    throw error;
  }
}

/** JSON as a body, whose type the headers then tell; undefined for none. */
function bodyOf(/** @type {unknown} */ json, /** @type {Record<string, string>} */ headers) {
  if (json === undefined) return undefined;
  headers["Content-Type"] = "application/json";
  return JSON.stringify(json);
}

/**
 * Parse an answer's text as JSON. Throws Problem for a refusal, Offline for an answer that isn't Comanda's.
 * @type {(status: number, text: string, retryAfter?: string?) => any}
 */
export function answer(status, text, retryAfter = null) {
  let body = null;
  try { body = text ? JSON.parse(text) : null; } catch { /* a proxy's page, not ours */ }
  if (status >= 400 || status === 0) throw new Problem(status, body || {}, Number(retryAfter) || 0);
  if (typeof body !== "object" || (body === null && status !== NO_CONTENT)) throw notOurs();
  return body;
}

function sentence(/** @type {Refusal} */ body) {
  const first = Object.values(body.errors || {})[0];
  const detail = body.detail?.replace(/«(\w+)»/g,
    (whole, term) => (Object.hasOwn(terms, term) ? `«${terms[term]}»` : whole));
  return first ? `${detail}: ${first[0]}` : detail;
}

const ADVICE = /\. [^.]* otra vez$/; // the last sentence of the server's temporary refusals

/** The server's words without their advice: the page gives its own. */
export const whatHappened = (/** @type {string} */ words) => words.replace(ADVICE, "").replace(/\.$/, "");

/**
 * The words for a failed tap, with advice. Without an answer, the change may have happened.
 */
export const andAgain = (/** @type {Error} */ error) => (
  `${whatHappened(error.message)}. ${error instanceof Offline ? "Si no cambió, toca otra vez." : "Toca otra vez."}`);

/** The server's words, with a single advice to try again. */
export const orTryAgain = (/** @type {Error} */ { message }) =>
  (ADVICE.test(message) ? `${message}.` : `${message}. Inténtalo otra vez.`);

/** The error for an answer that isn't Comanda's. */
export const notOurs = () => new Offline(NOT_OURS);

/** A random idempotency key (`getRandomValues` needs no HTTPS). */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
