/** The dock: where one is, what is missing, the three ratings, submit. It is painted from the pass and never moves. */

import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const VALUES = { negative: -1, neutral: 0, positive: 1 };
const NUMBER = /^-?\d+(?:\.\d+)?$/;

const plainNumber = (answer) => {
  const text = String(answer).replace(/[$\s]|\\[,!;]|(?<=\d),(?=\d{3})/g, "");
  return NUMBER.test(text) ? Number(text) : null;
};

/** Whether both answers are plain numbers and differ; anything else is for the server's graders to say. */
export function answersDiffer(answer, reference) {
  if (answer == null || reference == null) return false;
  const [ours, theirs] = [plainNumber(answer), plainNumber(reference)];
  return ours !== null && theirs !== null && ours !== theirs;
}

function readiness(pass, item) {
  if (!pass.isComplete) return say("missing", { n: pass.missing });
  if (pass.firstError >= 0) {
    const isLast = pass.firstError === pass.count - 1;
    return say(isLast ? "ready_error_last" : "ready_error", { step: pass.firstError + 1 });
  }
  if (answersDiffer(item.answer, item.problem.ground_truth_answer)) return say("ready_dispute", { n: pass.count });
  return say("ready_solution", { n: pass.count });
}

/** Paint the dock; `sending` is null, or the sentence that says what is under way. */
export function paintDock(pass, item, { sending = null, isFrozen = false } = {}) {
  const isReady = pass.isComplete && !sending && !isFrozen;
  const [before, after] = say("step_of", { total: pass.count, step: "\u0000" }).split("\u0000");
  const here = document.createElement("b");
  here.textContent = pass.hand + 1;
  part("place").replaceChildren(before, here, after);
  const said = sending ?? (isFrozen ? say("frozen") : null);
  part("to-submit").hidden = pass.isComplete || Boolean(said);
  part("why").textContent = said ?? readiness(pass, item);
  const submit = part("submit");
  submit.setAttribute("aria-disabled", String(!isReady));
  if (isReady) submit.dataset.kind = "primary";
  else delete submit.dataset.kind;
  paintRatings(pass);
  part("unsure").setAttribute("aria-pressed", String(pass.flags.has(pass.hand)));
  part("undo").setAttribute("aria-disabled", String(!pass.past.length));
}

function paintRatings(pass) {
  const made = pass.made[pass.hand];
  for (const [name, value] of Object.entries(VALUES)) {
    part(name).setAttribute("aria-pressed", String(made === value));
  }
}
