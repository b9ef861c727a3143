/** The saved sign in the top bar, the time on this solution, the count of the day, and what a screen reader hears. */

import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const clockTime = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayAndTime = new Intl.DateTimeFormat(document.documentElement.lang || "en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const sign = part("saved");
const signText = sign.querySelector("[data-text]");
const signUse = sign.querySelector("use");

const REACHED = new Set(["none", "saved", "saving", "kept"]);
export const UNREACHED = new Set(["offline", "signed-out"]);

let told = null; // of a trouble that a screen reader was told of, until it was told that it is over

/**
 * `saved` with the server's time, `saving`, `offline` or `signed-out` with what is only here, `kept` in this browser and
 * not meant for the server yet, `elsewhere`, `none`; and how many finished solutions wait to be sent, with the `trouble` that keeps them.
 */
export function showSaved(state, { at, unsaved = 0, isUnsent = false, isKept = true, waiting = 0, trouble = null } = {}) {
  const shown = waiting && trouble && REACHED.has(state) ? trouble : state;
  sign.dataset.state = shown === "none" && waiting ? "saving" : shown;
  signUse.setAttribute("href", `#${sign.dataset.state}`);
  const parts = [textOf(shown, { at, unsaved, isUnsent, isKept }), waiting ? say("to_be_sent", { n: waiting }) : ""];
  signText.textContent = parts.filter(Boolean).join(" · ");
  tellTrouble(shown, waiting, isUnsent);
}

/** A screen reader hears that there is trouble, and then each step of the way out, until nothing is left to be sent or saved. */
function tellTrouble(shown, waiting, isUnsent) {
  const isTrouble = UNREACHED.has(shown);
  if (!isTrouble && !told) return;
  const state = isTrouble ? shown : `${shown} ${waiting}`;
  if (state !== told) announce(signText.textContent || say("reached_again"));
  told = isTrouble || waiting || isUnsent || shown === "saving" ? state : null;
}

/** Without a server: how many ratings it lacks, or that it lacks other work, such as a step that is being written. */
function unreached(state, { unsaved, isUnsent, isKept }) {
  const kept = isKept ? "kept" : "open"; // in this browser, or only on this screen
  if (!isUnsent) return say(state);
  return unsaved ? say(`${state}_${kept}`, { n: unsaved }) : say(`${state}_work_${kept}`);
}

/** Of today the time says enough; work of another day needs its date. */
function whenSaved(at) {
  const isToday = at.toDateString() === new Date().toDateString();
  return (isToday ? clockTime : dayAndTime).format(at);
}

function textOf(state, { at, ...lacking }) {
  if (state === "saved") return say("saved_at", { time: whenSaved(new Date(at)) });
  if (state === "saving") return say("saving");
  if (state === "offline") return unreached("offline", lacking);
  if (state === "signed-out") return unreached("signed_out", lacking);
  if (state === "kept") return say(lacking.isKept ? "kept_here" : "only_here");
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
