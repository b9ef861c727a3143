/** The guide beside the steps: its formulas, a new version while the page is open, and that somebody took note of it. */

import { call } from "./api.js";
import { openPanel, togglePanel } from "./panels.js";
import { announce } from "./sign.js";
import { keepShortWhole, markOverflow, typeset } from "./typeset.js";
import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const inside = () => part("guide").querySelector("[data-guide]");

/** The version that stands beside the solution; null where the guide has none. */
export const shownGuide = () => Number(inside().dataset.guide) || null;

function setFormulas(root) {
  for (const element of root.querySelectorAll("[data-tex]")) {
    typeset(element, element.textContent);
    element.removeAttribute("data-tex");
  }
  keepShortWhole(root);
  markOverflow(root);
}

/** Whether something in the guide is new to this person, which the button that opens it says too. */
function showNews() {
  const news = part("guide").querySelector("[data-news]");
  part("guide-new").hidden = !news;
  return [...(news?.querySelectorAll("[data-note]") ?? [])].map((note) => note.textContent);
}

export class Guide {
  /** `panel` is where the inside of the panel is fetched from, `mine` where this person's notice goes. */
  constructor({ panel, mine }) {
    Object.assign(this, { panel, mine });
    this.isFetching = false;
    setFormulas(part("guide"));
    showNews();
  }

  /** A solution came with this version in force: bring its text where another one is shown. */
  async noticed(version) {
    if (!version || version === shownGuide() || this.isFetching) return;
    this.isFetching = true;
    try {
      await this.bring();
    } catch {
      // The next solution says it again.
    } finally {
      this.isFetching = false;
    }
  }

  async bring() {
    const response = await fetch(this.panel, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return; // signed out: that is said where work is saved
    // Parsed as a document of its own, in which nothing runs; the server wrote it, and it holds no script either.
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-guide]");
    if (!fresh) return;
    part("guide").replaceChildren(fresh);
    setFormulas(part("guide"));
    const notes = showNews();
    if (notes.length) announce(`${say("guide_changed")} ${notes.join(" ")}`);
  }

  /** It is still there, to be noted later. */
  notNoted(news) {
    const told = news.querySelector("[role=status]") ?? news.appendChild(document.createElement("p"));
    told.setAttribute("role", "status");
    told.textContent = say("guide_not_noted");
  }

  /** Somebody took note of what changed; whoever has not seen it yet is shown it. It goes away once the server has it. */
  async noted() {
    const news = part("guide").querySelector("[data-news]");
    if (!news) return;
    if (openPanel() !== "guide") {
      togglePanel("guide");
      return;
    }
    try {
      await call("PUT", this.mine, { version: shownGuide() });
    } catch {
      this.notNoted(news);
      return;
    }
    news.remove();
    for (const block of part("guide").querySelectorAll(".new")) block.classList.remove("new");
    for (const word of part("guide").querySelectorAll(".new-word")) word.remove();
    showNews();
    announce(say("guide_noted"));
  }
}
