/** Active time in milliseconds: a minute without input, or a hidden page, is not work. */

export const IDLE_MS = 60_000;

/**
 * Time counts from one input to the next, at most IDLE_MS of it, and goes to the step in hand.
 * `now` gives milliseconds of a clock that never goes back.
 */
export class ActiveClock {
  constructor({ total = 0, steps = [], now = () => performance.now() } = {}) {
    this.now = now;
    this.total = total;
    this.steps = [...steps];
    this.step = 0;
    this.isRunning = true;
    this.lastInput = this.counted = now();
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
    return Math.round(this.total);
  }

  /** Whole milliseconds for each of `count` steps. */
  stepMilliseconds(count) {
    this.settle();
    return Array.from({ length: count }, (_, step) => Math.round(this.steps[step] ?? 0));
  }
}
