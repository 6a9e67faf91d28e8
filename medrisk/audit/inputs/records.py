"""JSON text as records: one a line (NDJSON), or one document. A line that is no JSON is told and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from medrisk.audit.inputs.streams import open_text
from medrisk.audit.rows import Reject

PIECE_BYTES = 8 << 20
LONGEST_DOCUMENT = 1 << 30
_NOT_JSON = "the line is no JSON object: export it again, one object on each line"
_LONGEST_LINE = 64 << 20


@dataclass(slots=True)
class Records:
    """Objects of a piece of a file with the line of each, and what was refused. ``next`` is where to go on."""

    found: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    next: Mapping[str, int] = field(default_factory=dict)


def read_lines(path: Path, at: Mapping[str, int] | None = None, piece: int = PIECE_BYTES) -> Iterator[Records]:
    """The records of a file of one object a line."""
    stream = open_text(path)
    offset, line = (at["offset"], at["line"]) if at else (0, 1)
    try:
        stream.skip(offset)
        rest, final = b"", False
        while not final:
            more = stream.read(piece)
            final = len(more) < piece
            rest += more
            end = len(rest) if final else rest.rfind(b"\n") + 1
            if not end and len(rest) < _LONGEST_LINE:
                continue
            whole, rest = rest[: end or len(rest)], rest[end or len(rest) :]
            records = Records()
            for raw in whole.split(b"\n")[: None if not whole.endswith(b"\n") else -1]:
                _add(records, raw, line)
                line += 1
            if final and stream.fault:
                records.rejects.append(Reject(line, stream.fault))
            offset += len(whole)
            records.next = {"offset": offset, "line": line}
            if records.found or records.rejects:
                yield records
    finally:
        stream.close()


def _add(records: Records, raw: bytes, line: int) -> None:
    raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
    if not raw:
        return
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        records.found.append((line, value))
    else:
        records.rejects.append(Reject(line, _NOT_JSON))


def read_document(path: Path) -> Any:
    """A whole file as one JSON value; None where it is none. It must fit into memory."""
    stream = open_text(path)
    content = stream.read(LONGEST_DOCUMENT)
    stream.close()
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
