/** Revising a label: bound as the desk is, with no lease; then back to the label as it stands now. */

import { identify } from "./api.js";
import { Guide } from "./guide.js";
import { bindHands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { useKeysOf } from "./keys.js";
import { restorePanels } from "./panels.js";
import { RevisionDesk, TreeRevisionDesk } from "./revising.js";
import { Sheet } from "./sheet.js";
import { bindTime } from "./timing.js";
import { TreeSheet } from "./tree_sheet.js";
import { explain } from "./trouble.js";

const root = document.querySelector("[data-desk]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const item = JSON.parse(document.getElementById("label").textContent);

const { api, campaign, labels, reference, who, signIn } = root.dataset;
const kind = item.candidates ? "candidates" : "solution";
const [KindOfDesk, KindOfSheet] = item.candidates ? [TreeRevisionDesk, TreeSheet] : [RevisionDesk, Sheet];
const desk = new KindOfDesk({
  places: { problem: part("problem"), steps: part("steps"), problemColumn: part("problem-column") },
  api,
  signIn,
  who,
  keeping: new Keeping(who, { failed: () => queueMicrotask(() => explain("storage")) }),
  addressOf: (label) => `${labels}${label}/revise/`,
  revised: (label) => location.assign(`${labels}${label}/`),
});
const guide = new Guide({ panel: root.dataset.guidePanel, mine: `${api}me/guides/${campaign}/` });
const actions = { ...desk.actions(), "guide-noted": () => guide.noted() };

identify(who, () => location.reload()); // somebody else is signed in: to them this label is not there
document.body.dataset.mode = kind;
useKeysOf(kind);
restorePanels();
bindHands({
  actions: () => actions,
  take: (...which) => desk.take(...which),
  given: (asked, text) => desk.given(asked, text),
  written: (asked, text) => desk.written(asked, text),
});
addEventListener("beforeunload", (event) => desk.holdsUnkept && event.preventDefault());
new ResizeObserver(() => desk.sheet?.refit()).observe(part("steps"));

const templates = { row: part("row"), others: part("others"), place: part("place-template") };
const sheet = new KindOfSheet(item, { templates, reference });
await sheet.prepare({ problem: part("stage-problem"), steps: part("stage-steps") });
desk.open({ item, sheet });
bindTime(() => desk);
