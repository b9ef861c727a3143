/** The dock: where one is, what is missing, the three ratings, submit. It is painted from the pass and never moves. */

import { letterOf } from "./others.js";
import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const WORK = ["negative", "neutral", "positive", "unsure", "give-up", "bad-problem", "write", "complete"];
const working = document.querySelectorAll(WORK.map((name) => `.button[data-do="${name}"]`).join()); // looked for once: keys are quick
let isInUse = null;
const VALUES = { negative: -1, neutral: 0, positive: 1 };

/** What is missing before the pass can be submitted. */
export const whatIsMissing = (pass) =>
  pass.hasEnded ? say("missing_others", { n: pass.missingOthers }) : say("missing", { n: pass.missing });

/** Steps have numbers and alternatives letters, as on their rows. */
const numberOf = (pass) => (pass.other === null ? pass.hand + 1 : letterOf(pass.other));

/** Where the hand is: step 8 of 12, alternative B of 3. */
export function whereabouts(pass, number = numberOf(pass)) {
  if (pass.other === null) return say("step_of", { step: number, total: pass.count });
  return say("other_of", { step: number, total: pass.alternatives.length });
}

/** The same as nodes, its number in bold. */
function emphasized(pass) {
  const [before, after] = whereabouts(pass, "\u0000").split("\u0000");
  const here = document.createElement("b");
  here.textContent = numberOf(pass);
  return [before, here, after];
}

/** How the pass ends here, or what it still lacks; a further sentence where there is one, which a phone leaves out. */
function endOf(pass, item) {
  if (!pass.isComplete) return [whatIsMissing(pass)];
  const step = pass.firstError + 1;
  if (step === pass.count) return [say("ready_error_last", { step })];
  if (step) return [say("ready_error", { step }), say("ready_error_more")];
  return [say(item.answer_differs ? "ready_dispute" : "ready_solution", { n: pass.count })];
}

export const readiness = (pass, item) => endOf(pass, item).join(". ");

/**
 * Paint the dock; `sending` is null, or the sentence that says what is under way. Without `canRate` all that works on
 * the pass is out of use.
 */
export function paintDock(pass, item, { sending = null, isFrozen = false, canRate = true } = {}) {
  const isReady = pass.isComplete && !sending && !isFrozen;
  part("place").replaceChildren(...emphasized(pass));
  const said = sending ?? (isFrozen ? say("frozen") : null);
  part("to-submit").hidden = pass.isComplete || Boolean(said);
  const [end, more = ""] = said ? [said] : endOf(pass, item);
  part("why").textContent = end;
  part("why-more").textContent = more && `. ${more}`;
  const submit = part("submit");
  submit.setAttribute("aria-disabled", String(!isReady));
  if (isReady) submit.dataset.kind = "primary";
  else delete submit.dataset.kind;
  paintRatings(pass);
  part("unsure").setAttribute("aria-pressed", String(pass.inHand.flagged));
  paintUse(pass, canRate);
}

/** What can be used now: what rates and gives up, what can be taken back, and done again. */
export function paintUse(pass, canRate) {
  if (isInUse !== canRate) for (const button of working) button.setAttribute("aria-disabled", String(!canRate));
  isInUse = canRate;
  part("undo").setAttribute("aria-disabled", String(!canRate || !pass.past.length));
  part("redo").setAttribute("aria-disabled", String(!canRate || !pass.future.length));
}

function paintRatings(pass) {
  const { rating } = pass.inHand;
  for (const [name, value] of Object.entries(VALUES)) {
    part(name).setAttribute("aria-pressed", String(rating === value));
  }
}
