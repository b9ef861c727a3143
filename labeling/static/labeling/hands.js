/** Keys and buttons at a desk: each asks for the action that its name says. */

import { go, isMenuOpen } from "./going.js";
import { actionOf } from "./keys.js";
import { closePanel } from "./panels.js";
import { bindReasons, openForm } from "./reason.js";
import { isTall } from "./scrolling.js";
import { pressOffered } from "./trouble.js";

const UP_AND_DOWN = new Set(["ArrowUp", "ArrowDown"]);
const SIDEWAYS = new Set(["step-before", "step-after"]);
const problem = document.querySelector('[data-part="problem-column"]');
const isReading = ({ target }) => Boolean(target.closest?.("[data-panel]")) || (target === problem && isTall(problem));
const isFormula = (event) => Boolean(event.target.closest?.("[data-overflows], .source"));

/** Whether the browser scrolls what has the focus by this key. */
const scrolls = (event, action) => (UP_AND_DOWN.has(event.key) && isReading(event)) || (isFormula(event) && SIDEWAYS.has(action));

/**
 * `actions()` gives what there is to do now, by name as in `data-do`; `take` takes a step, or "step.alternative";
 * `given(kind, reason)` hears a reason that somebody wrote, `written(kind, text)` each change of it.
 */
export function bindHands({ actions: actionsNow, take, given, written }) {
  /** Do what a key or a button asks for; false where that is nothing here. */
  const run = (action) => {
    const actions = actionsNow();
    if (action !== "back" && !isMenuOpen() && pressOffered(action)) return true; // what is open is closed in the desk's order
    if (!actions[action] || isMenuOpen()) return go(action);
    actions[action]();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (openForm() && event.key !== "Escape") return; // a reason is being written
    const action = actionOf(event);
    if (scrolls(event, action)) return;
    if (action && run(action)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-do], [data-take]");
    if (!control) return;
    // A pressed button would swallow the next Enter; the keyboard's own way to it keeps the focus.
    if (event.detail > 0) control.blur();
    control.closest("[popover]")?.hidePopover();
    if (control.closest('[data-panel="keys"]') && control.dataset.do !== "keys") closePanel();
    if (control.dataset.do) run(control.dataset.do);
    else take(...control.dataset.take.split(".").map(Number));
  });
  document.addEventListener("focusin", ({ target }) => {
    document.documentElement.dataset.atDesk = target.matches(".dock :is(input, textarea)") ? "writing" : "rating";
  });
  bindReasons(given, written);
}
