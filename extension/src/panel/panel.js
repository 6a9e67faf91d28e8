// The side panel: shows what the background knows of the tab in front. It asks for nothing itself.

import { countNotes } from "../shared/counting.js";
import { byId, el } from "../shared/dom.js";
import { MENDED_IN_OPTIONS } from "../shared/problems.js";
import { loadSettings } from "../shared/settings.js";
import { showReport } from "./report.js";

/** @typedef {import("../background/checks.js").TabState} TabState */

const answer = byId("answer");
// The panel in a tab of its own, for browsers without side panels, is told which tab it is about: panel.html#12
const pinned = Number.parseInt(location.hash.slice(1), 10) || null;
/** @type {number | null} */
let tab = pinned;
let shown = "";

/** @param {string} words */
const say = (words) => { byId("status").textContent = words; };

/** @param {object} message */
const ask = (message) => chrome.runtime.sendMessage(message);

chrome.runtime.onMessage.addListener((message, sender) => {
  if (sender.id === chrome.runtime.id && !sender.tab && message.type === "state" && message.tab === tab) show(message.state);
});
if (!pinned) chrome.tabs.onActivated.addListener(follow);
chrome.storage.onChanged.addListener((changed) => {
  if ("loudness" in changed) follow();
});
byId("check-page").addEventListener("click", () => tab !== null && ask({ type: "again", tab, what: "page" }));
byId("check-selection").addEventListener("click", () => tab !== null && ask({ type: "again", tab, what: "selection" }));
byId("options").addEventListener("click", () => chrome.runtime.openOptionsPage());
follow();

/** Turns to the tab that is in front. */
async function follow() {
  if (!pinned) {
    const [front] = await chrome.tabs.query({ active: true, currentWindow: true });
    tab = front?.id ?? null;
  }
  shown = "";
  if (tab !== null) await show(await ask({ type: "get-state", tab }));
}

/** @param {TabState} state */
async function show(state) {
  const written = JSON.stringify(state);
  if (written === shown) return; // The same answer stays where it was scrolled to.
  shown = written;
  answer.replaceChildren(...await contents(state));
}

/** @param {TabState} state */
async function contents(state) {
  if (state.stage === "answer") {
    const { loudness } = await loadSettings();
    say(countNotes(state.report, loudness).words);
    return showReport(state.report, state.shown, (number) => ask({ type: "show-row", tab, number }));
  }
  if (state.stage === "problem") {
    say("");
    return [problemBox(state.problem)];
  }
  if (state.stage === "checking") {
    say("Checking");
    return [el("p", {}, "Checking …")];
  }
  say("Nothing has been checked.");
  return [el("p", {}, el("strong", {}, "Nothing has been checked. "), state.stage === "nothing"
    ? "Nothing is selected, and no site profile finds an order line on this page."
    : "Open the page with the medication list."), help()];
}

/** @param {import("../shared/problems.js").Problem} problem */
function problemBox(problem) {
  const box = el("div", { class: "error", role: "alert" }, el("p", {}, el("strong", {}, problem.title)), el("p", {}, problem.hint));
  const mend = MENDED_IN_OPTIONS.has(problem.kind) && el("button", { type: "button", onclick: () => chrome.runtime.openOptionsPage() }, "Open the options");
  box.append(el("p", {}, mend || ""));
  return box;
}

function help() {
  return el("ul", {},
    el("li", {}, "Select a medication list, then press medrisk's button in the toolbar, or choose “Check this medication list” from the menu of the selection."),
    el("li", {}, "A site that is allowed in the options is read as its pages open, by the profile that was chosen for it."));
}
