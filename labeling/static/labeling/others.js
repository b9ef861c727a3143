/** What else could stand at the step of the first error: its alternatives, in rows of their own under it. */

import { Row, was } from "./row.js";
import { keepShortWhole, markOverflow, typeset } from "./typeset.js";
import { say } from "./words.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A, B, … Z, AA, AB, … */
export function letterOf(index) {
  const rest = Math.floor(index / LETTERS.length) - 1;
  return (rest < 0 ? "" : letterOf(rest)) + LETTERS[index % LETTERS.length];
}

export class Others {
  /** The alternatives `texts` to the step with this index; `templates` holds those of the section and of a row. */
  constructor(texts, step, { others, row }) {
    this.section = others.content.cloneNode(true).firstElementChild;
    const title = this.section.querySelector("h2");
    title.id = `others-of-${step}`;
    this.section.setAttribute("aria-labelledby", title.id);
    this.section.querySelector("[data-count]").textContent = say("others_count", { n: texts.length });
    this.rows = texts.map((text, index) => {
      const made = new Row(row, { kind: "other", name: letterOf(index), take: `${step}.${index}` });
      typeset(made.text, text);
      return made;
    });
    this.section.querySelector("ol").append(...this.rows.map((made) => made.item));
  }

  /** Put it under the row of its step; what depends on the width is measured before anything is painted. */
  showUnder(item) {
    item.append(this.section);
    if (!this.isMeasured) keepShortWhole(this.section);
    this.isMeasured = true;
    markOverflow(this.section);
  }

  hide() {
    this.section.remove();
  }

  /** `before` is the pass that this one is held against, null without one. */
  paint(pass, before) {
    const earlier = before?.firstError === pass.firstError ? before.alternatives : [];
    pass.alternatives.forEach((said, index) => {
      this.rows[index].paint({ ...said, state: pass.otherState(index), note: was(earlier[index]?.rating, said.rating) });
    });
  }
}
