// One answer, as medrisk's own page shows it: what was not checked first, then the notes by tier, then every line.

import { countOf } from "../shared/request.js";
import { el, list } from "../shared/dom.js";
import { jump } from "./jump.js";
import { showNote } from "./note.js";
import { showLines } from "./lines.js";

/** @typedef {import("../shared/answer.js").Report} Report */

const TIERS = {
  urgent: ["Urgent", "Act on these first."],
  review: ["To review", "Look at these before the list goes on as it is."],
  monitor: ["To monitor", "Known effects that fit what was reported, or that need watching."],
  info: ["For information", "Known effects of single drugs. Nothing in the list points to them."],
};
/** @type {Record<string, string>} */
const LIKELIHOODS = { likely: "likely", possible: "possible", listed: "listed for it only", not_suggested: "not suggested" };

/**
 * @param {Report} report
 * @param {import("../background/checks.js").Shown} shown
 * @param {(number: number) => void} lead  leads to a line on the page
 * @returns {Node[]}
 */
export function showReport(report, shown, lead) {
  const groups = Object.entries(TIERS).map(([tier, [title, hint]]) => ({ tier, title, hint, notes: report.notes.filter((note) => note.tier === tier) }))
    .filter((group) => group.notes.length);
  const headline = groups.map((group) => `${group.notes.length} ${group.title.toLowerCase()}`).join(", ") || "no notes";
  return [
    el("h2", { id: "headline" }, `Answer: ${headline}`),
    el("p", { class: "quiet small" }, `Sent: ${shown.source}. Nothing else of the page.`),
    ...shown.unread.map((words) => el("p", { class: "boxed" }, words)),
    ...overview(report),
    ...groups.map(showGroup),
    el("p", { class: "boxed" }, nothingWords(report, groups.length),
      "No note does not mean safe: a drug, pair or dose that this knowledge does not hold is passed over in silence."),
    ...contributors(report),
    ...showLines(report, shown.rows, lead),
    ...facts(report),
    ...section("Questions to ask", report.questions),
    ...section("Not assessed", report.not_assessed),
    footer(report),
  ];
}

/** @param {Report} report */
function overview(report) {
  const count = (/** @type {string} */ status) => report.lines.filter((line) => line.status === status).length;
  const unchecked = report.lines.filter((line) => line.status === "unknown" || line.status === "ambiguous");
  const words = [
    `${countOf(count("matched"), "line")} understood`, count("unknown") && `${count("unknown")} not recognised`,
    count("ambiguous") && `${count("ambiguous")} with more than one possible drug`, count("ignored") && `${count("ignored")} left out`,
  ].filter(Boolean).join(", ");
  const numbers = unchecked.flatMap((line, at) => [at ? ", " : "", el("a", { href: `#line-${line.number}`, onclick: jump }, String(line.number))]);
  return [
    el("p", {}, el("strong", {}, `${words}.`)),
    unchecked.length ? el("p", { class: "boxed" }, el("strong", {}, "Not checked: "), unchecked.length > 1 ? "lines " : "line ", ...numbers,
      `. Nothing below speaks for ${unchecked.length > 1 ? "them" : "it"}.`) : null,
  ].filter((part) => part !== null);
}

/** @param {{tier: string, title: string, hint: string, notes: import("../shared/answer.js").Note[]}} group */
function showGroup({ tier, title, hint, notes }) {
  const heading = el("h2", {}, `${title} (${notes.length})`);
  const rest = [el("p", { class: "quiet small" }, hint), ...notes.map(showNote)];
  // Known effects of single drugs would fill the panel; the heading says enough at first, as on the page.
  if (tier === "info") return el("details", {}, el("summary", {}, heading), ...rest);
  return el("section", {}, heading, ...rest);
}

/**
 * @param {Report} report
 * @param {number} groups
 */
function nothingWords(report, groups) {
  if (!report.lines.some((line) => line.status === "matched")) return el("strong", {}, "Nothing was checked: no line was understood. ");
  return groups ? null : el("strong", {}, "There is no note for this list. ");
}

/** @param {Report} report */
function contributors(report) {
  const symptoms = [...new Set(report.contributors.map((one) => one.symptom))];
  if (!symptoms.length) return [];
  return [el("h2", {}, "What may explain the symptoms"),
    el("p", { class: "quiet small" }, "The listed drugs, most likely first. The order proves no cause, and causes that are no drug are not ranked."),
    ...symptoms.flatMap((symptom) => [el("h3", {}, symptom.replaceAll("_", " ")), el("ol", {}, ...report.contributors
      .filter((one) => one.symptom === symptom)
      .map((one) => el("li", {}, el("strong", {}, one.drug), `, ${LIKELIHOODS[one.tier] ?? one.tier}: `,
        one.components.map((part) => part.why).join("; "))))])];
}

/** What was read of the patient, wherever it stood. @param {Report} report */
function facts({ patient = {}, symptoms = [], conditions = [], labs = [] }) {
  const words = [
    patient.age === null || patient.age === undefined ? "" : `age ${patient.age}`, patient.sex ?? "", patient.pregnant ? "pregnant" : "",
    ...[...symptoms, ...conditions].map((one) => `${one.name}: ${stateWords(one)}`),
    ...labs.map((one) => [one.text, one.interpretation, one.superseded ? "superseded" : ""].filter(Boolean).join(", ")),
  ].filter(Boolean);
  return words.length ? section("Read of the patient", words)
    : [el("h2", {}, "Read of the patient"), el("p", {}, "Nothing. That does not mean there is nothing.")];
}

/** @param {{negated?: boolean, experiencer?: string, hypothetical?: boolean, historical?: boolean}} mention */
function stateWords({ negated, experiencer, hypothetical, historical }) {
  return [
    negated && "denied", experiencer && experiencer !== "patient" && `of somebody else (${experiencer})`,
    hypothetical && "only as a possibility", historical && "in the past",
  ].filter(Boolean).join(", ") || "present";
}

/**
 * @param {string} title
 * @param {string[]} sentences
 */
function section(title, sentences) {
  return sentences.length ? [el("h2", {}, title), list(sentences)] : [];
}

/** @param {Report} report */
function footer({ versions, attributions = [] }) {
  const parts = [
    `medrisk ${versions.program}`, `knowledge ${versions.knowledge}`,
    `vocabulary: ${versions.vocabulary}${versions.vocabulary_release ? `, release ${versions.vocabulary_release}` : ""}`,
    versions.site_table && `site table ${versions.site_table}`, versions.online && `unknown names looked up at ${versions.online}`,
  ];
  return el("footer", {}, el("p", {}, parts.filter(Boolean).join(" · ")), ...attributions.map((words) => el("p", {}, words)));
}
