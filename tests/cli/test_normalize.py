"""``medrisk normalize``: one answer for each line, in order, whatever stands on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medrisk.cli.normalize import split_lines
from medrisk.presentation import line_to_dict
from medrisk.service import Medrisk

from .conftest import LIST, Run


def _lines(run: Run, typed: str) -> list[dict[str, Any]]:
    result = run("normalize", "-", typed=typed)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_gets_one_object_in_order(run: Run, service: Medrisk) -> None:
    typed = [*LIST.splitlines(), "simvastatin 10 mg, amlodipine 5 mg, omeprazole 20 mg"]
    answers = _lines(run, "\n".join(typed))
    assert [answer["text"] for answer in answers] == typed
    assert [answer["number"] for answer in answers] == list(range(1, len(typed) + 1))
    expected = [line_to_dict(service.normalize(text, number)) for number, text in enumerate(typed, start=1)]
    assert answers == json.loads(json.dumps(expected))


def test_blank_lines_are_answered_too(run: Run) -> None:
    answers = _lines(run, "\n\nsimvastatin\n\n")
    assert [answer["status"] for answer in answers] == ["ignored", "ignored", "matched", "ignored"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\rc\n", ["a", "b", "c"]),
        ("a\x0cb\x0bc\u2028d\x85e\n", ["a\x0cb\x0bc\u2028d\x85e"]),
    ],
)
def test_only_line_ends_end_a_line(run: Run, text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines
    assert len(_lines(run, text)) == len(lines)


def test_one_line_of_two_megabytes_is_one_answer(run: Run) -> None:
    (answer,) = _lines(run, "simvastatin 40 mg nightly " * 80_000)
    assert answer["status"] in {"matched", "ambiguous", "unknown", "ignored"}


def test_text_is_a_table_of_what_was_typed_and_understood(run: Run) -> None:
    rows = run("normalize", "-", "--format", "text", typed="simvastatin 40 mg nightly\nzzqxv 10 mg tablets\n").stdout.splitlines()
    assert rows[0].split() == ["Line", "Typed", "Understood", "as"]
    assert "simvastatin 40 mg nightly" in rows[1]
    assert "UNKNOWN, not checked" in rows[2]
