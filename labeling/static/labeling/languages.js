/** The language of an imported text, by its letters: the page around it may be in another, and voices and faces follow this. */

const LETTERS = [
  ["ko", /\p{Script=Hangul}/u],
  ["ja", /\p{Script=Hiragana}|\p{Script=Katakana}/u],
  ["zh", /\p{Script=Han}/u],
  ["ru", /\p{Script=Cyrillic}/u],
  ["en", /\p{Script=Latin}{3}/u], // most likely; single letters are names in formulas
];

/** A language tag, or null where the words do not tell. */
export function languageOf(words) {
  return LETTERS.find(([, letters]) => letters.test(words))?.[0] ?? null;
}
