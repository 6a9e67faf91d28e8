// Sites that the user allowed: the extension looks at these as soon as a page of theirs opens, and at no others.

import { permissionFor } from "../shared/match.js";
import { loadProfiles, loadSettings } from "../shared/settings.js";

const SCRIPT = "content.js";
const REGISTRATION = "allowed-sites";

let syncing = Promise.resolve();

/** Registers the page script for the sites that are both switched on and permitted by the browser. One run at a time. */
export function syncSites() {
  syncing = syncing.then(registerSites, registerSites);
  return syncing;
}

async function registerSites() {
  const { sites } = await loadSettings();
  const wanted = [...new Set(sites.filter((site) => site.on).map((site) => permissionFor(site.origin)))];
  const permitted = await Promise.all(wanted.map((origin) => chrome.permissions.contains({ origins: [origin] })));
  const matches = wanted.filter((_, at) => permitted[at]);
  await chrome.scripting.unregisterContentScripts({ ids: [REGISTRATION] }).catch(() => {}); // There was none.
  if (matches.length) {
    await chrome.scripting.registerContentScripts([{ id: REGISTRATION, js: [SCRIPT], matches, allFrames: true, runAt: "document_idle", persistAcrossSessions: true }]);
    await enterOpenTabs(matches);
  }
}

/**
 * The profiles for a page that opened by itself: that of its site, where the user allowed it.
 * @param {string} address
 */
export async function profilesForSite(address) {
  const settings = await loadSettings();
  const origin = new URL(address).origin;
  const sites = settings.sites.filter((site) => site.on && site.origin === origin);
  const wanted = new Set(sites.map((site) => site.profile));
  return (await loadProfiles(settings)).filter((profile) => wanted.has(profile.id));
}

/**
 * Puts the page script into all frames of a tab that the browser lets it into. False where it may enter none.
 * @param {number} tab
 */
export async function enter(tab) {
  try {
    await chrome.scripting.executeScript({ target: { tabId: tab, allFrames: true }, files: [SCRIPT] });
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} matches */
async function enterOpenTabs(matches) {
  const tabs = await chrome.tabs.query({ url: matches });
  await Promise.all(tabs.map((tab) => tab.id !== undefined && enter(tab.id)));
}
