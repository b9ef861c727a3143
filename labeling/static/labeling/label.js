/** The labeler's page: binds keys, buttons and the network to one desk, and brings one solution after the other. */

import { SignedOut } from "./api.js";
import { Desk } from "./desk.js";
import { Guide } from "./guide.js";
import { bindHands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { useKeysOf } from "./keys.js";
import { restorePanels } from "./panels.js";
import { showDone } from "./sign.js";
import { sendKept } from "./submitting.js";
import { Supply } from "./supply.js";
import { bindTime } from "./timing.js";
import { TreeDesk } from "./tree_desk.js";
import { explain } from "./trouble.js";
import { Waiting } from "./waiting.js";

const root = document.querySelector("[data-desk]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const AGAIN_MS = 5_000;

const { api, campaign, reference, who, signIn } = root.dataset;
const places = { problem: part("problem"), steps: part("steps"), problemColumn: part("problem-column") };
const keeping = new Keeping(who);
const supply = new Supply({
  url: `${api}campaigns/${campaign}/next/`,
  stage: { problem: part("stage-problem"), steps: part("stage-steps") },
  templates: { row: part("row"), others: part("others"), place: part("place-template") },
  reference,
});
const waiting = new Waiting(() => next());
const shared = { places, api, signIn, keeping, finished, nextWanted: () => leaveBehind(), storedWanted: () => next({ isAgain: true }) };
const desks = { solution: new Desk(shared), candidates: new TreeDesk(shared) };
let desk = desks.solution;
const guide = new Guide({ panel: root.dataset.guidePanel, mine: `${api}me/guides/${campaign}/` });
const noted = { "guide-noted": () => guide.noted() };
const actions = new Map(Object.values(desks).map((each) => [each, { ...each.actions(), ...noted }]));
const whileWaiting = { submit: () => waiting.now() };
let done = Number(root.dataset.done);
let isFetching = false;

function finished() {
  done += 1;
  showDone(done);
  return next();
}

/** Go on without the work in hand, which the server takes no more. */
function leaveBehind() {
  desk.close();
  return next();
}

function retry(error) {
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    removeEventListener("online", again);
    return next();
  };
  if (!(error instanceof SignedOut)) timer = setTimeout(again, AGAIN_MS);
  addEventListener("online", again, { once: true });
  waiting.hide();
  explain("no-next", { error, seconds: AGAIN_MS / 1000, signIn, again });
}

/** Bring the next solution, or again the one in hand, as the server has it; the old one stays until the new one is whole. */
async function next({ isAgain = false } = {}) {
  if (isFetching) return;
  isFetching = true;
  try {
    const found = await supply.take({ isAgain });
    if (found.item) show(found);
    else {
      desk.close();
      waiting.show(found);
    }
  } catch (error) {
    retry(error);
  } finally {
    isFetching = false;
  }
}

/** The desk for this kind of item: whole solutions and candidates may come in turn. */
function deskFor({ item }) {
  const kind = item.candidates ? "candidates" : "solution";
  if (desk !== desks[kind]) desk.close();
  document.body.dataset.mode = kind;
  useKeysOf(kind);
  return desks[kind];
}

function show(found) {
  waiting.hide();
  desk = deskFor(found);
  desk.open(found);
  guide.noticed(found.item.guide);
  supply.prepareAhead();
}

function bindNetwork() {
  addEventListener("online", () => desk.drafts?.hurry());
  addEventListener("pagehide", () => desk.drafts?.leave());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  new ResizeObserver(() => desk.sheet?.refit()).observe(places.steps);
}

async function start() {
  restorePanels();
  bindHands({
    actions: () => (waiting.isShown ? whileWaiting : actions.get(desk)),
    take: (...which) => desk.take(...which),
    given: (kind, reason) => (kind === "write" ? desk.wrote(reason) : desk.send({ finish_reason: kind, reason })),
  });
  bindTime(() => desk);
  bindNetwork();
  showDone(done);
  const refused = await sendKept(keeping);
  await next();
  if (refused.length) explain("earlier", { refusal: refused[0] });
}

start();
