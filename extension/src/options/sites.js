// The sites that the extension may read as their pages open.

import { permissionFor, readSiteAddress } from "../shared/match.js";
import { byId, el } from "../shared/dom.js";
import { loadOwn, loadProfiles, loadSettings, saveSettings } from "../shared/settings.js";
import { showBox, showFault } from "./boxes.js";

/** @typedef {import("../shared/settings.js").Site} Site */

const address = /** @type {HTMLInputElement} */ (byId("site"));
const choice = /** @type {HTMLSelectElement} */ (byId("site-profile"));
const result = byId("site-result");

export function startSites() {
  byId("site-form").addEventListener("submit", (event) => {
    event.preventDefault();
    allow();
  });
  show();
  return { show };
}

async function show() {
  const settings = await loadSettings();
  const profiles = await loadProfiles(settings);
  const chosen = choice.value;
  choice.replaceChildren(...profiles.map((profile) => el("option", { value: profile.id }, profile.name)));
  if (profiles.some((profile) => profile.id === chosen)) choice.value = chosen;
  const own = await ownSites();
  const names = new Map(profiles.map((profile) => [profile.id, profile.name]));
  const rows = await Promise.all(settings.sites.map((site) => showSite(site, names.get(site.profile), own)));
  byId("sites").replaceChildren(...rows);
}

/**
 * @param {Site} site
 * @param {string | undefined} profile
 * @param {Site[]} own
 */
async function showSite(site, profile, own) {
  const isOwn = own.some((one) => isSame(one, site));
  const permitted = await chrome.permissions.contains({ origins: [permissionFor(site.origin)] });
  const box = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", onchange: () => change(site, { on: box.checked }) }));
  box.checked = site.on;
  box.disabled = !isOwn;
  const words = `${site.origin}: ${profile ?? "its profile is switched off or gone"}${permitted ? "" : " (not permitted by the browser)"}`;
  return el("li", {}, el("label", {}, box, el("span", {}, words)), el("div", { class: "buttons" },
    !permitted && el("button", { type: "button", onclick: () => permit(site) }, "Permit", hiddenName(site.origin)),
    isOwn ? el("button", { type: "button", onclick: () => remove(site) }, "Remove", hiddenName(site.origin)) : el("span", { class: "quiet small" }, "Set by your organisation")));
}

/** @param {string} name */
export function hiddenName(name) {
  return el("span", { class: "visually-hidden" }, ` ${name}`);
}

async function allow() {
  const read = readSiteAddress(address.value);
  showFault(address, byId("site-fault"), read.fault);
  if (read.fault || !choice.value) return;
  const site = { origin: read.address, profile: choice.value, on: true };
  if (!await chrome.permissions.request({ origins: [permissionFor(site.origin)] })) {
    showBox(result, "error", "The browser was not permitted to read this site. It was not added.");
    return;
  }
  const sites = await ownSites();
  await saveSettings({ sites: [...sites.filter((one) => !isSame(one, site)), site] });
  address.value = "";
  showBox(result, "good", `${site.origin} is read from now on, also in pages that are open.`);
  await show();
}

/** @param {Site} site */
async function permit(site) {
  await chrome.permissions.request({ origins: [permissionFor(site.origin)] });
  await show();
}

/**
 * @param {Site} site
 * @param {Partial<Site>} changed
 */
async function change(site, changed) {
  const sites = await ownSites();
  await saveSettings({ sites: sites.map((one) => (isSame(one, site) ? { ...one, ...changed } : one)) });
}

/** The permission goes with the last use of it. @param {Site} site */
async function remove(site) {
  const sites = (await ownSites()).filter((one) => !isSame(one, site));
  await saveSettings({ sites });
  const { server } = await loadSettings();
  const origin = permissionFor(site.origin);
  if (![server, ...sites.map((one) => one.origin)].some((used) => permissionFor(used) === origin)) {
    await chrome.permissions.remove({ origins: [origin] }).catch(() => {}); // A permission of the manifest stays.
  }
  showBox(result, "good", `${site.origin} is read no more.`);
  await show();
}

async function ownSites() {
  return (await loadOwn()).sites;
}

/**
 * @param {Site} one
 * @param {Site} other
 */
function isSame(one, other) {
  return one.origin === other.origin && one.profile === other.profile;
}
