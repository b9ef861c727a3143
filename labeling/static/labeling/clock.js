/** Active time in milliseconds: a minute without input, or a hidden page, is not work. */

export const IDLE_MS = 60_000;
const DAY_MS = 24 * 3600 * 1000; // no label takes longer; a clock that says so is wrong

/** A time that a draft brings along, whatever is written there. */
const sane = (time) => (Number.isFinite(time) ? Math.min(DAY_MS, Math.max(0, time)) : 0);

/**
 * Time counts from one input to the next, at most IDLE_MS of it, and goes to the step in hand.
 * `now` gives milliseconds of a clock that never goes back; `lastInput` is when somebody was last seen, by that clock.
 */
export class ActiveClock {
  constructor({ total = 0, steps = [], now = () => performance.now(), lastInput = now(), isRunning = true } = {}) {
    this.now = now;
    this.total = sane(total);
    this.steps = Array.isArray(steps) ? Array.from(steps, sane) : [];
    this.step = 0;
    this.isRunning = isRunning;
    this.lastInput = lastInput;
    this.counted = now();
  }

  /** Add what has passed since it was last counted. */
  settle() {
    const now = this.now();
    const until = Math.min(now, this.lastInput + IDLE_MS);
    const passed = this.isRunning ? Math.max(0, until - this.counted) : 0;
    this.total += passed;
    this.steps[this.step] = (this.steps[this.step] ?? 0) + passed;
    this.counted = now;
  }

  /** Whether somebody is at work now. */
  get isActive() {
    return this.isRunning && this.now() - this.lastInput < IDLE_MS;
  }

  /** Somebody is there. */
  input() {
    this.settle();
    this.lastInput = this.now();
  }

  /** From now on time belongs to this step. */
  turnTo(step) {
    this.settle();
    this.step = step;
  }

  pause() {
    this.settle();
    this.isRunning = false;
  }

  resume() {
    this.settle();
    this.isRunning = true;
    this.lastInput = this.now();
  }

  get milliseconds() {
    this.settle();
    return Math.round(sane(this.total));
  }

  /** Whole milliseconds for each of `count` steps. */
  stepMilliseconds(count) {
    this.settle();
    return Array.from({ length: count }, (_, step) => Math.round(sane(this.steps[step])));
  }
}
