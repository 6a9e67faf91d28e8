// What is set: by whoever uses the extension, or by the organisation that installed it, which goes first.
// The token stays in session storage, which is memory: it is gone when the browser closes.

import { LOUDNESSES } from "./counting.js";
import { profileFaults } from "./profile.js";

/** @typedef {import("./profile.js").Profile} Profile */
/** @typedef {{origin: string, profile: string, on: boolean}} Site */
/**
 * @typedef {object} Settings
 * @property {string} server
 * @property {import("./counting.js").Loudness} loudness
 * @property {Site[]} sites
 * @property {Profile[]} ownProfiles
 * @property {string[]} offProfiles   ids of profiles that are switched off
 * @property {string} token
 * @property {string[]} managed       names of what the organisation set
 */

export const DEFAULT_SERVER = "http://127.0.0.1:8000";
const BUILT_IN = ["openmrs-o3", "openemr", "plain-table"];

/** @returns {Promise<Settings>} */
export async function loadSettings() {
  const [own, session, managed] = await Promise.all([loadOwn(), chrome.storage.session.get({ token: "" }), loadManaged()]);
  return mergeSettings(own, managed, String(session.token));
}

/**
 * What the user set, without what the organisation did.
 * @returns {Promise<{server?: string, loudness?: string, sites: Site[], ownProfiles: Profile[], offProfiles: string[]}>}
 */
export async function loadOwn() {
  const { sites = [], ownProfiles = [], offProfiles = [], ...rest } = /** @type {any} */ (
    await chrome.storage.local.get(["server", "loudness", "sites", "ownProfiles", "offProfiles"]));
  return { sites, ownProfiles, offProfiles, ...rest };
}

/**
 * @param {Record<string, any>} own
 * @param {Record<string, any>} managed
 * @param {string} token
 * @returns {Settings}
 */
export function mergeSettings(own, managed, token) {
  const names = ["server", "loudness"].filter((name) => managed[name]);
  const loudness = managed.loudness ?? own.loudness;
  return {
    server: managed.server ?? own.server ?? DEFAULT_SERVER,
    loudness: LOUDNESSES.includes(loudness) ? loudness : "review",
    sites: [...(managed.sites ?? []), ...(own.sites ?? [])],
    ownProfiles: [...readManagedProfiles(managed.profiles), ...(own.ownProfiles ?? [])],
    offProfiles: own.offProfiles ?? [],
    token,
    managed: names,
  };
}

/** @param {Partial<Settings>} changed */
export async function saveSettings(changed) {
  const { token, ...rest } = changed;
  if (token !== undefined) await chrome.storage.session.set({ token });
  if (Object.keys(rest).length) await chrome.storage.local.set(rest);
}

/** @returns {Promise<Profile[]>} */
export async function loadBuiltInProfiles() {
  return Promise.all(BUILT_IN.map(async (id) => (await fetch(chrome.runtime.getURL(`profiles/${id}.json`))).json()));
}

/**
 * All profiles that are switched on, the user's own first.
 * @param {Settings} settings
 */
export async function loadProfiles(settings) {
  const all = [...settings.ownProfiles, ...await loadBuiltInProfiles()];
  return all.filter((profile) => !settings.offProfiles.includes(profile.id));
}

/** @returns {Promise<Record<string, any>>} */
async function loadManaged() {
  try {
    return await chrome.storage.managed.get(null);
  } catch { // Firefox, where no policy is set.
    return {};
  }
}

/**
 * Profiles of a policy come as JSON texts. One with a fault is left out; `npm run check-profile` finds faults beforehand.
 * @param {unknown} texts
 * @returns {Profile[]}
 */
function readManagedProfiles(texts) {
  if (!Array.isArray(texts)) return [];
  return texts.flatMap((text) => {
    try {
      const profile = JSON.parse(text);
      return profileFaults(profile, () => true).length ? [] : [profile];
    } catch {
      return [];
    }
  });
}
