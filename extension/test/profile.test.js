import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

import { parseProfile, profileFaults } from "../src/shared/profile.js";

const FOLDER = new URL("../src/profiles/", import.meta.url);
const GOOD = { format: 1, id: "mine", name: "Mine", url: "https://ehr.example.org/*", orders: [{ rows: "tr.order" }] };
const isSelector = (/** @type {string} */ selector) => !selector.includes("[[");
const faultsOf = (/** @type {any} */ changed) => profileFaults({ ...GOOD, ...changed }, isSelector).map(({ where }) => where);

test("every profile that comes with the extension is whole, bears the name of its file, and says what it was not tried on", async () => {
  const files = (await readdir(FOLDER)).sort();
  assert.deepEqual(files, ["openemr.json", "openmrs-o3.json", "plain-table.json"]);
  for (const file of files) {
    const { profile, faults } = parseProfile(await readFile(new URL(file, FOLDER), "utf8"), () => true);
    assert.deepEqual(faults, [], file);
    assert.equal(`${profile?.id}.json`, file);
    assert.ok(profile?.limits, file);
    if (file === "plain-table.json") continue;
    assert.match(profile?.limits ?? "", /not tried on a live system/);
    for (const { commit } of profile?.read_from ?? []) assert.match(commit, /^[0-9a-f]{40}$/);
    assert.ok(profile?.read_from?.length);
  }
});

test("each fault is named by its place, all at once", () => {
  assert.deepEqual(faultsOf({}), []);
  assert.deepEqual(faultsOf({ format: 2, id: "Mine!", name: " ", url: "ehr", orders: [], colour: 1 }), ["colour", "format", "id", "name", "url", "orders"]);
  assert.deepEqual(faultsOf({ orders: [{ rows: "[[", parts: [], drop: 3, stopped: "" }] }),
    ["orders[0].rows", "orders[0].drop", "orders[0].stopped", "orders[0].parts"]);
  assert.deepEqual(faultsOf({ orders: ["tr", { rows: "tr", parts: ["td", "[["] }] }), ["orders[0]", "orders[1].parts[1]"]);
  assert.deepEqual(faultsOf({ orders: [{ rows: "tr", parts: [{ select: "td", first_line: "yes" }, { first_line: true }] }] }),
    ["orders[0].parts[0].first_line", "orders[0].parts[1].select"]);
  assert.deepEqual(faultsOf({ facts: { age: { rows: ".age", stopped: ".x" }, weight: { rows: "a" } } }), ["facts.weight", "facts.age.stopped"]);
  assert.deepEqual(faultsOf({ read_from: [{ file: "a" }] }), ["read_from"]);
});

test("what is no JSON, or no object, is said plainly", () => {
  for (const text of ["", "{", "[]", "null", "3"]) {
    const { profile, faults } = parseProfile(text, isSelector);
    assert.equal(profile, null);
    assert.equal(faults[0].where, "the whole text");
  }
});

test("no fault repeats what was typed", () => {
  const { faults } = parseProfile(JSON.stringify({ ...GOOD, id: "Secret Value", url: "secret-host" }), isSelector);
  assert.doesNotMatch(JSON.stringify(faults), /secret/i);
});
