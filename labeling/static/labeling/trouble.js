/** What happened, what is safe, what to do: said in the dock, where the work is. */

import { SignedOut } from "./api.js";
import { door } from "./door.js";
import { capOf } from "./keys.js";
import { say } from "./words.js";

const box = document.querySelector('[data-part="trouble"]');
const fact = box.querySelector("strong");
const rest = box.querySelector("[data-rest]");
const actions = box.querySelector(".actions");

function control({ text, action, href, run }, isFirst) {
  const made = document.createElement(href ? "a" : "button");
  made.className = "button";
  if (!isFirst) made.dataset.kind = "quiet";
  if (href) made.href = href;
  else made.type = "button";
  made.dataset.go = action;
  const cap = Object.assign(document.createElement("kbd"), { textContent: capOf(action), hidden: !capOf(action) });
  if (action !== "back") cap.dataset.cap = action; // that key is fixed
  made.append(text, " ", cap);
  if (run) made.addEventListener("click", run);
  return made;
}

/** Say it: the fact in bold, then the rest, then what can be done (a form, or the likeliest control first). */
function show(factText, restText, choices, form = null) {
  if (fact.textContent !== factText) fact.textContent = factText; // unchanged text is not read out again
  rest.textContent = restText;
  actions.replaceChildren(...(form ? [form] : []), ...choices.map((choice, index) => control(choice, index === 0 && !form)));
  actions.hidden = !actions.children.length;
  box.hidden = false;
}

/** Press what is offered here for this action, if anything is; false where it is not. */
export function pressOffered(action) {
  const offered = action && actions.querySelector(`[data-go="${action}"]`);
  if (!offered?.checkVisibility()) return false;
  offered.click();
  return true;
}

/** Close what was said and can be closed; false where nothing can. */
export const closeTrouble = () => pressOffered("back");

/** It is over: whatever it was, or only trouble of this kind. */
export function hideTrouble(kind = box.dataset.kind) {
  if (box.dataset.kind !== kind) return;
  box.hidden = true;
  fact.textContent = "";
  actions.replaceChildren();
}

const hide = () => hideTrouble();

/** The form stays while it is shown: somebody may be typing in it. */
function signedOut({ signIn, isKept = true, again }) {
  if (box.dataset.kind === "signed-out" && !box.hidden) return;
  const entered = () => {
    hideTrouble("signed-out");
    again();
    document.dispatchEvent(new Event("signed-in"));
  };
  const leave = { text: say("sign_in_as_other"), action: "other-person", href: signIn };
  show(say("trouble_signed_out"), say(isKept ? "safe_here" : "safe_on_screen"), [leave], door({ signIn, entered }));
  box.dataset.kind = "signed-out";
}

const close = (word) => [{ text: say(word), action: "back", run: hide }];
const tryAgain = (run) => [{ text: say("try_again"), action: "submit", run }];

/** A reason that was not sent stays to be read, and copied. */
const quoted = (written) => (written ? [say("reason_unsent", { reason: written })] : []);

function elsewhereRest(isOnlyHere, unsaved) {
  if (!isOnlyHere) return say("safe_elsewhere");
  return unsaved ? say("safe_elsewhere_unsaved", { n: unsaved }) : say("safe_elsewhere_change");
}

/** Neither by Enter, and each says what it takes: with the other one ratings go. */
const whichOf = (insist, goOn) => [
  { text: say("take_this_screen"), action: "take-screen", run: insist },
  { text: say("take_saved"), action: "take-saved", run: goOn },
];

const KINDS = {
  "signed-out": signedOut,
  waiting: ({ error, seconds, isKept, isLast, again, correct }) => {
    const why = error.isOffline ? say("trouble_offline") : say("trouble_server", { message: error.message });
    const rest = [say(isKept ? "sent_again" : "sent_again_open", { n: seconds }), ...(isLast ? [say("none_ahead")] : [])];
    show(why, rest.join(" "), [...tryAgain(again), ...(correct ? [{ text: say("correct_it"), action: "correct", run: correct }] : [])]);
  },
  "no-next": ({ seconds, again }) => {
    show(say("trouble_no_next"), say("asked_again", { n: seconds }), tryAgain(again));
  },
  lost: ({ fact: what, refusal, written, isKept, next, discard }) => show(what, [refusal.message, ...(isKept ? [say("kept_private")] : []), ...quoted(written)].join(" "), [
    { text: say("next_solution"), action: "submit", run: next },
    { text: say("keep_reading"), action: "back", run: () => actions.replaceChildren() },
    ...(isKept ? [{ text: say("discard"), action: "discard", run: discard }] : []),
  ]),
  elsewhere: ({ fact: what, written, isOnlyHere, unsaved, goOn, insist }) => show(what, [elsewhereRest(isOnlyHere, unsaved), ...quoted(written)].join(" "), [
    ...(isOnlyHere ? whichOf(insist, goOn) : [{ text: say("go_on_here"), action: "submit", run: goOn }]),
  ]),
  refused: ({ fact: what, refusal, way }) => show(what, refusal.message, [...(way ? [way] : []), ...close("keep_working")]),
  earlier: ({ refusal }) => {
    const rest = refusal.isKept ? `${refusal.message} ${say("kept_private")}` : refusal.message;
    show(say("trouble_earlier"), rest, close("understood"));
  },
  arrived: ({ href }) => {
    show(say("trouble_arrived"), say("arrived_rest"), [{ text: say("revise_it"), action: "correct", href }, ...close("understood")]);
  },
  storage: () => show(say("trouble_storage"), say("storage_rest"), close("understood")),
};

/** Say what kind of trouble there is, with the details that its sentence needs. */
export function explain(kind, details = {}) {
  const what = details.error instanceof SignedOut ? "signed-out" : kind;
  KINDS[what](details);
  box.dataset.kind = what;
}
