/** Tells the formulas of an imported text from its words. Pure: text in, pieces out. */

import { tablesIn } from "./tables.js";
import { hasCommand, undelimited } from "./undelimited.js";

const ENVIRONMENTS =
  "align|align\\*|aligned|alignat|alignat\\*|alignedat|array|bmatrix|Bmatrix|cases|displaymath|eqnarray|eqnarray\\*|equation|equation\\*|" +
  "flalign|flalign\\*|gather|gather\\*|gathered|matrix|multline|multline\\*|pmatrix|smallmatrix|split|vmatrix|Vmatrix";
const OPENING = new RegExp(
  [
    String.raw`\[asy\]`,
    String.raw`\\begin\{(?:tabular|asy|verbatim)\*?\}`,
    String.raw`\\(?:begin|end)\{(?:${ENVIRONMENTS})\}`,
    String.raw`\\[[\]()]`,
    String.raw`\\[$%#&_*]`,
    String.raw`\$\$`,
    String.raw`\$`,
    String.raw`<<[^<>\n]{1,200}>>`,
  ].join("|"),
  "g",
);
const INLINE = /matrix|cases|array/; // these may stand within a sentence without signs around them
// Words beside words, or one behind an amount: "2 per egg"; but neither `ax + by` nor `xyz`.
const PROSE = /\b[a-z]{3,}\s+[a-z]{2,}\b|\b[a-z]{2,}\s+[a-z]{3,}\b/i;
const WORD_BEHIND_AMOUNT = /[\w,.;:%)]\s+(?:[a-z]{3,}|an|at|by|in|is|it|he|of|on|or|so|to|we)\b/;
const NOT_WORDS = /\\(?:text|textbf|textit|textrm|emph|mbox|hbox|mathrm|operatorname)\s*\{[^{}]*\}|\\[a-zA-Z]+/g;
const STRONG = /[\\^_]/;
const ONLY_SIGNS = /^[\s&\\.,;:]*$/; // what stands around one row of an `align` that was cut at its line ends
// One row of an alignment that was cut at its line ends: "(x - 2)^2 - 9 &= 0 \\".
const ROW = /(?<!\\)&\s*(?:[-=<>+]|\\(?:[gl]eq?|approx|equiv|sim|cdot|times)\b)/;
const ROW_END = /\\+\s*$/;

/** Index just behind the `close` that ends what starts at `from`, with braces balanced; -1 where there is none. */
function endOf(text, from, close) {
  let depth = 0;
  let plain = -1; // with unbalanced braces the formula will be refused, its neighbours not
  for (let i = from; i < text.length; i += 1) {
    const isClose = text.startsWith(close, i);
    if (isClose && depth <= 0) return i + close.length;
    if (isClose && plain < 0) plain = i + close.length;
    if (text[i] === "\\") i += 1;
    else if (text[i] === "{") depth += 1;
    else if (text[i] === "}") depth -= 1;
  }
  return plain;
}

/**
 * Whether what stands between two dollar signs is a formula. Money is not: "$2 per egg and sells 9 for $18".
 * `before` and `after` are the characters around the two signs.
 */
