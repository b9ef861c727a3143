/** What happened, what is safe, what to do: said in the dock, where the work is. */

import { SignedOut } from "./api.js";
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
  made.append(text);
  if (action && capOf(action)) {
    const cap = document.createElement("kbd");
    cap.textContent = capOf(action);
    made.append(" ", cap);
  }
  if (run) made.addEventListener("click", run);
  return made;
}

/** Say it: the fact in bold, then the rest, then what can be done, the likeliest first. */
function show(factText, restText, choices) {
  if (fact.textContent !== factText) fact.textContent = factText; // unchanged text is not read out again
  rest.textContent = restText;
  actions.replaceChildren(...choices.map((choice, index) => control(choice, index === 0)));
  actions.hidden = !choices.length;
  box.hidden = false;
}

/** It is over: whatever it was, or only trouble of this kind. */
export function hideTrouble(kind = box.dataset.kind) {
  if (box.dataset.kind !== kind) return;
  box.hidden = true;
  fact.textContent = "";
}

const KINDS = {
  "signed-out": ({ signIn, again }) => show(say("trouble_signed_out"), say("safe_here"), [
    { text: say("sign_in_again"), href: signIn },
    { text: say("try_again"), run: again },
  ]),
  waiting: ({ error, seconds, signIn, again }) => {
    if (error instanceof SignedOut) KINDS["signed-out"]({ signIn, again });
    else {
      const why = error.isOffline ? say("trouble_offline") : say("trouble_server", { message: error.message });
      show(why, say("sent_again", { n: seconds }), [{ text: say("try_again"), action: "submit", run: again }]);
    }
  },
  "no-next": ({ error, seconds, signIn, again }) => {
    if (error instanceof SignedOut) KINDS["signed-out"]({ signIn, again });
    else show(say("trouble_no_next"), say("asked_again", { n: seconds }), [{ text: say("try_again"), run: again }]);
  },
  lease: ({ fact: what, refusal, next }) => show(what, refusal.message, [
    { text: say("next_solution"), action: "submit", run: next },
    { text: say("keep_reading"), run: () => (actions.hidden = true) },
  ]),
  overtaken: ({ load }) => show(say("trouble_overtaken"), say("safe_elsewhere"), [{ text: say("load_stored"), run: load }]),
  refused: ({ fact: what, refusal }) => show(what, refusal.message, [{ text: say("keep_working"), run: () => hideTrouble() }]),
  earlier: ({ refusal }) => show(say("trouble_earlier"), refusal.message, [{ text: say("understood"), run: () => hideTrouble() }]),
};

/** Say what kind of trouble there is, with the details that its sentence needs. */
export function explain(kind, details) {
  KINDS[kind](details);
  box.dataset.kind = kind;
}
