// Builds the extension for Chromium and Firefox: a folder and a zip each. The same sources give the same bytes.
//
//   node build.js [--out FOLDER] [--allow-host PATTERN]... [--open-marks]
//
// --allow-host lists a site in the manifest, so that nobody is asked for it: for an organisation's own package, and for tests.
// --open-marks lets tests look into the marks; never ship it.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";
import { zipSync } from "fflate";

import { manifestOf } from "./manifests.js";
import { patternFault } from "./src/shared/match.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const SOURCE = join(HERE, "src");
// The page script is the one thing that browsers do not load as a module; esbuild makes one file of its modules.
const BUNDLED = "content";
// The first moment that a zip can hold, in whatever time zone it is built.
const MOMENT = new Date(1980, 0, 1);

const { values } = parseArgs({ options: {
  out: { type: "string", default: join(HERE, "..", "build", "extension") },
  "allow-host": { type: "string", multiple: true, default: [] },
  "open-marks": { type: "boolean", default: false },
} });
const { version } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
const hosts = values["allow-host"];
for (const host of hosts) {
  const fault = patternFault(host);
  if (fault) {
    console.error(`--allow-host ${host}: ${fault}.`);
    process.exit(2);
  }
}
const pageScript = await bundlePageScript(values["open-marks"] ? "open" : "closed");

for (const browser of /** @type {const} */ (["chromium", "firefox"])) {
  const folder = join(values.out, browser);
  await fill(folder, manifestOf(browser, { version, hosts }));
  const zip = join(values.out, `medrisk-${version}-${browser}.zip`);
  const bytes = await zipFolder(folder);
  await writeFile(zip, bytes);
  console.log(`${relative(process.cwd(), zip)}  ${bytes.length} bytes  sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
}

/** @param {"open" | "closed"} shadow */
async function bundlePageScript(shadow) {
  const { outputFiles: [file] } = await build({
    entryPoints: [join(SOURCE, BUNDLED, "main.js")], absWorkingDir: HERE, bundle: true, write: false, format: "iife", target: "es2022",
    charset: "utf8", legalComments: "none", define: { MEDRISK_SHADOW: JSON.stringify(shadow) },
  });
  return file.contents;
}

/**
 * @param {string} folder
 * @param {object} manifest
 */
async function fill(folder, manifest) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(SOURCE, folder, { recursive: true, filter: (path) => path !== join(SOURCE, BUNDLED) });
  await writeFile(join(folder, "content.js"), pageScript);
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @param {string} folder */
async function zipFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/")).sort();
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const path of paths) files[path] = await readFile(join(folder, path));
  return zipSync(files, { level: 9, mtime: MOMENT });
}
