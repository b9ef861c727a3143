/** Keeps the step in hand in the middle third of what is free between the top bar and the dock. */

const SETTLE_MS = 160;
const QUICK_MS = 250; // from one move to the next: no eye follows a glide then, and its frames would hold up the next key
const GAP = 8;
const CROWDED = 0.6;
const easeOut = (t) => 1 - (1 - t) ** 3;
const wantsStill = matchMedia("(prefers-reduced-motion: reduce)");
let frame = 0;
let kept = null;
let movedAt = -Infinity;
let width = innerWidth;

/** What is free to read between the top bar and the dock, which in a low window go with the text. */
function freeArea() {
  const bar = document.querySelector(".bar").getBoundingClientRect();
  const dock = document.querySelector(".dock").getBoundingClientRect();
  return { top: Math.max(0, bar.bottom), bottom: Math.min(innerHeight, dock.top) };
}

/**
 * How far to scroll so that the row's middle lies in the middle third of the free area, and the row wholly in sight.
 * A row taller than that shows its beginning; where it covers the middle third it stays: somebody reads its end.
 */
export function distanceTo(row, free) {
  const height = free.bottom - free.top;
  const band = { top: free.top + height / 3, bottom: free.bottom - height / 3 };
  if (row.height > height) return row.top < band.top && row.bottom > band.bottom ? 0 : row.top - free.top - GAP;
  const half = row.height / 2;
  const middle = row.top + half;
  const nearest = Math.min(Math.max(middle, band.top, free.top + half), band.bottom, free.bottom - half);
  return middle - nearest;
}

function glide(from, to, started) {
  const share = Math.min(1, (performance.now() - started) / SETTLE_MS);
  scrollTo({ top: from + (to - from) * easeOut(share), behavior: "instant" });
  if (share < 1) frame = requestAnimationFrame(() => glide(from, to, started));
}

/** Bring a row to the middle third: gliding, or at once for a quick hand, where motion is unwanted or asked so. */
export function keepInMiddle(row, { atOnce = false } = {}) {
  cancelAnimationFrame(frame);
  kept = row;
  const isQuick = performance.now() - movedAt < QUICK_MS;
  movedAt = performance.now();
  const distance = distanceTo(row.getBoundingClientRect(), freeArea());
  if (!distance) return;
  if (atOnce || isQuick || wantsStill.matches) scrollBy({ top: distance, behavior: "instant" });
  else glide(scrollY, scrollY + distance, performance.now());
}

/**
 * The beginning of a page, for a row in hand that may lie below what is free there: then as much further as it takes to
 * have it wholly in sight, or its beginning where it is taller. What was still gliding stops.
 */
export function startAt(row) {
  cancelAnimationFrame(frame);
  kept = row;
  scrollTo({ top: 0, behavior: "instant" });
  const [box, free] = [row.getBoundingClientRect(), freeArea()];
  const further = Math.min(box.bottom - free.bottom, box.top - free.top - GAP);
  if (further > 0) scrollBy({ top: further, behavior: "instant" });
}

/** Whether this is taller than what is free to read, or hides some of its text. */
export function isTall(element) {
  const free = freeArea();
  return element.scrollHeight > Math.min(element.clientHeight, free.bottom - free.top);
}

/** Bring this into sight: wholly, or its beginning where it is taller than that. */
export function bringIntoSight(element) {
  if (Math.abs(element.getBoundingClientRect().top - freeArea().top) <= GAP) return; // in its own column, say
  element.scrollIntoView({ block: isTall(element) ? "start" : "nearest" });
}

/** Where enlarged text would leave no room between bar and dock, both go with the text: not for what the dock says for a while. */
function giveRoom() {
  const [bar, hand] = [".bar", '[data-part="dock-main"]'].map((part) => document.querySelector(part).offsetHeight);
  if (hand) document.body.toggleAttribute("data-crowded", bar + hand > CROWDED * innerHeight);
}

giveRoom();
addEventListener("resize", giveRoom);

// A phone was turned, a window made narrower, the page enlarged: what was in the middle is there again.
addEventListener("resize", () => {
  if (innerWidth === width) return; // only the browser's own bars came or went
  width = innerWidth;
  if (kept?.isConnected) keepInMiddle(kept, { atOnce: true });
});
