// Every line with its status, as typed and as read. Nothing is dropped.

import { rowsOfLine } from "../shared/request.js";
import { el } from "../shared/dom.js";

/** @typedef {import("../shared/answer.js").Report} Report */
/** @typedef {import("../shared/answer.js").Line} Line */

/** @type {Record<string, string>} */
const CONTEXTS = { stopped: "Stopped", allergy: "Allergy or intolerance", planned: "Planned, not taken yet" };
const STATES = { matched: "Understood", ambiguous: "Ambiguous: not checked", unknown: "Unknown: not checked", ignored: "Left out" };

/**
 * @param {Report} report
 * @param {number} rows  how many of the first lines are rows of the page
 * @param {(number: number) => void} lead
 */
export function showLines(report, rows, lead) {
  const seen = new Set();
  return [
    el("h2", {}, "Every line, as typed and as read"),
    el("ol", { class: "lines" }, ...report.lines.map((line) => {
      const first = !seen.has(line.number);
      seen.add(line.number);
      return showLine(line, first, rowsOfLine(line, rows).length > 0, lead);
    })),
  ];
}

/**
 * @param {Line} line
 * @param {boolean} isFirst  of this number: a line may hold several entries
 * @param {boolean} isOnPage
 * @param {(number: number) => void} lead
 */
function showLine(line, isFirst, isOnPage, lead) {
  return el("li", { class: line.status, id: isFirst && `line-${line.number}` },
    el("div", {}, el("strong", {}, `Line ${line.number} `), el("bdi", { class: "typed" }, line.text)),
    el("div", {}, el("span", { class: "state" }, `${stateWords(line)}: `), readWords(line)),
    ...line.warnings.map((words) => el("div", { class: "warning" }, words)),
    isFirst && isOnPage && el("button", { type: "button", onclick: () => lead(line.number) }, "Show on the page ", el("span", { class: "visually-hidden" }, `line ${line.number}`)));
}

/** @param {Line} line */
function stateWords(line) {
  const context = CONTEXTS[line.context];
  if (line.status === "matched") return `${context ?? STATES.matched}${isGuess(line) ? ", spelling corrected, please confirm" : ""}`;
  return line.status === "ignored" && context ? context : STATES[line.status];
}

/** @param {Line} line */
function readWords(line) {
  const names = line.ingredients.map((one) => one.name).join(" + ");
  const candidates = line.candidates.map((one) => one.name).join(", ");
  if (line.status === "matched") {
    const doses = (line.daily_dose ?? []).map((dose) => dose?.text ?? "not known").join(" + ");
    return `${isGuess(line) ? "read as " : ""}${names}${line.product ? ` (from ${line.product.name})` : ""}, ${doses ? `${doses} a day` : "daily dose not known"}`;
  }
  if (line.status === "ignored") return line.reason || names || "no reason given";
  return `${line.reason}${candidates ? `. ${line.status === "ambiguous" ? "It may be" : "Nearest names:"} ${candidates}` : ""}`;
}

/** A name that was read from another spelling, here or at a look-up service, has to be confirmed. @param {Line} line */
function isGuess(line) {
  return line.method === "corrected" || (line.method === "rxnav" && line.candidates.length > 0);
}
