/** The dock: where one is, what is missing, the three ratings, submit. It is painted from the pass and never moves. */

import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const VALUES = { negative: -1, neutral: 0, positive: 1 };

/** What is missing before the pass can be submitted. */
export const whatIsMissing = (pass) =>
  pass.hasEnded ? say("missing_others", { n: pass.missingOthers }) : say("missing", { n: pass.missing });

const numberOf = (pass) => (pass.other ?? pass.hand) + 1;

/** Where the hand is: step 8 of 12, alternative 2 of 3. */
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

/** What the pass says when it ends here, or what it still lacks. */
export function readiness(pass, item) {
  if (!pass.isComplete) return whatIsMissing(pass);
  if (pass.firstError >= 0) {
    const isLast = pass.firstError === pass.count - 1;
    return say(isLast ? "ready_error_last" : "ready_error", { step: pass.firstError + 1 });
  }
  if (item.answer_differs) return say("ready_dispute", { n: pass.count });
  return say("ready_solution", { n: pass.count });
}

/** Paint the dock; `sending` is null, or the sentence that says what is under way. */
export function paintDock(pass, item, { sending = null, isFrozen = false } = {}) {
  const isReady = pass.isComplete && !sending && !isFrozen;
  part("place").replaceChildren(...emphasized(pass));
  const said = sending ?? (isFrozen ? say("frozen") : null);
  part("to-submit").hidden = pass.isComplete || Boolean(said);
  part("why").textContent = said ?? readiness(pass, item);
  const submit = part("submit");
  submit.setAttribute("aria-disabled", String(!isReady));
  if (isReady) submit.dataset.kind = "primary";
  else delete submit.dataset.kind;
  paintRatings(pass);
  part("unsure").setAttribute("aria-pressed", String(pass.inHand.flagged));
  part("undo").setAttribute("aria-disabled", String(!pass.past.length));
}

function paintRatings(pass) {
  const { rating } = pass.inHand;
  for (const [name, value] of Object.entries(VALUES)) {
    part(name).setAttribute("aria-pressed", String(rating === value));
  }
}
