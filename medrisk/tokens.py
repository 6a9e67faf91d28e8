"""Access tokens: who may use a server that others can reach.

A token is 256 random bits, shown once. Kept are its name and its SHA-256: what is that random cannot be guessed from a
plain checksum, so a slow one for passwords would only cost time. The file is written whole and read anew when it changes,
so that an added or revoked token counts in every running worker at its next request.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from medrisk.errors import MedriskError, SettingsError
from medrisk.files import write_whole
from medrisk.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_PREFIX = "mr_"
_KEY_BYTES = 32


class TokenError(MedriskError):
    """A token cannot be added or revoked as asked. The name is not repeated: it may be a slip of the clipboard."""

    title = "The token cannot be changed"


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token."""

    name: str
    sha256: str
    created: str


class Tokens:
    """The tokens of one data folder. Safe to share between threads."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "tokens.json"
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._tokens: tuple[Token, ...] = ()

    def all(self) -> tuple[Token, ...]:
        """The tokens that count now; none where the file is missing or damaged."""
        with self._lock:
            try:
                stat = self.path.stat()
                now = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
                if now != self._seen:
                    self._tokens, self._seen = self._read(), now
            except (OSError, ValueError, TypeError, KeyError):
                self._tokens, self._seen = (), ()
            return self._tokens

    def find(self, secret: str) -> Token | None:
        """The token that this text is."""
        digest = _digest(secret)
        found = None
        for token in self.all():  # to the end, so that the time tells nothing
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def add(self, name: str) -> str:
        """Make a token and return it: the only time that it can be seen."""
        if not _NAME.fullmatch(name):
            raise TokenError(
                "This cannot be the name of a token.",
                hint="Use up to 40 letters, digits, points, hyphens and underscores. Name a program or a desk, never a patient.",
            )
        with self._changing() as tokens:
            if any(token.name == name for token in tokens):
                raise TokenError("There is a token of this name.", hint="Revoke it first, or take another name.")
            secret = _PREFIX + secrets.token_urlsafe(_KEY_BYTES)
            tokens.append(Token(name, _digest(secret), datetime.now(UTC).isoformat(timespec="seconds")))
        return secret

    def revoke(self, name: str) -> None:
        """From now on this token opens nothing, nor does a session that began with it."""
        with self._changing() as tokens:
            kept = [token for token in tokens if token.name != name]
            if len(kept) == len(tokens):
                raise TokenError("There is no token of this name.", hint="`medrisk token list` shows those there are.")
            tokens[:] = kept

    def _read(self) -> tuple[Token, ...]:
        rows = json.loads(self.path.read_bytes())["tokens"]
        return tuple(Token(str(row["name"]), str(row["sha256"]), str(row["created"])) for row in rows)

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        try:
            with _locked(self.path.with_name("tokens.lock")):
                tokens = list(self._read()) if self.path.exists() else []
                yield tokens
                content = json.dumps({"tokens": [asdict(token) for token in tokens]}, indent=1)
                write_whole(self.path, content.encode())  # with mode 0600
        except OSError as error:
            raise TokenError(
                f"The file of tokens cannot be written: {(error.strerror or 'unknown reason').lower()}.",
                hint="Run this as the user that medrisk runs as, with the same MEDRISK_DATA_DIR.",
            ) from None
        except (ValueError, TypeError, KeyError):
            raise TokenError(
                "The file of tokens is damaged, and no token counts.",
                hint=f"Delete {self.path} and add the tokens anew.",
            ) from None


def require_way_in(settings: Settings) -> None:
    """Raises SettingsError for a server that others can reach and nobody can sign in to."""
    if settings.is_local or settings.trusted_user_header or settings.cds_clients or Tokens(settings.data_dir).all():
        return
    raise SettingsError(
        "Others can reach this server, and there is no token to sign in with.",
        hint="Run `medrisk token add NAME` first, or set MEDRISK_TRUSTED_USER_HEADER and MEDRISK_TRUSTED_PROXIES for a proxy"
        " that signs users in; or use --host 127.0.0.1. docs/running.md says more.",
        field="MEDRISK_HOST",
    )


def session_key(data_dir: Path) -> bytes:
    """The key that signs sessions, made once and shared by all workers of this data folder."""
    path = data_dir / "session.key"
    try:
        if not path.exists():
            _write_once(path, secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The key of sessions cannot be kept: {(error.strerror or 'unknown reason').lower()}.",
            hint="Set MEDRISK_DATA_DIR to a folder that medrisk may write.",
            field="MEDRISK_DATA_DIR",
        ) from None
    if len(key) < _KEY_BYTES:
        raise SettingsError("The key of sessions is damaged.", hint=f"Delete {path}.", field="MEDRISK_DATA_DIR")
    return key


def _write_once(path: Path, content: bytes) -> None:
    """Whole and with mode 0600; where another worker was faster, its file stays."""
    whole = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        write_whole(whole, content)
        with suppress(FileExistsError):
            path.hardlink_to(whole)
    finally:
        whole.unlink(missing_ok=True)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One change at a time, of all processes of this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
