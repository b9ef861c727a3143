/** Which key does what. Actions are named as in the `data-do` of the buttons. */

const PLAIN = {
  1: "negative", "-": "negative", "−": "negative",
  2: "neutral", 0: "neutral",
  3: "positive", "+": "positive", "=": "positive",
  ArrowUp: "up", ArrowDown: "down", Enter: "submit", Escape: "back", "?": "keys",
  u: "undo", x: "unsure", g: "guide", p: "problem",
};
const SHIFTED = { u: "redo", b: "bad-problem", g: "give-up" };
const MAY_REPEAT = new Set(["up", "down", "undo", "redo"]);

const isField = (target) => target.closest?.("input, textarea, select, [contenteditable='true']");
// Enter and the space bar belong to the control that has the focus.
const isControl = (target) => target.closest?.("button, a[href], summary");

/** The Latin letter of a key, whatever the layout or input method writes with it. */
function letterOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : null;
}

/** The action that a key press asks for, or null. */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return null;
  if (isField(event.target)) return event.key === "Escape" ? "back" : null;
  if (event.key === "Enter" && isControl(event.target)) return null;
  const letter = letterOf(event);
  const action = letter ? (event.shiftKey ? SHIFTED : PLAIN)[letter] : PLAIN[event.key];
  if (!action || (event.repeat && !MAY_REPEAT.has(action))) return null;
  return action;
}
