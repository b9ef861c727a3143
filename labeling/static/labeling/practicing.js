/** A desk for exercises: the pass is judged at once, nothing is leased, and a draft stays in this browser. */

import { Refused, SignedOut, call } from "./api.js";
import { Desk } from "./desk.js";
import { askToEnter, behindDoor } from "./door.js";
import { KeptHere } from "./kepthere.js";
import { hideJudgement, showJudgement } from "./judgement.js";
import { keepInMiddle } from "./scrolling.js";
import { announce, showSaved } from "./sign.js";
import { hearTabs, tellTabs } from "./tabs.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

export class PracticeDesk extends Desk {
  /** Besides what a desk takes: `nextWanted(name)` hears which exercise comes next, `againWanted` that this one does. `who` is whose it is. */
  constructor({ who, againWanted, ...desk }) {
    super(desk);
    Object.assign(this, { who, againWanted, judged: null, isElsewhere: false });
    hearTabs((which) => this.heard(which));
  }

  get canRate() {
    return !this.judged && !this.isElsewhere && super.canRate;
  }

  open(found) {
    this.judged = null;
    this.isElsewhere = false;
    hideJudgement();
    super.open(found);
    tellTabs({ who: this.who, item: this.item.item });
  }

  /** Another tab has opened this exercise: it goes on there, with what is kept. Where nothing is kept, each has its own. */
  heard({ who, item }) {
    if (who !== this.who || item !== this.item?.item || !this.canRate || !this.keeping.works) return;
    this.isElsewhere = true;
    showSaved("none");
    this.paint();
    explain("elsewhere", { fact: say("trouble_opened_elsewhere"), goOn: () => this.goOnHere() });
  }

  goOnHere() {
    hideTrouble();
    this.againWanted();
  }

  paint(sending = null) {
    super.paint(this.isElsewhere ? say("elsewhere_now") : sending);
  }

  submit() {
    if (this.isElsewhere) this.goOnHere();
    else super.submit();
  }

  draftsFor() {
    return new KeptHere({ item: this.item, keeping: this.keeping, content: () => this.draftBody });
  }

  /** As at any desk, but that a judged pass is looked through, taken back and left by the same keys. */
  actions() {
    const usual = super.actions();
    return behindDoor({
      ...usual,
      undo: () => (this.judged ? this.againWanted() : usual.undo()),
      submit: () => (this.judged ? this.nextWanted(this.judged.next) : usual.submit()),
      up: () => (this.judged ? this.look(this.looked - 1) : usual.up()),
      down: () => (this.judged ? this.look(this.looked + 1) : usual.down()),
    });
  }

  /** Have the pass judged, and show what is known. */
  async send() {
    if (!this.canRate) return;
    hideTrouble();
    this.submission = { tryNow() {} }; // one at a time
    this.paint(say("sending"));
    try {
      const { body } = await call("POST", `${this.api}me/practice/${this.item.name}/`, { ratings: this.pass.ratings });
      this.drafts.done();
      this.show(body);
    } catch (error) {
      this.failed(error);
    } finally {
      this.submission = null;
      if (!this.judged) this.paint();
    }
  }

  show(judged) {
    this.judged = judged;
    showSaved("none");
    showJudgement(this.sheet, judged);
    const ours = this.pass.firstError < 0 ? Infinity : this.pass.firstError;
    this.look(Math.min(judged.first_error_index ?? Infinity, ours, judged.steps.length - 1), { isQuiet: true });
    announce(`${judged.said} ${judged.lesson}`);
  }

  /** Bring a step with what is known of it before the eye. */
  look(index, { isQuiet = false } = {}) {
    this.looked = Math.max(0, Math.min(index, this.judged.steps.length - 1));
    keepInMiddle(this.sheet.rows[this.looked].item);
    const { said, why } = this.judged.steps[this.looked];
    if (!isQuiet) announce(say("judged_step", { step: this.looked + 1, said, why }));
  }

  failed(error) {
    if (error instanceof SignedOut) {
      explain("signed-out", { signIn: this.signIn, again: () => this.submit() });
      askToEnter();
      return;
    }
    const message = error instanceof Refused ? error.message : say("practice_offline");
    explain("refused", { fact: say("not_submitted"), refusal: { message } });
  }
}
