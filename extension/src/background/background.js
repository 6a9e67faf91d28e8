// What the browser tells the extension, and which part of it answers.

import { problem } from "../shared/problems.js";
import { loadProfiles, loadSettings } from "../shared/settings.js";
import { checkText, fail, forget, gather, isKnown, renewAll, rowOf, send, stateOf, takeList } from "./checks.js";
import { askServer, forgetRests } from "./server.js";
import { enter, profilesForSite, syncSites } from "./sites.js";

const MENU = "check-selection";
// Made up, and sent only by the button that tests the connection.
const TEST_LIST = { text: "paracetamol 500 mg" };

chrome.runtime.onInstalled.addListener(() => {
  chrome.contextMenus.create({ id: MENU, title: "Check this medication list with medrisk", contexts: ["selection"] }, () => void chrome.runtime.lastError);
  syncSites();
});
chrome.runtime.onStartup.addListener(() => syncSites());
chrome.permissions.onAdded.addListener(() => syncSites().then(() => renewAll({ afresh: true })));
chrome.permissions.onRemoved.addListener(() => syncSites());
// A page script is no place for settings to be read.
chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });

// The panel is opened first and without waiting: a browser opens it only at once on a press.
chrome.action.onClicked.addListener((tab) => {
  openPanel(tab);
  if (tab.id !== undefined) checkTab(tab.id, "selection");
});
chrome.contextMenus.onClicked.addListener((info, tab) => {
  if (info.menuItemId !== MENU || tab?.id === undefined) return;
  openPanel(tab);
  checkTab(tab.id, "selection", info.selectionText);
});

chrome.tabs.onRemoved.addListener((tab) => forget(tab));
chrome.tabs.onUpdated.addListener((tab, change) => {
  // Another page, or only another address within the same one: the page script tells, if there still is one.
  if (change.status && isKnown(tab)) gather(tab);
});
chrome.storage.onChanged.addListener((changed) => {
  forgetRests();
  if (["sites", "profiles", "ownProfiles", "offProfiles"].some((name) => name in changed)) followSites();
  if ("server" in changed || "token" in changed) renewAll({ afresh: true });
  else if ("loudness" in changed) renewAll({ afresh: false });
});

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== chrome.runtime.id) return false;
  const isOwnPage = sender.url?.startsWith(chrome.runtime.getURL(""));
  const handled = isOwnPage ? hearOwnPage(message) : hearPage(message, sender);
  if (handled) handled.then(answer);
  return Boolean(handled);
});

/**
 * From the panel and the options.
 * @param {any} message
 * @returns {Promise<unknown> | null}
 */
function hearOwnPage(message) {
  if (message.type === "get-state") return tellState(message.tab);
  if (message.type === "again") return checkTab(message.tab, message.what);
  if (message.type === "show-row") return showRow(message.tab, message.number);
  if (message.type === "test-connection") return loadSettings().then((settings) => askServer(settings, TEST_LIST));
  return null;
}

/**
 * From the page script.
 * @param {any} message
 * @param {chrome.runtime.MessageSender} sender
 * @returns {Promise<unknown> | null}
 */
function hearPage(message, sender) {
  const tab = sender.tab?.id;
  if (tab === undefined || sender.frameId === undefined) return null;
  if (message.type === "hello") return profilesForSite(sender.url ?? "").then((profiles) => ({ profiles }));
  if (message.type === "changed") gather(tab);
  if (message.type === "gone") leave(tab, sender.frameId);
  if (message.type === "list") takeList(tab, { ...message, frame: sender.frameId });
  if (message.type === "open-panel") return openPanel(/** @type {chrome.tabs.Tab} */ (sender.tab));
  return null;
}

/**
 * The person asked for a check of the selection, or where there is none of what the profiles find.
 * @param {number} tab
 * @param {"selection" | "page"} what
 * @param {string} [selection]  as the browser's menu told it, without its line breaks
 */
async function checkTab(tab, what, selection = "") {
  if (!await enter(tab)) {
    await (selection ? checkText(tab, selection) : fail(tab, problem("no-page")));
    return;
  }
  const profiles = await loadProfiles(await loadSettings());
  await send(tab, { type: "check", what, profiles });
  await gather(tab, { afresh: true });
}

/** @param {number} tab */
async function tellState(tab) {
  const state = stateOf(tab);
  // This worker may have been ended since the page was checked; the page still knows.
  if (state.stage === "idle") await gather(tab);
  return stateOf(tab);
}

/**
 * @param {number} tab
 * @param {number} number
 */
async function showRow(tab, number) {
  const row = rowOf(tab, number);
  if (row) await send(tab, { type: "show-row", index: row.index }, { frameId: row.frame });
}

/**
 * A page or a frame of it was left.
 * @param {number} tab
 * @param {number} frame
 */
function leave(tab, frame) {
  if (frame === 0) forget(tab);
  else if (isKnown(tab)) gather(tab);
}

/** The sites or profiles are others than before: pages that are open follow. */
async function followSites() {
  await syncSites();
  const tabs = await chrome.tabs.query({});
  await Promise.all(tabs.map((tab) => tab.id !== undefined && send(tab.id, { type: "look-again" })));
}

/**
 * Browsers open it only on a press, and Firefox only on one of its own buttons; false where it was not opened.
 * @param {chrome.tabs.Tab} tab
 */
async function openPanel(tab) {
  try {
    await (chrome.sidePanel ? chrome.sidePanel.open({ windowId: tab.windowId }) : chrome.sidebarAction?.open());
    return true;
  } catch {
    return false;
  }
}
