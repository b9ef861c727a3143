/** Brings the next solution: one ahead of the one in hand, typeset before it is needed. */

import { call, retryAfter, timeLeft } from "./api.js";
import { Sheet } from "./sheet.js";
import { TreeSheet } from "./tree_sheet.js";

const AHEAD_AFTER_MS = 300; // the solution in hand comes first
const NEAR_END_MS = 60_000; // a lease that ends sooner is asked for again

/** Why there is nothing, in the language of the page: percent-encoded, since headers hold ASCII. */
function reasonOf(response) {
  const reason = response.headers.get("X-Reason-Text");
  return reason && decodeURIComponent(reason);
}

export class Supply {
  constructor({ url, stage, templates, reference }) {
    Object.assign(this, { url, stage, templates, reference });
    this.ahead = this.prepared = this.taken = null;
    this.isTaking = false;
  }

  async ask(query) {
    const { status, body, response } = await call("POST", this.url + query);
    const done = response.headers.get("X-Done-Today");
    if (status === 204) {
      return { done, item: null, reason: reasonOf(response), seconds: retryAfter(response) };
    }
    const left = timeLeft(body.lease_expires_at, response);
    const ends = { page: performance.now() + left, wall: Date.now() + left };
    const sheet = body.candidates ? new TreeSheet(body, this) : new Sheet(body, this);
    await sheet.prepare(this.stage);
    return { done, item: body, sheet, ends };
  }

  /**
   * Soon fetch and typeset one more, while the one just taken is being rated. A failure here is no news: `take` asks
   * again. Asked once more, it tries again where there is none yet.
   */
  prepareAhead() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetchAhead(), AHEAD_AFTER_MS);
  }

  async fetchAhead() {
    await this.ahead;
    if (this.isTaking || this.isGood(this.prepared)) return;
    const found = (prepared) => (this.prepared = prepared);
    // Named, as its label may be on its way: the other one that is held is meant, not a third.
    const inHand = this.taken === null ? "" : `&in_hand=${this.taken}`;
    this.ahead = this.ask(`?ahead=1${inHand}`).then(found, () => null);
  }

  /**
   * Whether a solution that was fetched ahead can be used: another one than the last, with time left on its lease by
   * the page's clock and by the one on the wall, as only that one runs while a laptop sleeps.
   */
  isGood(prepared) {
    if (!prepared?.item || prepared.item.item === this.taken) return false;
    const { page, wall } = prepared.ends;
    return Math.min(page - performance.now(), wall - Date.now()) > NEAR_END_MS;
  }

  /**
   * The next solution: the prepared one, else a fresh one. Resolves to `{item: null, reason, seconds}` where there is none.
   * `isAgain` asks for the one in hand once more, as the server has it now, and ends what other tabs and devices do with it; only
   * then `done` is how many were done today, on all of them.
   * Nothing else is asked for meanwhile: two sheets would be typeset in the same place.
   */
  async take({ isAgain = false } = {}) {
    clearTimeout(this.timer);
    this.isTaking = true;
    try {
      await this.ahead;
      const found = (!isAgain && this.takeAhead()) || (await this.ask(isAgain ? "?take_over=1" : ""));
      return this.give(found);
    } finally {
      this.isTaking = false;
    }
  }

  /** The prepared solution if it is there now, else null: the network is not asked. */
  takeAhead() {
    clearTimeout(this.timer);
    return this.isGood(this.prepared) ? this.give(this.prepared) : null;
  }

  /** Have one come again as the next: it was in hand, and another one is now. */
  putBack(found, inHand) {
    clearTimeout(this.timer);
    this.prepared = found;
    this.taken = inHand.item.item;
  }

  give(found) {
    this.prepared = this.ahead = null;
    this.taken = found.item?.item ?? null;
    return found;
  }
}
