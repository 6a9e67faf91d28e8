// Says what is wrong with a profile file: node check_profile.js FILE.json... Selectors are only tried in a browser's options page.

import { readFile } from "node:fs/promises";

import { parseProfile } from "./src/shared/profile.js";

const paths = process.argv.slice(2);
if (!paths.length) {
  console.error("Name at least one file: npm run check-profile -- FILE.json");
  process.exit(2);
}
let bad = false;
for (const path of paths) {
  const { faults } = parseProfile(await readFile(path, "utf8"), () => true);
  for (const { where, what } of faults) console.error(`${path}: ${where} ${what}.`);
  bad ||= faults.length > 0;
  if (!faults.length) console.log(`${path}: nothing to mend`);
}
process.exit(bad ? 1 : 0);
