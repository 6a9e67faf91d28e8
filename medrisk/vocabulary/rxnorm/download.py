"""Fetching a release over the network: in pieces, taken up again where it broke off, checked where a checksum is published.

What has arrived lies in NAME.part; NAME.part.json says which version of the file it is a part of (ETag or
Last-Modified), so that two releases are never mixed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from medrisk import __version__
from medrisk.errors import DownloadError
from medrisk.files import write_whole
from medrisk.vocabulary.rxnorm.gather import Progress

_TRIES = 5
_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces
_LONGEST_WAIT = 60.0
_CHUNK = 1 << 14  # small: what is lost where a connection breaks off is the rest of one piece
_SAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_OFFLINE = (
    "Check the network, or download the zip on another machine and give it with --from FILE.zip. What arrived is kept."
)
_BY_HAND = "Look at the address, or download the zip by hand and give it with --from FILE.zip."


@dataclass(slots=True)
class _Note:
    """What is known of the file that a .part belongs to."""

    url: str
    validator: str = ""
    md5: str = ""
    total: int = 0


class _TryAgainError(Exception):
    """A try failed in a way that another may mend. Carries what to say if none does, and how long the server asks to wait."""

    def __init__(self, words: str, wait: float = 0.0) -> None:
        super().__init__(words)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that arrived whole. ``md5`` is what the server said of it, where it did."""

    path: Path
    md5: str | None


def download(url: str, folder: Path, progress: Progress, *, pause: Callable[[float], None] = time.sleep) -> Fetched:
    """Fetch ``url`` into ``folder``. Raises DownloadError; a later call goes on where this one stopped."""
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise DownloadError(
            "The address does not begin with https:// or http://.", hint="For a file on this machine, use --from."
        )
    folder.mkdir(parents=True, exist_ok=True)
    name = _SAFE_NAME.sub("_", unquote(address.path).rsplit("/", 1)[-1]).lstrip(".") or "release.zip"
    part = folder / f"{name}.part"
    with new_session() as session:
        note = _fetch_all(session, url, part, progress, pause)
    path = folder / name
    part.replace(path)
    _note_path(part).unlink(missing_ok=True)
    return Fetched(path, note.md5 or None)


def new_session() -> requests.Session:
    session = requests.Session()
    session.headers.update({"User-Agent": f"medrisk/{__version__}", "Accept-Encoding": "identity"})
    return session


def _fetch_all(
    session: requests.Session, url: str, part: Path, progress: Progress, pause: Callable[[float], None]
) -> _Note:
    """Try until the file is whole; only tries that brought nothing count against the limit."""
    failures = 0
    while True:
        before = _size(part)
        try:
            return _fetch_once(session, url, part, progress)
        except _TryAgainError as error:
            failures = 1 if _size(part) > before else failures + 1
            if failures >= _TRIES:
                raise DownloadError(f"{_host(url)} could not be read: {error}.", hint=_OFFLINE) from None
            pause(min(_LONGEST_WAIT, max(error.wait, 2.0 ** (failures - 1))))


def _fetch_once(session: requests.Session, url: str, part: Path, progress: Progress) -> _Note:
    note, have = _read_note(part, url), _size(part)
    headers = {"Range": f"bytes={have}-", "If-Range": note.validator} if have and note.validator else {}
    try:
        with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                if note.total and have == note.total:
                    return note
                part.unlink(missing_ok=True)
                raise _TryAgainError("the server has another version of the file by now")
            _check_answer(answer)
            if answer.status_code == requests.codes.partial_content:
                _check_range(answer, have, part)
            else:
                have, note = 0, _note_of(answer, url)
                write_whole(_note_path(part), json.dumps(asdict(note)).encode())
            _write(answer, part, have, note.total, progress)
    except requests.exceptions.Timeout:
        raise _TryAgainError("it did not answer in time") from None
    except requests.exceptions.SSLError:
        raise DownloadError(f"The certificate of {_host(url)} cannot be verified.", hint=_BY_HAND) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.TooManyRedirects, requests.exceptions.InvalidSchema):
        raise DownloadError("The address leads nowhere.", hint=_BY_HAND) from None
    except requests.exceptions.RequestException:
        raise _TryAgainError("the connection failed or broke off") from None
    if note.total and _size(part) < note.total:
        raise _TryAgainError("the connection broke off")
    if note.total and _size(part) > note.total:
        part.unlink(missing_ok=True)
        raise _TryAgainError("more arrived than was announced")
    return note


def _check_answer(answer: requests.Response) -> None:
    status = answer.status_code
    if status == requests.codes.too_many_requests or status >= requests.codes.internal_server_error:
        wait = answer.headers.get("Retry-After", "")
        raise _TryAgainError(f"it answered with status {status}", float(wait) if wait.isdigit() else 0.0)
    if status not in {requests.codes.ok, requests.codes.partial_content}:
        raise DownloadError(f"{_host(answer.url)} answered with status {status}.", hint=_BY_HAND)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadError(f"{_host(answer.url)} answered with a web page, not with a zip.", hint=_BY_HAND)


def _check_range(answer: requests.Response, have: int, part: Path) -> None:
    match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if match is None or int(match[1]) != have:
        part.unlink(missing_ok=True)
        raise _TryAgainError("the server sent another piece than was asked for")


def _write(answer: requests.Response, part: Path, have: int, total: int, progress: Progress) -> None:
    with part.open("ab" if have else "wb") as file:
        progress("download", have, total)
        for chunk in answer.iter_content(_CHUNK):
            file.write(chunk)
            have += len(chunk)
            progress("download", have, total)


def _note_of(answer: requests.Response, url: str) -> _Note:
    headers = answer.headers
    tag = headers.get("ETag", "")
    validator = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")
    length = headers.get("Content-Length", "")
    return _Note(url, validator, _md5_of(headers), int(length) if length.isdigit() else 0)


def _md5_of(headers: requests.structures.CaseInsensitiveDict[str]) -> str:
    """An MD5 that the server gives of the whole file: Content-MD5, or x-goog-hash as Google's storage has it."""
    values = [headers.get("Content-MD5", "")]
    values += [
        item.strip()[4:] for item in headers.get("x-goog-hash", "").split(",") if item.strip().startswith("md5=")
    ]
    for value in values:
        with suppress(binascii.Error, ValueError):
            raw = base64.b64decode(value, validate=True)
            if len(raw) == 16:
                return raw.hex()
    return ""


def _read_note(part: Path, url: str) -> _Note:
    """The note of a .part of this address; a new one where it is of another, or cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        note = _Note(**json.loads(_note_path(part).read_bytes()))
        if note.url == url:
            return note
    return _Note(url)


def _note_path(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the server"
