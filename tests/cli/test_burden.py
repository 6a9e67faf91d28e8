"""``medrisk knowledge burden``: counts over many lists, and nothing of the lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from small_knowledge import write_small

from medrisk.cli import cli
from medrisk.cli.burden import split_patients

CAPPED = "simvastatin 40 mg daily\namlodipine 5 mg daily\nzzcanaryzz tablets\n"
NO_DOSE = "simvastatin\namlodipine 5 mg daily\n"
PAIR = "warfarin 5 mg daily\nclarithromycin 500 mg daily\n"
QUIET = "amlodipine 5 mg daily\n"


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file of four patients on the small knowledge."""
    monkeypatch.setenv("MEDRISK_KNOWLEDGE_DIR", str(write_small(tmp_path / "data")))
    path = tmp_path / "lists.txt"
    path.write_text("===\n" + "\n===\n".join([CAPPED, NO_DOSE, PAIR + CAPPED, QUIET]) + "===\n \n", encoding="utf-8")
    return path


def _run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["knowledge", "burden", *arguments], input=typed)


def _counts(*arguments: str) -> dict[str, Any]:
    result = _run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    counts: dict[str, Any] = json.loads(result.stdout)
    return counts


def _rule(counts: dict[str, Any], rule_id: str) -> dict[str, Any]:
    (found,) = [rule for rule in counts["rules"] if rule["id"] == rule_id]
    return {key: value for key, value in found.items() if key not in {"id", "kind"}}


def test_each_rule_is_counted_by_notes_and_patients(lists: Path) -> None:
    counts = _counts(str(lists))
    assert counts["patients"] == 4
    cap = _rule(counts, "simvastatin-amlodipine")
    assert cap == {"patients": 2, "notes": 2, "interruptive": 2, "unchecked": 1, "elsewhere": 0}
    assert _rule(counts, "warfarin-clarithromycin")["interruptive"] == 0
    assert [rule["id"] for rule in counts["drug_classes"]] == ["statin"]
    assert counts["silent"] == 1  # the red flag


def test_interruptive_notes_a_patient(lists: Path) -> None:
    counts = _counts(str(lists))
    assert counts["interruptive"] == {"least": 0, "median": 0.5, "most": 1}
    assert counts["interrupted"] == 2
    assert counts["notes"] == {"least": 0, "median": 2, "most": 3}


def test_one_patient_a_file_counts_like_patients_in_one_file(lists: Path, tmp_path: Path) -> None:
    files = []
    for number, text in enumerate([CAPPED, NO_DOSE, PAIR + CAPPED, QUIET]):
        path = tmp_path / f"{number}.txt"
        path.write_text(text, encoding="utf-8")
        files.append(str(path))
    assert _counts(*files) == _counts(str(lists))


def test_nothing_of_the_lists_is_printed(lists: Path) -> None:
    for form in ("text", "json"):
        output = _run(str(lists), "--format", form).output
        assert "zzcanaryzz" not in output and "40 mg" not in output and "lists.txt" not in output


def test_the_text_says_the_same(lists: Path) -> None:
    text = _run(str(lists)).stdout
    assert "interruptive notes a patient: at least 0, median 0.5, at most 1" in text
    assert "2 of 4 (50 %) get at least one" in text
    (row,) = [line for line in text.splitlines() if line.startswith("simvastatin-amlodipine")]
    assert row.split() == ["simvastatin-amlodipine", "2", "2", "2", "1"]
    assert max(map(len, text.splitlines())) <= 80


def test_a_sites_table_is_counted_too(lists: Path, tmp_path: Path) -> None:
    table = tmp_path / "site.csv"
    table.write_text(
        "drug_a,drug_b,severity,interruptive,summary,action,source\nwarfarin,simvastatin,major,yes,s,a,x\n",
        encoding="utf-8",
    )
    counts = _counts(str(lists), "--interactions", str(table))
    assert _rule(counts, "site-simvastatin-warfarin")["interruptive"] == 1
    assert counts["interruptive"]["most"] == 2
    assert counts["versions"]["site_table"]


def test_a_list_that_cannot_be_read_is_named_by_its_place(lists: Path) -> None:
    result = _run(str(lists), "-", typed="warfarin\n===\n--\n")
    assert result.exit_code == 2
    assert "List 2 of file 2: There is nothing to read" in result.stderr
    assert "File 1 holds no list" in _run("-", typed="\n===\n \n").stderr


def test_a_file_is_asked_for(lists: Path) -> None:
    assert _run().exit_code == 2


def test_only_a_line_of_its_own_parts_patients() -> None:
    assert list(split_patients("a\r\n====\r\nb == c\n  ===  \n\n===\nd === e")) == ["a\r\n", "\nb == c\n", "\nd === e"]
