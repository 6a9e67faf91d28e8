"""Pseudonyms: the same with the same key, another with another, and a key that nobody else can read."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import polars as pl
import pytest

from medrisk.audit.pseudonyms import KEY_BYTES, Pseudonyms, read_key
from medrisk.errors import InputError

KEY = bytes(range(KEY_BYTES))


def test_a_pseudonym_is_the_beginning_of_the_hmac() -> None:
    expected = hmac.new(KEY, "Jörg 12".encode(), hashlib.sha256).hexdigest()[:32]
    assert Pseudonyms(KEY).of("Jörg 12") == expected


def test_the_same_key_gives_the_same_and_another_key_another() -> None:
    other = Pseudonyms(KEY[::-1])
    assert Pseudonyms(KEY).of("12") == Pseudonyms(KEY).of("12") != other.of("12")
    assert Pseudonyms(KEY).key_name != other.key_name
    assert Pseudonyms(KEY).key_name not in KEY.hex()


def test_a_column_is_renamed_row_by_row() -> None:
    made = Pseudonyms(KEY).of_series(pl.Series("patient", ["b", "a", None, "b"]))
    assert made.to_list() == [Pseudonyms(KEY).of("b"), Pseudonyms(KEY).of("a"), None, Pseudonyms(KEY).of("b")]
    assert made.name == "patient"
    assert Pseudonyms(KEY).of_series(pl.Series("patient", [], dtype=pl.String())).to_list() == []


def test_a_missing_key_is_made_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    first = read_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path).of("12") == first.of("12")
    assert read_key(tmp_path / "other").of("12") != first.of("12")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    read_key(path)
    path.chmod(0o640)
    with pytest.raises(InputError, match="can be read by others"):
        read_key(path)


@pytest.mark.parametrize("content", ["", "zzcanaryzz", "ab" * (KEY_BYTES - 1), "a" * (2 * KEY_BYTES + 1)])
def test_what_is_no_key_is_refused_without_repeating_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(InputError, match="holds no key") as refused:
        read_key(path)
    assert "canary" not in refused.value.message + refused.value.hint


def test_a_key_that_cannot_be_made_or_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(InputError, match="cannot be written"):
        read_key(tmp_path / "file" / "key")
    with pytest.raises(InputError, match="cannot be read"):
        read_key(tmp_path)
