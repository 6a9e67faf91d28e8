"""Public keys that clients sign with: JSON web keys of a file, or fetched from where the file says.

A key has to fit its way of signing: ES384 needs P-384, and RS384 at least 2,048 bits of RSA. Keys for other uses are
passed over, and a private or shared key in a set is refused: somebody has published it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import jwt

from medrisk.outgoing import OutgoingError, get_json

ALGORITHMS = {"ES384": "EC", "RS384": "RSA"}
_SMALLEST_RSA = 2_048
# A set is read anew after so long, or at once for a key that it does not hold, but not more often than the second figure.
_FRESH_SECONDS, _AGAIN_SECONDS = 600.0, 30.0
_SECONDS, _MOST_BYTES, _MOST_KEYS = 3.0, 200_000, 100
Keys = Mapping[str, tuple[str, jwt.PyJWK]]


class NoKeyError(Exception):
    """There is no key to check with. Its text may be shown."""


class FixedKeys:
    """The keys that stand in the site's file."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def find(self, kid: str, algorithm: str) -> jwt.PyJWK:
        return _choose(self._keys, kid, algorithm)


class FetchedKeys:
    """The keys behind an address that the site's file names. Safe to share between threads."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._keys: Keys = {}
        self._tried = self._read_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str, algorithm: str) -> jwt.PyJWK:
        now = time.monotonic()
        with self._lock:
            is_old = now - self._read_at > _FRESH_SECONDS
            if (is_old or kid not in self._keys) and now - self._tried > _AGAIN_SECONDS:
                self._tried = now
                self._fetch(now)
        return _choose(self._keys, kid, algorithm)

    def _fetch(self, now: float) -> None:
        """Keys that were read once stay until others can be read: an outage of the EHR's key server stops no order."""
        try:
            document = get_json(self._address, until=now + _SECONDS, most_bytes=_MOST_BYTES, accept="application/json")
            self._keys, self._read_at = read_keys(document), now
        except (OutgoingError, NoKeyError) as error:
            if not self._keys:
                raise NoKeyError(f"The keys of its issuer could not be read. {error}") from None


def read_keys(document: Any) -> Keys:
    """The keys of a set by their ids. Raises NoKeyError for one that is no set, or holds nothing that can be used."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise NoKeyError("This is no set of keys.")
    keys: dict[str, tuple[str, jwt.PyJWK]] = {}
    for row in listed:
        if not isinstance(row, dict):
            raise NoKeyError("A key of the set is no object.")
        if "d" in row or row.get("kty") == "oct":
            raise NoKeyError("The set holds a private or shared key. Make new keys, and give public ones alone.")
        if (read := _read_key(row)) and isinstance(kid := row.get("kid"), str) and kid:
            keys[kid] = read
    if not keys:
        raise NoKeyError(
            "The set holds no key with a kid that can be used: ES384 with P-384, or RS384 with 2,048 bits."
        )
    return keys


def _read_key(row: Mapping[str, Any]) -> tuple[str, jwt.PyJWK] | None:
    """The way of signing that a key is for, and the key; None for one that is not used here."""
    algorithm = next((name for name, kind in ALGORITHMS.items() if kind == row.get("kty")), "")
    if not algorithm or row.get("use", "sig") != "sig" or row.get("alg", algorithm) != algorithm:
        return None
    if algorithm == "ES384" and row.get("crv") != "P-384":
        return None
    try:
        key = jwt.PyJWK(dict(row), algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return None if algorithm == "RS384" and key.key.key_size < _SMALLEST_RSA else (algorithm, key)


def _choose(keys: Keys, kid: str, algorithm: str) -> jwt.PyJWK:
    known, key = keys.get(kid, ("", None))
    if key is None:
        raise NoKeyError("Its key (kid) is not one of its issuer's.")
    if known != algorithm:
        raise NoKeyError("Its way of signing (alg) is not that of its key.")
    return key
