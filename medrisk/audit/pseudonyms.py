"""Patients under another name: HMAC-SHA256 of the identifier with a secret key.

The same key gives the same pseudonym in every run, so that two runs can be compared. Without the key nobody can work out
a pseudonym from an identifier, or check a guess. The key never stands in an output. Whoever loses it cannot make the same
pseudonyms again, and nobody can lead a pseudonym back to its patient but by working it out for every identifier with the key.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from medrisk.errors import InputError

# The site's own key, in the data folder.
KEY_BYTES = 32
# 128 bits: among a thousand million patients, two with one pseudonym are not to be expected (chance about 1 in 10**21).
_PSEUDONYM_BYTES = 16
_HEX = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES},256}}")
_NAMING = b"medrisk: which key"


class Pseudonyms:
    """Gives pseudonyms with one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"a key has at least {KEY_BYTES} bytes")
        self._key = key

    @property
    def key_name(self) -> str:
        """Tells one key from another and says nothing of it: for the manifest, so that runs under two keys are not compared."""
        return hmac.digest(self._key, _NAMING, "sha256").hex()[:16]

    def of(self, patient: str) -> str:
        """32 hexadecimal digits."""
        return hmac.digest(self._key, patient.encode("utf-8", "surrogatepass"), "sha256")[:_PSEUDONYM_BYTES].hex()

    def of_all(self, patients: Iterable[str | None]) -> list[str | None]:
        return [None if patient is None else self.of(patient) for patient in patients]

    def of_series(self, patients: pl.Series) -> pl.Series:
        """A column of identifiers as pseudonyms, under the same name; each identifier is worked out once. Null stays null."""
        known = patients.drop_nulls().unique()
        return patients.replace_strict(known, pl.Series(self.of_all(known), dtype=pl.String()), default=None, return_dtype=pl.String())


def read_key(path: Path) -> Pseudonyms:
    """The key in a file; a file that does not exist is made with a new one, readable by its owner alone.

    Raises InputError when the file cannot be made or read, holds no key, or can be read by others.
    """
    _make_key_where_missing(path)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise _refused("The key for pseudonyms cannot be read.") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            "The key for pseudonyms can be read by others.", hint="Take their rights away: chmod 600 FILE.", field="pseudonymise-key"
        )
    if not _HEX.fullmatch(text) or len(text) % 2:
        raise _refused("The file holds no key for pseudonyms.")
    return Pseudonyms(bytes.fromhex(text))


def _make_key_where_missing(path: Path) -> None:
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise _refused("The key for pseudonyms cannot be written.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(KEY_BYTES)}\n")


def _refused(message: str) -> InputError:
    return InputError(
        message,
        hint=f"Name a file that does not exist yet, and a key is made there, or one that holds at least {2 * KEY_BYTES} hexadecimal digits.",
        field="pseudonymise-key",
    )
