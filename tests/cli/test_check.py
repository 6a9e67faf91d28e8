"""``medrisk check``: the whole answer as text and as JSON, and its exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk

from .conftest import LIST, Run

CAPPED = "simvastatin 40 mg nightly\namlodipine 5 mg daily\n"
QUIET = "amlodipine 5 mg daily\n"
URGENT = "simvastatin 40 mg nightly\nsevere muscle pain and dark urine since yesterday\n"


def test_json_is_the_object_of_every_other_door(run: Run, service: Medrisk) -> None:
    result = run("check", "-", "--format", "json", typed=LIST)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(json.dumps(report_to_dict(service.check(LIST))))


def test_a_file_reads_like_standard_input(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(LIST, encoding="utf-8")
    assert run("check", str(path)).stdout == run("check", "-", typed=LIST).stdout


def test_the_text_begins_with_what_was_understood_and_that_it_is_a_draft(run: Run) -> None:
    head = " ".join(run("check", "-", typed=LIST).stdout.splitlines()[:3])
    assert "5 matched, 1 ambiguous, 1 unknown" in head
    assert "no clinician has reviewed it yet" in head


def test_every_typed_line_stands_in_the_text_with_what_became_of_it(run: Run) -> None:
    table = run("check", "-", typed=LIST).stdout.split("\nLINES\n")[1]
    rows = {row.split()[0]: row for row in table.splitlines() if re.match(r"\d+ ", row)}
    assert set(rows) >= {"1", "2", "3", "4", "5", "6", "7", "8"}
    assert "hydrochlorothiazide" in rows["3"]
    assert "spelling corrected" in table
    assert "AMBIGUOUS, not checked" in rows["6"]
    assert "UNKNOWN, not checked" in rows["7"]


def test_urgent_comes_first_and_review_before_information(run: Run) -> None:
    text = run("check", "-", typed=URGENT + LIST).stdout
    titles = re.findall(r"^(URGENT|REVIEW|MONITOR|FOR INFORMATION|LINES|ASK|NOT ASSESSED)\b", text, re.MULTILINE)
    assert titles[:2] == ["URGENT", "REVIEW"]
    order = ["URGENT", "REVIEW", "MONITOR", "FOR INFORMATION", "LINES", "ASK", "NOT ASSESSED"]
    assert titles == [title for title in order if title in titles]


def test_the_text_fits_eighty_columns(run: Run) -> None:
    for arguments in (("check", "-"), ("check", "-", "--all")):
        text = run(*arguments, typed=LIST).stdout
        assert max(map(len, text.splitlines())) <= 80


def test_all_shows_every_summary_reason_and_source(run: Run, service: Medrisk) -> None:
    text = " ".join(run("check", "-", "--all", typed=LIST).stdout.split())
    for note in service.check(LIST).notes:
        for part in (note.summary, *note.why, *note.actions, *(source.id for source in note.sources)):
            assert " ".join(part.split()) in text


def test_without_all_information_is_one_line_each_and_says_how_to_see_more(run: Run, service: Medrisk) -> None:
    text = run("check", "-", typed=QUIET + "omeprazole 20 mg daily\n").stdout
    notes = [note for note in service.check(QUIET + "omeprazole 20 mg daily\n").notes if note.tier.value == "info"]
    assert notes
    section = text.split("FOR INFORMATION")[1].split("\n\n")[0].splitlines()
    assert len(section) == 1 + len(notes) + 1
    assert "--all" in section[-1]


def test_what_must_not_be_stopped_is_said_without_all_too(run: Run, service: Medrisk) -> None:
    text = " ".join(run("check", "-", typed=LIST).stdout.split())
    shown = [note for note in service.check(LIST).notes if note.kind == "drug_class" and note.tier.value != "info"]
    warnings = [service.knowledge.classes[note.rule].do_not_stop for note in shown]
    assert any(warnings)
    assert all(" ".join(warning.split()) in text for warning in warnings if warning)


@pytest.mark.parametrize(
    ("typed", "level", "code"),
    [
        (CAPPED, "major", 1),
        (CAPPED, "minor", 1),
        (CAPPED, "contraindicated", 0),
        (CAPPED, "urgent", 0),
        (QUIET, "minor", 0),
        ("simvastatin nightly\namlodipine 5 mg daily\n", "major", 0),  # only the dose is missing
        (URGENT, "urgent", 1),
        (URGENT, "contraindicated", 1),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_fail_on_sets_the_exit_code_and_still_answers(run: Run, typed: str, level: str, code: int, form: str) -> None:
    result = run("check", "-", "--fail-on", level, "--format", form, typed=typed)
    assert result.exit_code == code
    assert "amlodipine" in result.stdout or "simvastatin" in result.stdout


def test_a_finding_is_no_failure_unless_it_was_asked_for(run: Run) -> None:
    assert run("check", "-", typed=URGENT).exit_code == 0


def test_the_jurisdiction_of_the_command_wins(run: Run, services: dict[str, Medrisk]) -> None:
    typed = "simvastatin 20 mg nightly\ndiltiazem 240 mg daily\n"
    answers = {}
    for place in ("US", "uk"):
        answers[place] = json.loads(run("check", "-", "--format", "json", "--jurisdiction", place, typed=typed).stdout)
        assert [n["id"] for n in answers[place]["notes"]] == [n.id for n in services[place.upper()].check(typed).notes]
    assert answers["US"]["notes"] != answers["uk"]["notes"]


def test_an_unknown_jurisdiction_is_refused(run: Run) -> None:
    result = run("check", "-", "--jurisdiction", "ATLANTIS", typed=QUIET)
    assert result.exit_code == 2
    assert "US" in result.stderr


def test_escape_sequences_do_not_reach_the_terminal(run: Run) -> None:
    typed = "simvastatin \x1b[31m40 mg\x1b]0;title\x07 nightly\u202e\u009b2J\n"
    for form in ("text", "json"):
        output = run("check", "-", "--format", form, typed=typed).stdout
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", output)
