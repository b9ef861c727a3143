/**
 * Which key does what on this page: the person's own keys, as the server wrote them into it. Actions are named as in
 * `data-do` and `data-go` of the controls. A key is named by the sign that it writes, or by its place where the layout
 * writes something else there: `u`, `Shift+u`, `1`, `?`, `ArrowUp`.
 */

const NAMED = new Set(["Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Backspace", "Delete", "Insert"]);
const PLACES = {
  Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\", Semicolon: ";", Quote: "'",
  Backquote: "`", Comma: ",", Period: ".", Slash: "/",
};
const SPELLINGS = new Set(["−", "="]); // further ones of - and +, not shown beside them
const MAY_REPEAT = new Set(["up", "down", "undo", "redo"]);
const FIXED = { Escape: "back" };

const isField = (target) => target.closest?.("input, textarea, select, [contenteditable='true']");
// Enter and the space bar belong to the control that has the focus.
const isControl = (target) => target.closest?.("button, a[href], summary");
const hasOpenMenu = () => Boolean(document.querySelector(":popover-open"));

const bareOf = (key) => key.replace(/^Shift\+(?=.)/, "");
/** Whether a key does anything for this person: one who speaks to the machine may have turned letters off. */
const acts = (key) => map.characters || bareOf(key).length > 1;

// One page may be of several kinds in turn: the first one is what it is at first.
const map = JSON.parse(document.getElementById("key-map").textContent);
let byKey = new Map();

function lay() {
  byKey = new Map(Object.entries(map.pages[map.page]).flatMap(([action, keys]) => keys.map((key) => [key, action])));
}

/** The Latin letter of a key, whatever the layout or input method writes with it. */
function letterOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : null;
}

/** The names by which a key press can be meant, the likeliest first. */
export function namesOf(event) {
  const letter = letterOf(event);
  const shift = event.shiftKey ? "Shift+" : "";
  if (letter) return [shift + letter];
  if (event.key === " ") return [`${shift}Space`];
  if (NAMED.has(event.key)) return [shift + event.key];
  const sign = event.key.normalize("NFKC"); // an input method may write it wide
  if (sign.length !== 1) return [];
  const place = /^Digit\d$/.test(event.code) ? event.code.slice(5) : PLACES[event.code];
  return place && !event.shiftKey ? [sign, place] : [sign];
}

/** Whether an input method is at work with this key: one browser has ended its composition by then, and says so by 229 alone. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** The action that a key press asks for, or null. */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event) || event.defaultPrevented) return null;
  if (event.key === "Escape" && hasOpenMenu()) return null; // the browser closes it
  if (isField(event.target)) return event.key === "Escape" ? "back" : null;
  if (FIXED[event.key]) return FIXED[event.key];
  if ((event.key === "Enter" || event.key === " ") && isControl(event.target)) return null;
  const action = byKey.get(namesOf(event).find((name) => byKey.has(name) && acts(name)));
  return !action || (event.repeat && !MAY_REPEAT.has(action)) ? null : action;
}

/** What stands on the cap of a key. */
export function printed(key) {
  const bare = bareOf(key);
  const text = map.caps[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare);
  return bare === key ? text : `⇧ ${text}`;
}

/** The caps of an action, its own key first. */
const capsOf = (action, page = map.page) => (map.pages[page][action] ?? []).filter((key) => acts(key) && !SPELLINGS.has(key)).map(printed);

/** What stands on the cap of a control that does this; empty where it has no key. */
export const capOf = (action) => (action === FIXED.Escape ? printed("Escape") : (capsOf(action)[0] ?? ""));

function capElement(text) {
  const cap = document.createElement("kbd");
  cap.textContent = text;
  return cap;
}

/** Other keys from now on: every cap on the page follows. `pages` are those of each kind of page. */
export function changeKeys({ pages, characters }) {
  map.characters = characters;
  for (const page of Object.keys(map.pages)) map.pages[page] = pages[page];
  layOut();
}

/** The page is of another kind from now on, and lists its keys. */
export function useKeysOf(page) {
  if (map.page === page) return;
  map.page = page;
  layOut();
}

function layOut() {
  lay();
  for (const list of document.querySelectorAll("[data-keys-of]")) list.hidden = list.dataset.keysOf !== map.page;
  for (const cap of document.querySelectorAll("[data-cap]")) {
    cap.textContent = capOf(cap.dataset.cap);
    cap.hidden = !cap.textContent;
  }
  for (const caps of document.querySelectorAll("[data-caps]")) {
    const page = caps.closest("[data-keys-of]")?.dataset.keysOf;
    caps.replaceChildren(...capsOf(caps.dataset.caps, page).map(capElement));
  }
}

lay();

// The page where keys are changed tells those that are open beside it.
export const channel = new BroadcastChannel("plumbline.keys");
channel.addEventListener("message", ({ data }) => changeKeys(data));
