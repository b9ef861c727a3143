/** Sends finished labels, one after the other, each until it is answered and always under the same submission_id. */

import { Refused, SignedOut, Unreachable, call, newId } from "./api.js";
import { isTakenBefore, keepAsRevision, sendAsRevision } from "./correcting.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const SLOW_MS = 4_000; // without an answer for so long, one need not wait for it

/** A pause that `wake()` or the returning network ends early. */
class Pause {
  constructor(milliseconds) {
    this.over = new Promise((resolve) => {
      this.wake = resolve;
    });
    this.timer = setTimeout(this.wake, milliseconds);
    addEventListener("online", this.wake, { once: true });
  }

  async end() {
    await this.over;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
  }
}

/** One label on its way. `answer` resolves to the server's, or is rejected with why it was refused. */
export class Submission {
  /**
   * `waits(error, seconds)` hears that it will be tried again, or (without an error) that the answer is slow. `tried` are
   * contents that may have arrived under the same submission_id; `found` is the solution as it lay on the desk.
   */
  constructor({ item, body, draft, replaces = null, order, tried = [], found = null, waits = () => {} }) {
    Object.assign(this, { item, body, draft, replaces, order, tried, found, waits });
    this.name = `submission.${item}`;
    this.isLeft = false; // whoever sent it has gone on to another solution
    this.isTakenBack = false; // and is corrected
    this.request = new AbortController();
    this.answer = new Promise((resolve, reject) => Object.assign(this, { taken: resolve, refused: reject }));
    this.answer.catch(() => {}); // heard by `waits` or by the outbox
  }

  get kept() {
    const { item, body, draft, replaces, order, tried } = this;
    return { item, body, draft, replaces, order, tried };
  }

  /** Under which name it was sent, and what may have arrived: for whoever corrects it and sends it again. */
  get sent() {
    return { id: this.body.submission_id, tried: this.tried };
  }

  /** It may have arrived, though no answer came. */
  mayHaveArrived() {
    if (this.tried.at(-1) !== this.body) this.tried = [...this.tried, this.body];
  }
}

export class Outbox {
  /**
   * `changed()` hears that there is more or less to send; `sent()` and `refused(refusal)` what became of a submission
   * that was left alone. A refusal has `isKept` where the server keeps the work as a private draft; where this browser keeps
   * it as a revision of a label, that one's number is its `arrived`, if it is what was sent before, or else `labeled`.
   */
  constructor({ api, keeping, changed, sent, refused }) {
    Object.assign(this, { api, keeping, changed, sent, refused });
    this.waiting = [];
    this.isEnded = this.isHurried = false;
    this.running = null;
  }

  /** What an earlier page sent without hearing the answer; `waits` as that of a submission. */
  load(waits) {
    const kept = this.keeping.names("submission.").map((name) => ({ ...this.keeping.read(name), name }));
    for (const { name, ...each } of kept.sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
      if (!each.body) continue;
      const submission = new Submission({ ...each, waits, item: each.item ?? Number(name.slice("submission.".length)) });
      submission.isLeft = true;
      this.waiting.push(submission);
    }
    this.run();
  }

  /** Send this label behind those that still wait. */
  add({ body, sent, ...rest }) {
    const order = 1 + Math.max(0, ...this.waiting.map((each) => each.order ?? 0));
    const { id = newId(), tried = [] } = sent ?? {};
    const submission = new Submission({ ...rest, order, tried, body: { ...body, submission_id: id } });
    this.waiting.push(submission);
    this.keeping.write(submission.name, submission.kept);
    this.run();
    if (this.pause) queueMicrotask(() => submission.waits(...this.why)); // it is behind one that waits already
    return submission;
  }

  /** How many have been left to be sent in the background. */
  get left() {
    return this.waiting.filter((each) => each.isLeft).length;
  }

  /** What keeps them: `offline`, `signed-out`, or null. */
  get trouble() {
    if (!this.pause) return null;
    return this.why[0] instanceof SignedOut ? "signed-out" : "offline";
  }

  /** Go on without waiting for the answer. */
  leave(submission) {
    submission.isLeft = true;
    this.changed();
  }

