/** The labeler's page: binds keys, buttons and the network to one desk, and brings one solution after the other. */

import { Refused, SignedOut, call, identify } from "./api.js";
import { Desk } from "./desk.js";
import { sendKeptDrafts } from "./drafts.js";
import { Guide } from "./guide.js";
import { bindHands } from "./hands.js";
import { Keeping } from "./keeping.js";
import { useKeysOf } from "./keys.js";
import { leased } from "./leasing.js";
import { restorePanels } from "./panels.js";
import { showDone, showSaved } from "./sign.js";
import { Outbox } from "./submitting.js";
import { Supply } from "./supply.js";
import { bindTime } from "./timing.js";
import { TreeDesk } from "./tree_desk.js";
import { explain, forgetTrouble, hideTrouble } from "./trouble.js";
import { Waiting } from "./waiting.js";
import { say } from "./words.js";

const root = document.querySelector("[data-desk]");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const AGAIN_MS = 5_000;

const { api, campaign, reference, who, signIn, home } = root.dataset;
const places = { problem: part("problem"), steps: part("steps"), problemColumn: part("problem-column") };
const stage = { problem: part("stage-problem"), steps: part("stage-steps") };
const keeping = new Keeping(who, { failed: () => queueMicrotask(() => explain("storage")) });
const outbox = new Outbox({
  api,
  keeping,
  changed: () => {
    desk.showState();
    if (outbox.trouble === "signed-out" && desk.canRate) desk.signedOut(); // else other trouble is told
    if (desk.pass && !outbox.waiting.length) supply.prepareAhead(); // the server offers no more before these are sent
  },
  sent: () => {
    hideTrouble("signed-out"); // one may have signed in in another tab
    count(done + 1);
  },
  refused: (refusal) => {
    if (refusal.arrived) arrived(refusal.arrived);
    else if (refusal.labeled) labeled(refusal.labeled);
    else explain("earlier", { refusal });
  },
});
const supply = new Supply({
  url: `${api}campaigns/${campaign}/next/`,
  stage,
  templates: { row: part("row"), others: part("others"), place: part("place-template") },
  reference,
});
const waiting = new Waiting(() => next());
const revisionOf = (label) => `${root.dataset.labels}${label}/revise/`;
const shared = {
  places,
  api,
  signIn,
  who,
  keeping,
  outbox,
  finished,
  nextWanted: () => leaveBehind(),
  storedWanted: () => next({ isAgain: true }),
  aheadWanted: () => goOnAhead(),
  leftWanted: (submission) => takeBack(submission),
  labeled,
  revisionOf,
};
const desks = { solution: new (leased(Desk))(shared), candidates: new (leased(TreeDesk))(shared) };
let desk = desks.solution;
const guide = new Guide({ panel: root.dataset.guidePanel, mine: `${api}me/guides/${campaign}/` });
const noted = { "guide-noted": () => guide.noted() };
const actions = new Map(Object.values(desks).map((each) => [each, { ...each.actions(), ...noted }]));
const whileWaiting = { submit: () => waiting.now() };
let done = Number(root.dataset.done);
let isBusy = false;
let isFetching = true; // also before the first solution is asked for
let isOver = false;

function count(all) {
  done = all;
  showDone(done);
}

/** A label that was taken back had reached the server: where its correction goes on. */
function arrived(label) {
  explain("arrived", { href: revisionOf(label) });
}

/** The same person has labeled this elsewhere: where what was rated here goes on. */
function labeled(label) {
  explain("labeled", { href: revisionOf(label) });
}

function finished() {
  count(done + 1);
  return next();
}

/** Go on without the work in hand, which the server takes no more. */
function leaveBehind() {
  desk.close();
  return next();
}

/** Go on with what was fetched ahead, though what is done is not sent yet. */
function goOnAhead() {
  const found = isOver || isFetching ? null : supply.takeAhead();
  if (found) show(found);
  return Boolean(found);
}

