// From what the frames of a tab show to one request, and back from a line of the answer to its row.

import { readAge, readSex } from "./facts.js";

// What POST /api/v1/check takes.
const MOST_CONDITIONS = 100;
const LONGEST_CONDITION = 300;

/** @typedef {{text: string, stopped: boolean}} OrderLine */
/** @typedef {{age: string[], sex: string[], conditions: string[], labs: string[]}} FactTexts */
/**
 * What one frame of a page has to be checked: a text that was selected, or the order lines of a profile.
 * @typedef {object} FrameList
 * @property {number} frame
 * @property {string | null} chosen
 * @property {string | null} profile  name of the profile that the lines were read with
 * @property {OrderLine[]} lines
 * @property {FactTexts} facts
 */
/** @typedef {{text: string, age?: number, sex?: string, conditions?: {name: string}[]}} CheckBody */
/** @typedef {{frame: number, index: number}} RowPlace */
/**
 * @typedef {object} Request
 * @property {CheckBody} body
 * @property {RowPlace[]} rows      the row of the page behind each of the first lines of the text
 * @property {string} source        what was read, in words
 * @property {string[]} unread      what stood on the page and could not be sent as a fact
 */

/**
 * The request for what the frames of one tab show; null where there is nothing to check. A selection goes before any profile.
 * @param {FrameList[]} frames
 * @returns {Request | null}
 */
export function buildRequest(frames) {
  const chosen = frames.find((frame) => frame.chosen?.trim());
  if (chosen?.chosen) return { body: { text: chosen.chosen }, rows: [], source: "the text that was selected", unread: [] };
  const shown = frames.filter((frame) => frame.lines.length).sort((a, b) => a.frame - b.frame);
  if (!shown.length) return null;
  const texts = shown.flatMap((frame) => frame.lines.map(writeLine));
  const rows = shown.flatMap(({ frame, lines }) => lines.map((_, index) => ({ frame, index })));
  const { fields, unread } = readFacts(frames);
  const labs = frames.flatMap((frame) => frame.facts.labs);
  const text = [...texts, ...(labs.length ? ["", "Labs:", ...labs] : [])].join("\n");
  const names = [...new Set(shown.map((frame) => frame.profile))].join(", ");
  const sent = [`${countOf(texts.length, "order line")} of this page, read with the profile “${names}”`, ...factWords(fields, labs.length)];
  return { body: { text, ...fields }, rows, source: sent.join("; "), unread };
}

/**
 * Which of the first lines of the text a line of the answer covers: long orders may have been read together.
 * @param {{number: number, text: string}} line
 * @param {number} rows
 * @returns {number[]} places in `rows`
 */
export function rowsOfLine(line, rows) {
  const length = line.text.split("\n").length;
  return Array.from({ length }, (_, step) => line.number - 1 + step).filter((place) => place >= 0 && place < rows);
}

/**
 * What is sent beside the order lines, without its values.
 * @param {Omit<CheckBody, "text">} fields
 * @param {number} labs
 */
function factWords({ age, sex, conditions = [] }, labs) {
  return [
    age === undefined ? "" : "age", sex === undefined ? "" : "sex",
    conditions.length ? countOf(conditions.length, "condition") : "", labs ? countOf(labs, "result") : "",
  ].filter(Boolean);
}

/** @param {OrderLine} line */
function writeLine({ text, stopped }) {
  return stopped ? `stopped: ${text}` : text;
}

/** @param {FrameList[]} frames */
function readFacts(frames) {
  /** @type {string[]} */
  const unread = [];
  const age = readOne(frames.flatMap((frame) => frame.facts.age), readAge, "age", unread);
  const sex = readOne(frames.flatMap((frame) => frame.facts.sex), readSex, "sex", unread);
  const conditions = readConditions([...new Set(frames.flatMap((frame) => frame.facts.conditions))], unread);
  const fields = { ...(age === null ? {} : { age }), ...(sex === null ? {} : { sex }), ...(conditions.length ? { conditions } : {}) };
  return { fields, unread };
}

/**
 * Conditions that the API takes. One that it does not would have it refuse the whole list.
 * @param {string[]} texts
 * @param {string[]} unread
 */
function readConditions(texts, unread) {
  const taken = texts.filter((text) => text.length <= LONGEST_CONDITION).slice(0, MOST_CONDITIONS);
  const left = texts.length - taken.length;
  if (left) unread.push(`${countOf(left, "condition")} of the page could not be sent: at most ${MOST_CONDITIONS} are taken, of ${LONGEST_CONDITION} characters each.`);
  return taken.map((name) => ({ name }));
}

/**
 * One value, where all that stands on the page agrees.
 * @template T
 * @param {string[]} texts
 * @param {(words: string) => T | null} read
 * @param {string} name
 * @param {string[]} unread
 * @returns {T | null}
 */
function readOne(texts, read, name, unread) {
  if (!texts.length) return null;
  const values = new Set(texts.map(read));
  const [value] = values;
  if (values.size === 1 && value !== null) return value;
  unread.push(values.size > 1 ? `The page shows more than one ${name}; none was used.` : `The ${name} on the page was not understood and not used.`);
  return null;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function countOf(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
