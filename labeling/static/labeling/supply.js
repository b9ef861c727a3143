/** Brings the next solution: one ahead of the one in hand, typeset before it is needed. */

import { call, retryAfter } from "./api.js";
import { Sheet } from "./sheet.js";

const NEAR_END_MS = 60_000; // a lease that ends sooner is asked for again

/** When the lease ends, on this page's own clock: the machine's may be wrong. */
function leaseEnd(item, response) {
  const served = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  return performance.now() + (Date.parse(item.lease_expires_at) - served);
}

export class Supply {
  constructor({ url, stage, template, reference }) {
    Object.assign(this, { url, stage, template, reference });
    this.ahead = null;
  }

  async ask(query) {
    const { status, body, response } = await call("POST", this.url + query);
    if (status === 204) {
      return { item: null, reason: response.headers.get("X-Reason"), seconds: retryAfter(response) };
    }
    const sheet = new Sheet(body, this);
    await sheet.prepare(this.stage);
    return { item: body, sheet, ends: leaseEnd(body, response) };
  }

  /** Fetch and typeset one more while this item is being rated. A failure here is no news: it is asked for again. */
  prepareAhead(current) {
    this.ahead = this.ask("?ahead=1").then(
      (next) => (next.item && next.item.item !== current ? next : null),
      () => null,
    );
  }

  /** The next solution: the prepared one while its lease is good. Resolves to `{item: null, reason, seconds}` where there is none. */
  async take() {
    const prepared = await this.ahead;
    this.ahead = null;
    if (prepared && prepared.ends - performance.now() > NEAR_END_MS) return prepared;
    return this.ask("");
  }
}
