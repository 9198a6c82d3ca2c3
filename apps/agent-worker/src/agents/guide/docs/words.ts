const STOP_WORDS = new Set(
  (
    'a about all also am an and any are as at be been but by can could did do does for from get give had has have he her ' +
    'here him his how i if in into is it its just know let like me more most much my need no not of on one or our out ' +
    'please say she should show so some tell than that the their them then there these they thing this those to too up us ' +
    'use used very want was way we were what when where which who why will with work works would you your explain ' +
    'happen happens mean means really ever actually handle handles handled handling deal deals describe support supports ' +
    'provide provides offer offers possible'
  ).split(' '),
);

/** A crude common stem: enough to make `gateways` find `gateway` and `streaming` find `stream`. */
function stem(word: string): string {
  if (word.length <= 4) return word;
  return word
    .replace(/(?:ies)$/, 'y')
    .replace(/(?:ing|ed|es|s)$/, '')
    .replace(/(.)\1$/, '$1')
    .replace(/e$/, '');
}

/** The words of a text that carry meaning, stemmed, in order. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word)).map(stem);
}
