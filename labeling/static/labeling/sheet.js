/** One solution as it lies on the page: problem, answers, steps. Typeset out of sight, then shown whole. */

import { keepShortWhole, markOverflow, typeset } from "./typeset.js";
import { say } from "./words.js";

const BREATH_MS = 8; // typesetting a long solution ahead must not hold up a key press
const FONTS_PATIENCE_MS = 1_500;
const PRESSED = new Set(["positive", "neutral", "negative"]);

const pause = () => new Promise((resolve) => setTimeout(resolve));

function rowOf(template, index) {
  const item = template.content.cloneNode(true).firstElementChild;
  const step = item.querySelector(".step");
  const row = {
    item,
    step,
    node: step.querySelector(".step-node"),
    use: step.querySelector("use"),
    mark: step.querySelector(".mark"),
    text: step.querySelector(".step-text"),
    word: step.querySelector(".step-word"),
    painted: "",
  };
  step.querySelector(".step-number").textContent = index + 1;
  row.node.dataset.take = index;
  return row;
}

function answerRow(term, answer, reference) {
  const row = document.createElement("div");
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = term;
  value.className = "tex";
  if (reference) value.dataset.reference = reference;
  // Answers come without dollar signs; a plain word or number reads the same either way.
  typeset(value, /[\\^_{}]/.test(answer) && !answer.includes("$") ? `$${answer}$` : answer);
  row.append(name, value);
  return row;
}

export class Sheet {
  /** `templates` holds `row`; `reference` is the campaign's way with the reference answer. */
  constructor(item, { template, reference }) {
    this.item = item;
    this.problem = document.createElement("div");
    this.problem.className = "tex";
    this.answers = document.createElement("dl");
    this.answers.className = "answers";
    this.list = document.createElement("ol");
    this.rows = item.steps.map((_, index) => rowOf(template, index));
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
      typeset(row.text, this.item.steps[index]);
      this.list.append(row.item);
      if (performance.now() - breath > BREATH_MS) {
        await pause();
        breath = performance.now();
      }
    }
    await Promise.race([document.fonts.ready, new Promise((resolve) => setTimeout(resolve, FONTS_PATIENCE_MS))]);
    this.measure();
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

  /** Paint the rows that changed: a long solution costs what a short one does. */
  paint(pass) {
    this.rows.forEach((row, index) => {
      const state = pass.state(index);
      const isFlagged = pass.flags.has(index) && state !== "later";
      const wanted = `${state} ${pass.made[index]} ${isFlagged}`;
      if (row.painted === wanted) return;
      row.painted = wanted;
      paintRow(row, { index, state, made: pass.made[index], isFlagged });
    });
  }
}

const NAMES = { "-1": "negative", 0: "neutral", 1: "positive" };

function signOf(state, made) {
  if (state === "active") return "here";
  return state === "parked" ? `parked-${NAMES[made]}` : state;
}

function paintRow(row, { index, state, made, isFlagged }) {
  const isLater = state === "later";
  row.step.dataset.state = state;
  row.step.toggleAttribute("data-flagged", isFlagged);
  if (state === "active") row.step.setAttribute("aria-current", "step");
  else row.step.removeAttribute("aria-current");
  row.mark.toggleAttribute("hidden", isLater);
  if (!isLater) row.use.setAttribute("href", `#${signOf(state, made)}`);
  row.node.className = `step-node ${PRESSED.has(state) || state === "parked" ? state : ""}`;
  row.node.disabled = isLater || state === "parked";
  row.node.setAttribute("aria-label", say(`mark_${state}`, { step: index + 1, rating: made === undefined ? "" : say(NAMES[made]) }));
  row.word.className = `step-word ${row.node.classList[1] ?? ""}`;
  row.word.textContent = wordOf(state, made);
  if (isFlagged) row.word.append(flagWord());
}

function wordOf(state, made) {
  if (state === "negative") return say("first_error");
  if (state === "parked") return say("parked", { rating: say(NAMES[made]) });
  return PRESSED.has(state) ? say(state) : "";
}

function flagWord() {
  const word = document.createElement("small");
  word.textContent = say("unsure");
  return word;
}
