/** Puts imported text on the page: formulas by KaTeX, everything else as text nodes; never as HTML. */

import { split } from "./mathtext.js";

const MAX_FORMULA = 5_000;
const SHORT_EM = 11; // an inline formula up to this wide never breaks
const TRAILING = /^[,.;:!?)\]’”'"-]+/;

// Commands and environments that the imported data uses and KaTeX does not know.
const MACROS = {
  "\\mbox": "\\text{#1}",
  "\\hbox": "\\text{#1}",
  "\\cis": "\\operatorname{cis}",
  "\\lcm": "\\operatorname{lcm}",
  "\\sgn": "\\operatorname{sgn}",
  "\\overarc": "\\overset{\\frown}{#1}",
  "\\textdollar": "\\$",
  "\\degree": "^\\circ",
  "\\dollar": "\\$",
  "\\emph": "\\textit{#1}",
  "\\underarc": "\\underset{\\smile}{#1}",
};
const ALIASES = [
  [/\\(begin|end)\{multline\*?\}/g, "\\$1{gather*}"],
  [/\\begin\{eqnarray\*?\}/g, "\\begin{array}{rcl}"],
  [/\\end\{eqnarray\*?\}/g, "\\end{array}"],
  [/\\(begin|end)\{(?:flalign|displaymath)\*?\}/g, "\\$1{align*}"],
  [/\\(begin|end)\{tabular\}/g, "\\$1{array}"],
];

// Where `trust: false` would show only the name of the command, this has the whole text shown, marked as refused.
function refuseToFollow({ command }) {
  throw new Error(`${command} is not followed`);
}

function options(isDisplay) {
  return {
    displayMode: isDisplay,
    throwOnError: true,
    strict: "ignore",
    trust: refuseToFollow,
    maxExpand: 1000,
    maxSize: 20,
    macros: { ...MACROS }, // fresh: a \gdef in one formula must not reach the next
  };
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A formula that KaTeX refused: its text as it came, marked, with the reason in its title. */
function refused(piece, error) {
  const made = element("span", "refused", piece.text);
  made.title = error.message;
  return made;
}

function formula(piece) {
  try {
    if (piece.tex.length > MAX_FORMULA) throw new RangeError(`${piece.tex.length} > ${MAX_FORMULA}`);
    const tex = ALIASES.reduce((text, [from, to]) => text.replace(from, to), piece.tex);
    const holder = document.createElement("span");
    globalThis.katex.render(tex, holder, options(piece.isDisplay));
    return holder.firstElementChild;
  } catch (error) {
    return refused(piece, error);
  }
}

/** An inline formula with the comma behind it, so that the two are never parted; returns it and the text that is left. */
function inline(piece, following) {
  const comma = following.match(TRAILING)?.[0] ?? "";
  const holder = element("span", "formula");
  holder.append(formula(piece), comma);
  return [holder, following.slice(comma.length)];
}

/** Line ends beside a display formula are its own already. */
function between(text, isAfterDisplay, isBeforeDisplay) {
  const start = isAfterDisplay ? text.replace(/^[ \t]*\n?/, "") : text;
  return isBeforeDisplay ? start.replace(/\n?[ \t]*$/, "") : start;
}

const isBlock = (piece) => Boolean(piece && (piece.kind === "source" || piece.isDisplay));

function nodesOf(pieces) {
  const nodes = [];
  const texts = pieces.map((piece, i) => (piece.kind === "text" ? between(piece.text, isBlock(pieces[i - 1]), isBlock(pieces[i + 1])) : ""));
  pieces.forEach((piece, i) => {
    if (piece.kind === "text") nodes.push(document.createTextNode(texts[i]));
    else if (piece.kind === "aside") nodes.push(element("span", "aside", piece.text));
    else if (piece.kind === "source") nodes.push(sourceBlock(piece));
    else if (piece.isDisplay) nodes.push(formula(piece));
    else {
      const [holder, rest] = inline(piece, texts[i + 1] ?? "");
      if (i + 1 < texts.length) texts[i + 1] = rest;
      nodes.push(holder);
    }
  });
  return nodes;
}

function sourceBlock(piece) {
  const block = element("code", "source", piece.text);
  block.tabIndex = 0; // it scrolls
  return block;
}

/** Fill an element with a text and its formulas. */
export function typeset(target, text) {
  const pieces = split(text);
  const words = pieces.filter((piece) => piece.kind !== "text" || piece.text.trim());
  target.toggleAttribute("data-alone", words.length === 1 && Boolean(words[0].isDisplay));
  target.replaceChildren(...nodesOf(pieces));
}

const widthOf = (holder) => [...holder.querySelectorAll(".katex-html > .base")].reduce((sum, base) => sum + base.offsetWidth, 0);

/** Keep short inline formulas whole. Reads all widths first, then writes. */
export function keepShortWhole(root) {
  const measured = [...root.querySelectorAll(".formula")].map((holder) => {
    const em = Number.parseFloat(getComputedStyle(holder).fontSize);
    return [holder, widthOf(holder) <= SHORT_EM * em];
  });
  for (const [holder, isShort] of measured) holder.classList.toggle("is-short", isShort);
}

/** What cannot break scrolls within itself: it fades at its edge and takes the focus. */
export function markOverflow(root) {
  const measured = [...root.querySelectorAll(".katex-display")].map((block) => [block, block.scrollWidth > block.clientWidth + 1]);
  for (const [block, overflows] of measured) {
    block.toggleAttribute("data-overflows", overflows);
    if (overflows) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}
