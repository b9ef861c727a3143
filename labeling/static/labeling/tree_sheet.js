/** A growing solution as it lies on the page: its steps so far on the line, the step in hand with all its candidates. */

import { letterOf } from "./others.js";
import { Row, was } from "./row.js";
import { Sheet } from "./sheet.js";
import { keepShortWhole, markOverflow, typeset } from "./typeset.js";
import { say } from "./words.js";

/** One place of the way: as a row of its own text, and opened, as the candidates that it has. */
class Place {
  constructor({ path, step, texts, templates }) {
    Object.assign(this, { path, step, shown: "" });
    this.row = new Row(templates.row, { kind: "step", name: step + 1, take: step });
    this.item = templates.place.content.cloneNode(true).firstElementChild;
    this.head = this.item.querySelector(".place-head");
    this.title = this.item.querySelector("h2");
    this.note = this.item.querySelector("[data-note]");
    this.parked = this.item.querySelector("[data-parked]");
    this.title.id = `place-of-${path || "start"}`;
    this.item.firstElementChild.setAttribute("aria-labelledby", this.title.id);
    this.rows = texts.map((text, index) => {
      const row = new Row(templates.row, { kind: "candidate", name: letterOf(index), take: `${step}.${index}` });
      typeset(row.text, text);
      return row;
    });
    this.own = new Row(templates.row, { kind: "candidate", name: "", take: "" });
    this.own.node.dataset.do = "write";
    delete this.own.node.dataset.take;
    this.own.item.hidden = true;
    this.item.querySelector("ol").append(...[...this.rows, this.own].map((row) => row.item));
  }

  /** What stands on the line for it: its candidates while it is in hand, else its one text. */
  elementFor(pass) {
    return pass.path === this.path ? this.item : this.row.item;
  }

  paint(pass, before) {
    if (pass.path === this.path) this.paintOpened(pass, before);
    else if (pass.turnAt(this.path) !== null) this.paintRow(pass);
    else this.paintOpen(pass);
  }

  /** Behind the last step, while an earlier one is in hand: only its mark, to come back by. */
  paintOpen(pass) {
    this.show(this.row, say(pass.isComplete ? "place_complete" : "place_goes_on"));
    this.row.paint({ state: "option" });
  }

  paintRow(pass) {
    this.show(this.row, pass.textAt(this.path));
    const turn = pass.turnAt(this.path);
    const flagged = turn !== "w" && pass.at(this.path).said[turn].flagged;
    this.row.paint({ state: pass.stepState(this.path), flagged });
  }

  /** `before` is the pass that this one is held against, null without one. */
  paintOpened(pass, before) {
    const { said } = pass.at(this.path);
    const turn = pass.turnAt(this.path);
    let parked = 0;
    said.forEach((each, index) => {
      const behind = pass.parkedBehind(this.path, index);
      parked += behind;
      const note = turn === index ? say("goes_on") : behind ? say("steps_parked", { n: behind }) : "";
      const earlier = was(before?.places.get(this.path)?.said[index].rating, each.rating);
      this.rows[index].paint({ ...each, state: pass.state(this.path, index), note: [note, earlier].filter(Boolean).join(" · ") });
    });
    this.parked.hidden = !parked;
    this.paintHead(pass);
    this.paintOwn(pass, turn);
  }

  paintHead(pass) {
    const isDone = pass.isComplete && this.path === pass.open;
    const count = this.rows.length;
    if (isDone) this.title.textContent = say("place_done", { n: pass.count });
    else this.title.textContent = count ? say("candidates_count", { n: count }) : say("no_candidates");
    this.note.textContent = say(isDone ? "place_done_note" : count ? "candidates_note" : "no_candidates_note");
    const isInHand = pass.other === null && !pass.isWriting;
    this.head.dataset.state = isInHand ? "active" : "head";
    this.head.querySelector("use").setAttribute("href", isInHand ? "#here" : "#open"); // where the line ends while the bob hangs at a candidate
    this.head.querySelector(".step-number").textContent = isDone ? "" : this.step + 1;
    if (isInHand) this.head.setAttribute("aria-current", "step");
    else this.head.removeAttribute("aria-current");
  }

  /** The step that the labeler wrote, or is writing. */
  paintOwn(pass, turn) {
    const { written, writing } = pass.at(this.path);
    const text = pass.isWriting ? writing || written || "" : (written ?? writing);
    const counts = turn === "w" && !pass.isWriting;
    this.own.item.hidden = !pass.isWriting && (!text || !pass.mayWriteAt(this.path));
    this.own.step.toggleAttribute("data-empty", !text);
    this.show(this.own, text);
    this.own.paint({ state: pass.isWriting ? "active" : counts ? "written" : "option", note: counts ? say("goes_on") : "" });
  }

  /** Typeset a text where it is not yet. */
  show(row, text) {
    if (row.shown === text) return;
    row.shown = text;
    typeset(row.text, text);
    row.isMeasured = false;
  }
}

export class TreeSheet extends Sheet {
  constructor(item, options) {
    super({ ...item, steps: [] }, options);
    this.views = new Map(); // by path, once they were needed
    this.onLine = [];
  }

  viewOf(path, step, texts) {
    if (!this.views.has(path)) this.views.set(path, new Place({ path, step, texts, templates: this.templates }));
    return this.views.get(path);
  }

  /** The first candidates are typeset ahead too; the others when they are first needed: a tree may hold thousands. */
  async prepare(stage) {
    const first = this.viewOf("", 0, this.item.candidates.map(({ text }) => text));
    this.list.append(first.item);
    await super.prepare(stage);
  }

  show(desk) {
    desk.problem.replaceChildren(this.problem, this.answers);
    desk.steps.replaceChildren(this.list);
    desk.steps.parentElement.setAttribute("aria-label", say("solution_growing"));
    this.refit();
  }

  paint(pass) {
    const views = pass.paths.map((path, step) => this.viewOf(path, step, pass.candidatesAt(path).map(({ text }) => text)));
    for (const view of views) view.paint(pass, this.before);
    // While an earlier step is in hand the open place behind the last one is only a line to come back by.
    const line = views.map((view) => view.elementFor(pass));
    if (line.length !== this.onLine.length || line.some((element, index) => element !== this.onLine[index])) {
      this.onLine = line;
      this.list.replaceChildren(...line);
    }
    this.measureNew(views);
  }

  /** What depends on the width is measured in the same moment, before anything is painted. */
  measureNew(views) {
    const rows = views.flatMap((view) => [view.row, view.own, ...view.rows]).filter((row) => !row.isMeasured && row.item.isConnected && !row.item.hidden);
    this.speak(rows.map((row) => row.text));
    for (const row of rows) {
      keepShortWhole(row.item);
      markOverflow(row.item);
      row.isMeasured = true;
    }
  }

  rowInHand(pass) {
    const view = this.views.get(pass.path);
    if (pass.isWriting) return view.own.step;
    return pass.other === null ? view.head : view.rows[pass.other].step;
  }
}
