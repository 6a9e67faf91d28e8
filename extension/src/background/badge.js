// The badge on the toolbar button: a count, and nothing that names a drug, since others see the screen.

import { countNotes } from "../shared/counting.js";

/** @typedef {import("./checks.js").TabState} TabState */

const COLOURS = { calm: "#0b4f8a", urgent: "#9b1115", waiting: "#474f5a" };

/**
 * @param {number} tab
 * @param {TabState} state
 * @param {import("../shared/counting.js").Loudness} loudness
 */
export async function showBadge(tab, state, loudness) {
  const { text, title, colour } = badgeOf(state, loudness);
  try {
    await Promise.all([
      chrome.action.setBadgeText({ tabId: tab, text }), chrome.action.setTitle({ tabId: tab, title: `medrisk: ${title}` }),
      chrome.action.setBadgeBackgroundColor({ tabId: tab, color: colour }), chrome.action.setBadgeTextColor({ tabId: tab, color: "#ffffff" }),
    ]);
  } catch { // The tab was closed meanwhile.
  }
}

/**
 * @param {TabState} state
 * @param {import("../shared/counting.js").Loudness} loudness
 */
export function badgeOf(state, loudness) {
  if (state.stage === "answer") {
    const { badge, words, urgent } = countNotes(state.report, loudness);
    return { text: badge, title: words, colour: urgent ? COLOURS.urgent : COLOURS.calm };
  }
  if (state.stage === "problem") return { text: "!", title: state.problem.title, colour: COLOURS.waiting };
  if (state.stage === "checking") return { text: "…", title: "checking", colour: COLOURS.waiting };
  return { text: "", title: "check a medication list", colour: COLOURS.waiting };
}
