// One check for each tab: what its frames show, what the server answers, and who is told. All of it is in memory alone, and
// goes with the tab, the page or the browser's whim to end this worker; the page can always tell again what it shows.

import { markRows } from "../shared/counting.js";
import { buildRequest } from "../shared/request.js";
import { loadSettings } from "../shared/settings.js";
import { showBadge } from "./badge.js";
import { askServer } from "./server.js";

/** @typedef {import("../shared/answer.js").Report} Report */
/** @typedef {import("../shared/problems.js").Problem} Problem */
/** @typedef {import("../shared/request.js").FrameList} FrameList */
/** @typedef {import("../shared/request.js").Request} Request */
/** @typedef {{source: string, unread: string[], rows: number}} Shown */
/**
 * @typedef {{stage: "idle"} | {stage: "nothing"} | {stage: "checking"}
 *   | {stage: "answer", report: Report, shown: Shown} | {stage: "problem", problem: Problem}} TabState
 */
/**
 * @typedef {object} TabCheck
 * @property {TabState} state
 * @property {number} round
 * @property {Map<number, FrameList>} lists   what the frames told in this round
 * @property {ReturnType<typeof setTimeout>} [timer]
 * @property {Request | null} request
 * @property {string} asked                   what the state is an answer to
 * @property {AbortController} [asking]
 */

// How long after the last frame told its list all are taken to have told theirs.
const GATHER_MILLISECONDS = 120;
/** @type {Map<number, TabCheck>} */
const checks = new Map();
// Rounds of a worker that was ended must not be taken for those of the next.
let lastRound = Date.now();

/** @param {number} tab */
export function stateOf(tab) {
  return checks.get(tab)?.state ?? { stage: /** @type {const} */ ("idle") };
}

/** @param {number} tab */
export function isKnown(tab) {
  return checks.has(tab);
}

/**
 * Asks all frames of a tab what they show.
 * @param {number} tab
 * @param {{afresh?: boolean}} [options]  `afresh`: asks the server even where the text is the one of before
 */
export async function gather(tab, { afresh = false } = {}) {
  const check = checkOf(tab);
  check.round = ++lastRound;
  check.lists = new Map();
  if (afresh) check.asked = "";
  const { round } = check;
  await send(tab, { type: "tell", round });
  if (check.round === round) waitForLists(tab, check);
}

/**
 * One frame told what it shows.
 * @param {number} tab
 * @param {FrameList & {round: number}} list
 */
export function takeList(tab, { round, ...list }) {
  const check = checks.get(tab);
  if (!check || check.round !== round) return;
  check.lists.set(list.frame, list);
  waitForLists(tab, check);
}

/**
 * Checks a text that no frame can tell again, such as a selection where the extension cannot read the page.
 * @param {number} tab
 * @param {string} text
 */
export async function checkText(tab, text) {
  const check = checkOf(tab);
  stop(check);
  check.lists = new Map([[0, { frame: 0, chosen: text, profile: null, lines: [], facts: { age: [], sex: [], conditions: [], labs: [] } }]]);
  await ask(tab, check);
}

/**
 * @param {number} tab
 * @param {Problem} problem
 */
export async function fail(tab, problem) {
  const check = checkOf(tab);
  stop(check);
  check.asked = "";
  await become(tab, check, { stage: "problem", problem });
}

/**
 * The tab shows another page, or none.
 * @param {number} tab
 */
export function forget(tab) {
  const check = checks.get(tab);
  if (!check) return;
  stop(check);
  checks.delete(tab);
  announce(tab, { stage: "idle" });
}

/**
 * Settings were changed.
 * @param {{afresh: boolean}} options  whether the server must be asked again
 */
export async function renewAll(options) {
  for (const tab of checks.keys()) await gather(tab, options);
}

/**
 * The frame and row behind a line of the answer, where it is a line of the page.
 * @param {number} tab
 * @param {number} number
 */
export function rowOf(tab, number) {
  return checks.get(tab)?.request?.rows[number - 1] ?? null;
}

/**
 * @param {number} tab
 * @param {object} message
 * @param {{frameId?: number}} [where]
 */
export async function send(tab, message, where = {}) {
  try {
    await chrome.tabs.sendMessage(tab, message, where);
  } catch { // No page that listens, or it is gone.
  }
}

/** @param {number} tab */
function checkOf(tab) {
  let check = checks.get(tab);
  if (!check) {
    check = { state: { stage: "idle" }, round: 0, lists: new Map(), request: null, asked: "" };
    checks.set(tab, check);
  }
  return check;
}

/**
 * Whatever was on its way for this tab is for an older text.
 * @param {TabCheck} check
 */
function stop(check) {
  check.round = ++lastRound;
  clearTimeout(check.timer);
  check.asking?.abort();
}

/**
 * @param {number} tab
 * @param {TabCheck} check
 */
function waitForLists(tab, check) {
  clearTimeout(check.timer);
  check.timer = setTimeout(() => ask(tab, check), GATHER_MILLISECONDS);
}

/**
 * Asks the server, unless the text is the one that was answered.
 * @param {number} tab
 * @param {TabCheck} check
 */
async function ask(tab, check) {
  const { round } = check;
  const settings = await loadSettings();
  if (check.round !== round) return;
  check.request = buildRequest([...check.lists.values()]);
  if (!check.request) {
    check.asking?.abort();
    check.asked = "";
    await become(tab, check, { stage: check.lists.size ? "nothing" : "idle" });
    return;
  }
  const { body, source, unread, rows } = check.request;
  const written = JSON.stringify([settings.server, body]);
  if (written === check.asked && check.state.stage !== "problem") {
    if (check.state.stage === "answer") {
      await showBadge(tab, check.state, settings.loudness);
      await mark(tab, check, check.state.report, settings.loudness);
    }
    return;
  }
  check.asking?.abort();
  const asking = check.asking = new AbortController();
  check.asked = written;
  // An answer to an older text must not stand beside a newer one.
  await become(tab, check, { stage: "checking" });
  const outcome = await askServer(settings, body, asking.signal);
  if (!outcome || asking.signal.aborted || checks.get(tab) !== check) return;
  if (outcome.problem) {
    await become(tab, check, { stage: "problem", problem: outcome.problem });
    return;
  }
  await become(tab, check, { stage: "answer", report: outcome.report, shown: { source, unread, rows: rows.length } });
  await mark(tab, check, outcome.report, settings.loudness);
}

/**
 * @param {number} tab
 * @param {TabCheck} check
 * @param {TabState} state
 */
async function become(tab, check, state) {
  check.state = state;
  announce(tab, state);
  const { loudness } = await loadSettings();
  if (check.state !== state) return;
  await showBadge(tab, state, loudness);
  if (state.stage !== "answer") await send(tab, { type: "marks", round: 0, marks: [] });
}

/**
 * Tells each frame what to mark.
 * @param {number} tab
 * @param {TabCheck} check
 * @param {Report} report
 * @param {import("../shared/counting.js").Loudness} loudness
 */
async function mark(tab, check, report, loudness) {
  const rows = check.request?.rows ?? [];
  const marks = markRows(report, rows.length, loudness);
  for (const frame of check.lists.keys()) {
    const own = marks.filter((_, at) => rows[at].frame === frame);
    await send(tab, { type: "marks", round: check.round, marks: own }, { frameId: frame });
  }
}

/**
 * @param {number} tab
 * @param {TabState} state
 */
function announce(tab, state) {
  chrome.runtime.sendMessage({ type: "state", tab, state }).catch(() => {}); // Nobody has the panel open.
}
