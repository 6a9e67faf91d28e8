// One note: what, why, what to do, on which sources.

import { kindWords, wordOf } from "../shared/counting.js";
import { el, list } from "../shared/dom.js";
import { countOf } from "../shared/request.js";
import { drawShape } from "../shared/shapes.js";
import { jump } from "./jump.js";

/** @typedef {import("../shared/answer.js").Note} Note */

/**
 * @param {Note} note
 * @returns {HTMLElement}
 */
export function showNote(note) {
  const { word, shape } = wordOf(note);
  const detail = [
    ...part("Why", note.why), ...part("Options to consider", note.actions), ...part("What would change it", note.would_change ?? []), ...sources(note),
  ];
  return el("article", { class: `note ${shape}`, "data-note": note.id },
    el("h3", {}, el("span", { class: `tag ${shape}` }, drawShape(shape), word), " ", note.summary),
    facts(note),
    ...(note.kind === "drug_class" ? [el("details", {}, el("summary", { class: "small" }, "Why, options to consider, sources"), ...detail)] : detail));
}

/** @param {Note} note */
function facts(note) {
  const lines = note.lines.flatMap((number, at) => [at ? ", " : "", el("a", { href: `#line-${number}`, onclick: jump }, `line ${number}`)]);
  return el("p", { class: "facts" }, note.severity ? `${kindWords(note.kind)} · ` : "", note.drugs.length ? `${note.drugs.join(" + ")} · ` : "",
    ...lines, lines.length ? " · " : "", `evidence: ${note.evidence || "not graded"} `, note.verified ? null : unverified());
}

/**
 * @param {string} title
 * @param {string[]} sentences
 */
function part(title, sentences) {
  return sentences.length ? [el("h4", {}, title), list(sentences)] : [];
}

/** @param {Note} note */
function sources(note) {
  if (!note.sources.length) return [];
  return [el("details", { class: "small" }, el("summary", {}, countOf(note.sources.length, "source")), el("ul", {}, ...note.sources.map((source) => el("li", {},
    source.citation, source.where ? `; ${source.where}` : "", source.locator && source.locator !== "none" ? ` (${source.locator}) ` : " ",
    source.verified ? null : unverified()))))];
}

function unverified() {
  return el("span", { class: "unverified" }, "unverified");
}
