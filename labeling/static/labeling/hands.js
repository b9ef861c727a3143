/** Keys and buttons at a desk: each asks for the action that its name says. */

import { go, isMenuOpen } from "./going.js";
import { actionOf } from "./keys.js";
import { closePanel } from "./panels.js";
import { bindReasons, openForm } from "./reason.js";

const SCROLLING = new Set(["up", "down"]);
const isReading = (event) => Boolean(event.target.closest?.("[data-panel]"));

/** `actions` by name, as in `data-do`; `given(kind, reason)` hears a reason that somebody wrote. */
export function bindHands({ desk, actions, given }) {
  /** Do what a key or a button asks for; false where that is nothing here. */
  const run = (action) => {
    if (!actions[action] || isMenuOpen()) return go(action);
    actions[action]();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (openForm() && event.key !== "Escape") return; // a reason is being written
    const action = actionOf(event);
    if (isReading(event) && SCROLLING.has(action)) return; // the browser scrolls what is being read
    if (action && run(action)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-do], [data-take]");
    if (!control) return;
    // A pressed button would swallow the next Enter; the keyboard's own way to it keeps the focus.
    if (event.detail > 0) control.blur();
    if (control.closest('[data-panel="keys"]') && control.dataset.do !== "keys") closePanel();
    if (control.dataset.do) run(control.dataset.do);
    else desk.take(...control.dataset.take.split(".").map(Number)); // a step, or "step.alternative"
  });
  bindReasons(given);
}
