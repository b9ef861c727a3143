/** Changing keys: press the one that is wanted; what is taken already is said at once; the server keeps each change. */

import { Refused, SignedOut, call } from "./api.js";
import { changeKeys, channel, namesOf, printed } from "./keys.js";
import { say } from "./words.js";

const root = document.querySelector("[data-keyset]");
const list = JSON.parse(document.getElementById("key-list").textContent);
const actions = new Map(list.map((action) => [action.name, action]));
const rows = new Map([...root.querySelectorAll("[data-action]")].map((row) => [row.dataset.action, row]));
const live = root.querySelector('[data-part="live"]');
const USABLE = /^(?:Shift\+)?(?:[a-z]|Enter|Space|Arrow(?:Up|Down|Left|Right)|Home|End|PageUp|PageDown|Backspace|Delete|Insert)$|^[!-@[-`{-~]$/;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);

let listening = null; // the action whose key is being pressed
let offered = null; // the one that may take another's key

const part = (name, which) => rows.get(name).querySelector(`[data-part="${which}"]`);

function tell(name, text, ...controls) {
  const told = part(name, "told");
  told.replaceChildren(text, ...controls);
  told.hidden = !text;
  live.textContent = text;
}

function paint({ name, key, default: usual }) {
  const made = document.createElement(key ? "kbd" : "small");
  made.textContent = key ? printed(key) : say("no_key");
  part(name, "cap").replaceChildren(made);
  rows.get(name).querySelector("[data-clear]").hidden = !key;
  rows.get(name).querySelector("[data-reset]").hidden = key === usual;
}

/** Another action of the same page that has this key. */
function rivalOf(name, key) {
  const { on } = actions.get(name);
  return list.find((other) => other.name !== name && other.key === key && other.on.some((page) => on.includes(page)));
}

function listen(name) {
  stop();
  offered = null;
  for (const other of rows.keys()) tell(other, "");
  listening = name;
  rows.get(name).toggleAttribute("data-listening", true);
  const waiting = document.createElement("small");
  waiting.textContent = say("listening");
  part(name, "cap").replaceChildren(waiting);
  tell(name, say("press", { action: actions.get(name).label }));
}

function stop() {
  if (!listening) return;
  const name = listening;
  listening = null;
  rows.get(name).removeAttribute("data-listening");
  paint(actions.get(name));
  tell(name, "");
}

/** Send the change, then show what the server made of it, here and on the pages that are open beside this one. */
async function keep(name, change, words) {
  const control = rows.get(name)?.querySelector("[data-change]");
  try {
    const { body } = await call("PATCH", root.dataset.url, { keys: change });
    for (const action of list) {
      action.key = body.keys[action.name];
      paint(action);
    }
    const news = { pages: body.keys_on_pages, characters: body.character_keys };
    changeKeys(news);
    channel.postMessage(news);
    if (name) tell(name, words);
    else live.textContent = words;
    control?.focus();
  } catch (error) {
    const why = error instanceof Refused ? error.message : say(error instanceof SignedOut ? "signed_out" : "not_saved");
    if (name) tell(name, why);
    else live.textContent = why;
  }
}

function take(name, key, rival) {
  stop();
  offered = null;
  const change = { [name]: key === actions.get(name).default ? null : key };
  if (rival) change[rival.name] = "";
  return keep(name, change, say("changed", { key: printed(key), action: actions.get(name).label }));
}

/** The other action keeps its key. */
function leaveIt() {
  part(offered, "told").closest("[data-action]").querySelector("[data-change]").focus();
  tell(offered, say("left"));
  offered = null;
}

function pressed(event) {
  if (offered && event.key === "Escape") leaveIt();
  if (!listening || MODIFIERS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Tab") {
    stop();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const name = listening;
  if (event.key === "Escape") {
    stop();
    tell(name, say("left"));
    return;
  }
  const key = namesOf(event).find((each) => USABLE.test(each));
  if (!key) {
    tell(name, say("cannot"));
    return;
  }
  choose(name, key);
}

function choose(name, key) {
  const rival = rivalOf(name, key);
  if (rival) offer(name, key, rival);
  else take(name, key);
}

/** The key is another action's: it is taken from there only when that is wanted. */
function offer(name, key, rival) {
  stop();
  offered = name;
  const control = document.createElement("button");
  control.type = "button";
  control.className = "button";
  control.textContent = say("take");
  control.addEventListener("click", () => take(name, key, rival));
  tell(name, say("taken", { key: printed(key), other: rival.label }), " ", control);
  control.focus();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const name = button?.closest("[data-action]")?.dataset.action;
  if (!button) return;
  if ("change" in button.dataset) listen(name);
  else if ("clear" in button.dataset) keep(name, { [name]: "" }, say("none", { action: actions.get(name).label }));
  else if ("reset" in button.dataset) choose(name, actions.get(name).default);
  else if ("resetAll" in button.dataset) keep(null, null, say("all_reset"));
});
// Before every other listener: while a key is asked for, it does nothing else.
addEventListener("keydown", pressed, { capture: true });
root.addEventListener("focusout", (event) => {
  if (listening && !rows.get(listening).contains(event.relatedTarget)) stop();
});
