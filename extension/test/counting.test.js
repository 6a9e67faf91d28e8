import assert from "node:assert/strict";
import { test } from "node:test";

import { readAnswer } from "../src/shared/answer.js";
import { countNotes, markRows, wordOf } from "../src/shared/counting.js";
import { problem, rateProblem, refusal } from "../src/shared/problems.js";
import { mergeSettings } from "../src/shared/settings.js";
import { badgeOf } from "../src/background/badge.js";

const line = (/** @type {any} */ given) => ({
  number: 1, text: "a", status: "matched", context: "active", ingredients: [], candidates: [], method: "exact", product: null, reason: "", warnings: [], daily_dose: null, ...given,
});
const note = (/** @type {any} */ given) => ({
  id: "n", kind: "interaction", tier: "review", severity: "major", interruptive: false, drugs: [], evidence: null, verified: true, summary: "s",
  why: [], actions: [], sources: [], lines: [1], would_change: [], ...given,
});
const report = (/** @type {any} */ given) => ({
  lines: [line({})], notes: [], contributors: [], questions: [], not_assessed: [], versions: { program: "1", knowledge: "k", vocabulary: "v" }, ...given,
});
const LOUD = report({
  lines: [line({}), line({ number: 2 }), line({ number: 3, status: "unknown", reason: "no drug of this name is known" }), line({ number: 4 })],
  notes: [
    note({ id: "flag", tier: "urgent", severity: null, kind: "red_flag", lines: [] }), note({ id: "cap", interruptive: true, lines: [1, 2] }),
    note({ id: "pair", severity: "moderate" }), note({ id: "class", tier: "info", severity: null, kind: "drug_class", lines: [4] }),
  ],
});

test("the badge counts what matters, and a question mark tells of lines that were not checked", () => {
  assert.deepEqual((["interruptive", "review", "all"]).map((loudness) => countNotes(LOUD, /** @type {any} */ (loudness)).badge), ["2?", "3?", "4?"]);
  assert.equal(countNotes(report({}), "review").badge, "");
  assert.equal(countNotes(report({ lines: [line({ status: "ambiguous" })] }), "review").badge, "?");
  assert.match(countNotes(report({}), "review").words, /No note does not mean safe/);
});

test("an urgent note and an interruptive one are counted however quiet it is set", () => {
  const quiet = report({ notes: [note({ tier: "urgent", severity: null }), note({ tier: "monitor", interruptive: true })] });
  assert.equal(countNotes(quiet, "interruptive").count, 2);
});

test("a row is marked with its worst note; one that was not checked always is, and no other row ever as safe", () => {
  const [first, second, unknown, quiet] = markRows(LOUD, 4, "review");
  assert.deepEqual([first?.word, first?.shape, first?.points.length], ["Major +1", "major", 2]);
  assert.deepEqual([second?.word, second?.points.length], ["Major", 1]);
  assert.deepEqual([unknown?.word, unknown?.shape], ["Not checked", "unchecked"]);
  assert.equal(quiet, null);
  assert.equal(markRows(LOUD, 4, "interruptive")[2]?.shape, "unchecked");
  assert.equal(markRows(LOUD, 4, "all")[3]?.word, "Drug class");
});

test("each severity has a word and a shape of its own", () => {
  const shapes = ["contraindicated", "major", "moderate", "minor"].map((severity) => wordOf(note({ severity })));
  assert.deepEqual(shapes.map(({ word }) => word), ["Contraindicated", "Major", "Moderate", "Minor"]);
  assert.equal(new Set(shapes.map(({ shape }) => shape)).size, 4);
  assert.deepEqual(wordOf(note({ tier: "urgent", severity: null, kind: "red_flag" })), { word: "Red flag", shape: "urgent" });
  assert.equal(wordOf(note({ severity: null, kind: "something_new" })).word, "Something new");
});

test("half an answer is no answer", () => {
  assert.ok(readAnswer(LOUD));
  assert.ok(readAnswer({ ...LOUD, added: 1 }));
  for (const field of ["lines", "notes", "contributors", "questions", "not_assessed", "versions"]) {
    assert.equal(readAnswer({ ...LOUD, [field]: undefined }), null, field);
  }
  assert.equal(readAnswer(report({ lines: [line({ status: "safe" })] })), null);
  assert.equal(readAnswer(report({ notes: [note({ tier: "none" })] })), null);
  for (const value of [null, [], "ok", {}, { status: "ok" }]) assert.equal(readAnswer(value), null);
});

test("no state but an answer says that something was checked", () => {
  const of = (/** @type {any} */ state) => badgeOf(state, "review").text;
  assert.deepEqual([of({ stage: "idle" }), of({ stage: "nothing" }), of({ stage: "checking" }), of({ stage: "problem", problem: problem("down") })], ["", "", "…", "!"]);
  assert.equal(of({ stage: "answer", report: LOUD, shown: {} }), "3?");
});

test("a refusal says what the server said, and whatever else it is, that nothing was checked", () => {
  const said = refusal({ title: "The text is too long", detail: "It has more than 2000 lines.", hint: "Send less." });
  assert.deepEqual([said.title, said.hint], ["The text is too long. Nothing was checked.", "It has more than 2000 lines. Send less."]);
  assert.match(refusal(null).title, /Nothing was checked/);
  assert.match(rateProblem(30).hint, /30 seconds/);
});

test("what the organisation sets goes first; what cannot be used is passed over", () => {
  const good = { format: 1, id: "theirs", name: "Theirs", url: "*://*/*", orders: [{ rows: "tr" }] };
  const own = { server: "http://127.0.0.1:8000", loudness: "all", sites: [{ origin: "https://b", profile: "x", on: true }] };
  const managed = { server: "https://m.example", profiles: [JSON.stringify(good), "{", "{}"], sites: [{ origin: "https://a", profile: "theirs", on: true }] };
  const settings = mergeSettings(own, managed, "t");
  assert.deepEqual([settings.server, settings.loudness, settings.token, settings.managed], ["https://m.example", "all", "t", ["server"]]);
  assert.deepEqual(settings.sites.map(({ origin }) => origin), ["https://a", "https://b"]);
  assert.deepEqual(settings.ownProfiles.map(({ id }) => id), ["theirs"]);
  assert.equal(mergeSettings({ loudness: "deafening" }, {}, "").loudness, "review");
});
