/** What keys do on every page: open one's menu, go through lists, press the control that leads somewhere. */

const menu = () => document.querySelector(":popover-open");
const isSeen = (element) => element.checkVisibility();

export const isMenuOpen = () => Boolean(menu());

/** The focus goes to the line `by` further: of the menu that is open, else of the page's list. False without lines. */
function move(by) {
  const lines = [...(menu()?.querySelectorAll("a, button") ?? document.querySelectorAll("[data-line]"))].filter(isSeen);
  if (!lines.length) return false;
  const here = lines.findIndex((line) => line === document.activeElement || line.closest("[data-row]")?.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, here + by));
  lines[next].focus();
  return true;
}

/** The control with this name: the one in the row that has the focus, else the first. */
function control(name) {
  const row = document.activeElement?.closest("[data-row]");
  return row?.querySelector(`[data-go="${name}"]`) ?? document.querySelector(`[data-go="${name}"]`);
}

/** Do what an action asks for by the control that does the same; false where there is none. */
export function go(action) {
  if (action === "up") return move(-1);
  if (action === "down") return move(1);
  const found = control(action);
  found?.click();
  return Boolean(found);
}
