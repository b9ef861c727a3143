/** The sentences of the interface, as the server translated them: a JSON block of the page. */

const words = JSON.parse(document.getElementById("words").textContent);
const plural = new Intl.PluralRules(document.documentElement.lang || "en");

/** The sentence `key` with `{name}` replaced; where it has several forms, `values.n` chooses among them. */
export function say(key, values = {}) {
  const entry = words[key];
  if (entry === undefined) throw new Error(`No words for "${key}"`);
  const sentence = typeof entry === "string" ? entry : (entry[plural.select(values.n)] ?? entry.other);
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
