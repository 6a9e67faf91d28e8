"""``medrisk rxnorm``: install, status, remove."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_release import write_release

from medrisk.vocabulary.rxnorm.current import installed

from .conftest import Run, RunProcess


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDRISK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_release(tmp_path / "RxNorm_full_prescribe_07062026.zip")


def test_install_says_what_was_read_and_dropped(run: Run, source: Path, data_dir: Path) -> None:
    result = run("rxnorm", "install", "--from", str(source))
    assert result.exit_code == 0
    assert (
        "RxNorm 2026-07-06 prescribable is installed (date from Readme_Full_Prescribe_07062026.txt)." in result.stdout
    )
    assert "Rows read: RXNCONSO" in result.stdout
    assert "suppressed (first in line" in result.stdout
    assert "IN 4" in result.stdout
    assert "NLM is not responsible for the product" in result.stdout
    assert installed(data_dir) is not None


def test_status_before_and_after(run: Run, source: Path) -> None:
    before = run("rxnorm", "status")
    assert (before.exit_code, "medrisk rxnorm install" in before.stdout) == (0, True)
    assert json.loads(run("rxnorm", "status", "--format", "json").stdout)["state"] == "none"
    run("rxnorm", "install", "--from", str(source))
    text = run("rxnorm", "status").stdout
    assert "RxNorm 2026-07-06 prescribable" in text
    assert "its checksum is right" in text
    plain = json.loads(run("rxnorm", "status", "--format", "json").stdout)
    assert (plain["state"], plain["version"], plain["counts"]["IN"]) == ("installed", "2026-07-06 prescribable", 4)
    assert Path(plain["path"]).stat().st_size == plain["size"]


def test_status_says_that_a_release_is_damaged(run: Run, source: Path) -> None:
    run("rxnorm", "install", "--from", str(source))
    Path(json.loads(run("rxnorm", "status", "--format", "json").stdout)["path"]).write_bytes(b"x")
    result = run("rxnorm", "status")
    assert (result.exit_code, "damaged" in result.stdout) == (0, True)
    plain = json.loads(run("rxnorm", "status", "--format", "json").stdout)
    assert (plain["state"], plain["hint"]) == ("damaged", "medrisk rxnorm install")


def test_remove_asks_first(run: Run, source: Path, data_dir: Path) -> None:
    run("rxnorm", "install", "--from", str(source))
    assert run("rxnorm", "remove", typed="n\n").exit_code == 1
    assert installed(data_dir) is not None
    assert run("rxnorm", "remove", "--yes").exit_code == 0
    assert installed(data_dir) is None
    assert run("rxnorm", "remove", "--yes").stdout == "No RxNorm release is installed.\n"


def test_a_file_that_is_no_release_is_refused_with_a_hint(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.zip"
    page.write_text("<html>", encoding="utf-8")
    result = run("rxnorm", "install", "--from", str(page))
    assert result.exit_code == 2
    assert "is a web page, not a zip" in result.stderr
    assert "Hint: Download the Current Prescribable Content" in result.stderr


def test_a_checksum_is_held_against_the_file(run: Run, source: Path) -> None:
    right = hashlib.sha256(source.read_bytes()).hexdigest()
    assert run("rxnorm", "install", "--from", str(source), "--sha256", right).exit_code == 0
    assert run("rxnorm", "install", "--from", str(source), "--sha256", "f" * 64).exit_code == 2
    assert "64 hexadecimal digits" in run("rxnorm", "install", "--from", str(source), "--sha256", "abc").stderr


def test_from_and_url_together_are_refused(run: Run, source: Path) -> None:
    result = run("rxnorm", "install", "--from", str(source), "--url", "https://example.org/a.zip")
    assert (result.exit_code, "not both" in result.stderr) == (2, True)


def test_without_a_network_the_other_way_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medrisk.vocabulary.rxnorm.download._TRIES", 1)
    result = run("rxnorm", "install", "--url", "http://127.0.0.1:9/a.zip")
    assert result.exit_code == 2
    assert "--from FILE.zip" in result.stderr


def test_as_a_process_of_its_own(run_process: RunProcess, source: Path, data_dir: Path) -> None:
    done = run_process("rxnorm", "install", "--from", str(source))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"RxNorm 2026-07-06 prescribable" in run_process("rxnorm", "status").stdout


def test_the_start_of_other_commands_does_not_load_what_only_this_one_needs() -> None:
    code = "import sys, medrisk.cli.app; print(sorted({'requests', 'sqlite3', 'zipfile', 'medrisk.vocabulary.rxnorm'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
