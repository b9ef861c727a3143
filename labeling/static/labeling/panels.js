/** Guide and keys, beside the steps or as a drawer over them: one open at a time. */

const desk = document.querySelector("[data-desk]");
const panels = new Map([...document.querySelectorAll("[data-panel]")].map((panel) => [panel.dataset.panel, panel]));
const beside = matchMedia("(min-width: 85rem)"); // as in label.css: the width from which the guide has its own column
const REMEMBERED = "plumbline.guide";

function remember(isOpen) {
  try {
    localStorage.setItem(REMEMBERED, isOpen ? "open" : "closed");
  } catch {
    // Only a preference.
  }
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

export const openPanel = () => [...panels].find(([, panel]) => !panel.hidden)?.[0] ?? null;

function set(name) {
  for (const [each, panel] of panels) panel.hidden = each !== name;
  for (const button of document.querySelectorAll("[aria-controls]")) {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-controls") === name));
  }
  desk.dataset.guide = name ? "open" : "closed";
  document.documentElement.dataset.atDesk = "rating"; // no longer "laying"
}

/** Open a panel, or close it when it is open. A drawer takes the focus, so that Esc and Tab begin there. */
export function togglePanel(name) {
  const isOpening = openPanel() !== name;
  set(isOpening ? name : null);
  if (name === "guide" && beside.matches) remember(isOpening);
  if (isOpening && !beside.matches) panels.get(name).focus({ preventScroll: true });
}

/** Close what covers the steps; false where nothing did. The guide in its own column stays. */
export function closePanel() {
  const name = openPanel();
  if (!name || (name === "guide" && beside.matches)) return false;
  set(null);
  if (name === "keys") restorePanels();
  return true;
}

/** Where there is room the guide lies beside the steps until somebody puts it away. */
export function restorePanels() {
  set(beside.matches && remembered() !== "closed" ? "guide" : null);
}

beside.addEventListener("change", restorePanels);
