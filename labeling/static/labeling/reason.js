/** The form that asks why, in place of the dock: for giving up and for a bad problem. */

import { namesOf } from "./keys.js";

const forms = new Map([...document.querySelectorAll("[data-reason]")].map((form) => [form.dataset.reason, form]));
const ENDINGS = new Set(["give_up", "bad_problem"]);
const dock = document.querySelector('[data-part="dock-main"]');

export const openForm = () => [...forms.values()].find((form) => !form.hidden) ?? null;

/**
 * Show the form for `give_up` or `bad_problem`, with what was written there before. Keys choose a frequent reason; any
 * other character begins one's own.
 */
export function askReason(kind, { kept, text = "" }) {
  closeReason();
  const form = forms.get(kind);
  form.querySelector("[data-kept]").textContent = kept;
  form.elements.reason.value = text;
  form.hidden = false;
  dock.hidden = true;
  form.focus({ preventScroll: true });
}

export function closeReason() {
  const form = openForm();
  if (!form) return false;
  // The browser takes the focus out of what is hidden only when it next paints; a key pressed before would go astray.
  if (form.contains(document.activeElement)) document.activeElement.blur();
  form.hidden = true;
  dock.hidden = false;
  form.reset();
  warn(form, false);
  return true;
}

/** The reason to end early that is being written or sent; null without one. */
export function writtenReason() {
  const form = openForm();
  return ENDINGS.has(form?.dataset.reason) ? form.elements.reason.value.trim() || null : null;
}

function warn(form, isMissing) {
  form.querySelector("[data-missing]").hidden = !isMissing;
  form.elements.reason.setAttribute("aria-invalid", String(isMissing));
}

/** Take a frequent reason. Whoever came by key may go on writing; a finger would only bring up its keyboard. */
function choose(form, choice, { isPointer = false } = {}) {
  const field = form.elements.reason;
  field.value = choice.dataset.text;
  field.dispatchEvent(new Event("input"));
  (isPointer ? form : field).focus({ preventScroll: true });
}

function goOnWriting(field) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
}

function pressed(form, event) {
  if (event.target === form.elements.reason || event.ctrlKey || event.metaKey || event.altKey) return;
  const choice = form.querySelectorAll("[data-text]")[namesOf(event).find((name) => /^\d$/.test(name)) - 1];
  if (choice) {
    event.preventDefault();
    choose(form, choice);
  } else if (event.target === form && event.key === "Enter") form.requestSubmit();
  else if (event.target === form && event.key.length === 1) goOnWriting(form.elements.reason); // the character lands there
}

/** `given(kind, reason)` hears a reason that somebody wrote, `written(kind, text)` each change of it. */
export function bindReasons(given, written) {
  for (const [kind, form] of forms) {
    form.addEventListener("keydown", (event) => pressed(form, event));
    for (const choice of form.querySelectorAll("[data-text]")) choice.addEventListener("click", ({ detail }) => choose(form, choice, { isPointer: detail > 0 }));
    form.elements.reason.addEventListener("input", () => {
      warn(form, false);
      written(kind, form.elements.reason.value);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = form.elements.reason.value.trim();
      if (reason) given(kind, reason);
      else {
        warn(form, true);
        form.elements.reason.focus({ preventScroll: true });
      }
    });
  }
}
