/** The saved sign in the top bar, the time on this solution, the count of the day, and what a screen reader hears. */

import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const clockTime = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const sign = part("saved");
const signText = sign.querySelector("[data-text]");
const signUse = sign.querySelector("use");

/** `saved` with the server's time, `saving`, `offline` or `signed-out` with how many ratings are only here; `elsewhere`; `none`. */
export function showSaved(state, { at, unsaved = 0 } = {}) {
  const before = sign.dataset.state;
  sign.dataset.state = state;
  signUse.setAttribute("href", `#${state}`);
  signText.textContent = textOf(state, at, unsaved);
  const isTrouble = (name) => name === "offline" || name === "signed-out";
  if (before !== state && (isTrouble(state) || (isTrouble(before) && state === "saved"))) announce(signText.textContent);
}

function textOf(state, at, unsaved) {
  if (state === "saved") return say("saved_at", { time: clockTime.format(new Date(at)) });
  if (state === "saving") return say("saving");
  if (state === "offline") return unsaved ? say("offline_kept", { n: unsaved }) : say("offline");
  if (state === "signed-out") return unsaved ? say("signed_out_kept", { n: unsaved }) : say("signed_out");
  if (state === "elsewhere") return say("not_saved_here");
  return "";
}

export function showTime(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const values = { minutes: Math.floor(seconds / 60), seconds: seconds % 60 };
  part("time").textContent = say(values.minutes ? "time_minutes" : "time_seconds", values);
}

export function showDone(count) {
  part("done").textContent = say("done_today", { n: count });
}

/** Say something to a screen reader; the page shows it elsewhere. */
export function announce(text) {
  part("live").textContent = text;
}
