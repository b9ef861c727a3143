/** Puts imported text on the page: formulas by KaTeX, everything else as text nodes; never as HTML. */

import { keepEdges, keepSource } from "./copying.js";
import { isMarked, prepared } from "./formulas.js";
import { languageOf } from "./languages.js";
import { split, splitAnswer } from "./mathtext.js";

const SLACK = 3; // pixels that an equation's number may stick out and yet be whole
const SHORT_EM = 11; // an inline formula up to this wide never breaks
const TRAILING = /^[,.;:!?)\]’”'"-]+/;

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

/** A drawing or a table as it came. */
function sourceBlock(piece) {
  const block = element("code", "source", piece.text);
  block.tabIndex = 0; // it scrolls
  return block;
}

/** KaTeX writes a few styles as attributes, which the page's policy refuses. Its own sheet does the same without them. */
function dropStyleAttributes(tree) {
  if (tree.attributes?.style) delete tree.attributes.style;
  tree.children?.forEach(dropStyleAttributes);
}

function formula(piece) {
  try {
    const tree = globalThis.katex.__renderToDomTree(...prepared(piece));
    dropStyleAttributes(tree);
    return keepSource(tree.toNode(), piece.text);
  } catch (error) {
    if (piece.kind === "table") return sourceBlock(piece);
    return isMarked(piece) ? refused(piece, error) : document.createTextNode(piece.text);
  }
}

const isFormula = (piece) => piece?.kind === "formula" || piece?.kind === "table";
const isBlock = (piece) => piece?.kind === "source" || piece?.kind === "grid" || (isFormula(piece) && piece.isDisplay);

/** The words at `index`: the comma that stays with the formula before them, and what is shown without the line ends that blocks bring themselves. */
function wordsAt(pieces, index) {
  const { text } = pieces[index];
  const before = pieces[index - 1];
  const comma = isFormula(before) && !before.isDisplay ? (TRAILING.exec(text)?.[0] ?? "") : "";
  const from = isBlock(before) ? /^[ \t]*\n?/.exec(text)[0].length : comma.length;
  const to = isBlock(pieces[index + 1]) ? Math.max(from, text.search(/\n?[ \t]*$/)) : text.length;
  return { comma, before: text.slice(comma.length, from), shown: text.slice(from, to), after: text.slice(to) };
}

const asCell = (pieces, name) => {
  const cell = document.createElement(name);
  cell.append(...nodesOf(pieces));
  return cell;
};

/** A Markdown table. Hairlines stand for its bars; one that is wider than the text scrolls in its holder. */
function grid({ rows, head, text }) {
  const table = element("table", "grid");
  const [top, body] = [table.createTHead(), table.createTBody()];
  rows.forEach((row, index) => (index < head ? top : body).insertRow().append(...row.map((pieces) => asCell(pieces, index < head ? "th" : "td"))));
  const holder = element("div", "grid-holder");
  holder.append(table);
  return keepSource(holder, text);
}

const MAKE = {
  grid,
  escape: (piece) => keepSource(document.createTextNode(piece.shown), piece.text),
  aside: (piece) => element("span", "aside", piece.text),
  source: sourceBlock,
  table: formula,
  formula: (piece) => {
    if (piece.isDisplay) return formula(piece);
    const holder = element("span", "formula"); // holds its comma too, so that the two are never parted
    holder.append(formula(piece));
    return holder;
  },
};

function nodesOf(pieces) {
  const nodes = [];
  pieces.forEach((piece, index) => {
    if (piece.kind !== "text") {
      nodes.push(MAKE[piece.kind](piece));
      return;
    }
    const { comma, before, shown, after } = wordsAt(pieces, index);
    if (comma) nodes.at(-1).append(comma);
    nodes.push(keepEdges(document.createTextNode(shown), before, after));
  });
  return nodes;
}

function fill(target, pieces) {
  const words = pieces.filter((piece) => piece.kind !== "text" || piece.text.trim());
  target.toggleAttribute("data-alone", words.length === 1 && isFormula(words[0]) && words[0].isDisplay);
  target.replaceChildren(...nodesOf(pieces));
  const language = languageOf(words.map((piece) => (piece.kind === "text" ? piece.text : "")).join(" "));
  if (language) target.lang = language;
  else target.removeAttribute("lang");
}

/** Fill an element with a text and its formulas. */
export const typeset = (target, text) => fill(target, split(text));

/** Fill an element with a final answer. */
export const typesetAnswer = (target, answer) => fill(target, splitAnswer(answer));

const widthsOf = (holder) => [...holder.querySelectorAll(".katex-html > .katex-base")].map((base) => base.offsetWidth);

/** Keep short inline formulas whole. Reads all widths first, then writes. */
export function keepShortWhole(root) {
  const measured = [...root.querySelectorAll(".formula")].map((holder) => {
    const em = Number.parseFloat(getComputedStyle(holder).fontSize);
    const width = widthsOf(holder).reduce((sum, each) => sum + each, 0); // none where the formula was refused: its text breaks as words do
    return [holder, width > 0 && width <= SHORT_EM * em];
  });
  for (const [holder, isShort] of measured) holder.classList.toggle("is-short", isShort);
}

/** Whether a block is wider than its place; of an inline formula, which breaks, whether one piece of it is. */
function isTooWide(block) {
  if (!block.matches(".formula")) return block.scrollWidth > block.clientWidth + SLACK;
  const place = block.closest(".tex, [data-guide]");
  return Boolean(place) && Math.max(0, ...widthsOf(block)) > place.clientWidth;
}

/** What cannot break scrolls within itself: it fades at its edge and takes the focus. */
export function markOverflow(root) {
  const measured = [...root.querySelectorAll(".katex-display, .formula, .grid-holder")].map((block) => [block, isTooWide(block)]);
  for (const [block, overflows] of measured) {
    block.toggleAttribute("data-overflows", overflows);
    if (overflows) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}