export function isFormula(content, { before = "", after = "" } = {}) {
  const trimmed = content.trim();
  if (!trimmed || /<<|\\[([]|\n\s*\n/.test(content)) return false;
  const words = trimmed.replace(NOT_WORDS, "+");
  if (PROSE.test(words) || (/^[\d.]/.test(trimmed) && WORD_BEHIND_AMOUNT.test(words))) return false;
  const isAmount = /^[\d.]/.test(content);
  if (isAmount && /\d/.test(after) && /\s$/.test(content)) return false; // "$1000x \ge $66,200"
  if (isAmount && !content.includes("\\") && (/\d/.test(after) || !isFinished(content))) return false; // "$9*$4", "($1000), $r$"
  if (STRONG.test(content)) return true;
  if (/\d/.test(after)) return false; // the second sign opens an amount: "$x + $3"
  return !(/\d/.test(before) && /^\s/.test(content)); // the first one ends an amount: "45$ - 5$"
}

/** Whether an expression could end here: not behind an operator or a space, nor with a bracket that it did not open. */
function isFinished(content) {
  const count = (sign) => content.split(sign).length;
  return !/(?<![\^_])[-=+*/\s]$/.test(content) && count("(") >= count(")");
}

function dollar(text, start) {
  const end = endOf(text, start + 1, "$");
  if (end < 0) return null;
  const content = text.slice(start + 1, end - 1);
  if (!isFormula(content, { before: text[start - 1], after: text[end] })) return null;
  return { kind: "formula", tex: content, isDisplay: /\\begin\{(?:align|gather|equation)\*?\}/.test(content), end };
}

/** `\$` stands for a dollar; but `\$ ... \$` around commands is a formula whose signs were escaped. */
function escaped(text, start, sign) {
  const close = sign === "\\$" ? text.indexOf(sign, start + 2) : -1;
  const content = text.slice(start + 2, Math.max(close, 0));
  if (/\\[a-zA-Z]{2}/.test(content) && isFormula(content)) return { kind: "formula", tex: content, isDisplay: false, end: close + 2 };
  return { kind: "escape", shown: sign[1], end: start + 2 };
}

function between(text, start, open, close) {
  const end = endOf(text, start + open.length, close);
  if (end < 0 || end - start - open.length - close.length <= 0) return null;
  return { kind: "formula", tex: text.slice(start + open.length, end - close.length), isDisplay: open !== "\\(", end };
}

/** `$$ ... $$`, or with the second pair cut to one sign. */
function twoDollars(text, start) {
  const whole = between(text, start, "$$", "$$");
  if (whole) return whole;
  const piece = dollar(text, start + 1);
  return piece && STRONG.test(piece.tex) ? { ...piece, isDisplay: true } : null;
}

function block(text, start, open, kind) {
  const close = open === "[asy]" ? "[/asy]" : open.replace("\\begin", "\\end");
  const at = text.indexOf(close, start + open.length);
  if (at < 0) return null;
  const end = at + close.length;
  const isInSentence = /\S[ \t]*$/.test(text.slice(0, start)) || /^[ \t]*\w/.test(text.slice(end));
  return { kind, tex: text.slice(start, end), isDisplay: !(isInSentence && INLINE.test(open)), end };
}

/** The piece that starts with `open` at `start`, or null where it is only text after all. */
function pieceAt(text, start, open) {
  const alone = { kind: "aside", end: start + open.length }; // a sign without its partner, a calculator's mark
  if (open === "[asy]" || /^\\begin\{(?:asy|verbatim)/.test(open)) return block(text, start, open, "source");
  if (open.startsWith("\\begin{tabular")) return block(text, start, open, "table");
  if (open.startsWith("\\begin")) return block(text, start, open, "formula") ?? alone;
  if (open === "\\[") return between(text, start, open, "\\]") ?? alone;
  if (open === "\\(") return between(text, start, open, "\\)") ?? alone;
  if (open === "$$") return twoDollars(text, start) ?? alone;
  if (open === "$") return dollar(text, start);
  return /^\\[$%#&_*]/.test(open) ? escaped(text, start, open) : alone;
}

/** The text in pieces, by the signs that stand around formulas. */
function delimited(text) {
  const pieces = [];
  let done = 0;
  const push = (piece) => piece.text && pieces.push(piece);
  OPENING.lastIndex = 0;
  for (let found = OPENING.exec(text); found; found = OPENING.exec(text)) {
    const piece = pieceAt(text, found.index, found[0]);
    if (!piece) {
      OPENING.lastIndex = found.index + 1;
      continue;
    }
    push({ kind: "text", text: text.slice(done, found.index) });
    const { end, ...rest } = piece;
    push({ ...rest, text: text.slice(found.index, end) });
    done = OPENING.lastIndex = end;
  }
  push({ kind: "text", text: text.slice(done) });
  return pieces;
}

/** The `&` of an alignment mean nothing outside of it. */
const withoutAlignment = (tex) => tex.replace(/(?<!\\)&(?=\s*(?:[-=<>+]|\\(?!text|mbox)[a-zA-Z]))/g, "").replace(/(?<!\\)&/g, "\\quad ");

/** A text piece, with the formulas in it that have no signs around them. `isAll`: there is nothing beside it. */
function withBare(piece, isAll) {
  if (isAll && ROW.test(piece.text) && !PROSE.test(piece.text.replace(NOT_WORDS, "+"))) {
    const tex = withoutAlignment(piece.text.trim().replace(ROW_END, ""));
    return [{ kind: "formula", text: piece.text, tex, isDisplay: true, isBare: true }];
  }
  const places = undelimited(piece.text);
  if (!places.length) return [piece];
  const [{ start, end }] = places;
  const { text } = piece;
  if (isAll && places.length === 1 && ONLY_SIGNS.test(text.slice(0, start) + text.slice(end))) {
    const stop = /^\s*([.,;:]?)/.exec(text.slice(end))[1];
    return [{ kind: "formula", text, tex: withoutAlignment(text.slice(start, end)) + stop, isDisplay: true, isBare: true }];
  }
  const pieces = [];
  let done = 0;
  for (const place of places) {
    pieces.push({ kind: "text", text: text.slice(done, place.start) });
    const source = text.slice(place.start, place.end);
    pieces.push({ kind: "formula", text: source, tex: withoutAlignment(source), isDisplay: false, isBare: true });
    done = place.end;
  }
  pieces.push({ kind: "text", text: text.slice(done) });
  return pieces.filter((one) => one.text);
}

/**
 * Split a text into pieces that joined by their `text` are the text again. Each has a `kind`:
 * - `text`, to be shown as it is; `escape`, to be shown as `shown`;
 * - `formula` with its `tex`, `isDisplay`, and `isBare` where no sign in the text says that it is one;
 * - `table`: a `tabular`, which may be set like a formula; `source`: a drawing, to be shown as it came;
 * - `grid`: a Markdown table with its `rows` of cells, each again in pieces, the first `head` of them its head;
 * - `aside`: calculator marks such as `<<3+4=7>>`, and signs of formulas that lack their partner.
 */
export function split(text) {
  return tablesIn(text).flatMap((part) => (part.rows ? [{ ...part, rows: part.rows.map((row) => row.map(splitWords)) }] : splitWords(part.text)));
}

function splitWords(text) {
  const pieces = delimited(text);
  return pieces.flatMap((piece) => (piece.kind === "text" ? withBare(piece, pieces.length === 1) : [piece]));
}

/** An answer is hardly ever a sentence: a command says that this was meant as a formula, also where it was cut off. */
function meant(piece) {
  const isCut = piece.kind === "text" && piece.text.includes("$");
  if (!hasCommand(piece.text) || !(piece.isBare || isCut)) return piece;
  return { tex: piece.text, isDisplay: false, isBare: true, ...piece, kind: "formula", isMeant: true };
}

/**
 * The pieces of a final answer: those come without dollar signs. A plain word or number reads the same either way.
 * `isMeant`: a formula without signs around it, whose refusal is shown all the same.
 */
export function splitAnswer(answer) {
  const isOneFormula = /[\\^_{}]/.test(answer) && !/\$|\\[([]/.test(answer) && isFormula(answer);
  const pieces = isOneFormula ? [{ kind: "formula", text: answer, tex: answer, isDisplay: false, isBare: true }] : split(answer);
  return pieces.map(meant);
}
