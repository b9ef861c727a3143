/** A desk for one's own label: rated as it stands, changed, and sent as a further version with its reason. */

import { Refused, SignedOut, call } from "./api.js";
import { Desk } from "./desk.js";
import { whatIsMissing } from "./dock.js";
import { shownGuide } from "./guide.js";
import { KeptHere } from "./kepthere.js";
import { closePanel, openPanel } from "./panels.js";
import { Pass, isJudged } from "./pass.js";
import { askReason, closeReason, openForm } from "./reason.js";
import { announce } from "./sign.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

/** What a pass says of the solution, to compare two states of it. */
const contentOf = (pass) => JSON.stringify([pass.ratings, pass.flagged, pass.alternatives.filter(isJudged)]);

export class RevisionDesk extends Desk {
  /** Besides what a desk takes: `revised(label)` hears the number of the new version. */
  constructor({ revised, ...desk }) {
    super(desk);
    this.revised = revised;
  }

  open(found) {
    const { steps, draft, alternatives } = found.item;
    this.before = contentOf(new Pass(steps.length, draft, alternatives));
    super.open(found);
  }

  draftsFor() {
    return new KeptHere({ name: `draft.${this.item.item}`, keeping: this.keeping, content: () => this.draftContent() });
  }

  get isChanged() {
    return contentOf(this.pass) !== this.before || this.pass.finishReason !== this.item.draft.finish_reason;
  }

  paint(sending = null) {
    super.paint(sending ?? (this.isChanged ? null : say("revision_unchanged")));
  }

  submit() {
    if (openForm() || !this.canRate) return;
    if (!this.pass.isComplete) announce(`${say("to_submit")} ${whatIsMissing(this.pass)}`);
    else if (!this.isChanged) announce(say("revision_unchanged"));
    else this.ask("revision");
  }

  ask(kind) {
    if (kind !== "revision") {
      super.ask(kind);
      return;
    }
    if (openPanel() === "keys") closePanel();
    askReason(kind, { kept: say("revision_kept") });
  }

  /** Somebody wrote why: of a revision, or of giving up or a bad problem, which is the reason of both. */
  given(kind, reason) {
    const isRevision = kind === "revision";
    return this.send(isRevision ? { finish_reason: this.pass.finishReason, revision_reason: reason } : { finish_reason: kind, reason });
  }

  async send(ending) {
    if (!this.canRate) return;
    const { pass, item, clock } = this;
    hideTrouble();
    closeReason();
    clock.settle();
    this.submission = { tryNow() {} }; // one at a time
    this.paint(say("sending"));
    try {
      const { body } = await call("PUT", `${this.api}me/labels/${item.label}/`, {
        ratings: pass.ratings,
        flagged: pass.flagged,
        alternatives: ending.finish_reason === "found_error" ? pass.alternatives.filter(isJudged) : [],
        total_time: clock.milliseconds,
        step_times: clock.stepMilliseconds(pass.ratings.length),
        ...(shownGuide() && { guide: shownGuide() }),
        ...ending,
      });
      this.drafts.done();
      this.revised(body.label);
    } catch (error) {
      this.submission = null;
      this.failed(error);
    }
  }

  failed(error) {
    this.paint();
    if (error instanceof SignedOut) explain("signed-out", { signIn: this.signIn, again: () => this.submit() });
    else {
      const message = error instanceof Refused ? error.message : say("revision_offline");
      explain("refused", { fact: say("not_submitted"), refusal: { message } });
    }
  }
}
