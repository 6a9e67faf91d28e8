"""``medrisk knowledge``: whether the files hold together, and each entry as it was understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_knowledge import write_small

from medrisk.cli.knowledge_text import write_entries
from medrisk.presentation import as_plain
from medrisk.service import Medrisk

from .conftest import Run, RunProcess


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small knowledge with two faults, in the place of the real one."""
    folder = write_small(tmp_path / "data")
    statin = folder / "drug_classes" / "statin.yaml"
    text = statin.read_text(encoding="utf-8")
    statin.write_text(text.replace("role: promoter", "role: villain") + "surprise: 1\n", encoding="utf-8")
    monkeypatch.setenv("MEDRISK_KNOWLEDGE_DIR", str(folder))
    return folder


def test_check_counts_what_there_is(run: Run, service: Medrisk) -> None:
    result = run("knowledge", "check", "--format", "json")
    counts = json.loads(result.stdout)
    assert result.exit_code == 0
    assert counts["version"] == service.knowledge.version
    assert counts["classes"] == len(service.knowledge.classes)
    assert sum(counts["rules_by_kind"].values()) == counts["rules"] == len(service.knowledge.rules)
    assert counts["reviewed"] <= counts["verified"] <= counts["entries"]


def test_check_says_that_there_is_no_fault_and_no_review(run: Run, service: Medrisk) -> None:
    text = run("knowledge", "check").stdout
    assert text.startswith(f"No fault. Knowledge version {service.knowledge.version}.")
    assert "reviewed by a clinician; the rest are drafts" in text


def test_check_reports_every_fault_with_file_and_field(run: Run, broken: Path) -> None:
    result = run("knowledge", "check")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "drug_classes/statin.yaml: role" in result.stderr
    assert "drug_classes/statin.yaml: surprise" in result.stderr


@pytest.mark.parametrize("arguments", [("check", "-"), ("normalize", "-"), ("classify", "simvastatin"), ("serve", "--port", "18765")])
def test_no_command_answers_from_broken_knowledge(run_process: RunProcess, broken: Path, arguments: tuple[str, ...]) -> None:
    done = run_process(*arguments, typed=b"zzcanaryzz 10 mg\n")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"drug_classes/statin.yaml: role" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"zzcanaryzz" not in done.stderr


def test_other_commands_show_the_first_faults_and_where_the_rest_are(run_process: RunProcess, broken: Path) -> None:
    nothings = [f"  nothing_{number}: {{name: Nothing}}\n" for number in range(30)]
    (broken / "effects.yaml").write_text("effects:\n" + "".join(nothings), encoding="utf-8")
    in_part, in_full = (run_process(*a).stderr.splitlines() for a in (("classify", "x"), ("knowledge", "check")))
    assert len(in_part) < 20 < len(in_full)
    assert b"`medrisk knowledge check` shows all" in in_part[-2]


@pytest.mark.parametrize(
    ("entry_id", "kind", "words"),
    [
        ("statin", "Drug class", "simvastatin"),
        ("simvastatin-amlodipine-20mg", "Rule", "simvastatin over 20 mg a day"),
        ("rhabdomyolysis", "Red flag", "symptom dark_urine"),
        ("label-zocor", "Source", "Zocor"),
        ("muscle_cramp", "Symptom", "explained by"),
        ("hypothyroidism", "Condition", "Hypothyroidism"),
        ("potassium", "Lab", "mmol/L"),
        ("hypokalaemia", "Effect", "potassium"),
    ],
)
def test_show_prints_an_entry_of_each_kind(run: Run, entry_id: str, kind: str, words: str) -> None:
    result = run("knowledge", "show", entry_id)
    assert result.exit_code == 0
    assert f"{kind} {entry_id}" in result.stdout
    assert words in " ".join(result.stdout.split())


def test_show_says_whether_each_source_was_read(run: Run) -> None:
    text = run("knowledge", "show", "statin").stdout
    assert "(read)" in text
    assert "cited:" in text


def test_show_as_json_holds_every_field(run: Run, service: Medrisk) -> None:
    shown = json.loads(run("knowledge", "show", "statin", "--format", "json").stdout)
    (entry,) = shown["entries"]
    assert entry == json.loads(json.dumps({"kind": "drug class", **as_plain(service.knowledge.classes["statin"])}))


def test_one_id_of_two_kinds_shows_both(run: Run, service: Medrisk) -> None:
    shared = service.knowledge.symptoms.keys() & service.knowledge.effects.keys()
    for entry_id in sorted(shared)[:1]:
        text = run("knowledge", "show", entry_id).stdout
        assert f"Symptom {entry_id}" in text
        assert f"Effect {entry_id}" in text


def test_an_unknown_id_names_near_ones(run: Run) -> None:
    result = run("knowledge", "show", "statn")
    assert result.exit_code == 2
    assert "statin" in result.stderr


def test_every_entry_can_be_shown(service: Medrisk) -> None:
    base = service.knowledge
    for kind in (base.classes, base.rules, base.sources, base.symptoms, base.conditions, base.labs, base.effects):
        for entry in kind.values():
            text = write_entries([("entry", entry)], base, 80)
            assert max(map(len, text.splitlines())) <= 80
            assert "Selector(" not in text and "Test(" not in text
            json.dumps(as_plain(entry))
