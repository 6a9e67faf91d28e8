// Mozilla's linter over both builds. What it may say of each is listed here with the reason; anything else fails.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const BUILDS = join(HERE, "..", "build", "extension");
const EVERYWHERE = {
  // The panel is opened with whichever of sidePanel and sidebarAction the browser has.
  UNSUPPORTED_API: "sidePanel.open",
  // Without a fixed id there is no policy to read; the code takes that for no policy.
  STORAGE_MANAGED: "storage.managed",
};
/** @type {Record<string, Record<string, string>>} code -> words that the message must hold */
const EXPECTED = {
  firefox: EVERYWHERE,
  // Firefox's linter on a manifest that is Chromium's.
  chromium: {
    ...EVERYWHERE,
    MANIFEST_FIELD_UNSUPPORTED: "/background/service_worker",
    MANIFEST_PERMISSIONS: "sidePanel",
    EXTENSION_ID_REQUIRED: "", MISSING_DATA_COLLECTION_PERMISSIONS: "",
  },
};

let failed = false;
for (const [browser, expected] of Object.entries(EXPECTED)) {
  const folder = join(BUILDS, browser);
  if (!existsSync(folder)) {
    console.error(`${folder} is not there: run make extension.`);
    process.exit(2);
  }
  const found = lint(folder).filter(({ code, message }) => !(code in expected && message.includes(expected[code])));
  for (const { _type: type, code, file, line, message } of found) console.error(`${browser}: ${type} ${code} ${file ?? ""}:${line ?? ""} ${message}`);
  failed ||= found.length > 0;
  if (!found.length) console.log(`${browser}: nothing to mend`);
}
process.exit(failed ? 1 : 0);

/** @param {string} folder */
function lint(folder) {
  const run = spawnSync(join(HERE, "node_modules", ".bin", "web-ext"),
    ["lint", "--source-dir", folder, "--output", "json", "--no-config-discovery", "--no-input"], { encoding: "utf8", maxBuffer: 1e8 });
  try {
    const { errors, warnings, notices } = JSON.parse(run.stdout);
    return [...errors, ...warnings, ...notices];
  } catch {
    console.error(run.stdout, run.stderr);
    process.exit(2);
  }
}
