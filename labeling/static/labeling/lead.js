/** Sets the formulas of a lead's page: what stands there already, and what htmx puts there later. */

import { keepShortWhole, markOverflow, typeset, typesetAnswer } from "./typeset.js";

function setFormulas(root) {
  for (const element of root.querySelectorAll("[data-tex]")) {
    typeset(element, element.textContent);
    element.removeAttribute("data-tex"); // once: the text is not there in its plain form any more
  }
  for (const element of root.querySelectorAll("[data-tex-answer]")) {
    typesetAnswer(element, element.textContent);
    element.removeAttribute("data-tex-answer");
  }
  keepShortWhole(root);
  markOverflow(root);
  markClipped(root);
}

/** A text of which a list shows two lines says that there is more. */
function markClipped(root) {
  for (const text of root.querySelectorAll(".clip, .examples .tex")) text.toggleAttribute("data-clipped", text.scrollHeight > text.clientHeight + 1);
}

setFormulas(document);
addEventListener("resize", () => markClipped(document));
document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // on phones the tabs scroll
// Both: at once, before the piece is painted; and where it took the place of what was asked to be replaced.
document.addEventListener("htmx:afterSwap", (event) => event.target.isConnected && setFormulas(event.target));
document.addEventListener("htmx:load", (event) => setFormulas(event.detail.elt));
