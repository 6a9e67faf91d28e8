// Age and sex as screens write them. Whatever is not plainly one or the other is not sent, and that is said.

const YEARS = /^(?:age:?\s*)?(\d{1,3})\s*(?:$|y\b|yo\b|yrs?\b|years?\b|-year)/i;
const OLDEST = 130;
/** @type {Record<string, "female" | "male">} */
const SEXES = { female: "female", f: "female", woman: "female", male: "male", m: "male", man: "male" };

/**
 * Age in whole years, null where the words do not give years.
 * @param {string} words
 */
export function readAge(words) {
  const years = Number(YEARS.exec(words.trim())?.[1] ?? Number.NaN);
  return years >= 0 && years <= OLDEST ? years : null;
}

/**
 * @param {string} words
 * @returns {"female" | "male" | null}
 */
export function readSex(words) {
  const word = words.trim().toLowerCase().replace(/^(?:sex|gender):?\s*/, "");
  return SEXES[word] ?? null;
}
