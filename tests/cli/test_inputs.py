"""What a file may hold: encodings, binary noise, too much, nothing. What was typed is never repeated in an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medrisk.cli.inputs import decode
from medrisk.errors import InputError

from .conftest import Run

CANARY = "zzcanaryzz"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_reads_the_same_in_each_encoding(run: Run, encoding: str) -> None:
    typed = "simvastatin 40 mg – nightly\n".encode(encoding)
    result = run("check", "-", "--format", "json", typed=typed)
    line = json.loads(result.stdout)["lines"][0]
    assert line["text"] == "simvastatin 40 mg – nightly"
    assert line["ingredients"][0]["name"] == "simvastatin"


def test_reading_a_windows_file_is_said(run: Run) -> None:
    assert "Windows-1252" in run("check", "-", typed="simvastatin 40 mg – nightly\n".encode("cp1252")).stderr
    assert run("check", "-", typed="simvastatin 40 mg – nightly\n").stderr == ""


@pytest.mark.parametrize(
    "content",
    [b"\x00\x01\x02" * 50, b"PK\x03\x04\x00\x00\xff\xfe", bytes(range(256)), b"\xff\xfe\x41", b"simvastatin\x00 40 mg", b"\x81\x8d\x8f"],
    ids=["nul", "zip", "every byte", "half a letter", "nul in text", "no code page"],
)
@pytest.mark.parametrize("command", ["check", "normalize"])
def test_binary_noise_is_refused(run: Run, command: str, content: bytes) -> None:
    result = run(command, "-", typed=content)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: The input is not plain text.\nHint: ")


@pytest.mark.parametrize("typed", ["", "\n\n", "   \t", "***\n---\n"])
def test_nothing_to_read_is_said(run: Run, typed: str) -> None:
    result = run("check", "-", typed=typed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing to read" in result.stderr


def test_two_megabytes_are_too_much_for_one_patient(run: Run) -> None:
    result = run("check", "-", typed=f"{CANARY} simvastatin 40 mg nightly\n" * 50_000)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "longer than 200,000 bytes" in result.stderr


def test_too_many_lines_are_refused(run: Run) -> None:
    result = run("check", "-", typed="a\n" * 2_500)
    assert result.exit_code == 2
    assert "2,000 lines" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", CANARY),
        ("normalize", CANARY),
        ("check", CANARY, "40", "mg"),
        ("check", f"{CANARY}\0"),
        ("check", f"{CANARY}" * 200),
        ("knowledge", "show", CANARY),
    ],
)
def test_what_was_typed_in_place_of_a_file_is_not_repeated(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr
    assert CANARY not in result.output


def test_a_folder_is_no_list(run: Run, tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_no_file_says_what_to_give(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 2
    assert "- for standard input" in result.stderr


@pytest.mark.parametrize("content", ["µg".encode(), "µg".encode("cp1252"), "\ufeffµg".encode(), "µg".encode("utf-16")])
def test_decode_keeps_the_letters(content: bytes) -> None:
    assert decode(content) == "µg"


def test_a_mark_of_utf_16_before_noise_is_no_text() -> None:
    with pytest.raises(InputError):
        decode(b"\xff\xfe\x00\xd8\x00")
