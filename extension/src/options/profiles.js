// Profiles: switched on and off, looked at, copied, and written by the user.

import { byId, el } from "../shared/dom.js";
import { parseProfile } from "../shared/profile.js";
import { loadBuiltInProfiles, loadOwn, loadSettings, saveSettings } from "../shared/settings.js";
import { showBox } from "./boxes.js";
import { hiddenName } from "./sites.js";

/** @typedef {import("../shared/profile.js").Profile} Profile */

const field = /** @type {HTMLTextAreaElement} */ (byId("profile"));
const faultList = byId("profile-faults");
const result = byId("profile-result");

/** @param {() => void} changed  called after the profiles became others */
export function startProfiles(changed) {
  byId("profile-form").addEventListener("submit", (event) => {
    event.preventDefault();
    save(changed);
  });
  show(changed);
}

/** @param {() => void} changed */
async function show(changed) {
  const { offProfiles, ownProfiles } = await loadSettings();
  const own = (await loadOwn()).ownProfiles.map((one) => one.id);
  const rows = [...ownProfiles, ...await loadBuiltInProfiles()].map((profile) => {
    const box = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", onchange: () => switchProfile(profile.id, box.checked).then(changed) }));
    box.checked = !offProfiles.includes(profile.id);
    return el("li", {}, el("label", {}, box, el("span", {}, profile.name)),
      el("p", { class: "quiet small" }, `For ${profile.url}. ${profile.limits ?? ""}`),
      el("div", { class: "buttons" },
        el("button", { type: "button", onclick: () => copy(profile) }, "Copy", hiddenName(profile.name)),
        own.includes(profile.id) && el("button", { type: "button", onclick: () => remove(profile, changed) }, "Remove", hiddenName(profile.name))));
  });
  byId("profiles").replaceChildren(...rows);
}

/**
 * @param {string} id
 * @param {boolean} on
 */
async function switchProfile(id, on) {
  const { offProfiles } = await loadSettings();
  await saveSettings({ offProfiles: [...offProfiles.filter((one) => one !== id), ...(on ? [] : [id])] });
}

/** @param {Profile} profile */
function copy(profile) {
  field.value = JSON.stringify({ ...profile, id: `my-${profile.id}`.slice(0, 60), name: `${profile.name} (mine)` }, null, 2);
  field.focus();
  result.replaceChildren();
  faultList.replaceChildren();
}

/** @param {() => void} changed */
async function save(changed) {
  const { profile, faults } = parseProfile(field.value, isSelector);
  const [{ ownProfiles }, builtIn] = await Promise.all([loadOwn(), loadBuiltInProfiles()]);
  if (profile && builtIn.some((one) => one.id === profile.id)) faults.push({ where: "id", what: "belongs to a profile that comes with the extension; take another" });
  showFaults(faults);
  if (!profile || faults.length) return;
  await saveSettings({ ownProfiles: [...ownProfiles.filter((one) => one.id !== profile.id), profile] });
  showBox(result, "good", `“${profile.name}” is saved. Choose it for a site above.`);
  await show(changed);
  changed();
}

/** @param {import("../shared/profile.js").Fault[]} faults */
function showFaults(faults) {
  result.replaceChildren();
  faultList.replaceChildren();
  field.removeAttribute("aria-invalid");
  if (!faults.length) return;
  field.setAttribute("aria-invalid", "true");
  faultList.append(el("div", { class: "error" }, el("p", {}, el("strong", {}, "The profile was not saved.")),
    el("ul", {}, ...faults.map(({ where, what }) => el("li", {}, el("code", {}, where), ` ${what}.`)))));
  field.focus();
}

/**
 * @param {Profile} profile
 * @param {() => void} changed
 */
async function remove(profile, changed) {
  const { ownProfiles } = await loadOwn();
  await saveSettings({ ownProfiles: ownProfiles.filter((one) => one.id !== profile.id) });
  showBox(result, "good", `“${profile.name}” was removed.`);
  await show(changed);
  changed();
}

/** @param {string} selector */
function isSelector(selector) {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}
