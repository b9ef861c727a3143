/** Keeps the step in hand in the middle third of what is free between the top bar and the dock. */

const SETTLE_MS = 160;
const easeOut = (t) => 1 - (1 - t) ** 3;
const wantsStill = matchMedia("(prefers-reduced-motion: reduce)");
let frame = 0;

function freeBand() {
  const top = document.querySelector(".bar").getBoundingClientRect().bottom;
  const bottom = document.querySelector(".dock").getBoundingClientRect().top;
  const third = (bottom - top) / 3;
  return { top: top + third, bottom: bottom - third };
}

/** How far to scroll so that the row's middle lies in the band; a row taller than the band shows its beginning. */
export function distanceTo(rect, band) {
  if (rect.height > band.bottom - band.top) return rect.top - band.top;
  const middle = (rect.top + rect.bottom) / 2;
  if (middle < band.top) return middle - band.top;
  return middle > band.bottom ? middle - band.bottom : 0;
}

function glide(from, to, started) {
  const share = Math.min(1, (performance.now() - started) / SETTLE_MS);
  scrollTo({ top: from + (to - from) * easeOut(share), behavior: "instant" });
  if (share < 1) frame = requestAnimationFrame(() => glide(from, to, started));
}

/** Bring a row to the middle third: gliding, or at once where motion is unwanted or asked so. */
export function keepInMiddle(row, { atOnce = false } = {}) {
  cancelAnimationFrame(frame);
  const distance = distanceTo(row.getBoundingClientRect(), freeBand());
  if (!distance) return;
  if (atOnce || wantsStill.matches) scrollBy({ top: distance, behavior: "instant" });
  else glide(scrollY, scrollY + distance, performance.now());
}
