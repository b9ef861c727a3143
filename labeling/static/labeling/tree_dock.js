/** The dock while a solution grows: the same places, with what goes on instead of what is submitted. */

import { paintUse } from "./dock.js";
import { letterOf } from "./others.js";
import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const VALUES = { negative: -1, neutral: 0, positive: 1 };

export const isReady = (pass) => pass.isComplete && pass.hand === pass.count;

const numberOf = (pass) => (isReady(pass) ? pass.count : pass.hand + 1);

/** Where the hand is: step 3, candidate B of 5. */
export function whereabouts(pass, step = numberOf(pass)) {
  if (isReady(pass)) return say("tree_end", { step });
  if (pass.other === null) return say("tree_step", { step });
  const total = pass.candidatesAt(pass.path).length;
  return say("tree_place", { step, letter: letterOf(pass.other), total });
}

function emphasized(pass) {
  const [before, after] = whereabouts(pass, "\u0000").split("\u0000");
  const here = document.createElement("b");
  here.textContent = numberOf(pass);
  return [before, here, after];
}

/** What comes next here, in a sentence. */
export function readiness(pass) {
  const path = pass.path;
  if (isReady(pass)) return say("tree_ready", { n: pass.count });
  if (pass.turnAt(path) === "w") return say("own_goes_on");
  if (pass.other === null) return say("on_or_complete");
  const missing = pass.missingAt(path);
  if (missing) return say("missing_candidates", { n: missing });
  if (pass.goesOn !== null) return say("one_goes_on", { letter: letterOf(pass.goesOn) });
  const good = pass.goodAt(path);
  return good.length ? say("which_goes_on", { letters: good.map(letterOf).join(", ") }) : say("none_is_good");
}

/** What the last button does now: its words, null where there is nothing to do yet. */
function forward(pass) {
  if (isReady(pass)) return say("do_submit");
  if (pass.goesOn !== null) return say("do_go_on");
  return pass.other !== null && pass.mayWriteAt(pass.path) ? say("do_write") : null;
}

/** Paint the dock; `sending` is null, or the sentence that says what is under way; `canRate` as in `paintDock`. */
export function paintTreeDock(pass, { sending = null, isFrozen = false, canRate = true } = {}) {
  const said = sending ?? (isFrozen ? say("frozen") : null);
  const words = forward(pass);
  const canGo = words !== null && !said;
  part("place").replaceChildren(...emphasized(pass));
  part("to-submit").hidden = true;
  part("why").textContent = said ?? readiness(pass);
  part("why-more").textContent = "";
  part("forward").textContent = words ?? say("do_go_on");
  const submit = part("submit");
  submit.setAttribute("aria-disabled", String(!canGo));
  if (canGo) submit.dataset.kind = "primary";
  else delete submit.dataset.kind;
  paintChoices(pass);
  paintUse(pass, canRate);
}

/** Ratings where a candidate is in hand; else whether the solution goes on. */
function paintChoices(pass) {
  const isRating = pass.other !== null;
  part("rate").hidden = !isRating;
  part("ends").hidden = isRating;
  part("unsure").hidden = !isRating;
  const { rating, flagged } = pass.inHand;
  for (const [name, value] of Object.entries(VALUES)) part(name).setAttribute("aria-pressed", String(rating === value));
  part("unsure").setAttribute("aria-pressed", String(flagged));
  part("complete").setAttribute("aria-pressed", String(pass.isComplete));
}

/** The dock of whole solutions again. */
export function leaveTreeDock() {
  part("rate").hidden = part("unsure").hidden = false;
  part("ends").hidden = true;
}
