"""Takes in files: straight from the connection to a folder, never whole in memory, under names of our own.

Of a sender's file name only the ending goes into ours, and which table of OMOP it says it is: the readers go by both.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from medrisk.audit.jobs.model import Upload
from medrisk.errors import InputError, InputTooLargeError, MedriskError
from medrisk.web.api.bodies import read_media_type

FORM, OCTETS, CSV = "multipart/form-data", "application/octet-stream", "text/csv"
_ROLES = ("file", "patients", "aliases")
_ENDING = re.compile(r"\.[a-z0-9]{1,8}(\.(gz|zst))?$")
_TABLE = re.compile(r"(?:^|[^a-z])(drug_exposure|concept|person)\.[a-z.]+$")
_MOST_PARTS = 200
_MOST_FIELD_BYTES = 100_000
_LONGEST_NAME = 120
_PIECE = 1 << 20
_HOW = "Send multipart/form-data with each file as a part named file: curl -F file=@rx.csv."


class NoRoomError(MedriskError):
    """The files cannot be kept."""

    http_status = 507
    title = "There is no room for the files"


class FilesTooLargeError(InputTooLargeError):
    """More was sent than one audit may hold."""

    title = "The files are too large"


@dataclass(frozen=True, slots=True)
class Sent:
    """``fields``: the values of each field of the form that is no file."""

    uploads: tuple[Upload, ...]
    fields: Mapping[str, list[str]]


def read_uploads(request: Request, folder: Path, most_bytes: int) -> Sent:
    """The files of a request, written into ``folder``.

    Raises InputError for a body that holds no file, FilesTooLargeError over ``most_bytes``, NoRoomError where they cannot be written.
    """
    kind = read_media_type(request, (FORM, OCTETS, CSV))
    request.max_content_length = most_bytes
    try:
        return _read_form(request, folder) if kind == FORM else _read_one(request, folder)
    except RequestEntityTooLarge:
        raise FilesTooLargeError(
            f"More was sent than {most_bytes:,} bytes.",
            hint="Pack the files with gzip, or send them in parts of whole patients.",
            field="file",
        ) from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise NoRoomError(
            "The disk of this server is full.", hint="Whoever runs it must make room. Nothing was kept."
        ) from None


def _read_form(request: Request, folder: Path) -> Sent:
    opened: list[IO[bytes]] = []

    def write_to(*_: Any, filename: str | None = None, **__: Any) -> IO[bytes]:
        opened.append((folder / f"part-{len(opened)}").open("xb+"))
        return opened[-1]

    parser = FormDataParser(write_to, _MOST_FIELD_BYTES, max_form_parts=_MOST_PARTS, silent=False)
    try:
        _, form, files = parser.parse(request.stream, FORM, request.content_length, request.mimetype_params)
    except ValueError:
        raise InputError("The body is not a form of parts.", hint=_HOW) from None
    finally:
        for file in opened:
            file.close()
    uploads: list[Upload] = []
    for role, part in files.items(multi=True):
        if role not in _ROLES:
            raise InputError(
                "There is a file in a field that takes none.", hint=f"Files are taken as {', '.join(_ROLES)}."
            )
        uploads.append(_take(Path(part.stream.name), role, part.filename or "", uploads))
    _refuse_wrong_files(uploads)
    return Sent(tuple(uploads), dict(form.lists()))


def _read_one(request: Request, folder: Path) -> Sent:
    _, options = parse_options_header(request.headers.get("Content-Disposition"))
    if not options.get("filename"):
        raise InputError(
            "The file has no name.", hint=f'Send Content-Disposition: attachment; filename="rx.csv", for the ending tells the format. {_HOW}',
            field="Content-Disposition",
        )  # fmt: skip
    path = folder / "part-0"
    size = 0
    with path.open("xb") as file:
        while piece := request.stream.read(_PIECE):
            size += file.write(piece)
    if not size:
        raise InputError("The file is empty.", hint=_HOW, field="file")
    return Sent((_take(path, "file", options["filename"], []),), {})


def _take(part: Path, role: Any, name: str, before: list[Upload]) -> Upload:
    """Give a file that has arrived its name."""
    shown = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())[-_LONGEST_NAME:]
    lowered = shown.lower()
    ending, table = _ENDING.search(lowered), _TABLE.search(lowered)
    stem = table[1] if table and role == "file" else f"{role}-{sum(upload.role == role for upload in before) + 1}"
    stored = stem + (ending[0] if ending else "")
    if any(upload.stored == stored or upload.name == shown for upload in before):
        raise InputError("Two files have the same name.", hint="Give each a name of its own.", field=role)
    part.rename(part.with_name(stored))
    return Upload(role, stored, shown or stored)


def _refuse_wrong_files(uploads: list[Upload]) -> None:
    roles: list[str] = [upload.role for upload in uploads]
    if "file" not in roles:
        raise InputError("No file was sent.", hint=_HOW, field="file")
    for role in _ROLES[1:]:
        if roles.count(role) > 1:
            raise InputError("More than one file was sent in a field that takes one.", hint="Send one.", field=role)
