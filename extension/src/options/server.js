// The server's address and token, and whether it answers.

import { permissionFor, readServerAddress } from "../shared/match.js";
import { byId } from "../shared/dom.js";
import { saveSettings } from "../shared/settings.js";
import { showBox, showFault } from "./boxes.js";

const address = /** @type {HTMLInputElement} */ (byId("server"));
const token = /** @type {HTMLInputElement} */ (byId("token"));
const result = byId("server-result");

/** @param {import("../shared/settings.js").Settings} settings */
export function startServer({ server, token: known, managed }) {
  address.value = server;
  address.disabled = managed.includes("server");
  token.value = known;
  byId("server-form").addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  byId("test").addEventListener("click", test);
}

async function save() {
  const read = readServerAddress(address.value);
  showFault(address, byId("server-fault"), read.fault);
  if (read.fault) {
    result.replaceChildren();
    return false;
  }
  // Asked first: a browser asks the person only at once on a press.
  const allowed = await chrome.permissions.request({ origins: [permissionFor(read.address)] });
  address.value = read.address;
  await saveSettings({ ...(address.disabled ? {} : { server: read.address }), token: token.value.trim() });
  if (allowed) showBox(result, "good", "Saved. “Test the connection” says whether the server answers.");
  else showBox(result, "error", "Saved, but the browser was not permitted to talk to the server. Nothing can be checked until it is: press “Save and allow” again.");
  return allowed;
}

async function test() {
  if (!await save()) return;
  showBox(result, "good", "Asking the server …");
  const { report, problem } = await chrome.runtime.sendMessage({ type: "test-connection" });
  if (problem) {
    showBox(result, "error", problem.title, problem.hint);
    return;
  }
  const { program, knowledge, vocabulary } = report.versions;
  showBox(result, "good", `The server answers: medrisk ${program}, knowledge ${knowledge}, names from the ${vocabulary}.`,
    "One made-up line was sent for this (paracetamol 500 mg).");
}
