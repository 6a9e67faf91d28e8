// The answer of POST /api/v1/check, as far as it is shown. It may gain fields; those are passed over.

/**
 * @typedef {object} Note
 * @property {string} id
 * @property {string} kind
 * @property {"urgent" | "review" | "monitor" | "info"} tier
 * @property {"contraindicated" | "major" | "moderate" | "minor" | null} severity
 * @property {boolean} interruptive
 * @property {string[]} drugs
 * @property {string | null} evidence
 * @property {boolean} verified
 * @property {string} summary
 * @property {string[]} why
 * @property {string[]} actions
 * @property {{id: string, citation: string, where: string, locator: string, verified: boolean}[]} sources
 * @property {number[]} lines
 * @property {string[]} would_change
 */
/**
 * @typedef {object} Line
 * @property {number} number
 * @property {string} text
 * @property {"matched" | "ambiguous" | "unknown" | "ignored"} status
 * @property {string} context
 * @property {{name: string}[]} ingredients
 * @property {{name: string}[]} candidates
 * @property {string | null} method
 * @property {{name: string} | null} product
 * @property {string} reason
 * @property {string[]} warnings
 * @property {({text: string} | null)[] | null} daily_dose
 */
/**
 * @typedef {object} Report
 * @property {Line[]} lines
 * @property {Note[]} notes
 * @property {{drug: string, symptom: string, tier: string, components: {why: string}[]}[]} contributors
 * @property {string[]} questions
 * @property {string[]} not_assessed
 * @property {Record<string, any>} versions
 * @property {string[]} [attributions]
 * @property {{age?: number | null, sex?: string | null, pregnant?: boolean | null}} [patient]
 * @property {Mention[]} [symptoms]
 * @property {Mention[]} [conditions]
 * @property {{text: string, interpretation?: string | null, superseded?: boolean}[]} [labs]
 */
/** @typedef {{name: string, negated?: boolean, experiencer?: string, hypothetical?: boolean, historical?: boolean}} Mention */

export const TIERS = ["urgent", "review", "monitor", "info"];
export const STATUSES = ["matched", "ambiguous", "unknown", "ignored"];

/**
 * The answer, where it is one. Half an answer would look like a list without notes, so anything that is missing refuses all.
 * @param {unknown} value
 * @returns {Report | null}
 */
export function readAnswer(value) {
  const report = /** @type {any} */ (value);
  const whole = isObject(report)
    && isListOf(report.lines, isLine) && isListOf(report.notes, isNote)
    && isListOf(report.contributors, (/** @type {any} */ one) => isObject(one) && isText(one.drug) && isText(one.symptom) && Array.isArray(one.components))
    && isListOf(report.questions, isText) && isListOf(report.not_assessed, isText)
    && isObject(report.versions) && isText(report.versions.program) && isText(report.versions.knowledge) && isText(report.versions.vocabulary);
  return whole ? report : null;
}

/** @param {any} line */
function isLine(line) {
  return isObject(line) && Number.isInteger(line.number) && isText(line.text) && STATUSES.includes(line.status)
    && isListOf(line.ingredients, isNamed) && isListOf(line.candidates, isNamed) && isListOf(line.warnings, isText);
}

/** @param {any} note */
function isNote(note) {
  return isObject(note) && isText(note.id) && isText(note.kind) && TIERS.includes(note.tier) && typeof note.interruptive === "boolean"
    && isText(note.summary) && isListOf(note.drugs, isText) && isListOf(note.why, isText) && isListOf(note.actions, isText)
    && isListOf(note.sources, isObject) && isListOf(note.lines, Number.isInteger);
}

/** @param {any} value */
function isNamed(value) {
  return isObject(value) && isText(value.name);
}

/** @param {any} value */
function isText(value) {
  return typeof value === "string";
}

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {any} value
 * @param {(item: any) => boolean} test
 */
function isListOf(value, test) {
  return Array.isArray(value) && value.every(test);
}
