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

/** The server said no, and why. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || `${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.fields = body?.fields ?? {};
    this.body = body;
  }

  /** Whether only the draft was overtaken, by work in another tab or on another device. */
  get isOvertaken() {
    return this.code === "draft_changed";
  }

  /** Whether the thing itself is out of reach now, so that the same request with other content would fail too. */
  get isFinal() {
    return (this.status === 409 && !this.isOvertaken) || this.status === 404;
  }
}

// Read anew each time: signing in from another tab changes it.
function csrfToken() {
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
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(content ?? {}),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    body = await bodyOf(response);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error.message, { isOffline: true });
  }
  if (response.ok) return { status: response.status, body, response };
  if (response.status === 401 || response.status === 403) throw new SignedOut(body?.message ?? "");
  if (response.status >= 500 || response.status === 429) {
    throw new Unreachable(body?.message || `${response.status}`, { retryAfter: retryAfter(response) });
  }
  throw new Refused(response.status, body);
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
