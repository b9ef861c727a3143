/** One labeler's pass over a candidate tree, as plain state: no page, no network. The server judges it again. */

import { isJudged, isRating, NAMES, UNSAID } from "./pass.js";
import { Undoing } from "./undoing.js";

const MAX_WRITTEN = 1_000;
const ROOT = "";

const isText = (value) => typeof value === "string" && Boolean(value.trim());
const plain = (text) => text.split(/\s+/).filter(Boolean).join(" ").toLowerCase();
const indexOrNull = (value, count) => (Number.isInteger(value) && value >= 0 && value < count ? value : null);

/** What a draft (or a label) says of one place; whatever else it holds is not trusted. */
function placeOf(raw, candidates) {
  const said = candidates.map((_, index) => {
    const { rating, flagged } = raw?.completions?.[index] ?? UNSAID;
    return { rating: isRating(rating) ? rating : null, flagged: flagged === true };
  });
  return {
    said,
    chosen: indexOrNull(raw?.chosen_completion, candidates.length),
    written: isText(raw?.human_completion?.text) ? raw.human_completion.text : null,
    writing: isText(raw?.writing) ? raw.writing : "",
    ended: raw?.ended === true,
  };
}

/** A place as a draft keeps it: also what does not count now. */
const rawOf = ({ said, chosen, written, writing, ended }) => ({
  completions: said,
  chosen_completion: chosen,
  human_completion: written === null ? null : { text: written },
  ...(writing && { writing }),
  ...(ended && { ended }),
});

const isTouched = ({ said, chosen, written, writing, ended }) =>
  said.some(isJudged) || chosen !== null || written !== null || Boolean(writing) || ended;

/**
 * What is said is kept by place, and a place is named by the way that leads to it: "", "0", "0.2", "0.2.w" (`w` is a
 * written step). Which places count follows from what is said at each: so work behind another choice is parked by
 * itself, and is there again as soon as the way leads through it.
 *
 * In hand is the step `hand` of the way (its length: the open place behind it) and there the candidate `other`, null
 * where there is none.
 */
export class TreePass extends Undoing {
  constructor({ candidates, write_step_when: rule }, draft = null) {
    super();
    this.candidates = candidates;
    this.isStrict = rule === "all_negative"; // then a neutral one goes on where none is positive
    this.places = new Map();
    this.isWriting = false; // a step is being written, so that no candidate is in hand
    this.restore(draft);
    this.rest();
  }

  restore(draft) {
    let path = ROOT;
    for (const raw of Array.isArray(draft?.steps) ? draft.steps : []) {
      if (path === null) break;
      this.places.set(path, placeOf(raw, this.candidatesAt(path)));
      path = this.behind(path);
    }
    for (const [parked, raw] of Object.entries(draft?.parked ?? {})) {
      if (!this.places.has(parked)) this.places.set(parked, placeOf(raw, this.candidatesAt(parked)));
    }
  }

  /** The candidates that the tree has at a place; none behind a written step, nor where the tree ends. */
  candidatesAt(path) {
    let here = this.candidates;
    for (const turn of path ? path.split(".") : []) here = here[turn]?.next ?? [];
    return here;
  }

  at(path) {
    return this.places.get(path) ?? placeOf(null, this.candidatesAt(path));
  }

  /** The candidates that may go on, by index: the server's rule told again. */
  goodAt(path) {
    const { said } = this.at(path);
    const rated = (value) => said.flatMap(({ rating }, index) => (rating === value ? [index] : []));
    const positive = rated(1);
    return positive.length || !this.isStrict ? positive : rated(0);
  }

  missingAt(path) {
    return this.at(path).said.filter((each) => !isJudged(each)).length;
  }

  /** Whether a step may be written at a place: everything is judged there, and nothing is good. */
  mayWriteAt(path) {
    return !this.missingAt(path) && !this.goodAt(path).length;
  }

  /** What a place goes on with: the index of a candidate, "w" for its written step, null where it is open. */
  turnAt(path) {
    const { chosen, written } = this.at(path);
    if (this.missingAt(path)) return null;
    if (this.goodAt(path).includes(chosen)) return chosen;
    return written !== null && this.mayWriteAt(path) ? "w" : null;
  }

