/** Tells the formulas of an imported text from its words. Pure: text in, pieces out. */

const ENVIRONMENTS =
  "align|align\\*|aligned|alignat|alignat\\*|alignedat|array|bmatrix|Bmatrix|cases|displaymath|eqnarray|eqnarray\\*|equation|equation\\*|" +
  "flalign|flalign\\*|gather|gather\\*|gathered|matrix|multline|multline\\*|pmatrix|smallmatrix|split|vmatrix|Vmatrix";
const OPENING = new RegExp(
  [
    String.raw`\[asy\]`,
    String.raw`\\begin\{(?:tabular|asy|verbatim)\*?\}`,
    String.raw`\\begin\{(?:${ENVIRONMENTS})\}`,
    String.raw`\\\[`,
    String.raw`\\\(`,
    String.raw`\\\$`,
    String.raw`\$\$`,
    String.raw`\$`,
    String.raw`<<[^<>\n]{1,200}>>`,
  ].join("|"),
  "g",
);
// Words beside words, or one behind an amount: "2 per egg"; but neither `ax + by` nor `xyz`.
const PROSE = /\b[a-z]{3,}\s+[a-z]{2,}\b|\b[a-z]{2,}\s+[a-z]{3,}\b/i;
const WORD_BEHIND_AMOUNT = /[\w,.;:%)]\s+(?:[a-z]{3,}|an|at|by|in|is|it|he|of|on|or|so|to|we)\b/;
const NOT_WORDS = /\\(?:text|textbf|textit|textrm|emph|mbox|hbox|mathrm|operatorname)\s*\{[^{}]*\}|\\[a-zA-Z]+/g;
const STRONG = /[\\^_]/;

/** Index just behind the `close` that ends what starts at `from`, with braces balanced; -1 where there is none. */
function endOf(text, from, close) {
  let depth = 0;
  for (let i = from; i < text.length; i += 1) {
    if (depth <= 0 && text.startsWith(close, i)) return i + close.length;
    if (text[i] === "\\") i += 1;
    else if (text[i] === "{") depth += 1;
    else if (text[i] === "}") depth -= 1;
  }
  const plain = text.indexOf(close, from); // unbalanced braces: the formula will be refused, its neighbours not
  return plain < 0 ? -1 : plain + close.length;
}

/**
 * Whether what stands between two dollar signs is a formula. Money is not: "$2 per egg and sells 9 for $18".
 * `after` is the text behind the closing sign.
 */
export function isFormula(content, after) {
  const trimmed = content.trim();
  if (!trimmed || /<<|\\[([]|\n\s*\n/.test(content)) return false;
  const words = trimmed.replace(NOT_WORDS, "+");
  if (PROSE.test(words) || (/^[\d.]/.test(trimmed) && WORD_BEHIND_AMOUNT.test(words))) return false;
  if (STRONG.test(content)) return true;
  if (/^(?:\d|<<)/.test(after)) return false; // the second sign opens an amount: "$5 + $3"
  return !(/^\d/.test(trimmed) && /[=+\-*/]$/.test(trimmed)); // nor does a formula end so: "$9 * $x"
}

function dollar(text, start) {
  const end = endOf(text, start + 1, "$");
  if (end < 0) return null;
  const content = text.slice(start + 1, end - 1);
  if (!isFormula(content, text.slice(end, end + 2))) return null;
  return { kind: "formula", tex: content, isDisplay: /\\begin\{(?:align|gather|equation)\*?\}/.test(content), end };
}

function between(text, start, open, close, kind) {
  const end = endOf(text, start + open.length, close);
  if (end < 0 || end - start - open.length - close.length <= 0) return null;
  return { kind, tex: text.slice(start + open.length, end - close.length), isDisplay: true, end };
}

function environment(text, start, open) {
  const close = open.replace("\\begin", "\\end");
  const at = text.indexOf(close, start + open.length);
  return at < 0 ? null : { kind: "formula", tex: text.slice(start, at + close.length), isDisplay: true, end: at + close.length };
}

function source(text, start, open) {
  const close = open === "[asy]" ? "[/asy]" : open.replace("\\begin", "\\end");
  const at = text.indexOf(close, start);
  return at < 0 ? null : { kind: "source", end: at + close.length };
}

/** The piece that starts with `open` at `start`, or null where it is only text after all. */
function pieceAt(text, start, open) {
  if (open === "[asy]" || /^\\begin\{(?:tabular|asy|verbatim)/.test(open)) return source(text, start, open);
  if (open.startsWith("\\begin")) return environment(text, start, open);
  if (open === "\\[") return between(text, start, open, "\\]", "formula");
  if (open === "\\(") {
    const piece = between(text, start, open, "\\)", "formula");
    return piece && { ...piece, isDisplay: false };
  }
  if (open === "\\$") return { kind: "text", text: "$", end: start + 2 };
  if (open === "$$") return between(text, start, open, "$$", "formula");
  if (open === "$") return dollar(text, start);
  return { kind: "aside", end: start + open.length };
}

/**
 * Split a text into pieces `{kind, text, tex?, isDisplay?}`; kind is `text`, `formula`, `source` (drawings and tables,
 * to be shown as they came) or `aside` (calculator marks such as `<<3+4=7>>`). `text` is the piece as it came.
 */
export function split(text) {
  const pieces = [];
  let done = 0;
  const push = (piece) => {
    const last = pieces.at(-1);
    if (piece.kind === "text" && last?.kind === "text") last.text += piece.text;
    else if (piece.text) pieces.push(piece);
  };
  OPENING.lastIndex = 0;
  for (let found = OPENING.exec(text); found; found = OPENING.exec(text)) {
    const piece = pieceAt(text, found.index, found[0]);
    if (!piece) {
      OPENING.lastIndex = found.index + (found[0] === "$$" ? 2 : 1);
      continue;
    }
    push({ kind: "text", text: text.slice(done, found.index) });
    push({ text: text.slice(found.index, piece.end), ...piece });
    done = OPENING.lastIndex = piece.end;
  }
  push({ kind: "text", text: text.slice(done) });
  return pieces;
}
