/** Saves the draft of one item as it grows: the newest state only, one request at a time, until the server has it. */

import { Refused, SignedOut, Unreachable, call, newId, timeLeft } from "./api.js";
import { keepAsRevision, labelOf } from "./correcting.js";

const QUIET_MS = 400; // after the last change
const SAVING_AFTER_MS = 400; // "Saving" is said only when the answer takes this long
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Whether a draft is an earlier state (or the same) of the work that was last written as `mark`. */
const isEarlier = (draft, mark) => Boolean(mark && draft?.mark?.by === mark.by && draft.mark.change <= mark.change);

/**
 * Where to go on: what the server has, or what only this browser has, and which stored draft that builds on. What is
 * kept here is shown even where other work was stored since: sending it then says so, and overwrites nothing, unless
 * somebody chose it over what is stored (`wins`).
 */
export function newerDraft(item, kept) {
  const stored = item.draft_saved_at ?? null;
  if (!kept?.content || (isEarlier(kept.content, item.draft?.mark) && !kept.wins)) {
    return { draft: item.draft ?? null, replaces: stored, isUnsent: false };
  }
  const buildsOnStored = kept.wins || isEarlier(item.draft, kept.content.mark);
  return { draft: kept.content, replaces: buildsOnStored ? stored : (kept.replaces ?? null), isUnsent: true };
}

export class Drafts {
  /**
   * `content()` gives what to save, `words()` what the screen says of it; `report(state, at, words)` hears `saved` (with
   * the server's time, and with the words that it has now), `saving`, `offline`,
   * `signed-out`, `changed` at once, and `private` once the server keeps work whose lease is gone. `refused(refusal)` hears why the server
   * did not take it: nothing is sent then until the next change, or ever, where the work goes on elsewhere or the lease
   * is gone for good; `labeled(label)`, also of a desk that has gone on, that the same person labeled the solution
   * elsewhere: this browser keeps the work as a revision of that label.
   * `replaces` names the stored draft that this work builds on, `from` the draft that it goes on from.
   * With `sent` it was a finished label that may have arrived already: it stays in this browser until it is sent again.
   */
  constructor({ api, item, from, replaces, sent = null, leaseEnds, keeping, content, words, report, refused, labeled }) {
    Object.assign(this, { api, item, from, replaces, sent, leaseEnds, keeping, content, words, report, refused, labeled });
    this.by = newId();
    this.leasedAt = performance.now();
    this.heardAt = this.lookedAt = Date.now();
    this.name = `draft.${item.item}`;
    this.version = this.changedVersion = 0;
    this.savedVersion = 0;
    this.failures = 0;
    this.isHurried = false;
    this.isStopped = false;
    this.isElsewhere = false;
    this.isPrivate = false;
  }

  /** The work as it is now. Its mark tells whose it is, should an answer be lost: two tabs share all but this. */
  get body() {
    return { ...this.content(), mark: { by: this.by, change: this.version } };
  }

  get isDirty() {
    return this.version !== this.savedVersion;
  }

  /** Whether the server lacks something that was done here, and not only a sign of life. */
  get isUnsent() {
    return this.changedVersion > this.savedVersion;
  }

  /** Whether anything was done on this solution, here or before. */
  get isBegun() {
    return this.changedVersion > 0 || Boolean(this.from);
  }

  /** Whether it is time to save once more only to keep the lease. */
  get isLeaseHalfOver() {
    return performance.now() > (this.leasedAt + this.leaseEnds) / 2;
  }

  /** Milliseconds since the server was last heard of, by the clock on the wall, which also runs while a laptop sleeps. */
  get silence() {
    return Math.abs(Date.now() - this.heardAt);
  }

  /** Something changed: keep it here at once, send it when the hand rests. */
  changed() {
    this.changedVersion = this.version += 1;
    if (this.isElsewhere) return; // what is kept here may be the other tab's
    this.keep();
    this.report("changed");
    this.schedule(QUIET_MS);
  }

  keep() {
    const { replaces, body: content, sent } = this;
    this.keeping.write(this.name, { replaces, content, ...(sent && { sent }) });
  }

  /** The label was taken back, to be corrected. */
  takenBack(sent) {
    this.sent = sent;
    this.isStopped = false;
    this.changed();
  }

  /** Save although nothing changed: whether the lease still lives shows in the answer. */
  touch() {
    if (this.isStopped || this.isElsewhere || this.sent) return;
    this.version += 1;
    this.schedule(0);
  }