  /** The place that a place leads to, null where it is open. */
  behind(path) {
    const turn = this.turnAt(path);
    return turn === null ? null : this.through(path, turn);
  }

  through(path, turn) {
    return path ? `${path}.${turn}` : String(turn);
  }

  /** The places of the way from the first one to the open one behind the last step. */
  get paths() {
    const paths = [ROOT];
    for (let next = this.behind(ROOT); next !== null; next = this.behind(next)) paths.push(next);
    return paths;
  }

  get open() {
    return this.paths.at(-1);
  }

  /** How many steps the solution has so far. */
  get count() {
    return this.paths.length - 1;
  }

  /** The text of a place's step; empty where it is open. */
  textAt(path) {
    const turn = this.turnAt(path);
    if (turn === null) return "";
    return turn === "w" ? this.at(path).written : this.candidatesAt(path)[turn].text;
  }

  /** How many steps are parked behind a candidate that the way does not go through. */
  parkedBehind(path, index) {
    if (this.turnAt(path) === index) return 0;
    let steps = 0;
    for (let next = this.through(path, index); next !== null && isTouched(this.at(next)); next = this.behind(next)) steps += 1;
    return steps;
  }

  get isComplete() {
    return this.count > 0 && this.at(this.open).ended;
  }

  get finishReason() {
    return this.isComplete ? "solution" : null;
  }

  /** Whether the solution may be called complete: it has a step, and nothing was begun behind it. */
  get mayComplete() {
    const { ended, ...open } = this.at(this.open);
    return this.count > 0 && (ended || !isTouched({ ...open, ended: false }));
  }

  get path() {
    return this.paths[this.hand];
  }

  get inHand() {
    return this.other === null ? UNSAID : this.at(this.path).said[this.other];
  }

  /** `active` for the candidate in hand; else what its rating is; `unsure` for one only flagged, `option` for none. */
  state(path, index) {
    if (path === this.path && index === this.other && !this.isWriting) return "active";
    const { rating, flagged } = this.at(path).said[index];
    if (rating !== null) return NAMES[rating + 1];
    return flagged ? "unsure" : "option";
  }

  /** What a step of the way is: written, or the rating of what was chosen. */
  stepState(path) {
    const turn = this.turnAt(path);
    return turn === "w" ? "written" : NAMES[this.at(path).said[turn].rating + 1];
  }

  /** Take a step in hand, at a candidate or where its work goes on; false where there is none. */
  take(step, other = null) {
    const path = this.paths[step];
    if (path === undefined || other >= Math.max(1, this.candidatesAt(path).length)) return false;
    this.hand = step;
    this.other = this.candidatesAt(path).length ? (other ?? this.restingAt(path)) : null;
    return true;
  }

  /** The candidate that the hand goes to: the first that nothing is said of, else the one that goes on or could. */
  restingAt(path, from = 0) {
    const { said } = this.at(path);
    const behind = said.findIndex((each, index) => index >= from && !isJudged(each));
    const open = behind < 0 ? said.findIndex((each) => !isJudged(each)) : behind;
    if (open >= 0) return open;
    const turn = this.turnAt(path);
    return Number.isInteger(turn) ? turn : (this.goodAt(path)[0] ?? said.length - 1);
  }

  /** Put the hand where the work goes on. */
  rest() {
    this.take(this.count);
  }

  /** Take the candidate before (-1) or behind (1) the one in hand; beyond them the step before or behind. */
  move(by) {
    const here = this.other === null ? -1 : this.other + by;
    if (this.other !== null && here >= 0 && here < this.candidatesAt(this.path).length) return this.take(this.hand, here);
    return this.moveStep(by);
  }

  moveStep(by) {
    return this.hand + by >= 0 && this.take(this.hand + by);
  }

  snapshot() {
    return { places: new Map(this.places), hand: this.hand, other: this.other };
  }

