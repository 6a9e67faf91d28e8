import assert from "node:assert/strict";
import { test } from "node:test";

import { readAge, readSex } from "../src/shared/facts.js";
import { buildRequest, rowsOfLine } from "../src/shared/request.js";

const NO_FACTS = { age: [], sex: [], conditions: [], labs: [] };
const frame = (/** @type {any} */ given) => ({ frame: 0, chosen: null, profile: "Table", lines: [], facts: NO_FACTS, ...given });
const order = (/** @type {string} */ text, stopped = false) => ({ text, stopped });

test("order lines come first, one a line, so that line n is row n", () => {
  const request = buildRequest([
    frame({ frame: 7, lines: [order("warfarin 5 mg")] }),
    frame({ frame: 0, lines: [order("Zocor 40 mg"), order("baclofen 10 mg", true)], facts: { ...NO_FACTS, labs: ["K 3.1"] } }),
  ]);
  assert.equal(request?.body.text, "Zocor 40 mg\nstopped: baclofen 10 mg\nwarfarin 5 mg\n\nLabs:\nK 3.1");
  assert.deepEqual(request?.rows, [{ frame: 0, index: 0 }, { frame: 0, index: 1 }, { frame: 7, index: 0 }]);
  assert.match(request?.source ?? "", /^3 order lines .*Table.*; 1 result$/);
});

test("a selection goes before any profile, alone and as it was selected", () => {
  const request = buildRequest([frame({ lines: [order("warfarin")], facts: { ...NO_FACTS, age: ["72"] } }), frame({ frame: 2, chosen: "aspirin\n ibuprofen" })]);
  assert.deepEqual(request?.body, { text: "aspirin\n ibuprofen" });
  assert.deepEqual(request?.rows, []);
});

test("without a line there is nothing to ask, whatever facts stand there", () => {
  assert.equal(buildRequest([frame({ chosen: "  \n", facts: { ...NO_FACTS, labs: ["K 3.1"] } })]), null);
  assert.equal(buildRequest([]), null);
});

test("facts are sent as fields; what is not plain or not agreed is left out and said", () => {
  const facts = { age: ["Age: 72", "72 yrs"], sex: ["Female"], conditions: ["gout", "gout", "COPD"], labs: [] };
  const plain = buildRequest([frame({ lines: [order("a")], facts })]);
  assert.deepEqual(plain?.body, { text: "a", age: 72, sex: "female", conditions: [{ name: "gout" }, { name: "COPD" }] });
  assert.deepEqual(plain?.unread, []);
  const unclear = buildRequest([frame({ lines: [order("a")], facts: { ...NO_FACTS, age: ["72", "73"], sex: ["Other"] } })]);
  assert.deepEqual(unclear?.body, { text: "a" });
  assert.equal(unclear?.unread.length, 2);
  assert.doesNotMatch(unclear?.unread.join(" ") ?? "", /72|Other/);
});

test("conditions that the API would refuse do not have it refuse the list", () => {
  const conditions = ["x".repeat(301), ...Array.from({ length: 120 }, (_, at) => `condition ${at}`)];
  const request = buildRequest([frame({ lines: [order("a")], facts: { ...NO_FACTS, conditions } })]);
  assert.equal(request?.body.conditions?.length, 100);
  assert.match(request?.unread[0] ?? "", /^21 conditions/);
});

test("an age is whole years or nothing", () => {
  for (const [words, age] of /** @type {[string, number | null][]} */ ([["72", 72], ["Age: 72", 72], ["5 yrs, 3 mths", 5], ["72-year-old", 72], ["80y", 80],
    ["8 mths, 2 days", null], ["6 wks", null], ["1954-01-02", null], ["72.5", null], ["999", null], ["", null], ["about 70", null]])) {
    assert.equal(readAge(words), age, words);
  }
  assert.deepEqual(["Female", "sex: M", "woman", "Other", "", "unknown"].map(readSex), ["female", "male", "female", null, null, null]);
});

test("a line of the answer that was read together with the next covers both rows", () => {
  assert.deepEqual(rowsOfLine({ number: 2, text: "Zocor 40 mg" }, 3), [1]);
  assert.deepEqual(rowsOfLine({ number: 2, text: "Zocor\n40 mg" }, 3), [1, 2]);
  assert.deepEqual(rowsOfLine({ number: 5, text: "Labs:" }, 3), []);
});
