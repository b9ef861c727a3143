/** What is known of an exercise: under each step why it is rated so, and in the dock's place the sentence that sums up. */

import { keepShortWhole, typeset } from "./typeset.js";
import { say } from "./words.js";

const result = document.querySelector('[data-part="result"]');
const dock = document.querySelector('[data-part="dock-main"]');
const NAMES = { "-1": "negative", 0: "neutral", 1: "positive" };
const SVG = "http://www.w3.org/2000/svg";

function mark(rating) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${NAMES[rating]}`);
  svg.append(use);
  return svg;
}

function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

/** The note under one step. */
function note({ rating, verdict, said, why }) {
  const reason = document.createElement("span");
  typeset(reason, why);
  const made = element("div", "judged", mark(rating), element("p", "", element("b", "", said), " ", reason));
  made.firstElementChild.classList.add(NAMES[rating]);
  made.dataset.verdict = verdict;
  return made;
}

export function showJudgement(sheet, judged) {
  judged.steps.forEach((step, index) => sheet.rows[index].item.append(note(step)));
  keepShortWhole(sheet.list);
  result.querySelector("[data-said]").textContent = judged.said;
  result.querySelector("[data-done]").textContent = say("practice_done", judged);
  typeset(result.querySelector("[data-lesson]"), judged.lesson);
  keepShortWhole(result);
  result.querySelector("[data-next]").textContent = say(judged.next ? "practice_next" : "practice_end");
  dock.hidden = true;
  result.hidden = false;
}

export function hideJudgement() {
  result.hidden = true;
  dock.hidden = false;
}
