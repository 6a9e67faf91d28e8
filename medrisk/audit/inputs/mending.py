"""The slow way through CSV that has broken rows in it: each of them is told, and all others are kept.

A quote that never closes must not swallow the rows behind it: then its first line alone is refused, and reading goes on
with the next one.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from medrisk.audit.rows import Reject

LONGEST_ROW = 1 << 20
MOST_LINES = 1_000
QUOTE_REASON = (
    "a double quote in this row is not closed, or text stands behind a closing one: write a quote inside a field twice"
)
_NUL_REASON = "the row holds a zero byte: export the file again as plain text"
_LONG_REASON = "the row is longer than 1 MB: look for a quote that is not closed"
_LETTER_REASON = "the row holds bytes that are neither UTF-8 nor Windows-1252: export the file again in UTF-8"


@dataclass(slots=True)
class Mended:
    """The good rows as clean CSV, with the line on which each began; the bad ones; and how far the block was read."""

    content: io.StringIO = field(default_factory=lambda: io.StringIO(newline=""))
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    consumed: int = 0
    consumed_lines: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of a file are written."""

    delimiter: str
    columns: int
    encoding: str
    quoting: bool = True


def mend(block: bytes, first_line: int, shape: Shape, *, final: bool) -> Mended:
    """Read ``block``, which begins where a record begins. Where it is not the file's last, a record open at its end is left."""
    reader = _Reader(block, first_line, shape, final)
    reader.run()
    return reader.done


class _Reader:
    def __init__(self, block: bytes, first_line: int, shape: Shape, final: bool) -> None:
        self.lines = _cut_lines(block)
        self.first_line, self.shape, self.final = first_line, shape, final
        self.done = Mended()
        self._writer = csv.writer(self.done.content, delimiter=shape.delimiter, lineterminator="\n")
        mark = re.escape(shape.delimiter)
        quoted = rf'"(?:[^"]++|"")*+"(?=[{mark}\r\n]|$)'
        self._record = re.compile(
            rf'(?:{quoted}|(?:[^"{mark}\n][^{mark}\n]*+)?)(?:{mark}(?:{quoted}|(?:[^"{mark}\n][^{mark}\n]*+)?))*+\r?\n?'
        )
        self._open = re.compile(rf'(?:(?:{quoted}|(?:[^"{mark}\n][^{mark}\n]*+)?){mark})*+"(?:[^"]++|"")*+')

    def run(self) -> None:
        at = 0
        while at < len(self.lines):
            whole = self.lines[at].endswith(b"\n")
            if not whole and not self.final:
                return
            taken = self._take(at)
            if taken == 0:
                return
            self.done.consumed += sum(len(line) for line in self.lines[at : at + taken])
            self.done.consumed_lines += taken
            at += taken

    def _take(self, at: int) -> int:
        """Use or refuse the record on this line; gives how many lines it took, none where it may go on behind the block."""
        raw, number = self.lines[at], self.first_line + at
        if not raw.strip(b" \r\n"):
            return 1
        reason = ""
        if b"\0" in raw:
            reason = _NUL_REASON
        elif len(raw) > LONGEST_ROW:
            reason = _LONG_REASON
        text = "" if reason else self._decode(raw)
        if text is None:
            reason = _LETTER_REASON
        if reason or text is None:
            self._refuse(number, reason)
            return 1
        if not self.shape.quoting or '"' not in text:
            self._keep(text.rstrip("\r\n").split(self.shape.delimiter), number)
            return 1
        return self._take_quoted(text, at, number)

    def _take_quoted(self, text: str, at: int, number: int) -> int:
        taken = 1
        last = text
        while '"' not in last or not self._record.fullmatch(text):
            is_open = (
                ('"' not in last or self._open.fullmatch(text) is not None)
                and taken < MOST_LINES
                and len(text) <= LONGEST_ROW
            )
            if is_open and at + taken >= len(self.lines) and not self.final:
                return 0
            more = self._decode(self.lines[at + taken]) if is_open and at + taken < len(self.lines) else None
            if more is None or "\0" in more:
                self._refuse(number, QUOTE_REASON)
                return 1
            if not self.final and not more.endswith("\n"):
                return 0
            text += more
            last = more
            taken += 1
        self._keep(next(csv.reader(io.StringIO(text, newline=""), delimiter=self.shape.delimiter)), number)
        return taken

    def _keep(self, fields: list[str], number: int) -> None:
        if len(fields) != self.shape.columns:
            self._refuse(
                number,
                f"the row has {len(fields)} fields where the header has {self.shape.columns}: put a field that holds the delimiter or a line break into double quotes",
            )
            return
        self._writer.writerow(fields)
        self.done.lines.append(number)

    def _refuse(self, number: int, reason: str) -> None:
        self.done.rejects.append(Reject(number, reason))

    def _decode(self, raw: bytes) -> str | None:
        """A row of a UTF-8 file that is not UTF-8 was written by a Windows program, and is read as such."""
        for encoding in (self.shape.encoding, "cp1252"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return None


def _cut_lines(block: bytes) -> list[bytes]:
    """Lines by line feed alone: a carriage return inside a row ends nothing."""
    lines = [line + b"\n" for line in block.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
