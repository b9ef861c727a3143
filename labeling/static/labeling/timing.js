/** Whether somebody is at work at the desk: what a hand or an eye does counts, a hidden page does not. */

const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll"];

/** `deskNow()` is the desk at which somebody may be. */
export function bindTime(deskNow) {
  for (const name of INPUTS) document.addEventListener(name, () => deskNow().clock?.input(), { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      deskNow().clock?.pause();
      deskNow().drafts?.leave();
    } else {
      deskNow().clock?.resume();
      deskNow().woke();
    }
  });
  setInterval(() => deskNow().tick(), 1000);
}
