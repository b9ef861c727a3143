/** Saves the draft of one item as it grows: the newest state only, one request at a time, until the server has it. */

import { Refused, SignedOut, Unreachable, call, newId } from "./api.js";

const QUIET_MS = 400; // after the last change
const SAVING_AFTER_MS = 400; // "Saving" is said only when the answer takes this long
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Whether a draft is an earlier state (or the same) of the work that was last written as `mark`. */
const isEarlier = (draft, mark) => Boolean(mark && draft?.mark?.by === mark.by && draft.mark.change <= mark.change);

/**
 * Where to go on: what the server has, or what only this browser has, and which stored draft that builds on. What is
 * kept here is shown even where other work was stored since: sending it then says so, and overwrites nothing.
 */
export function newerDraft(item, kept) {
  const stored = item.draft_saved_at ?? null;
  if (!kept?.content || isEarlier(kept.content, item.draft?.mark)) {
    return { draft: item.draft ?? null, replaces: stored, isUnsent: false };
  }
  const replaces = isEarlier(item.draft, kept.content.mark) ? stored : (kept.replaces ?? null);
  return { draft: kept.content, replaces, isUnsent: true };
}

export class Drafts {
  /**
   * `content()` gives what to save; `report(state, detail)` hears `saved` (with the server's time), `saving`,
   * `offline`, `signed-out`; `refused(refusal)` hears why the server did not take it: nothing is sent then until the
   * next change, or ever, where the refusal is final or other work was stored since. `replaces` names the stored draft
   * that this work builds on, `from` the draft that it goes on from.
   */
  constructor({ url, item, from, replaces, leaseEnds, keeping, content, report, refused }) {
    Object.assign(this, { url, item, from, replaces, leaseEnds, keeping, content, report, refused });
    this.by = newId();
    this.leasedAt = performance.now();
    this.name = `draft.${item.item}`;
    this.version = 0;
    this.savedVersion = 0;
    this.failures = 0;
    this.isStopped = false;
    this.isOvertaken = false;
  }

  /** The work as it is now. Its mark tells whose it is, should an answer be lost: two tabs share all but this. */
  get body() {
    return { ...this.content(), mark: { by: this.by, change: this.version } };
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
    if (this.isOvertaken) return; // what is kept here may be the other tab's
    this.keeping.write(this.name, { replaces: this.replaces, content: this.body });
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
      const answer = await this.put({ signal: this.request.signal });
      this.saved(version, answer.body);
    } catch (error) {
      this.failed(error);
    } finally {
      clearTimeout(slow);
      this.request = null;
    }
  }

  put(options) {
    return call("PUT", this.url, { lease: this.item.lease, replaces: this.replaces, ...this.body }, options);
  }

  saved(version, { saved_at: savedAt, lease_expires_at: expiresAt }) {
    this.leasedAt = performance.now();
    this.leaseEnds = this.leasedAt + (Date.parse(expiresAt) - Date.parse(savedAt));
    this.savedVersion = version;
    this.replaces = savedAt;
    this.failures = 0;
    if (this.isDirty) this.schedule(QUIET_MS);
    else this.forget();
    this.report("saved", savedAt);
  }

  failed(error) {
    if (this.isStopped) return;
    if (error instanceof Refused) {
      if (error.isOvertaken && this.isOwn(error.body.draft)) {
        this.replaces = error.body.draft_saved_at; // stored, but the answer was lost
        this.schedule(0);
        return;
      }
      if (error.isOvertaken) this.overtaken();
      else if (error.isFinal) this.stop();
      this.refused(error);
      return;
    }
    this.report(error instanceof SignedOut ? "signed-out" : "offline");
    const step = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.schedule(error instanceof Unreachable && error.retryAfter ? error.retryAfter * 1000 : step);
  }

  /** Whether what is stored is this work at an earlier moment. */
  isOwn(stored) {
    return isEarlier(stored, { by: this.by, change: this.version }) || isEarlier(stored, this.from?.mark);
  }

  /** Other work was stored since: nothing of this one is sent or kept any more; it stays on the screen. */
  overtaken() {
    this.isOvertaken = true;
    this.stop();
    this.forget();
  }

  /** Drop what this work kept here, not what another tab did. */
  forget() {
    if (this.keeping.read(this.name)?.content?.mark?.by === this.by) this.keeping.forget(this.name);
  }

  /** Try at once: the network is back, or somebody signed in. */
  hurry() {
    if (this.isDirty) this.schedule(0);
  }

  /**
   * The page may go away: send what is left without waiting for an answer. Where another answer is still on its way,
   * one of the two is refused as overtaken by this very work; the page that stays sends again, the next one too.
   */
  leave() {
    if (!this.isDirty || this.isStopped || this.leaving === this.version) return;
    const version = this.version;
    this.leaving = version;
    this.put({ keepalive: true }).then(
      ({ body }) => this.saved(version, body),
      () => (this.leaving = null), // it stays kept here, and is sent when the page is opened again
    );
  }

  /** Save again after a submission that was refused for what it said. */
  resume() {
    this.isStopped = this.isOvertaken;
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
