// Talking to the server: JSON in and out, refusals as Problem, a lost connection as Offline.

import { me } from "./kept.js";
import { giveWay } from "./other-user.js";
import { learnTime, stopwatch } from "./server-time.js";

/** @type {Record<string, string>} */
let terms = {};

/** Read these words in the server's sentences, in place of the terms that it puts between «». */
export function setTerms(/** @type {Record<string, string>} */ words) { terms = words; }

/** What the server refused, in words for people (RFC 9457). */
export class Problem extends Error {
  constructor(/** @type {number} */ status, /** @type {Refusal} */ body, /** @type {number} */ retryAfter) {
    super(sentence(body) || `El servidor respondió ${status}`);
    this.status = status;
    this.code = body.code || "";
    this.errors = body.errors || {};
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or somebody else's: the server is away, or the Wi-Fi. What was asked for may have been done. */
export class Offline extends Error {
  constructor(words = "Sin conexión") { super(words); }
}

const NOT_OURS = "La respuesta no viene de Comanda";
const NO_CONTENT = 204;

/** Whose page asks: the server refuses to do it with the session of somebody who signed in beside. */
/** @returns {Record<string, string>} */
export const asUser = (username = me()?.username) => (username ? { "Comanda-User": username } : {});

/**
 * Send a request in the name of `user`, by default the page's own; resolves to the answer's JSON, or to
 * null for an answer without JSON.
 * @type {Call}
 */
export async function call(method, path, { json, user, timeout = 15000 } = {}) {
  const isQuestion = method === "GET" && path === "/session"; // of who is signed in, whoever asks
  const headers = isQuestion ? {} : asUser(user);
  /** @type {RequestInit} */
  const sent = { method, headers, credentials: "same-origin", cache: "no-store",
    signal: AbortSignal.timeout?.(timeout) };
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    sent.body = JSON.stringify(json);
  }
  const started = stopwatch();
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
    const said = answer(response.status, text, response.headers.get("Retry-After"));
    learn();
    return said;
  } catch (error) {
    if (error.code === "other_user" && path !== "/session") giveWay(error.message);
    if (error.code) learn(); // a refusal of Comanda's; what is a proxy's or a hotel's has another clock
    throw error;
  }
}

/**
 * The JSON of an answer's text. Throws Problem for a refusal, Offline for what is no answer of Comanda's.
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

const ADVICE = /\. [^.]* otra vez$/; // the last sentence of the server's refusals that pass by themselves

/** What happened, in the server's words without its advice: the page knows better what to do about it. */
export const whatHappened = (/** @type {string} */ words) => words.replace(ADVICE, "").replace(/\.$/, "");

/**
 * What happened, and what to do after a tap that failed: without an answer, nobody knows whether it did what it
 * should.
 */
export const andAgain = (/** @type {Error} */ error) => (
  `${whatHappened(error.message)}. ${error instanceof Offline ? "Si no cambió, toca otra vez." : "Toca otra vez."}`);

/** The server's refusal, and to try again: said once. */
export const orTryAgain = (/** @type {Error} */ { message }) =>
  (ADVICE.test(message) ? `${message}.` : `${message}. Inténtalo otra vez.`);

/** That what answered is somebody else. */
export const notOurs = () => new Offline(NOT_OURS);

/** A key for one thing that must happen once, whatever the network does (Web Crypto needs no HTTPS for this). */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