  schedule(delay) {
    clearTimeout(this.timer);
    if (this.sent) this.report("kept");
    else if (!this.isStopped) this.timer = setTimeout(() => this.send(), delay);
  }

  async send() {
    if (this.request || !this.isDirty || this.isStopped) return;
    const [version, words] = [this.version, this.words()];
    this.request = new AbortController();
    const slow = setTimeout(() => this.report("saving"), SAVING_AFTER_MS);
    try {
      const answer = await this.put({ signal: this.request.signal });
      this.saved(version, words, answer.body);
    } catch (error) {
      await this.failed(error);
    } finally {
      clearTimeout(slow);
      this.request = null;
    }
  }

  put(options) {
    const { api, item, replaces, body } = this;
    if (this.isPrivate) return call("PUT", `${api}me/drafts/${item.item}/`, { replaces, ...body }, options);
    return call("PUT", `${api}items/${item.item}/draft/`, { lease: item.lease, replaces, ...body }, options);
  }

  saved(version, words, { saved_at: savedAt, lease_expires_at: expiresAt }) {
    this.heardAt = Date.now();
    if (expiresAt) this.holds(Date.parse(expiresAt) - Date.parse(savedAt));
    this.savedVersion = version;
    this.replaces = savedAt;
    this.failures = 0;
    this.isHurried = false;
    if (this.isDirty) this.schedule(QUIET_MS);
    else this.forget();
    this.report(this.isPrivate ? "private" : "saved", savedAt, words);
  }

  /** The lease lasts so long from now on. */
  holds(milliseconds) {
    this.leasedAt = performance.now();
    this.leaseEnds = this.leasedAt + milliseconds;
  }

  async failed(error) {
    if (this.isStopped) return;
    if (!(error instanceof Refused)) {
      this.later(error);
      return;
    }
    this.heardAt = Date.now();
    if (this.isPrivate) this.notKept(error);
    else if (error.isElsewhere && this.isOwn(error.body.draft)) {
      this.replaces = error.body.draft_saved_at; // stored, but the answer was lost
      this.schedule(0);
    } else if (error.isElsewhere) {
      this.leaveToOthers();
      this.refused(error);
    } else if (error.isLost) await this.takeAgain(error);
    else {
      if (error.isFinal) this.stop();
      this.refused(error);
    }
  }

  later(error) {
    if (this.isHurried) {
      this.isHurried = false;
      this.schedule(0);
      return;
    }
    this.report(error instanceof SignedOut ? "signed-out" : "offline");
    const step = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.schedule(error instanceof Unreachable && error.retryAfter ? error.retryAfter * 1000 : step);
  }

  /** Whether a look at the lease would tell something; where it ran out, looking would take the item again. */
  get canLook() {
    const isBusy = this.isDirty || this.request || this.isStopped || this.isPrivate || this.sent;
    return !isBusy && performance.now() < this.leaseEnds;
  }

  /** Was it opened on another device? Nothing is written by looking; where the lease is another's, saving says why. */
  async look() {
    this.lookedAt = Date.now();
    try {
      const { body } = await call("POST", `${this.api}items/${this.item.item}/lease/`);
      if (body.lease !== this.item.lease && !this.isStopped) this.touch();
    } catch (error) {
      if (error instanceof Refused && !this.isStopped) this.touch();
    }
  }

  /** Milliseconds since the lease was last looked at, or the server last heard of. */
  get unseen() {
    return Date.now() - Math.max(this.heardAt, this.lookedAt);
  }

  /** The lease is gone. Where nobody took the item it is this labeler's again; else the work is kept for them alone. */
  async takeAgain(refusal) {
    let again;
    let response;
    try {
      ({ body: again, response } = await call("POST", `${this.api}items/${this.item.item}/lease/`));
    } catch (error) {
      if (!(error instanceof Refused)) this.later(error);
      else if (!this.isStopped) this.keepPrivate(refusal);
      return;
    }
    if (this.isStopped) return;
    this.item.lease = again.lease;
    this.holds(timeLeft(again.lease_expires_at, response));
    const stored = again.draft_saved_at ?? null;
    if (stored !== this.replaces && again.draft && !this.isOwn(again.draft)) {
      this.leaveToOthers();
      this.refused(new Refused(409, { code: "draft_changed", message: refusal.message }));
      return;
    }
    this.replaces = stored;
    this.schedule(0);
  }