  /** Take it back, to be corrected: it is sent no more, and kept as a draft that knows what may have arrived. */
  takeBack(submission) {
    submission.isTakenBack = true;
    submission.request.abort();
    submission.mayHaveArrived();
    const { item, replaces, draft, sent } = submission;
    this.keeping.write(`draft.${item}`, { replaces, content: draft, sent });
    this.keeping.forget(submission.name);
    this.waiting = this.waiting.filter((each) => each !== submission);
    this.tryNow();
    this.changed();
  }

  /** The network is back, say. What is on its way may have set out before: it fails, then, and is tried at once. */
  tryNow() {
    this.isHurried = !this.pause && this.running !== null;
    this.pause?.wake();
  }

  /** Send nothing more; what is kept here stays. */
  end() {
    this.isEnded = true;
    this.tryNow();
  }

  /** Resolves when nothing waits any more. */
  async drained() {
    while (this.running) await this.running;
  }

  run() {
    this.running ??= this.sendAll().finally(() => (this.running = null));
  }

  async sendAll() {
    while (this.waiting.length && !this.isEnded) await this.deliver(this.waiting[0]);
  }

  async deliver(submission) {
    for (let failures = 0; !this.isEnded && !submission.isTakenBack; failures += 1) {
      const slow = setTimeout(() => submission.waits(null), SLOW_MS);
      try {
        const label = await this.attempt(submission);
        if (submission.isTakenBack) return; // which the next content finds out
        this.close(submission);
        submission.taken(label);
        if (submission.isLeft) this.sent();
        return;
      } catch (error) {
        if (submission.isTakenBack) return;
        if (error instanceof Refused) {
          this.close(submission);
          submission.refused(error);
          if (submission.isLeft || error.arrived || error.labeled) this.refused(error);
          return;
        }
        clearTimeout(slow);
        submission.mayHaveArrived();
        await this.wait(error, failures);
      } finally {
        clearTimeout(slow);
      }
    }
  }

  close(submission) {
    this.waiting.shift();
    this.keeping.forget(submission.name);
    this.changed();
  }

  async wait(error, failures) {
    if (this.isHurried) {
      this.isHurried = false;
      return;
    }
    const step = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    const milliseconds = error instanceof Unreachable && error.retryAfter ? error.retryAfter * 1000 : step;
    this.pause = new Pause(milliseconds);
    this.why = [error, Math.round(milliseconds / 1000)];
    for (const each of this.waiting) each.waits(...this.why);
    this.changed();
    await this.pause.end();
    this.pause = null;
  }

  post({ item, body, request }) {
    return call("POST", `${this.api}items/${item}/label/`, body, { signal: request?.signal });
  }

  /** The server's answer; a lease that ran out is taken again if nobody took the item. Raises Refused. */
  async attempt(submission) {
    try {
      return (await this.post(submission)).body;
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      if (isTakenBefore(refusal, submission)) return await this.correct(submission);
      if (refusal.isLost && (await this.takeAgain(submission))) return (await this.post(submission)).body;
      if (refusal.isLost || submission.isLeft) await this.keepPrivate(submission, refusal);
      throw refusal;
    }
  }

  /** It had arrived before it was corrected. Where it was revised elsewhere too, both are shown beside each other there. */
  async correct(submission) {
    try {
      return await sendAsRevision({ api: this.api, submission, post: (what) => this.post(what) });
    } catch (refusal) {
      if (refusal.arrived) {
        keepAsRevision(this.keeping, refusal.arrived, submission.draft);
        this.keeping.forget(`draft.${submission.item}`);
      }
      throw refusal;
    }
  }

  async takeAgain(submission) {
    try {
      const { body } = await call("POST", `${this.api}items/${submission.item}/lease/`);
      submission.body.lease = body.lease;
      this.keeping.write(submission.name, submission.kept);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  /** The work is not lost with its submission: the server keeps it, or (where other work is stored there) this browser. */
  async keepPrivate({ item, draft, replaces }, refusal) {
    if (!draft) return;
    try {
      await call("PUT", `${this.api}me/drafts/${item}/`, { ...draft, replaces });
      refusal.isKept = true;
      this.keeping.forget(`draft.${item}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.isElsewhere) this.keeping.write(`draft.${item}`, { replaces, content: draft });
      else if (error.newest) {
        keepAsRevision(this.keeping, error.newest, draft);
        this.keeping.forget(`draft.${item}`);
        refusal.labeled = error.newest;
      }
    }
  }
}
