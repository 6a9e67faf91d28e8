"""``medrisk token``: shown once, kept as a checksum, and gone when it is revoked."""

from __future__ import annotations

import hashlib
import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medrisk.tokens import Tokens, session_key

from .conftest import Run


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDRISK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_token_is_shown_once_and_kept_as_a_checksum(run: Run, data_dir: Path) -> None:
    secret = run("token", "add", "front-desk").stdout.strip()
    assert len(secret) > 43, "256 bits in base 64"
    kept = (data_dir / "tokens.json").read_text()
    assert secret not in kept
    assert json.loads(kept)["tokens"][0]["sha256"] == hashlib.sha256(secret.encode()).hexdigest()
    listed = run("token", "list").stdout
    assert "front-desk" in listed
    assert secret not in listed


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_only_the_owner_can_read_the_files(run: Run, data_dir: Path) -> None:
    run("token", "add", "front-desk")
    session_key(data_dir)
    for name in ("tokens.json", "session.key"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600


def test_a_revoked_token_opens_nothing_at_once(run: Run, data_dir: Path) -> None:
    secret = run("token", "add", "front-desk").stdout.strip()
    other = run("token", "add", "back-desk").stdout.strip()
    running = Tokens(data_dir)
    assert running.find(secret) is not None
    assert run("token", "revoke", "front-desk").exit_code == 0
    assert running.find(secret) is None
    assert running.find(other) is not None


def test_a_name_is_there_once_and_revoked_once(run: Run) -> None:
    run("token", "add", "front-desk")
    assert run("token", "add", "front-desk").exit_code == 2
    assert run("token", "revoke", "front-desk").exit_code == 0
    assert run("token", "revoke", "front-desk").exit_code == 2


@pytest.mark.parametrize("name", ["Wilhelmina Quackenbush", "a" * 41, "canarimycin 40 mg", "canarimycin\n", "../canarimycin"])
def test_a_bad_name_is_refused_and_not_repeated(run: Run, data_dir: Path, name: str) -> None:
    for command in ("add", "revoke"):
        result = run("token", command, name)
        assert result.exit_code == 2
        for word in ("quackenbush", "canarimycin"):
            assert word not in result.output.lower()
    assert "canarimycin" not in "".join(path.read_text() for path in data_dir.glob("*"))


def test_a_damaged_file_opens_nothing_and_says_so(run: Run, data_dir: Path) -> None:
    secret = run("token", "add", "front-desk").stdout.strip()
    for damaged in ("{", "[]", '{"tokens": 1}', '{"tokens": [{}]}', ""):
        (data_dir / "tokens.json").write_text(damaged)
        assert Tokens(data_dir).find(secret) is None
        result = run("token", "add", "back-desk")
        assert (result.exit_code, "damaged" in result.stderr) == (2, True)


def test_two_who_add_at_once_lose_nothing(data_dir: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Tokens(data_dir).add(f"desk-{n}"), range(24)))
    assert len(Tokens(data_dir).all()) == 24


def test_the_key_of_sessions_is_made_once(data_dir: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: session_key(data_dir), range(24)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_a_folder_that_cannot_be_written_is_said(run: Run, data_dir: Path) -> None:
    data_dir.write_text("a file where the folder should be")
    result = run("token", "add", "front-desk")
    assert (result.exit_code, "MEDRISK_DATA_DIR" in result.stderr) == (2, True)
