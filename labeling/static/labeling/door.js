/** Signing in again in place: the page and the work on it stay, and only whose page it is can go on with it. */

import { SignedOut, call, csrfToken } from "./api.js";
import { say } from "./words.js";

const root = document.querySelector("[data-desk]");
let shown = null;

function field(text, input) {
  const label = document.createElement("label");
  const name = document.createElement("span");
  label.className = "field";
  name.textContent = text;
  label.append(name, input);
  return label;
}

function input(attributes) {
  return Object.assign(document.createElement("input"), { required: true, ...attributes });
}

/** The form. `entered()` hears that the same person is in again. */
export function door({ signIn, entered }) {
  const { name, api } = root.dataset;
  const form = document.createElement("form");
  form.className = "door-here";
  const username = input({ name: "username", autocomplete: "username", value: name, readOnly: true });
  const password = input({ name: "password", type: "password", autocomplete: "current-password" });
  const button = Object.assign(document.createElement("button"), { className: "button", textContent: say("sign_in") });
  const said = Object.assign(document.createElement("p"), { className: "field-error", hidden: true });
  said.setAttribute("role", "status");
  button.dataset.kind = "primary";
  button.append(" ", Object.assign(document.createElement("kbd"), { textContent: "↵" })); // as any form's
  const code = input({ name: "code", autocomplete: "one-time-code", required: false });
  const second = field(say("sign_in_code"), code);
  second.hidden = true; // until the password is right and a code is asked for
  form.append(field(say("sign_in_name"), username), field(say("sign_in_password"), password), second, button, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    const trouble = second.hidden
      ? await enter({ signIn, api, body: new URLSearchParams({ username: name, password: password.value }) })
      : await enterCode({ signIn, api, body: new URLSearchParams({ code: code.value }) });
    button.disabled = false;
    said.textContent = trouble ? say(trouble) : "";
    said.hidden = !trouble;
    if (!trouble) return entered();
    second.hidden = !["sign_in_code_asked", "sign_in_code_wrong"].includes(trouble);
    (second.hidden ? password : code).select();
  });
  shown = { form, field: () => (second.hidden ? password : code) };
  return form;
}

/** Put the focus into the form; false where none is shown. */
export function askToEnter() {
  if (!shown?.form.isConnected || !shown.form.checkVisibility()) return false;
  shown.field().focus();
  return true;
}

const BESIDE = new Set(["back", "guide", "keys", "problem"]); // these change nothing

/** The actions of a desk where nothing goes on before one is signed in: while the form is shown, they lead into it. */
export function behindDoor(actions) {
  const guarded = ([name, run]) => [name, BESIDE.has(name) ? run : () => askToEnter() || run()];
  return Object.fromEntries(Object.entries(actions).map(guarded));
}

/** Sign in by the form of the start page. Gives null, or the name of the sentence that says what is missing. */
async function enter({ signIn, api, body }) {
  try {
    if (await isIn(api)) return null; // in another tab meanwhile
    let response = await send(signIn, body);
    if (response.status === 403) response = await send(signIn, body, { anew: true });
    if (response.type === "opaqueredirect") return (await isIn(api)) ? null : "sign_in_code_asked";
    return response.status === 429 ? "sign_in_throttled" : "sign_in_wrong";
  } catch {
    return "sign_in_unreached";
  }
}

/** The second half, for who has two factors. Where it came too late, the password is asked for again. */
async function enterCode({ signIn, api, body }) {
  try {
    const response = await send(new URL("login/code/", new URL(signIn, location)), body);
    if (response.type === "opaqueredirect") return (await isIn(api)) ? null : "sign_in_wrong";
    return response.status === 429 ? "sign_in_throttled" : "sign_in_code_wrong";
  } catch {
    return "sign_in_unreached";
  }
}

/** Without a token for forms, or with one that is refused, the start page gives a new one. */
async function send(signIn, body, { anew = !csrfToken() } = {}) {
  if (anew) await fetch(signIn, { credentials: "same-origin" });
  const headers = { "X-CSRFToken": csrfToken() };
  return fetch(signIn, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual" });
}

async function isIn(api) {
  try {
    await call("GET", `${api}me/`);
    return true;
  } catch (error) {
    if (error instanceof SignedOut) return false;
    throw error;
  }
}
