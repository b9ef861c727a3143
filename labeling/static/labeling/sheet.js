/** One solution as it lies on the page: problem, answers, steps. Typeset out of sight, then shown whole. */

import { languageOf } from "./languages.js";
import { Others } from "./others.js";
import { Row, was } from "./row.js";
import { keepShortWhole, markOverflow, typeset, typesetAnswer } from "./typeset.js";
import { say } from "./words.js";

const BREATH_MS = 8; // typesetting a long solution ahead must not hold up a key press
const FONTS_PATIENCE_MS = 1_500;

const pause = () => new Promise((resolve) => setTimeout(resolve));

function answerRow(term, answer, reference) {
  const row = document.createElement("div");
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = term;
  value.className = "tex";
  if (reference) value.dataset.reference = reference;
  typesetAnswer(value, answer);
  row.append(name, value);
  return row;
}

export class Sheet {
  /** `templates` holds `row` and `others`; `reference` is the campaign's way with the reference answer. */
  constructor(item, { templates, reference }) {
    this.item = item;
    this.templates = templates;
    this.problem = document.createElement("div");
    this.problem.className = "tex";
    this.answers = document.createElement("dl");
    this.answers.className = "answers";
    this.list = document.createElement("ol");
    this.rows = item.steps.map((_, index) => new Row(templates.row, { kind: "step", name: index + 1, take: index }));
    this.made = new Map(); // alternatives by step, once they were needed
    this.others = this.othersOf = null;
    this.before = null; // the pass that this one is held against, where it is a revision
    this.reference = reference;
  }

  fillAnswers() {
    const { answer, problem } = this.item;
    const rows = [];
    if (answer != null) rows.push(answerRow(say("its_answer"), answer));
    if (problem.ground_truth_answer != null) rows.push(answerRow(say("current_guess"), problem.ground_truth_answer, this.reference));
    this.answers.replaceChildren(...rows);
    this.answers.hidden = !rows.length;
  }

  /** Typeset everything inside `stage`, an unseen copy of the desk, so that nothing moves when it is shown. */
  async prepare(stage) {
    stage.problem.replaceChildren(this.problem, this.answers);
    stage.steps.replaceChildren(this.list);
    typeset(this.problem, this.item.problem.problem);
    this.fillAnswers();
    let breath = performance.now();
    for (const [index, row] of this.rows.entries()) {
      const text = this.item.steps[index];
      if (text.trim()) typeset(row.text, text);
      else row.sayBlank();
      this.list.append(row.item);
      if (performance.now() - breath > BREATH_MS) {
        await pause();
        breath = performance.now();
      }
    }
    this.nameLanguage();
    await Promise.race([document.fonts.ready, new Promise((resolve) => setTimeout(resolve, FONTS_PATIENCE_MS))]);
    this.measure();
  }

  /** What is signs and digits alone is read in the language of the rest. */
  nameLanguage() {
    this.language = languageOf([this.item.problem.problem, ...this.item.steps].join("\n"));
    this.speak([this.problem, ...this.answers.querySelectorAll(".tex"), ...this.rows.map((row) => row.text)]);
  }

  speak(texts) {
    if (this.language) for (const text of texts) text.lang ||= this.language;
  }

  measure() {
    for (const part of [this.problem, this.answers, this.list]) keepShortWhole(part);
    this.refit();
  }

  /** After the width changed. */
  refit() {
    for (const part of [this.problem, this.list]) markOverflow(part);
  }

  show(desk) {
    desk.problem.replaceChildren(this.problem, this.answers);
    desk.steps.replaceChildren(this.list);
    desk.steps.parentElement.setAttribute("aria-label", say("solution_steps", { n: this.rows.length }));
  }

  paint(pass) {
    this.rows.forEach((row, index) => {
      const rating = pass.made[index];
      row.paint({ state: pass.state(index), rating, flagged: pass.flags.has(index), note: was(this.before?.made[index], rating) });
    });
    this.paintOthers(pass);
  }

  /** Alternatives stand under the first error and go with it. They are typeset when they are first needed. */
  paintOthers(pass) {
    const step = pass.alternatives.length ? pass.firstError : null;
    if (step !== this.othersOf) {
      this.others?.hide();
      this.others = step === null ? null : this.othersTo(step, pass);
      this.others?.showUnder(this.rows[step].item);
      this.othersOf = step;
    }
    this.others?.paint(pass, this.before);
  }

  othersTo(step, pass) {
    if (this.made.has(step)) return this.made.get(step);
    const others = new Others(pass.offered[step], step, this.templates);
    this.speak(others.rows.map((row) => row.text));
    this.made.set(step, others);
    return others;
  }

  /** The row of what is in hand. */
  rowInHand(pass) {
    return (pass.other === null ? this.rows[pass.hand] : this.others.rows[pass.other]).step;
  }
}
