/** What a desk does with the server: drafts are saved under a lease, labels submitted, and what is said when they are not. */

import { SignedOut, call } from "./api.js";
import { askToEnter } from "./door.js";
import { Drafts } from "./drafts.js";
import { shownGuide } from "./guide.js";
import { closeReason, writtenReason } from "./reason.js";
import { UNREACHED, announce, showSaved } from "./sign.js";
import { hearTabs, tellTabs } from "./tabs.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

const SILENCE_MS = 20_000; // what happened meanwhile is asked when somebody comes back after so long
const LOOK_MS = 10_000; // another device may have taken over: where somebody is at work, it is asked so often
const correctButton = document.querySelector('[data-part="correct"]');

/** A desk of this kind that works for the server. */
export const leased = (Kind) => class extends Kind {
  /**
   * Besides what a desk takes: `outbox` sends labels; `finished()` hears that the server has this one, `storedWanted`
   * that this solution is asked for as it is stored, `aheadWanted` that the next one is wanted without waiting: it is
   * false where there is none; `leftWanted(submission)` that one which waits to be sent is wanted back. `who` is whose
   * desk it is. `labeled(label)` hears of a solution that is no more in hand and was labeled elsewhere, `revisionOf(label)`
   * says where that label is revised.
   */
  constructor({ who, outbox, finished, storedWanted, aheadWanted, leftWanted, labeled, revisionOf, ...desk }) {
    super(desk);
    Object.assign(this, { who, outbox, finished, storedWanted, aheadWanted, leftWanted, labeled, revisionOf, state: "none" });
    hearTabs((which) => this.heard(which));
  }

  get canRate() {
    return super.canRate && !this.isElsewhere;
  }

  open(found) {
    this.isElsewhere = false;
    this.state = "none";
    this.tickedAt = Date.now();
    super.open(found);
    if (this.isStored) this.showState("saved", this.item.draft_saved_at);
    tellTabs({ who: this.who, item: this.item.item });
  }

  /** Whether the server has all that is on the screen, and there is something. */
  get isStored() {
    return this.drafts.isBegun && !this.drafts.isUnsent && !this.unsaved && Boolean(this.item.draft_saved_at);
  }

  /** Another tab of this browser has opened the same solution: it goes on there. */
  heard({ who, item }) {
    if (who !== this.who || item !== this.item?.item || !this.canRate) return;
    this.drafts.leaveToOthers();
    this.elsewhere(say("trouble_opened_elsewhere"), { isOnlyHere: this.drafts.isUnsent && !this.keeping.works });
  }

  /** What saves this solution as it is being rated. */
  draftsFor({ from, replaces, leaseEnds }) {
    const drafts = new Drafts({
      api: this.api,
      item: this.item,
      from,
      replaces,
      sent: this.sent,
      leaseEnds,
      keeping: this.keeping,
      content: () => this.draftBody,
      words: () => this.pass.words,
      report: (...said) => isOnDesk() && this.report(...said),
      refused: (refusal) => isOnDesk() && this.refused(refusal, say(refusal.isFinal ? "out_of_hands" : "not_saved")),
      labeled: (label) => (isOnDesk() ? this.labeledElsewhere(label) : this.labeled(label)),
    });
    const isOnDesk = () => this.drafts === drafts && Boolean(this.pass);
    return drafts;
  }

  close() {
    if (this.pass) this.drafts.leave(); // what is to be kept in private may still be on its way
    super.close();
  }

  report(state, at, words) {
    if (state === "private") {
      explain("lost", { ...this.lost, isKept: true });
      return;
    }
    if (state === "changed") {
      this.showState(UNREACHED.has(this.state) ? this.state : "none"); // "Saved" is said of what is on the screen
      return;
    }
    if (state === "saved") this.saved = new Set(words);
    const isSilent = state === "saved" && (this.drafts.isUnsent || !this.drafts.isBegun); // more is on the screen, or nothing
    this.showState(isSilent ? "none" : state, at);
    if (state === "signed-out") this.signedOut();
    else if (state === "saved") hideTrouble("signed-out");
  }

  /** How many ratings on this screen the server does not have. */
  get unsaved() {
    return this.pass?.words.filter((word) => !this.saved.has(word)).length ?? 0;
  }

  /** The sign says how it stands with this solution and with those that wait to be sent. */
  showState(state = this.state, at = this.savedAt) {
    Object.assign(this, { state, savedAt: at });
    const isUnsent = Boolean(this.pass) && this.drafts.isUnsent;
    const { left: waiting, trouble } = this.outbox;
    correctButton.hidden = !this.toCorrect;
    showSaved(state, { at, unsaved: this.unsaved, isUnsent, isKept: this.keeping.works, waiting, trouble });
  }

  signedOut() {
    explain("signed-out", { signIn: this.signIn, isKept: this.keeping.works, again: () => this.drafts?.hurry() });
  }

  submit() {
    if (askToEnter()) return;
    if (!this.isElsewhere) super.submit();
    else if (this.isOnlyHere) this.askWhich(); // Enter alone decides nothing by which ratings would go
    else this.goOnHere();
  }

  /** Submit, and tell `finished`; a refusal leaves everything where it is. */
  async send(ending) {
    if (!this.canRate) return;
    const { item, clock, drafts } = this;
    drafts.stop();
    clock.settle();
    const submission = this.outbox.add({
      item: item.item,
      draft: drafts.body,
      replaces: drafts.replaces,
      sent: drafts.sent,
      found: { ...this.found, pass: this.pass },
      waits: (error, seconds) => this.waits(submission, error, seconds),
      body: {
        lease: item.lease,
        ...this.said(ending),
        total_time: clock.milliseconds,
        ...(shownGuide() && { guide: shownGuide() }),
        ...ending,
      },
    });
    this.submission = { tryNow: () => this.outbox.tryNow(), label: submission };
    this.paint(say("sending"));
    try {
      await submission.answer;
    } catch (refusal) {
      if (!submission.isLeft) this.notSubmitted(refusal);
      return;
    }
    drafts.done();
    if (submission.isLeft) return;
    this.news = say("submitted");
    this.finished();
  }

  /** No answer yet. Where the next solution is there already, the work goes on with it. */
  waits(submission, error, seconds) {
    if (submission.isLeft) return;
    if (!(error instanceof SignedOut)) {
      this.news = say("submitted_later");
      submission.isLeft = true;
      if (this.aheadWanted()) {
        this.outbox.leave(submission);
        return;
      }
      submission.isLeft = false;
      this.news = null;
    }
    if (!error) return;
    const again = () => this.outbox.tryNow();
    const isLast = this.outbox.left > 0; // it was fetched ahead, and a third is not to be had
    explain("waiting", { error, seconds, signIn: this.signIn, isKept: this.keeping.works, isLast, again, correct: () => this.correct() });
  }

  actions() {
    return { ...super.actions(), correct: () => this.correct() };
  }

  /** Take a finished solution that waits to be sent in hand again: the one on the screen, else the last that was left. */
  correct() {
    const wanted = this.toCorrect;
    if (!wanted) announce(say("nothing_to_correct"));
    else if (wanted.isLeft) this.leftWanted(wanted);
    else this.takeBack(wanted);
  }

  get toCorrect() {
    const { waiting } = this.outbox;
    return waiting.find((each) => each === this.submission?.label) ?? waiting.findLast((each) => each.isLeft && each.found);
  }

  takeBack(own) {
    this.outbox.takeBack(own);
    this.submission = null;
    hideTrouble("waiting");
    this.drafts.takenBack(own.sent);
    this.paint();
    announce(say("taken_back"));
  }

  /** Put the solution in hand aside for one that was left; what comes back of it is what was found, with its lease as it is now. */
  putAside() {
    const { found, drafts, pass } = this;
    if (drafts.isBegun) drafts.keep();
    this.close();
    const page = drafts.leaseEnds;
    return { ...found, pass, ends: { page, wall: Date.now() + page - performance.now() } };
  }

  notSubmitted(refusal) {
    this.submission = null;
    if (refusal.arrived || refusal.labeled) {
      this.nextWanted();
      return;
    }
    if (!refusal.isFinal && !refusal.isElsewhere) this.drafts.resume();
    this.refused(refusal, say("not_submitted"));
  }

  /** The server said no. Where it takes nothing more for this item, the work stays readable, and there is a way on. */
  refused(refusal, fact) {
    if (refusal.isElsewhere) {
      this.elsewhere(say(refusal.code === "draft_changed" ? "trouble_overtaken" : "trouble_opened_elsewhere"));
      return;
    }
    this.isFrozen = refusal.isFinal;
    const written = writtenReason();
    if (refusal.isFinal) closeReason();
    this.showState("none");
    this.paint();
    if (!refusal.isFinal) {
      explain("refused", { fact, refusal });
      return;
    }
    this.lost = { fact, rest: refusal.message, written, isKept: refusal.isKept, next: () => this.nextWanted(), discard: () => this.discard() };
    explain("lost", this.lost);
  }

  /** What was rated here is kept as a revision of the label that the same person made elsewhere: it goes on there. */
  labeledElsewhere(label) {
    const { written, next } = this.lost;
    explain("lost", { fact: say("trouble_labeled"), rest: say("labeled_rest"), written, next, href: this.revisionOf(label) });
  }

  /** The solution goes on in another tab or on another device: no rating here, until somebody wants it here again. */
  elsewhere(fact, { isOnlyHere = this.drafts.isUnsent } = {}) {
    this.isElsewhere = true;
    this.isOnlyHere = isOnlyHere;
    const written = writtenReason();
    closeReason();
    this.showState(isOnlyHere ? "elsewhere" : "none");
    this.paint();
    this.askWhich = () =>
      explain("elsewhere", {
        fact,
        written,
        isOnlyHere,
        unsaved: this.unsaved,
        goOn: () => this.goOnHere(),
        insist: () => {
          this.drafts.insist();
          this.storedWanted();
        },
      });
    this.askWhich();
  }

  /** With what is stored: what only this screen has is given up. */
  goOnHere() {
    this.drafts.forget();
    this.storedWanted();
  }

  /** Give up what was kept of a solution that is gone. */
  async discard() {
    const { item } = this;
    this.drafts.done();
    this.nextWanted();
    await call("DELETE", `${this.api}me/drafts/${item.item}/`).catch(() => {}); // it can be discarded under one's work too
  }

  paint(sending = null) {
    super.paint(sending ?? (this.isElsewhere ? say(this.isOnlyHere ? "elsewhere_which" : "elsewhere_now") : null));
  }

  /** Every second: hold the lease of somebody who thinks for long, and notice that the laptop was asleep. */
  tick() {
    super.tick();
    if (!this.pass) return;
    const slept = Math.abs(Date.now() - this.tickedAt) > SILENCE_MS;
    this.tickedAt = Date.now();
    if (slept && !document.hidden) this.woke();
    if (!this.canRate || !this.clock.isActive) return;
    if (!this.drafts.isDirty && this.drafts.isLeaseHalfOver) this.drafts.touch();
    else if (this.drafts.canLook && this.drafts.unseen > LOOK_MS) this.drafts.look();
  }

  /** Whether something would be lost with this page: neither the server has it nor this browser keeps it. */
  get holdsUnkept() {
    return !this.keeping.works && (this.outbox.waiting.length > 0 || Boolean(this.pass && this.canRate && this.drafts.isDirty));
  }

  /** Somebody is back: is the lease still theirs, did the work go on elsewhere? */
  woke() {
    if (this.canRate && this.drafts.silence > SILENCE_MS) this.drafts.touch();
  }
};

