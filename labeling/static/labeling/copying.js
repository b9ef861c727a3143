/** Copying gives the text as it was imported, LaTeX and all, not what KaTeX made of it. */

const sources = new WeakMap(); // what a formula, or a sign of its own, was made from
const edges = new WeakMap(); // line ends at a text's edges that the page shows otherwise

/** Say what `node` was made from; returns it. */
export function keepSource(node, source) {
  sources.set(node, source);
  return node;
}

/** Say what stood before and behind the words of a text node; returns it. */
export function keepEdges(node, before, after) {
  if (before || after) edges.set(node, { before, after });
  return node;
}

/** The part of a text node that lies in the range, with its edges where it reaches them. */
function wordsIn(node, range) {
  const from = node === range.startContainer ? range.startOffset : 0;
  const to = node === range.endContainer ? range.endOffset : node.length;
  const { before = "", after = "" } = edges.get(node) ?? {};
  return (from === 0 ? before : "") + node.data.slice(from, to) + (to === node.length ? after : "");
}

const isCopied = ({ display, visibility, userSelect }) => display !== "none" && visibility === "visible" && userSelect !== "none";

/** What a range holds, block by block a line; of a formula that it touches, all. */
class Copied {
  constructor(range) {
    this.range = range;
    this.text = "";
    this.isNewBlock = false;
  }

  add(words) {
    if (!words) return;
    if (this.isNewBlock && this.text && !this.text.endsWith("\n")) this.text += "\n";
    this.isNewBlock = false;
    this.text += words;
  }

  visit(node) {
    if (!this.range.intersectsNode(node)) return;
    if (sources.has(node)) this.add(sources.get(node));
    else if (node.nodeType === Node.TEXT_NODE) this.add(wordsIn(node, this.range));
    else if (node.parentElement?.closest(".tex")) this.visitChildren(node);
    else this.visitElement(node);
  }

  visitElement(node) {
    const style = node.nodeType === Node.ELEMENT_NODE ? getComputedStyle(node) : null;
    if (style && !isCopied(style)) return;
    const isBlock = style && style.display !== "contents" && !style.display.startsWith("inline");
    if (isBlock) this.isNewBlock = true;
    this.visitChildren(node);
    if (isBlock) this.isNewBlock = true;
  }

  visitChildren(node) {
    for (const child of node.childNodes) this.visit(child);
  }
}

/** The formula that holds a node, or the node itself. */
function outermost(node) {
  for (let at = node; at; at = at.parentNode) if (sources.has(at)) return at;
  return node;
}

/** The text of a range as it was imported. */
export function copiedText(range) {
  const copied = new Copied(range);
  copied.visit(outermost(range.commonAncestorContainer));
  return copied.text;
}

// Bound with the module, so that no page that shows formulas can forget it.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const range = selection.getRangeAt(0);
  const root = range.commonAncestorContainer;
  const place = root.nodeType === Node.ELEMENT_NODE ? root : root.parentElement;
  if (!place.closest(".tex") && ![...place.querySelectorAll(".tex")].some((tex) => range.intersectsNode(tex))) return;
  event.clipboardData.setData("text/plain", copiedText(range));
  event.preventDefault();
});
