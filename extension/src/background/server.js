// The one place with a network. A list goes to the server that was set, in the body of a POST, and nowhere else.

import { readAnswer } from "../shared/answer.js";
import { permissionFor } from "../shared/match.js";
import { problem, rateProblem, refusal } from "../shared/problems.js";

/** @typedef {import("../shared/answer.js").Report} Report */
/** @typedef {import("../shared/problems.js").Problem} Problem */
/** @typedef {{report: Report, problem?: undefined} | {report?: undefined, problem: Problem}} Outcome */

const LONGEST_WAIT_MILLISECONDS = 20_000;
const USUAL_RETRY_SECONDS = 60;
/** Until when a server asked to be left alone, by its address. */
/** @type {Map<string, number>} */
const restUntil = new Map();

/**
 * Checks one list.
 * @param {{server: string, token: string}} settings
 * @param {import("../shared/request.js").CheckBody} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<Outcome | null>}  null where the signal ended it
 */
export async function askServer({ server, token }, body, signal) {
  const rest = Math.ceil(((restUntil.get(server) ?? 0) - Date.now()) / 1000);
  if (rest > 0) return { problem: rateProblem(rest) };
  if (!await chrome.permissions.contains({ origins: [permissionFor(server)] })) return { problem: problem("not-allowed") };
  const late = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
  try {
    const response = await fetch(`${server}/api/v1/check`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error", // Neither the list nor the token follows to another address.
      referrerPolicy: "no-referrer",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    return await readResponse(response, server, token);
  } catch {
    if (signal?.aborted) return null;
    return { problem: problem(late.aborted ? "late" : "down") };
  }
}

/** Forgets that servers asked to wait: another token or address may be welcome. */
export function forgetRests() {
  restUntil.clear();
}

/**
 * @param {Response} response
 * @param {string} server
 * @param {string} token
 * @returns {Promise<Outcome>}
 */
async function readResponse(response, server, token) {
  const value = await readJson(response);
  if (response.ok) {
    const report = readAnswer(value);
    return report ? { report } : { problem: problem("not-understood") };
  }
  if (response.status === 401) return { problem: problem(token ? "token" : "no-token") };
  if (response.status === 403) return { problem: problem("other-site") };
  if (response.status === 429) {
    const seconds = retrySeconds(response.headers.get("Retry-After"));
    restUntil.set(server, Date.now() + seconds * 1000);
    return { problem: rateProblem(seconds) };
  }
  if (response.status >= 500) return { problem: problem("broken") };
  return { problem: value?.type?.startsWith?.("urn:problem-type:medrisk:") || response.status === 413 ? refusal(value) : problem("not-understood") };
}

/** @param {Response} response */
async function readJson(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string | null} header */
function retrySeconds(header) {
  const seconds = Number.parseInt(header ?? "", 10);
  return seconds > 0 ? Math.min(seconds, 3600) : USUAL_RETRY_SECONDS;
}