  keepPrivate(refusal) {
    this.isPrivate = true;
    this.refused(refusal);
    this.schedule(0);
  }

  /** Labeled meanwhile by the same person, or out of their campaigns; where other work is stored, this one stays here. */
  notKept(error) {
    this.stop();
    if (error.newest) keepAsRevision(this.keeping, error.newest, this.body);
    if (!error.isElsewhere) this.forget();
    if (error.newest) this.labeled(error.newest);
  }

  /** Whether what is stored is this work at an earlier moment. */
  isOwn(stored) {
    return isEarlier(stored, { by: this.by, change: this.version }) || isEarlier(stored, this.from?.mark);
  }

  /** The work goes on elsewhere: this one is sent no more. What only this screen has stays kept here. */
  leaveToOthers() {
    this.isElsewhere = true;
    this.stop();
    if (!this.isDirty) this.forget();
  }

  /** Go on here with what is on this screen, whatever was stored elsewhere meanwhile. */
  insist() {
    this.keeping.write(this.name, { content: this.body, wins: true });
  }

  /** Drop what this work kept here, not what another tab did. */
  forget() {
    if (this.keeping.read(this.name)?.content?.mark?.by === this.by) this.keeping.forget(this.name);
  }

  /** Try at once: the network is back, or somebody signed in. What is on its way may have set out before: it fails, then. */
  hurry() {
    this.isHurried = Boolean(this.request);
    if (this.isDirty) this.schedule(0);
  }

  /**
   * The page may go away: send what is left without waiting for an answer. Where another answer is still on its way,
   * one of the two is refused as overtaken by this very work; the page that stays sends again, the next one too.
   */
  leave() {
    if (!this.isDirty || this.isStopped || this.sent || this.leaving === this.version) return;
    const [version, words] = [this.version, this.words()];
    this.leaving = version;
    this.put({ keepalive: true }).then(
      ({ body }) => this.saved(version, words, body),
      (error) => {
        this.leaving = null; // it stays kept here, and is sent when the page is opened again
        if (this.isPrivate && error instanceof Refused) this.notKept(error);
      },
    );
  }

  /** Save again after a submission that was refused for what it said. */
  resume() {
    this.isStopped = this.isElsewhere;
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

/**
 * Work that this browser kept of other solutions than the one in hand: the server keeps it for its labeler alone.
 * `arrived(label)` hears of a label that was taken back and had reached the server after all, `labeled(label)` of one that
 * was made elsewhere.
 */
export async function sendKeptDrafts({ api, keeping, except, arrived, labeled }) {
  for (const name of keeping.names("draft.").filter((each) => /^draft\.\d+$/.test(each))) {
    const item = Number(name.slice("draft.".length));
    if (item === except || keeping.read(`submission.${item}`)) continue;
    const kept = keeping.read(name) ?? {};
    try {
      if (kept.content) await keepAlone(`${api}me/drafts/${item}/`, kept);
    } catch (error) {
      if (!(error instanceof Refused)) return; // not reachable: kept for the next visit
      if (error.isElsewhere) continue;
      if (kept.sent && !(await becomesRevision({ api, keeping, item, kept, arrived }))) return;
      if (!kept.sent && error.newest) {
        keepAsRevision(keeping, error.newest, kept.content);
        labeled(error.newest);
      }
    }
    keeping.forget(name);
    keeping.forget(`undo.${item}`); // what was done before it goes with it
  }
}

/** What is stored may be this very work, sent as its page went away, before anybody heard the answer: it builds on that. */
async function keepAlone(url, { content, replaces = null }) {
  try {
    await call("PUT", url, { ...content, replaces });
  } catch (error) {
    const { draft: stored, draft_saved_at: savedAt } = error.body ?? {};
    if (error.isElsewhere && isEarlier(content, stored?.mark)) return;
    if (!error.isElsewhere || !isEarlier(stored, content.mark)) throw error;
    await call("PUT", url, { ...content, replaces: savedAt });
  }
}

/** What was corrected of a label that had arrived is where its revision goes on; false where the server is not reached. */
async function becomesRevision({ api, keeping, item, kept, arrived }) {
  try {
    const label = await labelOf({ item, tried: kept.sent.tried }, ({ body }) => call("POST", `${api}items/${item}/label/`, body));
    keepAsRevision(keeping, label, kept.content);
    arrived(label);
  } catch (error) {
    return error instanceof Refused; // labeled elsewhere, or out of one's campaigns
  }
  return true;
}
