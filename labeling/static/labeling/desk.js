/** The labeler's desk: one solution in hand, what the keys and buttons do to it, and where it goes from there. */

import { ActiveClock } from "./clock.js";
import { paintDock, readiness, whatIsMissing, whereabouts } from "./dock.js";
import { Drafts, newerDraft } from "./drafts.js";
import { shownGuide } from "./guide.js";
import { closePanel, openPanel, togglePanel } from "./panels.js";
import { letterOf } from "./others.js";
import { Pass, isJudged } from "./pass.js";
import { askReason, closeReason, openForm } from "./reason.js";
import { keepInMiddle } from "./scrolling.js";
import { announce, showSaved, showTime } from "./sign.js";
import { Submission } from "./submitting.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

const NAMES = ["negative", "neutral", "positive"]; // by rating + 1

export class Desk {
  /**
   * `places` are the elements that hold problem and steps; `finished(label)` hears that the server has a label;
   * `nextWanted` and `storedWanted` that the next solution, or this one as it is stored, is asked for.
   */
  constructor({ places, api, signIn, keeping, finished, nextWanted, storedWanted }) {
    Object.assign(this, { places, api, signIn, keeping, finished, nextWanted, storedWanted });
    this.pass = null;
  }

  get canRate() {
    return Boolean(this.pass) && !this.submission && !this.isFrozen;
  }

  /** Lay a prepared solution on the desk, with the work already done on it. */
  open({ item, sheet, ends }) {
    const { draft, replaces, isUnsent } = newerDraft(item, this.keeping.read(`draft.${item.item}`));
    Object.assign(this, { item, sheet, submission: null, isFrozen: false });
    this.pass = this.passFrom(draft);
    this.saved = this.passFrom(item.draft).words;
    this.clock = new ActiveClock({ total: draft?.total_time ?? 0, steps: draft?.step_times ?? [] });
    this.clock.turnTo(this.pass.hand);
    this.drafts = this.draftsFor({ from: draft, replaces, leaseEnds: ends });
    hideTrouble();
    closeReason();
    showSaved("none");
    sheet.paint(this.pass);
    sheet.show(this.places);
    this.paint();
    scrollTo({ top: 0, behavior: "instant" });
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

  /** What saves this solution as it is being rated. */
  draftsFor({ from, replaces, leaseEnds }) {
    return new Drafts({
      url: `${this.api}items/${this.item.item}/draft/`,
      item: this.item,
      from,
      replaces,
      leaseEnds,
      keeping: this.keeping,
      content: () => this.draftContent(),
      report: (state, at) => this.report(state, at),
      refused: (refusal) => (refusal.isOvertaken ? this.overtaken() : this.refused(refusal, say("not_saved"))),
    });
  }

  get row() {
    return this.sheet.rowInHand(this.pass);
  }

  draftContent() {
    const { pass, clock } = this;
    return { ...pass.content, total_time: clock.milliseconds, step_times: clock.stepMilliseconds(Math.min(pass.count, pass.made.length + 1)) };
  }

  report(state, at) {
    const words = this.pass.words;
    if (state === "saved") this.saved = words;
    const unsaved = words.filter((word) => !this.saved.includes(word)).length;
    showSaved(state, { at, unsaved });
    if (state === "signed-out") explain("signed-out", { signIn: this.signIn, again: () => this.drafts.hurry() });
    else if (state === "saved") hideTrouble("signed-out");
  }

  paint(sending = null) {
    this.sheet.paint(this.pass);
    paintDock(this.pass, this.item, { sending, isFrozen: this.isFrozen });
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
    return `${whereabouts(pass)}: ${pass.other === null ? item.steps[pass.hand] : pass.alternatives[pass.other].text}`;
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
    askReason(kind, { kept: n ? say("ratings_kept", { n }) : "" });
  }

  /** Away with what is open, then back to where the work goes on. */
  back() {
    if (closeReason() || closePanel() || !this.canRate) return;
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
    problemColumn.focus();
    problemColumn.scrollIntoView({ block: "nearest" });
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
      step_times: clock.stepMilliseconds(pass.ratings.length),
    };
  }

  /** Submit, and hand the label to `finished`; a refusal leaves everything where it is. */
  async send(ending) {
    if (!this.canRate) return;
    const { item, clock } = this;
    this.drafts.stop();
    clock.settle();
    this.submission = new Submission({
      url: `${this.api}items/${item.item}/label/`,
      item: item.item,
      keeping: this.keeping,
      waiting: (error, seconds) => explain("waiting", { error, seconds, signIn: this.signIn, again: () => this.submission?.tryNow() }),
      body: {
        lease: item.lease,
        ...this.said(ending),
        total_time: clock.milliseconds,
        ...(shownGuide() && { guide: shownGuide() }),
        ...ending,
      },
    });
    this.paint(say("sending"));
    try {
      await this.submission.send();
    } catch (refusal) {
      this.submission = null;
      if (!refusal.isFinal) this.drafts.resume();
      this.refused(refusal, say("not_submitted"));
      return;
    }
    this.drafts.done();
    this.news = say("submitted");
    this.finished();
  }

  /** The server said no. Where it takes nothing more for this item, the work stays readable, and there is a way on. */
  refused(refusal, fact) {
    this.isFrozen = refusal.isFinal;
    closeReason();
    showSaved("none");
    this.paint();
    explain(refusal.isFinal ? "lease" : "refused", { fact, refusal, next: () => this.nextWanted() });
  }

  /** The solution was worked on elsewhere: saving is over here, but the screen stays, and can still be submitted. */
  overtaken() {
    showSaved("elsewhere");
    explain("overtaken", { load: () => this.storedWanted() });
  }

  /** Put the work away. What the server does not have stays kept here, should the solution come back. */
  close() {
    this.drafts?.stop();
    this.pass = null;
  }

  /** Every second: show the time, and hold the lease of somebody who thinks for long. */
  tick() {
    if (!this.pass) return;
    showTime(this.clock.milliseconds);
    if (this.canRate && this.clock.isActive && !this.drafts.isDirty && this.drafts.isLeaseHalfOver) this.drafts.changed();
  }
}
