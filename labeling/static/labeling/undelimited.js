/** Finds LaTeX that carries no signs around it: `I get \sin x = \frac{1}{2}, so ...`. Pure: text in, places out. */

// Nothing here may be a word: a run of tokens is a formula from its first to its last.
const TOKEN = new RegExp(
  [
    String.raw`\\(?:[a-zA-Z]+\*?|[{}|,;:! \\])`, // a command, a brace, a space, a row's end
    String.raw`\d[\d,]*(?:\.\d+)?|\.\d+`,
    String.raw`[a-zA-Z]+`,
    String.raw`\.{3}|[-+*/=<>|!'()[\],;:&~^_]`,
    String.raw`[Α-ωϕϵ≤≥≠≈≡±∓·×÷−–→⇒∞√°∈∪∩…∠△′]`,
    String.raw`[ \t]+`,
  ].join("|"),
  "y",
);
// Accents of ordinary text, and `\n`: a line end that was escaped twice, with what follows stuck to it.
const NO_COMMAND = /^\\(?:[a-z]$|n(?!u$|eq?$|eg$|abla$|atural$|exists$|geq|leq|i$|mid$|ot|parallel|less|gtr|sim$|cong$|subset|supset|Right|Left))/;
const BEFORE_BRACKET = /^\\(?:left|right|[bB]igg?[lrm]?)$/;
const COMMAND = /^\\(?:[a-zA-Z]{2,}|[{|])/;
const BRACED_SCRIPT = /^[\^_]\{/;
const OPERATOR = /^\s*(?:[-+*/=<>^_([,:|!']|[≤≥≠≈≡±·×÷−→⇒∈]|\\(?:[lg]eq?|neq?|in|equiv|approx|sim|cong|cdot|times|div|pm|mp|to|mid|implies|iff|(?:Right|right|Left|left)arrow|cup|cap|subset)\b)/;
const WORDS = new Set("a A I am an as at be by do go he if in is it me my no of on or so to up us we An As At By Do He If In Is It No Of On Or So To We".split(" "));
const LEFT_EDGE = /^(?:[\s,;:.!&~]|_[A-Za-z\d]\b|\\\\|\\[,;:! ])+/;
const RIGHT_EDGE = /(?:[\s,;:!&~]|\\\\|\\[,;:! ])+$/;
const LABEL = /^\s*(?:[-*+]|\(?[A-Z\d]\)|[A-Z]:)\s+/; // of an item in a list, at the start of its line

/** Index behind the group that opens at `from`, or -1 where it is not closed. */
function groupEnd(text, from) {
  const close = { "{": "}", "[": "]" }[text[from]];
  let depth = 0;
  for (let i = from; i < text.length && text[i] !== "\n"; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === text[from]) depth += 1;
    else if (text[i] === close && (depth -= 1) === 0) return i + 1;
  }
  return -1;
}

/** The token at `at`, with the groups that belong to it; null where a word or another sign stands. */
function tokenAt(text, at) {
  TOKEN.lastIndex = at;
  const found = TOKEN.exec(text)?.[0];
  if (!found || NO_COMMAND.test(found)) return null;
  let end = at + found.length;
  if (BEFORE_BRACKET.test(found)) end += /^(?:\\[a-zA-Z]+|\\?.?)/.exec(text.slice(end, end + 12))[0].length;
  const takesGroups = /^\\[a-zA-Z]/.test(found) || found === "^" || found === "_";
  if (found === "\\sqrt" && text[end] === "[") end = Math.max(end, groupEnd(text, end));
  while (takesGroups && text[end] === "{") {
    const behind = groupEnd(text, end);
    if (behind < 0) return null;
    end = behind;
  }
  return { text: text.slice(at, end), start: at, end };
}

/** Whether letters are variables: one, two that are no word, or what stands at a number or a command. */
function areVariables(letters, before) {
  if (letters.length === 1) return true;
  if (letters.length > 4) return false;
  if (letters === letters.toUpperCase()) return true;
  if (letters.length <= 3 && /[\d}]$/.test(before)) return true;
  return letters.length === 2 && !WORDS.has(letters);
}

const isApostrophe = ({ text: sign, start }, text) => sign === "'" && /[a-z]{2}$/i.test(text.slice(Math.max(0, start - 2), start));

/** Longest runs of tokens, each as a list. */
function runsOf(text) {
  const runs = [];
  let run = [];
  let at = 0;
  const close = () => {
    if (run.length) runs.push(run);
    run = [];
  };
  while (at < text.length) {
    const token = tokenAt(text, at);
    const isWord = token && /^[a-zA-Z]/.test(token.text) && !areVariables(token.text, run.at(-1)?.text ?? "");
    if (token && !isWord && !isApostrophe(token, text)) run.push(token);
    else close();
    at = token ? token.end : at + (text[at] === "\\" ? 2 : 1);
  }
  close();
  return runs;
}

/** Parts of a run between its brackets without a partner. `[0, 1)` is a pair. */
function balancedParts(run) {
  const open = [];
  const lonely = new Set();
  run.forEach((token, index) => {
    if (token.text === "(" || token.text === "[") open.push(index);
    else if ((token.text === ")" || token.text === "]") && open.pop() === undefined) lonely.add(index);
  });
  for (const index of open) lonely.add(index);
  const parts = [[]];
  run.forEach((token, index) => (lonely.has(index) ? parts.push([]) : parts.at(-1).push(token)));
  return parts;
}

/** A run without the label of its line, the article before it ("a \frac{1}{2} chance"), and the signs at its edges. */
function trimmed(text, { start, end }) {
  let from = start;
  let to = end;
  const inner = () => text.slice(from, to);
  const isLineStart = !text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim();
  if (isLineStart) from += LABEL.exec(inner())?.[0].length ?? 0;
  const article = /^\s*[aAI]\s+/.exec(inner())?.[0] ?? "";
  if (article && !OPERATOR.test(inner().slice(article.length))) from += article.length;
  if (/\s[aAI]\s*$/.test(inner()) && /^[a-zA-Z]/.test(text.slice(to))) to -= /[aAI]\s*$/.exec(inner())[0].length;
  from += LEFT_EDGE.exec(inner())?.[0].length ?? 0;
  return { start: from, end: from + inner().replace(RIGHT_EDGE, "").length };
}

const isStrong = (part) => part.some(({ text }) => COMMAND.test(text) || BRACED_SCRIPT.test(text));

/** Whether there is LaTeX in a text, whatever may be made of it. */
export const hasCommand = (text) => (text.match(/\\[a-zA-Z]{2,}/g) ?? []).some((command) => !NO_COMMAND.test(command));

/** Where in a text formulas stand, as `{start, end}`. */
export function undelimited(text) {
  if (!/\\[a-zA-Z{|]|[\^_]\{/.test(text)) return [];
  return runsOf(text)
    .flatMap(balancedParts)
    .filter(isStrong)
    .map((part) => trimmed(text, { start: part[0].start, end: part.at(-1).end }))
    .filter(({ start, end }) => end > start);
}
