/** Desks for one's own label: rated as it stands, changed, and sent as a further version with its reason. */

import { Refused, SignedOut, call } from "./api.js";
import { Desk } from "./desk.js";
import { askToEnter, behindDoor } from "./door.js";
import { shownGuide } from "./guide.js";
import { KeptHere } from "./kepthere.js";
import { closePanel, openPanel } from "./panels.js";
import { askReason, closeReason, openForm } from "./reason.js";
import { announce, showSaved } from "./sign.js";
import { hearTabs, tellTabs } from "./tabs.js";
import { isReady } from "./tree_dock.js";
import { TreeDesk } from "./tree_desk.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

const OFFERED_AS = "revision"; // the form that asks why

/** A version of a label as its own page offers it to be revised. Raises where it is not to be had. */
async function offeredAt(address) {
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  return JSON.parse(page.getElementById("label").textContent);
}

/**
 * A desk of this kind whose work is a revision. Besides what a desk takes: `who` is whose it is, `addressOf(label)` gives
 * where a version is revised, `revised(label)` hears the new version's number.
 */
const revising = (Kind) =>
  class extends Kind {
    constructor({ who, addressOf, revised, ...desk }) {
      super(desk);
      Object.assign(this, { who, addressOf, revised });
      hearTabs((which) => this.heard(which));
    }

    get canRate() {
      return super.canRate && !this.isElsewhere;
    }

    open(found) {
      const isOvertaken = this.carryOver(found.item);
      this.isElsewhere = false;
      this.before = null;
      super.open(found);
      this.compare();
      this.paint();
      tellTabs({ who: this.who, item: this.item.item });
      if (isOvertaken) explain("refused", { fact: say("revision_overtaken"), refusal: { message: say("revision_carried") }, ways: [this.leave] });
    }

    /** What this browser keeps of an earlier version goes on as a revision of this one; whether there was any. */
    carryOver({ item, earlier }) {
      const kept = earlier.map((label) => `draft.revision.${label}`).find((name) => this.keeping.read(name)?.content);
      if (!kept || this.keeping.read(`draft.${item}`)) return false;
      this.keeping.write(`draft.${item}`, this.keeping.read(kept));
      this.keeping.forget(kept);
      return true;
    }

    /** The way to the version as it stands, without what this screen has. */
    get leave() {
      return { text: say("take_saved"), action: "take-saved", href: this.addressOf(this.item.label), run: () => this.drafts.done() };
    }

    /** Hold the pass against the version that is revised: what that says stands beside what is said otherwise. */
    compare() {
      const { pass, sheet } = this;
      this.pass = sheet.before = this.passFrom(this.item.draft);
      this.before = this.content;
      this.pass = pass;
    }

    /** Another tab has opened this revision: it goes on there, with what is kept. Where nothing is kept, each has its own. */
    heard({ who, item }) {
      if (who !== this.who || item !== this.item?.item || !this.canRate || !this.keeping.works) return;
      this.isElsewhere = true;
      closeReason();
      showSaved("none");
      this.paint();
      explain("elsewhere", { fact: say("revision_elsewhere"), goOn: () => this.open(this.found) });
    }

    draftsFor() {
      return new KeptHere({ item: this.item, keeping: this.keeping, content: () => this.draftBody });
    }

    /** What the label would say, but for how long it took. */
    get content() {
      const { step_times: _, ...said } = this.said({ finish_reason: this.pass.finishReason });
      return JSON.stringify(said);
    }

    get isChanged() {
      return this.before !== null && (this.content !== this.before || this.pass.finishReason !== this.item.draft.finish_reason);
    }

    /** Whether changes would be lost with this page. */
    get holdsUnkept() {
      return !this.keeping.works && this.canRate && this.isChanged;
    }

    /** Whether submitting would send the pass now. */
    get isAtEnd() {
      return this.pass.isComplete;
    }

    paint(sending = null) {
      if (this.isElsewhere) super.paint(say("elsewhere_now"));
      else super.paint(sending ?? (this.isAtEnd && !this.isChanged ? say("revision_unchanged") : null));
    }

    submit() {
      if (this.isElsewhere) this.open(this.found);
      else super.submit();
    }

    actions() {
      return behindDoor(super.actions());
    }

    /** Somebody wrote a text: why, or in candidates mode a step. */
    given(kind, text) {
      if (kind === "write") this.wrote(text);
      else if (kind === OFFERED_AS) this.put({ finish_reason: this.pass.finishReason, revision_reason: text });
      else this.put({ finish_reason: kind, reason: text }); // which says why for both
    }

    /** The pass is to be sent: first why. */
    send() {
      if (!this.canRate) return;
      if (!this.isChanged) {
        announce(say("revision_unchanged"));
        return;
      }
      if (openPanel() === "keys") closePanel();
      askReason(OFFERED_AS, { kept: say("revision_kept"), text: this.reasons[OFFERED_AS] });
    }

    async put(ending) {
      if (askToEnter() || !this.canRate) return;
      const { item, clock } = this;
      hideTrouble();
      clock.settle();
      this.submission = { tryNow() {} }; // one at a time
      this.paint(say("sending"));
      try {
        const guide = shownGuide();
        const said = { ...this.said(ending), total_time: clock.milliseconds, ...(guide && { guide }) };
        const { body } = await call("PUT", `${this.api}me/labels/${item.label}/`, { ...said, ...ending });
        this.drafts.done();
        closeReason();
        this.revised(body.label);
      } catch (error) {
        this.submission = null;
        await this.failed(error, ending);
      }
    }

    async failed(error, ending) {
      this.paint();
      const again = () => (openForm() ? openForm().requestSubmit() : this.submit()); // what was written there stays
      if (error instanceof SignedOut) {
        explain("signed-out", { signIn: this.signIn, again });
        askToEnter();
        return;
      }
      if (error.body?.newest) closeReason(); // it is kept, and the keys lead on
      const message = error instanceof Refused ? error.message : say("revision_offline");
      const ways = error.body?.newest ? await this.overtaken(error.body.newest, ending) : [];
      explain("refused", { fact: say("not_submitted"), refusal: { message }, ways });
    }

    /**
     * A newer version came from another tab or device. From now on the work here is a revision of that one; gives what
     * can be done: have this screen's ratings after all, or leave them.
     */
    async overtaken(newest, ending) {
      const href = this.addressOf(newest);
      const item = await offeredAt(href).catch(() => null);
      if (!item) return [{ text: say("revise_newest"), action: "correct", href }];
      this.drafts.done();
      Object.assign(this, { item, found: { ...this.found, item } });
      this.drafts = this.draftsFor();
      this.drafts.changed();
      this.compare();
      this.paint();
      history.replaceState(null, "", href);
      tellTabs({ who: this.who, item: item.item });
      return [
        ...(this.isChanged ? [{ text: say("take_this_screen"), action: "take-screen", run: () => this.putAgain(ending) }] : []),
        this.leave,
      ];
    }

    /** What the screen shows by now, for the reason that was given before. */
    putAgain(ending) {
      if (!ending.revision_reason) this.put(ending);
      else if (this.isAtEnd) this.put({ ...ending, finish_reason: this.pass.finishReason });
      else this.submit();
    }
  };

export const RevisionDesk = revising(Desk);

export class TreeRevisionDesk extends revising(TreeDesk) {
  get isAtEnd() {
    return isReady(this.pass);
  }
}
