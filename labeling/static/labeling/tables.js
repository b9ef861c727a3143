/** Finds Markdown tables in an imported text, also single lines of one that was cut at its line ends. Pure. */

const RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$/; // the line between head and rows
const SIGNS = /\\\([^\n]*?\\\)|\\.|\$[^$\n]*\$|\|/g; // formulas and escaped signs are passed over
// What a cell holds where no rule says that this is a table: `|x| \ge 0` is none, nor are stars and bars.
const PLAIN_CELL = /^(?:[-+\d.,/%…]+|\$[^$]+\$|\\\(.+\\\)|[A-Za-z]{1,12})$/;
const LEAST_CELLS = 4;

/** The cells of a line; those that a bar at its edge leaves empty are none. */
function cellsOf(line) {
  const cells = [];
  let done = 0;
  for (const { 0: sign, index } of line.matchAll(SIGNS)) {
    if (sign !== "|") continue;
    cells.push(line.slice(done, index).trim());
    done = index + 1;
  }
  cells.push(line.slice(done).trim());
  if (!cells[0]) cells.shift();
  if (!cells.at(-1)) cells.pop();
  return cells;
}

const isRow = (line) => cellsOf(line).length > 1;

/** Whether a whole text is one line of a table, whose other lines are other steps. */
function isLoneRow(text) {
  if (text.trim().includes("\n")) return false;
  const cells = cellsOf(text);
  return cells.length >= LEAST_CELLS && cells.every((cell) => PLAIN_CELL.test(cell));
}

/** Where the lines around a rule belong to its table: `[from, to]`, or null where no table begins at or behind `start`. */
function nextTable(lines, start) {
  const rule = lines.findIndex((line, index) => index >= start && RULE.test(line));
  if (rule < 0) return null;
  let [from, to] = [rule, rule + 1];
  while (from > start && isRow(lines[from - 1])) from -= 1;
  while (to < lines.length && isRow(lines[to])) to += 1;
  return [from, to];
}

function tableOf(lines) {
  const rule = lines.findIndex((line) => RULE.test(line));
  const rows = lines.filter((line) => !RULE.test(line)).map(cellsOf);
  return { kind: "grid", text: lines.join("\n"), head: rows.length ? rule : 0, rows: rows.length ? rows : [cellsOf(lines[0])] };
}

/** The text in parts that joined by their `text` are the text again: tables (`grid`, with `rows` of cells, the first `head` of them its head) and what lies between. */
export function tablesIn(text) {
  if (!/\|.*\|/.test(text)) return [{ text }];
  if (isLoneRow(text)) return [{ kind: "grid", text, head: 0, rows: [cellsOf(text)] }];
  const lines = text.split("\n");
  const parts = [];
  let done = 0;
  for (let found = nextTable(lines, 0); found; found = nextTable(lines, done)) {
    const [from, to] = found;
    if (from > done) parts.push({ text: `${lines.slice(done, from).join("\n")}\n` });
    parts.push(tableOf(lines.slice(from, to)));
    done = to;
  }
  if (done < lines.length) parts.push({ text: (done ? "\n" : "") + lines.slice(done).join("\n") });
  return parts;
}
