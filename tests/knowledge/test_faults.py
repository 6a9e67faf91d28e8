"""One mistake at a time: the loader names the file and the field, and says what is wrong in a few words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medrisk.errors import KnowledgeError
from medrisk.knowledge import check_knowledge, load_knowledge

Break = Callable[[str, str, str], list[tuple[str, str, str]]]

CLASS = "drug_classes/statin.yaml"
RULE = "interactions/simvastatin-amlodipine.yaml"
BURDEN = "interactions/burden-potassium.yaml"
SOURCES = "sources/all.yaml"
FORMULARY = "formulary/all.yaml"
FLAGS = "red_flags.yaml"
LABS = "labs.yaml"

# file, what stands there, what is written instead, field of the fault, part of its message
MISTAKES = [
    # YAML
    (CLASS, "name: Statins", "name: Statins\nname: Fibrates", "line 5", "the key name stands twice"),
    (CLASS, "duplicate: true", "duplicate: yes", "line 9", "a bare yes is ambiguous"),
    (CLASS, "name: Statins", "name: no", "line 4", "a bare no is ambiguous"),
    (CLASS, "name: Statins", "name: [Statins", "line 5", "not valid YAML"),
    (CLASS, "name: Statins", "name: !!python/name:x y", "line 4", "not valid YAML"),
    (CLASS, "members:\n", "12: x\nmembers:\n", "line 6", "the key 12 must be text"),
    (CLASS, "name: Statins", "name: &a Statins\nmechanism: *a", "line 4", "anchors and aliases are not used"),
    # form
    (CLASS, "name: Statins", "title: Statins", "title", "unknown key"),
    (CLASS, "name: Statins", "", "name", "is missing"),
    (CLASS, "name: Statins", "name: ''", "name", "may not be empty"),
    (CLASS, "name: Statins", "name: 12", "name", "text is expected"),
    (CLASS, "duplicate: true", "duplicate: 'true'", "duplicate", "true or false is expected"),
    (CLASS, "role: promoter", "role: culprit", "role", "culprit is not one of promoter"),
    (CLASS, "status: draft", "status: fine", "status", "fine is not one of draft"),
    (CLASS, "duplicate: true", "routes: [skin]", "routes[0]", "unknown route skin"),
    (CLASS, "days: [1, 365]", "days: [365, 1]", "onset.days", "the first day comes after the last"),
    (CLASS, "days: [1, 365]", "days: [1]", "onset.days", "two days are expected"),
    (CLASS, "days: [1, 365]", "days: [1, a year]", "onset.days[1]", "a whole number is expected"),
    (FORMULARY, 'rxcui: "36567"', "rxcui: 36567", "ingredients.simvastatin.rxcui", "put it in quotes"),
    (FORMULARY, 'rxcui: "36567"', 'rxcui: "036567"', "ingredients.simvastatin.rxcui", "without a leading zero"),
    (FORMULARY, "route: inhaled", "route: lungs", "ingredients.salmeterol.route", "unknown route lungs"),
    (FORMULARY, "Serevent: inhaled", "Serevent: lungs", "ingredients.salmeterol.brand_routes.Serevent", "unknown"),
    (FORMULARY, "area: all", "zone: all", "zone", "unknown key"),
    ("symptoms.yaml", '"55300003"', "55300003", "symptoms[0].codes.snomed_ct[0]", "put it in quotes"),
    ("symptoms.yaml", "symptoms:", "symptom:", "symptom", "unknown key"),
    ("effects.yaml", "effects:\n", "effects: []\nothers:\n", "effects", "a mapping is expected"),
    (SOURCES, "  label-zocor:", "  Label_Zocor:", "sources.Label_Zocor", "lower-kebab-case"),
    ("effects.yaml", "  myopathy:", "  My-opathy:", "effects.My-opathy", "lower_snake_case"),
    (SOURCES, "    read_on: 2026-11-22\n", "", "sources.label-zocor.read_on", "is missing"),
    (SOURCES, "2026-11-22", "2026-22-11", "sources.label-zocor.read_on", "a date such as"),
    (SOURCES, "locator: none", "locator: none\n    read_on: 2026-11-22", "sources.background.read_on", "not read"),
    # rules and conditions
    (RULE, "{ingredient: amlodipine}", "{ingredient: x, class: statin}", "participants[1].any_of[0]", "exactly one"),
    (RULE, "{ingredient: amlodipine}", "{}", "participants[1].any_of[0]", "exactly one of"),
    (RULE, "daily_dose_over: 20 mg", "grade: probable", "participants[0].grade", "only beside effect"),
    (RULE, "20 mg}", "20}", "participants[0].daily_dose_over", "a number and a unit"),
    (RULE, "20 mg}", "20 parsecs}", "participants[0].daily_dose_over", "a dose carries a unit"),
    (RULE, "20 mg}", "20 mg, daily_dose_under: 80 mg}", "participants[0]", "at most one of"),
    (RULE, "daily_dose_over: 20 mg", "routes: oral", "participants[0]", "carries a dose bound"),
    (RULE, "[dose, age]", "[age]", "unchecked_without", "names dose"),
    (RULE, "[dose, age]", "[dose, mood]", "unchecked_without[1]", "mood is not dose, age, sex"),
    (RULE, "jurisdiction: US", "jurisdiction: Mars", "jurisdiction", "Mars is not one of any"),
    (RULE, "routes: [oral, local]", "routes: [oral, skin]", "participants[1].routes[1]", "unknown route skin"),
    (RULE, "kind: dose_cap", "kind: duplicate", "participants", "duplicate takes 1 participants, not 2"),
    (RULE, "kind: dose_cap", "kind: drug_lab", "participants", "drug_lab takes 1 participants"),
    (RULE, "kind: dose_cap", "kind: burden", "burden", "only there"),
    (RULE, "severity: major", "", "severity", "is missing"),
    (RULE, "{sex: female}", "{sex: women}", "when.any[2].sex", "women is not one of"),
    (RULE, "{at_least: 65}", "{minimum: 65}", "when.any[1].age.minimum", "unknown key"),
    (RULE, "{at_least: 65}", "{}", "when.any[1].age", "at least one of"),
    (RULE, "{symptom: cramp}", "{symptom: cramp, sex: male}", "when.any[0]", "exactly one of"),
    (RULE, "over: 2 xULN", "above: 2 xULN", "modifiers[0].when.above", "unknown key"),
    (RULE, "lab: potassium, over: 2 xULN", "lab: potassium", "modifiers[0].when", "a lab is compared by"),
    (RULE, "over: 2 xULN", "over: 2 U/L", "modifiers[0].when.over", "not measured in this unit"),
    (RULE, "lab: potassium, over", "lab: egfr, over", "modifiers[0].when.over", "not measured in this unit"),
    (RULE, "    severity: contraindicated\n", "", "modifiers[0]", "changes nothing"),
    (BURDEN, "mechanisms: 3", "mechanisms: 2", "burden.levels", "must rise"),
    (BURDEN, "mechanisms: 3", "mechanisms: 3.5", "burden.levels[1].mechanisms", "a whole number"),
    (BURDEN, "tier: review", "tier: soon", "burden.levels[1].tier", "soon is not one of"),
    (FLAGS, "2.5 mmol/L", "2.5", "red_flags[0].when.all[0].under", "a number and a unit"),
    (FLAGS, "2.5 mmol/L", "2.5 U/L", "red_flags[0].when.all[0].under", "not measured in this unit"),
    # ids
    (CLASS, "id: statin", "id: statins", "id", "statins is not the name of the file"),
    (CLASS, "  - atorvastatin", "  - atorvastatine", "members[1]", "unknown ingredient atorvastatine"),
    (CLASS, "members: [simvastatin]", "members: [amlodipine]", "effects[0].members", "amlodipine is not a member"),
    (CLASS, "effect: myopathy", "effect: myopathie", "effects[0].effect", "unknown effect myopathie"),
    (CLASS, "asks_for: [potassium]", "asks_for: [kalium]", "asks_for", "unknown lab kalium"),
    (CLASS, "id: label-zocor", "id: label-zoccor", "effects[0].sources[0].id", "unknown source label-zoccor"),
    (RULE, "class: statin", "class: statine", "when.any[3].drug.class", "unknown class statine"),
    (RULE, "symptom: cramp", "symptom: [cramp, ache]", "when.any[0].symptom[1]", "unknown symptom ache"),
    (RULE, "ingredient: simvastatin", "ingredient: simvastatine", "participants[0].ingredient", "unknown ingredient"),
    (RULE, "except: [atorvastatin]", "except: [x]", "participants[1].except", "unknown ingredient x"),
    (RULE, "effects: [myopathy]", "effects: [woe]", "effects", "unknown effect woe"),
    (RULE, "unchecked_without:", "supersedes: [gone]\nunchecked_without:", "supersedes", "unknown rule gone"),
    (FLAGS, "condition: hypothyroidism", "condition: x", "red_flags[0].when.all[1].not.condition", "unknown"),
    (FLAGS, "lab: potassium", "lab: kalium", "red_flags[0].when.all[0].lab", "unknown lab kalium"),
    (LABS, "low_effect: hypokalaemia", "low_effect: x", "labs[0].low_effect", "unknown effect x"),
    (LABS, "id: egfr", "id: potassium", "labs[1]", "potassium stands in labs.yaml already"),
    ("symptoms.yaml", "[muscle_cramp, hypo", "[x, hypo", "symptoms[0].explained_by[0]", "unknown effect x"),
    ("conditions.yaml", "explains: [cramp]", "explains: [x]", "conditions[0].explains", "unknown symptom x"),
    (FORMULARY, "[amlodipine, atorvastatin]", "[amlodipine, x]", "products.Caduet.ingredients[1]", "unknown"),
    (FORMULARY, '"83367"', '"36567"', "ingredients.atorvastatin.rxcui", "is the code of simvastatin too"),
    ("formulary/abbreviations.yaml", "[[simvastatin]]", "[[x]]", "abbreviations.SIM.means", "unknown ingredient x"),
    # evidence, sign-off and examples
    (CLASS, 'where: "5.1", verified: true', 'where: "5.1", verified: false', "effects[0].grade", "established needs"),
    (CLASS, "[{id: label-zocor, where: \"5.1\", verified: true}]", "[]", "effects[0].sources", "at least 1 expected"),
    (RULE, 'where: "2.3", verified: true', 'where: "2.3", verified: false', "interruptive", "one verified source"),
    (FLAGS, "verified: false", "verified: true", "red_flags[0].evidence.sources[0]", "not read by anyone"),
    (CLASS, "checked_by: null", "checked_by: A. Person", "checked_by", "must be null while the status is draft"),
    (CLASS, "status: draft", "status: reviewed", "checked_by", "needs the name of the pharmacist"),
    (CLASS, "status: draft", "status: retired", "retired_because", "says why"),
    (CLASS, "status: draft", "status: draft\nretired_because: x", "retired_because", "only beside status: retired"),
    (CLASS, 'notes: ["simvastatin 40 mg nightly"]', "notes: []", "examples.notes", "at least one example"),
    (RULE, 'silent: ["simvastatin 20 mg + amlodipine 5 mg"]', "silent: []", "examples.silent", "at least one example"),
    # labs
    (LABS, "units: {mmol/L: 1,", "units: {mmol/L: 2,", "labs[0].units", "with the factor 1"),
    (LABS, "assumed_unit: mmol/L", "assumed_unit: mEq/L", "labs[0].assumed_unit", "mEq/L is not one of the units"),
    (LABS, "assumed_unit: mmol/L", "assumed_unit: mg/dL 9 to 20, mEq/L 1 to 6", "labs[0].assumed_unit", "is not one"),
    (LABS, "assumed_unit: mmol/L", "assumed_unit: mg/dL 6 to 20, mmol/L 1 to 6", "labs[0].assumed_unit", "overlap"),
    (LABS, "assumed_unit: mmol/L", "assumed_unit: mg/dL 20 to 6", "labs[0].assumed_unit", "overlap"),
    (LABS, "low: 3.5", "low: 5.5", "labs[0].plausible", "rising order"),
    (LABS, "    low: 3.5\n", "", "labs[0].low_effect", "needs a limit under low"),
    # text
    (CLASS, "name: Statins", "name: <b>Statins</b>", "name", "holds a markup tag"),
    ("symptoms.yaml", "[cramp, charley horse]", "[<limb> cramp, <b> cramp]", "symptoms[0].terms[1]", "a markup tag"),
    ("symptoms.yaml", "name: Muscle cramp", "name: <limb> cramp", "symptoms[0].name", "a markup tag"),
    (CLASS, "name: Statins", "name: Sta`tins", "name", "holds a backtick"),
    (CLASS, "name: Statins", 'name: "Sta\\u0007tins"', "name", "holds a control character"),
    (CLASS, "name: Statins", 'name: "Sta\\u202etins"', "name", "holds a control character"),
    (CLASS, "name: Statins", "name: Statins &amp; more", "name", "holds an HTML entity"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "field", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_and_field(
    break_data: Break, file: str, old: str, new: str, field: str, message: str
) -> None:
    faults = break_data(file, old, new)
    assert any((f, where) == (file, field) and message in text for f, where, text in faults), faults


def test_the_minimal_data_has_no_fault(data_dir: Path) -> None:
    assert check_knowledge(data_dir) == []


def test_terms_may_name_groups_of_words(break_data: Break) -> None:
    assert break_data("symptoms.yaml", "[cramp, charley horse]", "[<limb> cramp, <lower>|muscle * seize]") == []


def test_a_bare_number_may_have_its_unit_by_size(break_data: Break) -> None:
    assert break_data(LABS, "assumed_unit: mmol/L", "assumed_unit: mg/dL 10 to 40, mmol/L 1 to 9.9") == []


def test_all_faults_come_at_once(break_data: Break) -> None:
    break_data(CLASS, "effect: myopathy", "effect: woe")
    break_data(CLASS, "role: promoter", "role: culprit")
    break_data(RULE, "class: statin", "class: statine")
    faults = break_data(SOURCES, "kind: label", "kind: poster")
    # The effect of the class is not looked at before its form is right; everything else is there.
    assert {(file, field) for file, field, _ in faults} == {
        (CLASS, "role"),
        (RULE, "when.any[3].drug.class"),
        (SOURCES, "sources.label-zocor.kind"),
    }


def test_several_faults_of_one_file_come_at_once(break_data: Break) -> None:
    break_data(CLASS, "effect: myopathy", "effect: woe")
    break_data(CLASS, "asks_for: [potassium]", "asks_for: [kalium]")
    faults = break_data(CLASS, "id: statin", "id: statins")
    assert {field for _, field, _ in faults} == {"effects[0].effect", "asks_for", "id"}


def test_a_bad_class_does_not_make_its_rules_look_wrong(break_data: Break) -> None:
    assert [file for file, _, _ in break_data(CLASS, "role: promoter", "role: culprit")] == [CLASS]


def test_an_unreadable_file_does_not_make_others_look_wrong(break_data: Break) -> None:
    assert [file for file, _, _ in break_data(FORMULARY, "area: all", "area: [all")] == [FORMULARY]


def test_a_contraindicated_rule_needs_a_verified_source(break_data: Break) -> None:
    break_data(RULE, "grade: established", "grade: probable")
    break_data(RULE, "interruptive: true", "interruptive: false")
    break_data(RULE, "severity: major", "severity: contraindicated")
    faults = break_data(RULE, "verified: true", "verified: false")
    assert [field for _, field, _ in faults] == ["severity"]


def test_rules_that_supersede_each_other_are_a_fault(break_data: Break) -> None:
    break_data(BURDEN, "kind: burden", "supersedes: simvastatin-amlodipine\nkind: burden")
    faults = break_data(RULE, "unchecked_without:", "supersedes: [burden-potassium]\nunchecked_without:")
    assert [(file, field) for file, field, _ in faults] == [(BURDEN, "supersedes"), (RULE, "supersedes")]


def test_an_empty_list_is_a_fault(data_dir: Path) -> None:
    (data_dir / FLAGS).write_text("red_flags:\n")
    assert [fault.message for fault in check_knowledge(data_dir)] == ["nothing is here: red_flags is expected"]


@pytest.mark.parametrize("name", ["labs.yaml", "red_flags.yaml", CLASS, FORMULARY])
def test_a_missing_file_is_a_fault(data_dir: Path, name: str) -> None:
    (data_dir / name).unlink()
    assert any(fault.message == "the file is missing" for fault in check_knowledge(data_dir))


@pytest.mark.parametrize("name", ["red_flag.yaml", "drug_classes/statin.yml", "drug_classes/old/statin.yaml"])
def test_a_file_that_nothing_reads_is_a_fault(data_dir: Path, name: str) -> None:
    (data_dir / name).parent.mkdir(exist_ok=True)
    (data_dir / name).write_text("a: 1")
    assert [(fault.file, "nothing reads" in fault.message) for fault in check_knowledge(data_dir)] == [(name, True)]


def test_notes_for_people_are_not_data(data_dir: Path) -> None:
    (data_dir / "README.md").write_text("`text`")
    (data_dir / ".hidden").write_text("x")
    assert check_knowledge(data_dir) == []


def test_the_same_source_in_two_files_is_a_fault(data_dir: Path) -> None:
    text = (data_dir / SOURCES).read_text()
    (data_dir / "sources/more.yaml").write_text(text.replace("background:\n", "other:\n", 1))
    assert [(fault.file, fault.field) for fault in check_knowledge(data_dir)] == [
        ("sources/more.yaml", "sources.label-zocor")
    ]


def test_a_file_that_is_not_text_is_a_fault(data_dir: Path) -> None:
    (data_dir / CLASS).write_bytes(b"\xff\xfe")
    assert [fault.message for fault in check_knowledge(data_dir)] == ["the file is not UTF-8 text"]


def test_a_file_of_another_shape_is_a_fault(data_dir: Path) -> None:
    (data_dir / CLASS).write_text("- a\n- b\n")
    assert [fault.message for fault in check_knowledge(data_dir)] == ["a mapping of keys to values is expected"]


def test_loading_raises_all_faults(data_dir: Path) -> None:
    (data_dir / "red_flag.yaml").write_text("a: 1")
    (data_dir / "red_flags.yaml").unlink()
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(data_dir)
    assert {fault.file for fault in caught.value.faults} == {"red_flag.yaml", "red_flags.yaml"}
    assert "red_flag.yaml" in caught.value.message


def test_a_folder_that_is_not_there_is_a_knowledge_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        load_knowledge(tmp_path / "nowhere")
