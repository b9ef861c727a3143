/** What KaTeX is given for a formula or a table. Pure: the page and `manage.py check_formulas` both use it. */

const MAX_LENGTH = 5_000;

// Commands that imported data uses and KaTeX does not know.
const MACROS = {
  "\\*": "*",
  "\\cancelto": "\\overset{#1}{\\cancel{#2}}",
  "\\cis": "\\operatorname{cis}",
  "\\cline": "\\@secondoftwo{#1}{\\hline}",
  "\\degree": "^\\circ",
  "\\dollar": "\\$",
  "\\emph": "\\textit{#1}",
  "\\ensuremath": "#1",
  "\\hbox": "\\text{#1}",
  "\\hfill": "\\quad",
  "\\label": "\\@secondoftwo{#1}{}",
  "\\lcm": "\\operatorname{lcm}",
  "\\mbox": "\\text{#1}",
  "\\n": "\\ ", // a line end that was escaped twice
  "\\overarc": "\\overset{\\frown}{#1}",
  "\\sgn": "\\operatorname{sgn}",
  "\\textdollar": "\\$",
  "\\textsuperscript": "^{\\text{#1}}",
  "\\underarc": "\\underset{\\smile}{#1}",
  "\\vspace": "\\@secondoftwo{#1}{}",
};
const ALIASES = [
  [/\\(begin|end)\{multline\*?\}/g, "\\$1{gather*}"],
  [/\\begin\{eqnarray\*?\}/g, "\\begin{array}{rcl}"],
  [/\\end\{eqnarray\*?\}/g, "\\end{array}"],
  [/\\(begin|end)\{(?:flalign|displaymath)\*?\}/g, "\\$1{align*}"],
  // Commands whose backslash a program took for the start of a control character.
  [/\t(?=(?:imes|ext|heta|frac|riangle)\b)/g, "\\t"],
  [/\f(?=rac|orall)/g, "\\f"],
  [/[\b](?=egin|eta\b|inom|oxed|ar\b)/g, "\\b"],
  [/\r(?=ight\b|ho\b)/g, "\\r"],
];
const COLUMNS = /(\\begin\{(?:array|tabular)\})\s*(?:\[[tbc]\])?\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}/g;
const TABULAR = /\\begin\{tabular\}(\{[^{}]*\})([^]*?)\\end\{tabular\}/g;

/** Of a table's columns KaTeX knows place and lines, not widths and what goes between. */
const plainColumns = (columns) => columns.replace(/[@!<>]\{(?:[^{}]|\{[^{}]*\})*\}/g, "").replace(/[pmb]\{[^{}]*\}|X/g, "l");

const asCell = (cell) => cell.replace(/^((?:\s|\\hline)*)([^]*?)(\s*(?:\\hline\s*)*)$/, (_, before, words, after) => `${before}${words && `\\text{${words}}`}${after}`);

/** A `tabular` as an `array`: its cells are text, with formulas between dollar signs. */
function asArray(_, columns, body) {
  const lines = body.replace(/\\n(?![a-z])/g, "\n"); // line ends that were escaped twice
  const rows = lines.split(/\\\\(?:\[[^\]]*\])?/).map((row) => row.split(/(?<!\\)&/).map(asCell).join("&"));
  return `\\begin{array}${columns}${rows.join("\\\\")}\\end{array}`;
}

const RULE = /\\rule(\[[^\]]*\])?\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g;
const EMS = { em: 1, ex: 0.43, mu: 1 / 18, pt: 0.1, bp: 0.1, px: 0.1, pc: 1.2, mm: 0.28, cm: 2.8, in: 7.2 };
const isLarge = (size) => Number.parseFloat(size) * (EMS[size.trim().slice(-2)] ?? 1) > 1;

/** A rule is a line or a strut; one that is large both ways would be a black square over everything. */
const asLine = (whole, raise = "", width, height) => (isLarge(width) && isLarge(height) ? `\\rule${raise}{${width}}{0.05em}` : whole);

// Where `trust: false` would show only the name of the command, this has the whole text shown, marked as refused.
function refuseToFollow({ command }) {
  throw new Error(`${command} is not followed`);
}

/** TeX and options for KaTeX. Raises RangeError for what is too long to be a formula. */
export function prepared({ tex, isDisplay }) {
  if (tex.length > MAX_LENGTH) throw new RangeError(`longer than ${MAX_LENGTH} characters`);
  const known = ALIASES.reduce((text, [from, to]) => text.replace(from, to), tex)
    .replace(COLUMNS, (_, begin, columns) => `${begin}{${plainColumns(columns)}}`)
    .replace(TABULAR, asArray)
    .replace(RULE, asLine);
  const options = {
    displayMode: isDisplay,
    throwOnError: true,
    strict: "ignore",
    trust: refuseToFollow,
    maxExpand: 1000,
    maxSize: 20,
    macros: { ...MACROS }, // fresh: a \gdef in one formula must not reach the next
  };
  return [known, options];
}

/** Whether KaTeX's refusal is shown as one: only where the text itself says that this is a formula. */
export const isMarked = (piece) => piece.kind === "formula" && (!piece.isBare || Boolean(piece.isMeant));
