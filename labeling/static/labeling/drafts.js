/** Saves the draft of one item as it grows: the newest state only, one request at a time, until the server has it. */

import { Refused, SignedOut, Unreachable, call } from "./api.js";

const QUIET_MS = 400; // after the last change
const SAVING_AFTER_MS = 400; // "Saving" is said only when the answer takes this long
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Where to go on: what the server has, or what only this browser has. The latter also when it was rated under a lease
 * that ran out since, unless more was rated elsewhere.
 */
export function newerDraft(item, kept) {
  if (!kept?.content) return { draft: item.draft ?? null, isUnsent: false };
  const made = (draft) => (draft?.ratings?.length ?? 0) + (draft?.parked?.length ?? 0);
  const isUnsent = kept.lease === item.lease || made(kept.content) >= made(item.draft);
  return { draft: isUnsent ? kept.content : (item.draft ?? null), isUnsent };
}

export class Drafts {
  /**
   * `content()` gives what to save; `report(state, detail)` hears `saved` (with the server's time), `saving`,
   * `offline`, `signed-out`; `refused(refusal)` hears why the server did not take it: nothing is sent then until the
   * next change, or ever, where the refusal is final.
   */
  constructor({ url, item, leaseEnds, keeping, content, report, refused }) {
    Object.assign(this, { url, item, leaseEnds, keeping, content, report, refused });
    this.leasedAt = performance.now();
    this.name = `draft.${item.item}`;
    this.version = 0;
    this.savedVersion = 0;
    this.failures = 0;
    this.isStopped = false;
  }

  get isDirty() {
    return this.version !== this.savedVersion;
  }

  /** Whether it is time to save once more only to keep the lease. */
  get isLeaseHalfOver() {
    return performance.now() > (this.leasedAt + this.leaseEnds) / 2;
  }

  /** Something changed: keep it here at once, send it when the hand rests. */
  changed() {
    this.version += 1;
    this.keeping.write(this.name, { lease: this.item.lease, content: this.content() });
    this.schedule(QUIET_MS);
  }

  schedule(delay) {
    clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => this.send(), delay);
  }

  async send() {
    if (this.request || !this.isDirty || this.isStopped) return;
    const version = this.version;
    this.request = new AbortController();
    const slow = setTimeout(() => this.report("saving"), SAVING_AFTER_MS);
    try {
      const body = { lease: this.item.lease, ...this.content() };
      const answer = await call("PUT", this.url, body, { signal: this.request.signal });
      this.saved(version, answer.body);
    } catch (error) {
      this.failed(error);
    } finally {
      clearTimeout(slow);
      this.request = null;
    }
  }

  saved(version, { saved_at: savedAt, lease_expires_at: expiresAt }) {
    this.leasedAt = performance.now();
    this.leaseEnds = this.leasedAt + (Date.parse(expiresAt) - Date.parse(savedAt));
    this.savedVersion = version;
    this.failures = 0;
    if (this.isDirty) this.schedule(QUIET_MS);
    else this.keeping.forget(this.name);
    this.report("saved", savedAt);
  }

  failed(error) {
    if (this.isStopped) return;
    if (error instanceof Refused) {
      if (error.isFinal) this.stop();
      this.refused(error);
      return;
    }
    this.report(error instanceof SignedOut ? "signed-out" : "offline");
    const step = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.schedule(error instanceof Unreachable && error.retryAfter ? error.retryAfter * 1000 : step);
  }

  /** Try at once: the network is back, or somebody signed in. */
  hurry() {
    if (this.isDirty) this.schedule(0);
  }

  /** The page may go away: send what is left without waiting for an answer. */
  leave() {
    if (!this.isDirty || this.isStopped) return;
    const version = this.version;
    call("PUT", this.url, { lease: this.item.lease, ...this.content() }, { keepalive: true }).then(
      ({ body }) => this.saved(version, body),
      () => {}, // it stays kept here, and is sent when the page is opened again
    );
  }

  /** Save again after a submission that was refused for what it said. */
  resume() {
    this.isStopped = false;
    this.changed();
  }

  /** No more saving; what is kept here stays until `done`. */
  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.request?.abort();
  }

  /** The work has become a label, or was given up: nothing is left to keep. */
  done() {
    this.stop();
    this.keeping.forget(this.name);
  }
}