  /** Places that are remembered stay as they were: each change makes a new one. */
  change(path, change) {
    this.places.set(path, { ...this.at(path), ended: false, ...change });
  }

  say(change) {
    const path = this.path;
    const said = this.at(path).said.map((each, index) => (index === this.other ? { ...each, ...change } : each));
    this.change(path, { said });
  }

  /** Rate the candidate in hand, and go to the next that nothing is said of; a mere correction stays where it is. */
  rate(value) {
    this.remember();
    const wasJudged = isJudged(this.inHand);
    this.say({ rating: value });
    if (!wasJudged || this.missingAt(this.path)) this.other = this.restingAt(this.path, this.other);
  }

  /** Turn the unsure flag of the candidate in hand; returns whether it is set now. It may need no more than that. */
  flag() {
    this.remember();
    const { rating, flagged } = this.inHand;
    this.say({ flagged: !flagged });
    if (rating === null && !flagged) this.other = this.restingAt(this.path, this.other);
    return !flagged;
  }

  /** The candidate that going on would take here: the one in hand if it is good, else the only good one; or null. */
  get goesOn() {
    const path = this.path;
    const good = this.missingAt(path) ? [] : this.goodAt(path);
    if (good.includes(this.other)) return this.other;
    return good.length === 1 ? good[0] : null;
  }

  /** Go on with a candidate. Work that was done behind it before is there again. */
  choose(index) {
    const path = this.path;
    if (this.turnAt(path) !== index) {
      this.remember();
      this.change(path, { chosen: index });
    }
    this.rest();
  }

  /** Take a text as the step at the place in hand. */
  write(text) {
    this.remember();
    this.change(this.path, { written: text, writing: "" });
    this.rest();
  }

  /** Keep what is being written, should the page go away; it is no step yet. */
  keepWriting(text) {
    const place = this.at(this.path);
    this.places.set(this.path, { ...place, writing: text === place.written ? "" : text });
  }

  /** What a written step must not repeat, or how long it may be; null where the text is fine. */
  refusal(text) {
    const before = this.hand ? this.textAt(this.paths[this.hand - 1]) : "";
    const others = [...this.candidatesAt(this.path).map((each) => each.text), before].map(plain);
    if (text.length > MAX_WRITTEN) return "write_too_long";
    return others.includes(plain(text)) ? "write_repeats" : null;
  }

  /** Say that the solution is complete with its last step, or take that back. */
  complete() {
    this.remember();
    const path = this.open;
    this.places.set(path, { ...this.at(path), ended: !this.at(path).ended });
    this.rest();
  }

  /** Every judgement that a label would hold. */
  get ratings() {
    return this.paths.flatMap((path) => this.at(path).said.filter(isJudged));
  }

  /** The steps of a label; `isWhole` leaves out the open place, which a pass that ends early keeps where it was begun. */
  steps({ isWhole }) {
    const paths = this.paths;
    const counting = isWhole || !this.at(paths.at(-1)).said.some(isJudged) ? paths.slice(0, -1) : paths;
    return counting.map((path) => {
      const [{ said, written }, turn] = [this.at(path), this.turnAt(path)];
      return {
        completions: this.candidatesAt(path).map(({ text }, index) => ({ text, ...said[index] })),
        human_completion: turn === "w" ? { text: written } : null,
        chosen_completion: Number.isInteger(turn) ? turn : null,
      };
    });
  }

  /** Every rating, one word each: what two states of a pass differ in. */
  get words() {
    return [...this.places].flatMap(([path, { said }]) =>
      said.flatMap((each, index) => (isJudged(each) ? [`${path} ${index} ${each.rating} ${each.flagged}`] : [])),
    );
  }

  /** What a draft keeps: the places of the way, and apart from them those that it does not pass now. */
  get content() {
    const paths = this.paths;
    const parked = [...this.places].filter(([path, place]) => !paths.includes(path) && isTouched(place));
    return {
      steps: paths.filter((path) => isTouched(this.at(path))).map((path) => rawOf(this.at(path))),
      parked: Object.fromEntries(parked.map(([path, place]) => [path, rawOf(place)])),
    };
  }
}
