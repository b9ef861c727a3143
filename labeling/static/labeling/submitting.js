/** Sends one label until it is answered, always under the same submission_id, so that it becomes one label. */

import { Refused, Unreachable, call, newId } from "./api.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

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

export class Submission {
  /** `waiting(error, seconds)` hears that it will be tried again. */
  constructor({ url, item, body, keeping, waiting }) {
    Object.assign(this, { url, keeping, waiting });
    this.name = `submission.${item}`;
    this.body = { ...body, submission_id: newId() };
    this.isEnded = false;
  }

  tryNow() {
    this.pause?.wake();
  }

  /** Stop asking; what is kept here stays. */
  end() {
    this.isEnded = true;
    this.tryNow();
  }

  /** The server's answer. Raises Refused; whatever may pass is tried again, also behind a lost session. */
  async send() {
    this.keeping.write(this.name, { url: this.url, body: this.body });
    for (let failures = 0; !this.isEnded; failures += 1) {
      try {
        const { body } = await call("POST", this.url, this.body);
        this.keeping.forget(this.name);
        return body;
      } catch (error) {
        if (error instanceof Refused) {
          this.keeping.forget(this.name);
          throw error;
        }
        await this.wait(error, failures);
      }
    }
    return null;
  }

  async wait(error, failures) {
    const step = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    const milliseconds = error instanceof Unreachable && error.retryAfter ? error.retryAfter * 1000 : step;
    this.pause = new Pause(milliseconds);
    this.waiting(error, Math.round(milliseconds / 1000));
    await this.pause.end();
  }
}

/** Submissions that an earlier page sent without hearing the answer. Resolves to those the server refused. */
export async function sendKept(keeping) {
  const refused = [];
  for (const name of keeping.names("submission.")) {
    const { url, body } = keeping.read(name) ?? {};
    try {
      if (url) await call("POST", url, body);
      keeping.forget(name);
    } catch (error) {
      if (!(error instanceof Refused)) continue; // not reachable: kept for the next visit
      keeping.forget(name);
      refused.push(error);
    }
  }
  return refused;
}

