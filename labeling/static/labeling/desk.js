/**
 * A desk: one solution in hand, and what keys and buttons do to it. Where the work goes is for each kind of desk to say,
 * by `draftsFor({ from, replaces, leaseEnds })`, which gives what saves it, and `send(ending)`.
 */

import { ActiveClock } from "./clock.js";
import { paintDock, readiness, whatIsMissing, whereabouts } from "./dock.js";
import { newerDraft } from "./drafts.js";
import { closePanel, openPanel, togglePanel } from "./panels.js";
import { letterOf } from "./others.js";
import { Pass, isJudged } from "./pass.js";
import { askReason, closeReason, openForm } from "./reason.js";
import { bringIntoSight, keepInMiddle, startAt } from "./scrolling.js";
import { announce, showSaved, showTime } from "./sign.js";
import { closeTrouble, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

const NAMES = ["negative", "neutral", "positive"]; // by rating + 1

/** The reasons that a draft keeps; whatever else it holds there is not trusted. */
function reasonsOf(draft) {
  const kept = Object.entries(draft?.reasons ?? {}).filter(([, text]) => typeof text === "string");
  return Object.fromEntries(kept);
}

export class Desk {
  /** `places` are the elements that hold problem and steps; `nextWanted` hears that the next solution is asked for. */
  constructor({ places, api, signIn, keeping, nextWanted }) {
    Object.assign(this, { places, api, signIn, keeping, nextWanted });
    this.pass = null;
    addEventListener("pagehide", () => this.pass && this.keepMemory());
  }

  /** What can be undone outlives the page; the ratings themselves are kept as they are made. */
  keepMemory() {
    const { memory } = this.pass;
    if (memory) this.keeping.write(`undo.${this.item.item}`, memory);
  }

  recall({ pass }) {
    const name = `undo.${this.item.item}`;
    this.pass.recall(pass ? pass.memory : this.keeping.read(name));
    this.keeping.forget(name);
  }

  get canRate() {
    return Boolean(this.pass) && !this.submission && !this.isFrozen;
  }

  /** Lay a prepared solution on the desk, with the work already done on it; `pass` where it was in hand before. */
  open(found) {
    const { item, sheet, ends } = found;
    const kept = this.keeping.read(`draft.${item.item}`);
    const { draft, replaces, isUnsent } = newerDraft(item, kept);
    Object.assign(this, { found, item, sheet, submission: null, isFrozen: false, sent: kept?.sent ?? null });
    this.pass = this.passFrom(draft);
    this.reasons = reasonsOf(draft);
    this.recall(found);
    this.saved = new Set(this.passFrom(item.draft).words);
    this.clock = this.clockFrom(draft);
    this.clock.turnTo(this.pass.hand);
    this.drafts = this.draftsFor({ from: draft, replaces, leaseEnds: ends?.page });
    hideTrouble();
    closeReason();
    showSaved("none");
    sheet.paint(this.pass);
    sheet.show(this.places);
    this.paint();
    startAt(this.row);
    if (this.pass.hand > 0) keepInMiddle(this.row, { atOnce: true });
    announce(`${this.news ?? ""} ${this.opening}`.trim());
    this.news = null;
    if (isUnsent) this.drafts.changed();
  }

  passFrom(draft) {
    return new Pass(this.item.steps.length, draft, this.item.alternatives);
  }

  /** What is on the desk now, for those who hear the page. */
  get opening() {
    return say("opened", { n: this.item.steps.length, step: this.pass.hand + 1 });
  }

  /** Time goes on from the draft. Nobody need be there: somebody is only where an input comes, here or just before. */
  clockFrom(draft) {
    const seen = this.clock ? { lastInput: this.clock.lastInput } : {};
    return new ActiveClock({ total: draft?.total_time, steps: draft?.step_times, isRunning: !document.hidden, ...seen });
  }

  get row() {
    return this.sheet.rowInHand(this.pass);
  }

  /** What a draft keeps: the pass, and reasons that are being written, by the form that asks for them. */
  get draftBody() {
    const { reasons } = this;
    return { ...this.draftContent(), ...(Object.keys(reasons).length && { reasons }) };
  }

  draftContent() {
    const { pass, clock } = this;
    return { ...pass.content, total_time: clock.milliseconds, step_times: clock.stepMilliseconds(Math.min(pass.count, pass.made.length + 1)) };
  }

  paint(sending = null) {
    this.sheet.paint(this.pass);
    paintDock(this.pass, this.item, { sending, isFrozen: this.isFrozen, canRate: this.canRate });
    document.title = `${whereabouts(this.pass)} · Plumbline`;
  }

  /** After each change: paint at once, then keep, move and tell. */
  changed(news) {
    this.paint();
    this.clock.turnTo(this.pass.hand);
    this.drafts.changed();
    keepInMiddle(this.row);
    announce(news);
  }

  rate(value) {
    if (!this.canRate) return;
    const [name, { firstError }] = [this.nameInHand, this.pass];
    this.pass.rate(value);
    const said = say("announce_rated", { name, rating: say(NAMES[value + 1]) });
    const others = this.pass.firstError === firstError ? 0 : this.pass.alternatives.length;
    this.changed([said, ...(others ? [say("others_count", { n: others })] : []), this.whatComes()].join(" "));
  }

  /** "Step 3" or "Alternative B". */
  get nameInHand() {
    const { hand, other } = this.pass;
    return other === null ? say("step_name", { step: hand + 1 }) : say("other_name", { step: letterOf(other) });
  }

  /** For those who hear the page: what is in hand now, with its text, or that all is said. */
  whatComes() {
    const { pass, item } = this;
    if (pass.isComplete && !pass.isTaken) return readiness(pass, item);
    const text = pass.other === null ? item.steps[pass.hand] : pass.alternatives[pass.other].text;
    return `${whereabouts(pass)}: ${text.trim() ? text : say("blank_step")}`;
  }

  take(index, other = null) {
    if (this.canRate && this.pass.take(index, other)) this.moved();
  }

  move(by) {
    if (this.canRate && this.pass.move(by)) this.moved();
  }

  moved() {
    this.paint();
    this.clock.turnTo(this.pass.hand);
    keepInMiddle(this.row);
    announce(this.whatComes());
  }

  travel(hasMoved, key) {
    if (hasMoved) this.changed(`${say(key)} ${this.whatComes()}`);
  }

  unsure() {
    if (!this.canRate) return;
    const [name, isUnsure] = [this.nameInHand, this.pass.flag()];
    const said = say(isUnsure ? "announce_unsure" : "announce_sure", { name });
    this.changed(this.pass.other === null ? said : `${said} ${this.whatComes()}`);
  }

  /** Everything that a key or a button can ask for, by the name in its `data-do`. */
  actions() {
    return {
      negative: () => this.rate(-1),
      neutral: () => this.rate(0),
      positive: () => this.rate(1),
      up: () => this.move(-1),
      down: () => this.move(1),
      undo: () => this.canRate && this.travel(this.pass.undo(), "announce_undone"),
      redo: () => this.canRate && this.travel(this.pass.redo(), "announce_redone"),
      unsure: () => this.unsure(),
      submit: () => this.submit(),
      guide: () => togglePanel("guide"),
      keys: () => togglePanel("keys"),
      problem: () => this.lookAtProblem(),
      "bad-problem": () => this.ask("bad_problem"),
      "give-up": () => this.ask("give_up"),
      back: () => this.back(),
    };
  }

  ask(kind) {
    if (!this.canRate) return;
    if (openPanel() === "keys") closePanel();
    const n = this.pass.ratings.length;
    askReason(kind, { kept: n ? say("ratings_kept", { n }) : "", text: this.reasons[kind] });
  }

  /** A reason grows: kept, also when its form is left. A step that is written is kept with its place. */
  written(kind, text) {
    if (!this.canRate || kind === "write") return;
    const { [kind]: _, ...others } = this.reasons;
    this.reasons = text ? { ...others, [kind]: text } : others;
    this.drafts.changed();
  }

  /** Away with what is open, then back to where the work goes on. */
  back() {
    if (closeReason() || closePanel() || closeTrouble() || !this.canRate) return;
    document.activeElement?.blur();
    this.pass.rest();
    this.paint();
    keepInMiddle(this.row);
  }

  /** To the problem, and from there back to the step. */
  lookAtProblem() {
    const { problemColumn } = this.places;
    if (document.activeElement === problemColumn) {
      this.back();
      return;
    }
    problemColumn.focus({ preventScroll: true });
    bringIntoSight(problemColumn);
  }

  submit() {
    if (this.isFrozen) {
      this.nextWanted();
      return;
    }
    if (openForm() || !this.pass) return;
    if (this.submission) this.submission.tryNow();
    else if (this.pass.isComplete) this.send({ finish_reason: this.pass.finishReason });
    else announce(`${say("to_submit")} ${whatIsMissing(this.pass)}`);
  }

  /** What a label holds of the pass itself. */
  said() {
    const { pass, clock } = this;
    return {
      ratings: pass.ratings,
      flagged: pass.flagged,
      alternatives: pass.alternatives.filter(isJudged),
      step_times: clock.stepMilliseconds(Math.min(pass.count, pass.ratings.length + (pass.hasEnded ? 0 : 1))),
    };
  }

  /** Put the work away. What the server does not have stays kept here, should the solution come back. */
  close() {
    this.drafts?.stop();
    this.pass = null;
  }

  /** Somebody is back: what that asks for is for each kind of desk to say. */
  woke() {}

  /** Every second: show the time. */
  tick() {
    if (this.pass) showTime(this.clock.milliseconds);
  }
}
