// The options page: each part reads and writes its own settings.

import { byId } from "../shared/dom.js";
import { loadSettings, saveSettings } from "../shared/settings.js";
import { startProfiles } from "./profiles.js";
import { startServer } from "./server.js";
import { startSites } from "./sites.js";

/** @typedef {import("../shared/counting.js").Loudness} Loudness */

const settings = await loadSettings();
startServer(settings);
startLoudness(settings);
const sites = startSites();
startProfiles(() => sites.show());

/** @param {import("../shared/settings.js").Settings} settings */
function startLoudness({ loudness, managed }) {
  for (const choice of /** @type {NodeListOf<HTMLInputElement>} */ (byId("loudness").querySelectorAll("input"))) {
    choice.checked = choice.value === loudness;
    choice.disabled = managed.includes("loudness");
    choice.addEventListener("change", () => saveSettings({ loudness: /** @type {Loudness} */ (choice.value) }));
  }
}
