/** The form in which a labeler writes a step, in place of the dock: it is one of the forms that ask for words. */

import { isComposing } from "./keys.js";
import { askReason, openForm } from "./reason.js";

const NAME = "write";
const form = document.querySelector(`[data-reason="${NAME}"]`);
const field = form?.elements.reason;
const missing = form?.querySelector("[data-missing]");
const blank = missing?.textContent;

export const isWriting = () => openForm()?.dataset.reason === NAME;

/** Show the form with what is written so far. */
export function openWriting(text) {
  askReason(NAME, { kept: "" });
  missing.textContent = blank;
  field.value = text;
  field.focus({ preventScroll: true });
  field.setSelectionRange(text.length, text.length);
}

/** Say beside the field why its text cannot be a step. */
export function refuseWriting(sentence) {
  missing.textContent = sentence;
  missing.hidden = false;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

/** `heard(text)` hears each change. Enter takes the step, with the shift key it begins a line. */
export function bindWriting(heard) {
  field?.addEventListener("input", () => {
    missing.textContent = blank;
    heard(field.value);
  });
  field?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
