/** What happened, what is safe, what to do: said in the dock, where the work is. */

import { SignedOut } from "./api.js";
import { door } from "./door.js";
import { capOf } from "./keys.js";
import { say } from "./words.js";

const box = document.querySelector('[data-part="trouble"]');
const fact = box.querySelector("strong");
const rest = box.querySelector("[data-rest]");
const actions = box.querySelector(".actions");
const NOTICES = new Set(["earlier", "arrived", "labeled", "storage"]); // not of the work in hand, which has its own trouble

let current = null; // the trouble that the work in hand has
let notices = []; // told behind it, one after the other: each stays until it is understood
let shown = null;

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

/** Show what is to be said now, or nothing. */
function tell() {
  const before = shown;
  shown = current ?? notices[0] ?? null;
  if (shown) KINDS[shown.kind](shown.details, before);
  else {
    box.hidden = true;
    fact.textContent = "";
    actions.replaceChildren();
  }
}

/** It is over: whatever the work in hand had, or only trouble of this kind. Notices are told still. */
export function hideTrouble(kind = current?.kind) {
  if (!current || current.kind !== kind) return;
  current = null;
  tell();
}

/** Say nothing of it any more. */
export function forgetTrouble() {
  current = null;
  notices = [];
  tell();
}

function understand() {
  notices.shift();
  tell();
}

/** The form stays while it is shown: somebody may be typing in it. */
function signedOut({ signIn, isKept = true, again }, before) {
  if (before?.kind === "signed-out") return;
  const entered = () => {
    hideTrouble("signed-out");
    again();
    document.dispatchEvent(new Event("signed-in"));
  };
  const leave = { text: say("sign_in_as_other"), action: "other-person", href: signIn };
  show(say("trouble_signed_out"), say(isKept ? "safe_here" : "safe_on_screen"), [leave], door({ signIn, entered }));
}

const close = () => [{ text: say("keep_working"), action: "back", run: () => hideTrouble() }];
const understood = () => [{ text: say("understood"), action: "back", run: understand }];
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
  shut: ({ refusal, home, again }) => {
    const isOut = refusal.status === 404; // to who is not in a campaign there is none
    show(say(isOut ? "trouble_out" : "trouble_refused"), isOut ? "" : refusal.message, [
      { text: say("your_campaigns"), action: "home", href: home },
      ...tryAgain(again),
    ]);
  },
  lost: ({ fact: what, rest: why, written, isKept, href, next, discard }) => show(what, [why, ...(isKept ? [say("kept_private")] : []), ...quoted(written)].join(" "), [
    { text: say("next_solution"), action: "submit", run: next },
    ...(href ? [{ text: say("revise_it"), action: "correct", href }] : []),
    { text: say("keep_reading"), action: "back", run: () => actions.replaceChildren() },
    ...(isKept ? [{ text: say("discard"), action: "discard", run: discard }] : []),
  ]),
  elsewhere: ({ fact: what, written, isOnlyHere, unsaved, goOn, insist }) => show(what, [elsewhereRest(isOnlyHere, unsaved), ...quoted(written)].join(" "), [
    ...(isOnlyHere ? whichOf(insist, goOn) : [{ text: say("go_on_here"), action: "submit", run: goOn }]),
  ]),
  refused: ({ fact: what, refusal, ways = [] }) => show(what, refusal.message, [...ways, ...close()]),
  earlier: ({ refusal }) => {
    const rest = refusal.isKept ? `${refusal.message} ${say("kept_private")}` : refusal.message;
    show(say("trouble_earlier"), rest, understood());
  },
  arrived: ({ href }) => {
    show(say("trouble_arrived"), say("arrived_rest"), [{ text: say("revise_it"), action: "correct", href }, ...understood()]);
  },
  labeled: ({ href }) => {
    show(say("trouble_labeled"), say("labeled_rest"), [{ text: say("revise_it"), action: "correct", href }, ...understood()]);
  },
  storage: () => show(say("trouble_storage"), say("storage_rest"), understood()),
};

/** Whether this very notice waits to be told already, such as that nothing can be kept here. */
const isTold = ({ kind, details }) =>
  notices.some((each) => each.kind === kind && each.details.refusal === details.refusal && each.details.href === details.href);

/** Say what kind of trouble there is, with the details that its sentence needs. */
export function explain(kind, details = {}) {
  const said = { kind: details.error instanceof SignedOut ? "signed-out" : kind, details };
  if (!NOTICES.has(said.kind)) current = said;
  else if (isTold(said)) return;
  else notices.push(said);
  if (said === (current ?? notices[0])) tell();
}
