/** Revising a label: bound as the desk is, with no lease; then back to the label as it stands now. */

import { Guide } from "./guide.js";
import { bindHands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { restorePanels } from "./panels.js";
import { RevisionDesk } from "./revising.js";
import { Sheet } from "./sheet.js";
import { bindTime } from "./timing.js";

const root = document.querySelector("[data-desk]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const item = JSON.parse(document.getElementById("label").textContent);

const { api, campaign, labels, reference, who, signIn } = root.dataset;
const desk = new RevisionDesk({
  places: { problem: part("problem"), steps: part("steps"), problemColumn: part("problem-column") },
  api,
  signIn,
  keeping: new Keeping(who),
  revised: (label) => location.assign(`${labels}${label}/`),
});
const guide = new Guide({ panel: root.dataset.guidePanel, mine: `${api}me/guides/${campaign}/` });

restorePanels();
bindHands({ desk, actions: { ...desk.actions(), "guide-noted": () => guide.noted() }, given: (kind, reason) => desk.given(kind, reason) });
new ResizeObserver(() => desk.sheet?.refit()).observe(part("steps"));

const sheet = new Sheet(item, { templates: { row: part("row"), others: part("others") }, reference });
await sheet.prepare({ problem: part("stage-problem"), steps: part("stage-steps") });
desk.open({ item, sheet });
bindTime(desk);
