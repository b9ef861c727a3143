/** One labeler's pass over one solution, as plain state: no page, no network. The server judges it again. */

const isRating = (value) => value === 1 || value === 0 || value === -1;

/** The ratings of a draft, in order; whatever a draft holds beyond that is not trusted. */
function madeOf(draft, count) {
  const made = [...(draft?.ratings ?? []), ...(draft?.parked ?? [])].slice(0, count);
  const end = made.findIndex((value) => !isRating(value));
  return end < 0 ? made : made.slice(0, end);
}

/**
 * Ratings are made in order, so `made` is always a prefix of the steps. Up to the first negative one they count
 * (`ratings`); those behind it are parked and count again as soon as the first error moves back or away.
 */
export class Pass {
  constructor(count, draft = null) {
    this.count = count;
    this.made = madeOf(draft, count);
    this.flags = new Set((draft?.flagged ?? []).filter((index) => Number.isInteger(index) && index < count));
    this.past = [];
    this.future = [];
    this.rest();
  }

  get firstError() {
    return this.made.indexOf(-1);
  }

  get ratings() {
    return this.firstError < 0 ? [...this.made] : this.made.slice(0, this.firstError + 1);
  }

  get parked() {
    return this.firstError < 0 ? [] : this.made.slice(this.firstError + 1);
  }

  get isComplete() {
    return this.firstError >= 0 || this.made.length === this.count;
  }

  get finishReason() {
    if (!this.isComplete) return null;
    return this.firstError >= 0 ? "found_error" : "solution";
  }

  /** How many steps are still to be rated, were all of them right. */
  get missing() {
    return this.isComplete ? 0 : this.count - this.made.length;
  }

  /** The last step that can be taken in hand: the first unrated one, or where the pass ended. */
  get frontier() {
    return this.isComplete ? this.ratings.length - 1 : this.made.length;
  }

  /** Put the hand where the work goes on. */
  rest() {
    this.hand = this.frontier;
    this.isTaken = false;
  }

  /** `active` for the step in hand; else what its rating is: positive, neutral, negative, parked, later. */
  state(index) {
    if (index === this.hand && (this.isTaken || !this.isComplete)) return "active";
    if (index >= this.made.length) return "later";
    if (this.firstError >= 0 && index > this.firstError) return "parked";
    return ["negative", "neutral", "positive"][this.made[index] + 1];
  }

  /** Take a step in hand; false where it cannot be rated now. */
  take(index) {
    if (index < 0 || index > this.frontier) return false;
    this.hand = index;
    this.isTaken = index < this.frontier || this.isComplete;
    return true;
  }

  remember() {
    this.past.push(this.snapshot());
    this.future = [];
  }

  snapshot() {
    return { made: [...this.made], flags: new Set(this.flags), hand: this.hand, isTaken: this.isTaken };
  }

  /** Rate the step in hand. A correction keeps what was rated behind it; then the work goes on where it had come to. */
  rate(value) {
    this.remember();
    this.made[this.hand] = value;
    this.rest();
  }

  /** Turn the unsure flag of the step in hand; returns whether it is set now. */
  flag() {
    this.remember();
    if (!this.flags.delete(this.hand)) this.flags.add(this.hand);
    return this.flags.has(this.hand);
  }

  undo() {
    return this.travel(this.past, this.future);
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  travel(from, to) {
    const moment = from.pop();
    if (!moment) return false;
    to.push(this.snapshot());
    Object.assign(this, moment);
    return true;
  }

  /** Flags on rated steps: the only ones a label can hold. */
  get flagged() {
    const rated = this.ratings.length;
    return [...this.flags].filter((index) => index < rated).sort((a, b) => a - b);
  }

  /** What a draft keeps. */
  get content() {
    return { ratings: this.ratings, parked: this.parked, flagged: [...this.flags].sort((a, b) => a - b) };
  }
}
