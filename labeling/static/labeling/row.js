/** One row on the plumb line: number or letter, mark, text, word. Steps and alternatives look and act alike. */

import { say } from "./words.js";

const PRESSED = new Set(["positive", "neutral", "negative", "written"]);
const WORDS = { step: "mark", other: "other", candidate: "candidate" }; // what the names of its mark begin with
const NAMES = { "-1": "negative", 0: "neutral", 1: "positive" };

function signOf(state, rating) {
  if (state === "active") return "here";
  return state === "parked" ? `parked-${NAMES[rating]}` : state;
}

/** What a version said of it before, where that was something else; empty where it was not. */
export const was = (before, rating) => (before == null || before === rating ? "" : say("was", { rating: say(NAMES[before]) }));

function small(text) {
  const word = document.createElement("small");
  word.textContent = text;
  return word;
}

export class Row {
  /** `kind` is that of WORDS; `name` its number or letter; `take` what its mark takes. */
  constructor(template, { kind, name, take }) {
    const item = template.content.cloneNode(true).firstElementChild;
    const step = item.querySelector(".step");
    Object.assign(this, { item, step, kind, name, painted: "" });
    this.node = step.querySelector(".step-node");
    this.use = step.querySelector("use");
    this.mark = step.querySelector(".mark");
    this.text = step.querySelector(".step-text");
    this.word = step.querySelector(".step-word");
    step.querySelector(".step-number").textContent = name;
    this.node.dataset.take = take;
  }

  /** A step without text is a step too: files bring them, and they keep their places. */
  sayBlank() {
    this.text.textContent = say("blank_step");
    this.text.toggleAttribute("data-blank", true);
  }

  /** Paint it, if anything changed: a long solution costs what a short one does. `note` stands under its word. */
  paint({ state, rating, flagged, note = "" }) {
    const isFlagged = flagged && state !== "later" && state !== "unsure";
    const wanted = `${state} ${rating} ${isFlagged} ${note}`;
    if (this.painted === wanted) return;
    this.painted = wanted;
    this.step.dataset.state = state;
    this.step.toggleAttribute("data-flagged", isFlagged || Boolean(note));
    if (state === "active") this.step.setAttribute("aria-current", "step");
    else this.step.removeAttribute("aria-current");
    this.paintMark(state, rating);
    this.word.className = `step-word ${this.node.classList[1] ?? ""}`;
    this.word.textContent = this.wordOf(state, rating);
    if (isFlagged) this.word.append(small(say("unsure")));
    if (note) this.word.append(small(note));
  }

  paintMark(state, rating) {
    const isBare = state === "later" || state === "option";
    this.mark.toggleAttribute("hidden", isBare);
    if (!isBare) this.use.setAttribute("href", `#${signOf(state, rating)}`);
    this.node.className = `step-node ${PRESSED.has(state) || state === "parked" ? state : ""}`;
    this.node.disabled = state === "later" || state === "parked";
    const said = { step: this.name, rating: rating == null ? "" : say(NAMES[rating]) };
    this.node.setAttribute("aria-label", say(`${WORDS[this.kind]}_${state}`, said));
  }

  wordOf(state, rating) {
    if (state === "negative" && this.kind === "step") return say("first_error");
    if (state === "parked") return say("parked", { rating: say(NAMES[rating]) });
    return PRESSED.has(state) || state === "unsure" ? say(state) : "";
  }
}
