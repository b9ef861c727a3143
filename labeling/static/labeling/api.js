/** Talking to the REST API: JSON both ways, the session's cookie, three ways to fail. */

const PATIENCE_MS = 20_000;

/** No answer, or one that asks for patience: the same request may succeed later. */
export class Unreachable extends Error {
  constructor(message, { retryAfter = null, isOffline = false } = {}) {
    super(message);
    this.retryAfter = retryAfter;
    this.isOffline = isOffline;
  }
}

/** The session is over: nothing is wrong with the request, but somebody has to sign in again. */
export class SignedOut extends Error {}

/** Somebody else is signed in now: nothing of this page may be sent as theirs, nor shown to them. */
export class SomebodyElse extends SignedOut {}

/** The server said no, and why. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || `${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.fields = body?.fields ?? {};
    this.body = body;
  }

  /** Whether the work goes on in another tab or on another device: it was saved or opened there since. */
  get isElsewhere() {
    return this.code === "draft_changed" || Boolean(this.body?.opened_elsewhere);
  }

  /** The number of one's own label of this, or of a newer version of it, that the page did not know of. */
  get newest() {
    return this.body?.newest;
  }

  /** Whether the lease is gone; it may be taken again where nobody else took the item. */
  get isLost() {
    return (this.code === "lease_lost" && !this.isElsewhere) || this.status === 404;
  }

  /** Whether the thing itself is out of reach now, so that the same request with other content would fail too. */
  get isFinal() {
    return (this.status === 409 && !this.isElsewhere) || this.status === 404;
  }
}

let whose = null;
let replaced = () => {};

/** Whose page this is: each request says so. `somebodyElse()` hears that the session is another person's now. */
export function identify(who, somebodyElse) {
  whose = who;
  replaced = somebodyElse;
}

// Read anew each time: signing in changes it.
export function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : "";
}

async function bodyOf(response) {
  const isJSON = (response.headers.get("Content-Type") ?? "").includes("json");
  return isJSON ? await response.json() : null;
}

/** Seconds the server asks to wait, or null. */
export function retryAfter(response) {
  const seconds = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  return Number.isFinite(seconds) ? seconds : null;
}

/** Milliseconds until then, by the clock of the server that answered: the machine's own may be wrong. */
export function timeLeft(until, response) {
  const served = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  return Date.parse(until) - served;
}

function headers() {
  const each = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
  return whose ? { ...each, "X-Account": whose } : each;
}

function refusal({ status, body, response }) {
  if (body?.code === "other_account") {
    replaced();
    return new SomebodyElse(body.message);
  }
  // A forbidden request without a token for forms is one of a session that was cleared away.
  if (status === 401 || (status === 403 && !csrfToken())) return new SignedOut(body?.message ?? "");
  if (status >= 500 || status === 429) {
    return new Unreachable(body?.message || `${status}`, { retryAfter: retryAfter(response) });
  }
  return new Refused(status, body);
}

/**
 * Send one request; resolve to `{status, body, response}` for any 2xx.
 * Raises Unreachable, SignedOut or Refused; an aborted request raises its AbortError.
 */
export async function call(method, url, content, { keepalive = false, signal } = {}) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let response;
  let body;
  try {
    response = await fetch(url, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: headers(),
      body: method === "GET" ? undefined : JSON.stringify(content ?? {}),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    body = await bodyOf(response);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error.message, { isOffline: true });
  }
  const answer = { status: response.status, body, response };
  if (response.ok && body === null && response.status !== 204) {
    throw new Unreachable("no answer of this server", { isOffline: true }); // such as a hotspot's page to sign in at
  }
  if (response.ok) return answer;
  throw refusal(answer);
}

/** A version 4 UUID, also on plain http, where the browser offers no randomUUID. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
