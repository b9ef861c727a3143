/** Keys on every page but the desk: each presses the control that does the same, which shows it. */

import { go } from "./going.js";
import { actionOf } from "./keys.js";

document.addEventListener("keydown", (event) => {
  const action = actionOf(event);
  if (action && go(action)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-do]"); // of the panel with all keys
  if (!line) return;
  line.closest("[popover]")?.hidePopover();
  go(line.dataset.do);
});
