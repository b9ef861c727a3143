/** The desk for candidate trees: what keys and buttons do while a solution grows. All else is as at any desk. */

import { Desk } from "./desk.js";
import { letterOf } from "./others.js";
import { closeReason } from "./reason.js";
import { keepInMiddle } from "./scrolling.js";
import { announce } from "./sign.js";
import { isReady, leaveTreeDock, paintTreeDock, readiness, whereabouts } from "./tree_dock.js";
import { TreePass } from "./tree_pass.js";
import { say } from "./words.js";
import { bindWriting, isWriting, openWriting, refuseWriting } from "./writing.js";

const NAMES = ["negative", "neutral", "positive"]; // by rating + 1

export class TreeDesk extends Desk {
  constructor(options) {
    super(options);
    bindWriting((text) => this.writing(text));
  }

  passFrom(draft) {
    return new TreePass(this.item, draft);
  }

  get opening() {
    return say("opened_tree", { n: this.item.candidates.length });
  }

  close() {
    super.close();
    leaveTreeDock();
  }

  paint(sending = null) {
    const { pass } = this;
    pass.isWriting = isWriting();
    this.sheet.paint(pass);
    paintTreeDock(pass, { sending, isFrozen: this.isFrozen, canRate: this.canRate });
    document.title = `${whereabouts(pass)} · Plumbline`;
  }

  draftContent() {
    const { pass, clock } = this;
    return { ...pass.content, total_time: clock.milliseconds, step_times: clock.stepMilliseconds(pass.count + 1) };
  }

  said({ finish_reason: reason }) {
    const steps = this.pass.steps({ isWhole: reason === "solution" });
    return { steps, step_times: this.clock.stepMilliseconds(steps.length) };
  }

  /** Whatever else is done, a text that was being written stays with its place, and the form goes. */
  changed(news) {
    if (isWriting()) closeReason();
    super.changed(news);
  }

  moved() {
    if (isWriting()) closeReason();
    super.moved();
  }

  get nameInHand() {
    return say("candidate_name", { letter: letterOf(this.pass.other) });
  }

  whatComes() {
    const { pass } = this;
    if (pass.other === null) return `${whereabouts(pass)}: ${readiness(pass)}`;
    return `${whereabouts(pass)}: ${pass.candidatesAt(pass.path)[pass.other].text}`;
  }

  rate(value) {
    if (!this.canRate || this.pass.other === null) return;
    const [name, { pass }] = [this.nameInHand, this];
    pass.rate(value);
    const next = pass.missingAt(pass.path) ? this.whatComes() : readiness(pass);
    this.changed(`${say("announce_rated", { name, rating: say(NAMES[value + 1]) })} ${next}`);
  }

  unsure() {
    if (this.pass?.other !== null) super.unsure();
  }

  actions() {
    return {
      ...super.actions(),
      "step-before": () => this.canRate && this.pass.moveStep(-1) && this.moved(),
      "step-after": () => this.canRate && this.pass.moveStep(1) && this.moved(),
      write: () => this.write(),
      complete: () => this.complete(),
    };
  }

  /** Go on: with a candidate, to the form for a step, or to the server with the whole. */
  submit() {
    const { pass } = this;
    if (this.isFrozen || !this.canRate || isWriting() || isReady(pass)) super.submit();
    else if (pass.goesOn !== null) this.goOn(pass.goesOn);
    else if (pass.other !== null && pass.mayWriteAt(pass.path)) this.write();
    else announce(readiness(pass));
  }

  goOn(index) {
    this.pass.choose(index);
    this.changed(`${say("announce_goes_on", { name: say("candidate_name", { letter: letterOf(index) }) })} ${this.whatComes()}`);
  }

  /** Open the form for the step at the place in hand, where one may be written. */
  write() {
    const { pass } = this;
    if (!this.canRate) return;
    if (!pass.mayWriteAt(pass.path)) {
      announce(say("cannot_write"));
      return;
    }
    const { written, writing } = pass.at(pass.path);
    openWriting(writing || written || "");
    this.paint();
    keepInMiddle(this.row);
  }

  /** The text grows: shown as it will stand, and kept. */
  writing(text) {
    if (!this.canRate) return;
    this.pass.keepWriting(text);
    this.paint();
    this.drafts.changed();
  }

  /** The text is the step. */
  wrote(text) {
    if (!this.canRate) return;
    const refusal = this.pass.refusal(text);
    if (refusal) {
      refuseWriting(say(refusal));
      return;
    }
    this.pass.write(text);
    this.changed(`${say("announce_written")} ${this.whatComes()}`);
  }

  complete() {
    if (!this.canRate) return;
    if (!this.pass.mayComplete) {
      announce(say("cannot_complete"));
      return;
    }
    this.pass.complete();
    this.changed(this.pass.isComplete ? readiness(this.pass) : say("announce_not_complete"));
  }

  back() {
    const wasWriting = isWriting();
    super.back();
    if (wasWriting) this.paint();
  }
}
