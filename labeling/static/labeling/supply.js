/** Brings the next solution: one ahead of the one in hand, typeset before it is needed. */

import { call, retryAfter } from "./api.js";
import { Sheet } from "./sheet.js";
import { TreeSheet } from "./tree_sheet.js";

const AHEAD_AFTER_MS = 300; // the solution in hand comes first
const NEAR_END_MS = 60_000; // a lease that ends sooner is asked for again

/** When the lease ends, on this page's own clock: the machine's may be wrong. */
function leaseEnd(item, response) {
  const served = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  return performance.now() + (Date.parse(item.lease_expires_at) - served);
}

/** Why there is nothing, in the language of the page: percent-encoded, since headers hold ASCII. */
function reasonOf(response) {
  const reason = response.headers.get("X-Reason-Text");
  return reason && decodeURIComponent(reason);
}

export class Supply {
  constructor({ url, stage, templates, reference }) {
    Object.assign(this, { url, stage, templates, reference });
    this.ahead = null;
    this.taken = null;
  }

  async ask(query) {
    const { status, body, response } = await call("POST", this.url + query);
    if (status === 204) {
      return { item: null, reason: reasonOf(response), seconds: retryAfter(response) };
    }
    const sheet = body.candidates ? new TreeSheet(body, this) : new Sheet(body, this);
    await sheet.prepare(this.stage);
    return { item: body, sheet, ends: leaseEnd(body, response) };
  }

  /** Soon fetch and typeset one more, while the one just taken is being rated. A failure here is no news: `take` asks again. */
  prepareAhead() {
    this.timer = setTimeout(() => {
      this.ahead = this.ask("?ahead=1").catch(() => null);
    }, AHEAD_AFTER_MS);
  }

  /** Whether a solution that was fetched ahead can be used: another one than the last, with time left on its lease. */
  isGood(prepared) {
    return prepared?.item && prepared.item.item !== this.taken && prepared.ends - performance.now() > NEAR_END_MS;
  }

  /**
   * The next solution: the prepared one, else a fresh one. Resolves to `{item: null, reason, seconds}` where there is none.
   * `isAgain` asks for the one in hand once more, as the server has it now.
   * Nothing else is asked for meanwhile: two sheets would be typeset in the same place.
   */
  async take({ isAgain = false } = {}) {
    clearTimeout(this.timer);
    const prepared = await this.ahead;
    this.ahead = null;
    const found = !isAgain && this.isGood(prepared) ? prepared : await this.ask("");
    this.taken = found.item?.item ?? null;
    return found;
  }
}