/** A finished solution that waits to be sent is in hand again; the one that was comes after it. */
function takeBack(submission) {
  if (isOver || isFetching) return;
  const aside = desk.putAside();
  outbox.takeBack(submission);
  supply.putBack(aside, submission.found);
  desk.news = say("taken_back");
  show(submission.found);
}

/** There is no next solution, and why: where the server was not reached it is asked again, where it said no it is not. */
function without(error) {
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    removeEventListener("online", again);
    return next({ isAgain: !desk.pass });
  };
  waiting.hide();
  if (error instanceof Refused) {
    explain("shut", { refusal: error, home, again });
    return;
  }
  if (!(error instanceof SignedOut)) timer = setTimeout(again, AGAIN_MS);
  addEventListener("online", again, { once: true });
  explain("no-next", { error, seconds: AGAIN_MS / 1000, signIn, again });
}

/**
 * Bring the next solution, or again the one in hand, as the server has it; the old one stays until the new one is whole.
 * What is done goes first: the server would offer it again.
 */
async function next({ isAgain = false } = {}) {
  if (isBusy || isOver) return;
  isBusy = isFetching = true;
  try {
    await outbox.drained();
    const found = await supply.take({ isAgain });
    if (isOver) return;
    if (found.done !== null) count(Number(found.done)); // others of one's tabs and devices count too
    if (!found.item) {
      desk.close();
      waiting.show(found);
    } else if (waiting.isShown) location.reload(); // perhaps of another round, which the bar names; the item is kept
    else show(found);
  } catch (error) {
    if (!isOver) without(error);
  } finally {
    isBusy = isFetching = false;
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
  if (!outbox.waiting.length) supply.prepareAhead(); // else a lease that ran out could not be taken again for what waits
}

/** The session is somebody else's now: nothing of this person stays on the screen, nor is sent. */
function somebodyElse() {
  if (isOver) return;
  isOver = true;
  outbox.end();
  desk.close();
  for (const place of [places.problem, places.steps, stage.problem, stage.steps]) place.replaceChildren();
  forgetTrouble();
  showSaved("none");
  waiting.end({ title: say("somebody_else"), text: say("somebody_else_rest", { name: root.dataset.name }), way: say("somebody_else_way") });
}

/** The network is back, or somebody is signed in again: whatever waits is tried at once. */
function hurry() {
  desk.drafts?.hurry();
  outbox.tryNow();
}

function bindNetwork() {
  addEventListener("online", hurry);
  document.addEventListener("signed-in", hurry);
  addEventListener("focus", () => desk.woke());
  addEventListener("pagehide", () => desk.drafts?.leave());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", (event) => desk.holdsUnkept && event.preventDefault());
  new ResizeObserver(() => desk.sheet?.refit()).observe(places.steps);
}

/** Another page of this browser is somebody else's: is this one still whose it was? */
function bindPeople() {
  const people = new BroadcastChannel("plumbline.people");
  people.addEventListener("message", ({ data }) => data !== who && call("GET", `${api}me/`).catch(() => {}));
  people.postMessage(who);
}

async function start() {
  identify(who, somebodyElse);
  restorePanels();
  bindHands({
    actions: () => (waiting.isShown ? whileWaiting : actions.get(desk)),
    take: (...which) => desk.take(...which),
    given: (kind, reason) => (kind === "write" ? desk.wrote(reason) : desk.send({ finish_reason: kind, reason })),
    written: (kind, text) => desk.written(kind, text),
  });
  bindTime(() => desk);
  bindNetwork();
  bindPeople();
  showDone(done);
  outbox.load((error, seconds) => error && explain("waiting", { error, seconds, signIn, isKept: true, again: () => outbox.tryNow() }));
  await next({ isAgain: true });
  await sendKeptDrafts({ api, keeping, except: desk.item?.item, arrived, labeled });
  keeping.forgetOld();
}

start();
