/**
 * Sets formulas without a page, for `manage.py check_formulas`: the page's own modules, run by node.
 * Lines in: `[is it an answer, text]`. Lines out: `{counts, marked: [[text, reason]], left: [text]}`, one for each.
 */

import { createInterface } from "node:readline";

import katex from "katex";

import { isMarked, prepared } from "./static/labeling/formulas.js";
import { split, splitAnswer } from "./static/labeling/mathtext.js";
import { hasCommand } from "./static/labeling/undelimited.js";

function kindOf(piece) {
  if (piece.kind !== "formula") return piece.kind;
  if (piece.isBare) return "undelimited";
  return piece.isDisplay ? "display" : "inline";
}

/** Why KaTeX refuses a piece, or null. */
function refusal(piece) {
  try {
    const [tex, options] = prepared(piece);
    katex.renderToString(tex, options);
    return null;
  } catch (error) {
    return error.message;
  }
}

function check(pieces) {
  const found = { counts: {}, marked: [], left: [] };
  const count = (kind) => {
    found.counts[kind] = (found.counts[kind] ?? 0) + 1;
  };
  for (const piece of pieces.flatMap((each) => (each.kind === "grid" ? each.rows.flat(2) : [each]))) {
    const reason = piece.kind === "formula" || piece.kind === "table" ? refusal(piece) : null;
    if (piece.kind === "table" && reason) count("source");
    else if (reason && !isMarked(piece)) found.left.push(piece.text);
    else if (piece.kind === "text") {
      if (hasCommand(piece.text)) found.left.push(piece.text);
    } else if (piece.kind !== "escape") {
      count(kindOf(piece));
      if (reason) found.marked.push([piece.text, reason]);
    }
  }
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [isAnswer, text] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(check((isAnswer ? splitAnswer : split)(text)))}\n`);
}
