// What is counted on the badge, and what is marked beside an order line.

import { rowsOfLine, countOf } from "./request.js";

/** @typedef {import("./answer.js").Report} Report */
/** @typedef {import("./answer.js").Note} Note */
/** @typedef {"interruptive" | "review" | "all"} Loudness */
/** @typedef {"urgent" | "major" | "moderate" | "minor" | "unchecked" | "busy"} Shape */
/** @typedef {{word: string, shape: Shape, points: string[]}} Mark */

/** @type {Loudness[]} */
export const LOUDNESSES = ["interruptive", "review", "all"];
/** @type {Record<string, string>} */
const KINDS = {
  red_flag: "Red flag", drug_class: "Drug class", dose_cap: "Dose cap", burden: "Several drugs, one effect",
  duplicate: "Duplicate therapy", cascade: "Prescribing cascade", missing_information: "Missing information",
};
/** @type {Record<string, string>} */
const NOT_CHECKED = { ambiguous: "Ambiguous: not checked", unknown: "Unknown: not checked" };

/**
 * @param {Note} note
 * @param {Loudness} loudness
 */
export function matters(note, loudness) {
  if (note.tier === "urgent" || note.interruptive) return true;
  return loudness === "all" || (loudness === "review" && note.tier === "review");
}

/**
 * What stands on the badge. Lines that could not be checked add a question mark: no number alone would tell of them.
 * @param {Report} report
 * @param {Loudness} loudness
 */
export function countNotes(report, loudness) {
  const notes = report.notes.filter((note) => matters(note, loudness));
  const unchecked = report.lines.filter((line) => line.status in NOT_CHECKED).length;
  const words = [`${countOf(notes.length, "note")} to look at`, unchecked ? `${countOf(unchecked, "line")} not checked` : ""];
  return {
    count: notes.length,
    unchecked,
    badge: `${notes.length || ""}${unchecked ? "?" : ""}`,
    words: `${words.filter(Boolean).join(", ")}. No note does not mean safe.`,
    urgent: notes.some((note) => wordOf(note).shape === "urgent"),
  };
}

/**
 * The word and shape of a note.
 * @param {Note} note
 * @returns {{word: string, shape: Shape}}
 */
export function wordOf(note) {
  const word = note.severity ? capital(note.severity) : kindWords(note.kind);
  if (note.tier === "urgent" || note.severity === "contraindicated") return { word, shape: "urgent" };
  if (note.severity === "major" || note.severity === "moderate") return { word, shape: note.severity };
  return { word, shape: "minor" };
}

/** @param {string} kind */
export function kindWords(kind) {
  return KINDS[kind] ?? capital(kind.replaceAll("_", " "));
}

/**
 * What to mark beside each of the first `rows` lines; null where nothing is. A line that was not checked is always marked.
 * @param {Report} report
 * @param {number} rows
 * @param {Loudness} loudness
 * @returns {(Mark | null)[]}
 */
export function markRows(report, rows, loudness) {
  const ranks = ["urgent", "major", "moderate", "minor"];
  return Array.from({ length: rows }, (_, row) => {
    const lines = report.lines.filter((line) => rowsOfLine(line, rows).includes(row));
    const unchecked = lines.filter((line) => line.status in NOT_CHECKED);
    const numbers = new Set(lines.map((line) => line.number));
    const notes = report.notes.filter((note) => matters(note, loudness) && note.lines.some((number) => numbers.has(number)))
      .map((note) => ({ ...wordOf(note), summary: note.summary }))
      .sort((a, b) => ranks.indexOf(a.shape) - ranks.indexOf(b.shape));
    const points = [
      ...unchecked.map((line) => `${NOT_CHECKED[line.status]}${line.reason ? ` (${line.reason})` : ""}`),
      ...notes.map((note) => `${note.word}: ${note.summary}`),
    ];
    if (!points.length) return null;
    const worst = notes[0];
    if (!worst) return { word: "Not checked", shape: "unchecked", points };
    return { word: notes.length > 1 ? `${worst.word} +${notes.length - 1}` : worst.word, shape: worst.shape, points };
  });
}

/** @param {string} word */
export function capital(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
