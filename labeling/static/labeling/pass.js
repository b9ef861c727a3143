/** One labeler's pass over one solution, as plain state: no page, no network. The server judges it again. */

import { Undoing } from "./undoing.js";

export const isRating = (value) => value === 1 || value === 0 || value === -1;
export const NAMES = ["negative", "neutral", "positive"]; // by rating + 1
export const UNSAID = { rating: null, flagged: false };

/** Whether an alternative is rated or at least flagged as unsure: one of the two is asked for. */
export const isJudged = ({ rating, flagged }) => rating !== null || flagged;

/** The ratings of a draft, in order; whatever a draft holds beyond that is not trusted. */
function madeOf(draft, count) {
  const made = [...(draft?.ratings ?? []), ...(draft?.parked ?? [])].slice(0, count);
  const end = made.findIndex((value) => !isRating(value));
  return end < 0 ? made : made.slice(0, end);
}

/** What a draft says of alternatives, `{step: [{rating, flagged}, …]}`, one entry for each text that is offered. */
function saidOf(draft, offered) {
  const said = {};
  for (const [step, texts] of Object.entries(offered)) {
    const kept = draft?.alternatives?.[step];
    if (!Array.isArray(kept)) continue;
    said[step] = texts.map((_, index) => ({
      rating: isRating(kept[index]?.rating) ? kept[index].rating : null,
      flagged: kept[index]?.flagged === true,
    }));
  }
  return said;
}

/**
 * Ratings are made in order, so `made` is always a prefix of the steps. Up to the first negative one they count
 * (`ratings`); those behind it are parked and count again as soon as the first error moves back or away.
 *
 * `offered` holds the texts of alternatives by the index of their step. Those to the first error are judged too; what
 * is `said` of others waits until the first error is at their step again. What is in hand is the step `hand` or, where
 * `other` is no null, the alternative with that index to the step of the first error.
 */
export class Pass extends Undoing {
  constructor(count, draft = null, offered = {}) {
    super();
    this.count = count;
    this.offered = offered;
    this.made = madeOf(draft, count);
    this.said = saidOf(draft, offered);
    this.flags = new Set((draft?.flagged ?? []).filter((index) => Number.isInteger(index) && index < count));
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

  /** The alternatives to the step of the first error, `{text, rating, flagged}`; none while there is no error. */
  get alternatives() {
    const said = this.said[this.firstError] ?? [];
    return (this.offered[this.firstError] ?? []).map((text, index) => ({ text, ...(said[index] ?? UNSAID) }));
  }

  /** Whether the steps are done with: rated to the first error, or all of them. */
  get hasEnded() {
    return this.firstError >= 0 || this.made.length === this.count;
  }

  get isComplete() {
    return this.hasEnded && this.alternatives.every(isJudged);
  }

  get finishReason() {
    if (!this.isComplete) return null;
    return this.firstError >= 0 ? "found_error" : "solution";
  }

  /** How many steps are still to be rated, were all of them right. */
  get missing() {
    return this.hasEnded ? 0 : this.count - this.made.length;
  }

  /** How many alternatives are neither rated nor flagged. */
  get missingOthers() {
    return this.alternatives.filter((each) => !isJudged(each)).length;
  }

  /** The last step that can be taken in hand: the first unrated one, or where the steps ended. */
  get frontier() {
    return this.hasEnded ? this.ratings.length - 1 : this.made.length;
  }

  /** What is said of what is in hand. */
  get inHand() {
    if (this.other !== null) return this.alternatives[this.other];
    return { rating: this.made[this.hand] ?? null, flagged: this.flags.has(this.hand) };
  }

  /** Put the hand where the work goes on: an unrated step or alternative, or the last of all. */
  rest() {
    const others = this.alternatives;
    const open = others.findIndex((each) => !isJudged(each));
    this.hand = this.frontier;
    this.other = others.length ? (open < 0 ? others.length - 1 : open) : null;
    this.isTaken = false;
  }

  /** `active` for the step in hand; else what its rating is: positive, neutral, negative, parked, later. */
  state(index) {
    if (index === this.hand && this.other === null && (this.isTaken || !this.isComplete)) return "active";
    if (index >= this.made.length) return "later";
    if (this.firstError >= 0 && index > this.firstError) return "parked";
    return NAMES[this.made[index] + 1];
  }

  /** The same for an alternative; `unsure` for one that is only flagged, `option` for one that nothing is said of. */
  otherState(index) {
    if (index === this.other && (this.isTaken || !this.isComplete)) return "active";
    const { rating, flagged } = this.alternatives[index];
    if (rating !== null) return NAMES[rating + 1];
    return flagged ? "unsure" : "option";
  }

  /** Take a step in hand, or an alternative to the first error; false where it cannot be rated now. */
  take(index, other = null) {
    if (index < 0 || index > this.frontier) return false;
    if (other !== null && (index !== this.firstError || other >= this.alternatives.length)) return false;
    Object.assign(this, { hand: index, other, isTaken: true });
    return true;
  }

  /** Take what stands before (-1) or behind (1) what is in hand. */
  move(by) {
    const place = this.hand + (this.other ?? -1) + 1 + by;
    return place <= this.frontier ? this.take(place) : this.take(this.frontier, place - this.frontier - 1);
  }

  snapshot() {
    const { made, flags, said, hand, other, isTaken } = this;
    return { made: [...made], flags: new Set(flags), said: { ...said }, hand, other, isTaken };
  }

  /** Rate what is in hand. A correction keeps what was rated behind it; then the work goes on where it had come to. */
  rate(value) {
    this.remember();
    if (this.other === null) this.made[this.hand] = value;
    else this.say({ rating: value });
    this.rest();
  }

  /** Turn the unsure flag of what is in hand; returns whether it is set now. An alternative may need no more than that. */
  flag() {
    this.remember();
    const { rating, flagged } = this.inHand;
    if (this.other !== null) this.say({ flagged: !flagged });
    else if (flagged) this.flags.delete(this.hand);
    else this.flags.add(this.hand);
    if (this.other !== null && rating === null) this.rest();
    return !flagged;
  }

  /** Lists that are remembered stay as they were: each change makes a new one. */
  say(change) {
    const said = this.alternatives.map(({ rating, flagged }) => ({ rating, flagged }));
    Object.assign(said[this.other], change);
    this.said[this.firstError] = said;
  }

  /** Flags on rated steps: the only ones a label can hold. */
  get flagged() {
    const rated = this.ratings.length;
    return [...this.flags].filter((index) => index < rated).sort((a, b) => a - b);
  }

  /** Every rating, one word each: what two states of a pass differ in. */
  get words() {
    const others = Object.entries(this.said).flatMap(([step, said]) =>
      said.flatMap((each, index) => (isJudged(each) ? [`${step}.${index} ${each.rating} ${each.flagged}`] : [])),
    );
    return [...this.made.map((rating, index) => `${index} ${rating}`), ...others];
  }

  /** What a draft keeps. */
  get content() {
    const { ratings, parked, said } = this;
    return { ratings, parked, flagged: [...this.flags].sort((a, b) => a - b), alternatives: said };
  }
}
