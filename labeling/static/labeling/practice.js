/** An exercise at the desk: bound as at work, with no lease; then what is known of it, and the way on. */

import { identify } from "./api.js";
import { Guide } from "./guide.js";
import { bindHands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { restorePanels } from "./panels.js";
import { PracticeDesk } from "./practicing.js";
import { Sheet } from "./sheet.js";
import { explain, hideTrouble } from "./trouble.js";
import { say } from "./words.js";

const PATIENCE_MS = 20_000;

const root = document.querySelector("[data-desk]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const exercise = JSON.parse(document.getElementById("exercise").textContent);

const { api, practice, who, signIn } = root.dataset;
const desk = new PracticeDesk({
  places: { problem: part("problem"), steps: part("steps"), problemColumn: part("problem-column") },
  who,
  api,
  signIn,
  keeping: new Keeping(who),
  nextWanted: (next) => goTo(next ? `${practice}${next}/` : practice),
  againWanted: () => open(),
});
new Guide({}); // sets the formulas in it

/** Without a server this page stays, rather than the browser's own that says so. */
async function goTo(address) {
  hideTrouble();
  const isThere = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    ({ status }) => status < 500,
    () => false,
  );
  if (isThere) location.assign(address);
  else explain("refused", { fact: say("practice_next_offline"), refusal: { message: "" } });
}

async function open() {
  const item = { ...exercise, item: `practice.${exercise.name}` };
  const sheet = new Sheet(item, { templates: { row: part("row"), others: part("others") }, reference: "shown" });
  await sheet.prepare({ problem: part("stage-problem"), steps: part("stage-steps") });
  desk.open({ item, sheet });
}

identify(who, () => location.reload()); // somebody else is signed in: their page, nothing of this one
restorePanels();
const actions = desk.actions();
bindHands({ actions: () => actions, take: (...which) => desk.take(...which), given() {}, written() {} });
new ResizeObserver(() => desk.sheet?.refit()).observe(part("steps"));
open();
