"""Rows of the tables of an RxNorm release, streamed out of NLM's zip.

RRF: UTF-8, one row a line (LF or CRLF), fields parted by "|" and one "|" at the end. There is no quoting: a double
quote is data. Rows that cannot be used are dropped and counted, with the reason and the first line it was seen on.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType

# Fields of each table, as NLM's RxNorm technical documentation lists them.
COLUMNS = {
    "RXNCONSO": 18, "RXNREL": 16, "RXNSAT": 13, "RXNATOMARCHIVE": 16, "RXNCUI": 5, "RXNCUICHANGES": 7, "RXNSTY": 6,
    "RXNSAB": 25, "RXNDOC": 4,
}  # fmt: skip

# Both kinds of release have these; only the full one has the rest.
NEEDED = ("RXNCONSO", "RXNREL", "RXNSAT")

_BUFFER = 1 << 20
# Rows between two reports of how far a table is read, less one; a power of two, less one.
_TICK = (1 << 16) - 1


@dataclass(slots=True)
class Dropped:
    """Rows of one table that were left out for one reason."""

    table: str
    reason: str
    count: int
    first_line: int

    def __str__(self) -> str:
        return f"{self.table}: {self.count} dropped, {self.reason} (first in line {self.first_line})"


class RrfZip:
    """The tables of one release. ``read`` and ``dropped`` count what was seen while rows were taken."""

    def __init__(self, path: Path) -> None:
        """Raises zipfile.BadZipFile or OSError for what is no zip."""
        self.path = path
        self._zip = zipfile.ZipFile(path)
        self.tables = _find_tables(self._zip.namelist())
        self.read: Counter[str] = Counter()
        self._dropped: dict[tuple[str, str], Dropped] = {}
        self._line = 0
        self.tick: Callable[[str, int], None] = lambda table, done: None

    def __enter__(self) -> RrfZip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        return tuple(sorted(self._dropped.values(), key=lambda found: (found.table, -found.count)))

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        return self._zip.infolist()

    def read_start(self, member: str, length: int = 4_000) -> str:
        with self._zip.open(member) as file:
            return file.read(length).decode("utf-8", errors="replace")

    def bytes_to_read(self, tables: tuple[str, ...]) -> int:
        return sum(self._zip.getinfo(self.tables[table]).file_size for table in tables if table in self.tables)

    def rows(self, table: str, only: re.Pattern[bytes] | None = None) -> Iterator[list[str]]:
        """The rows of ``table`` with the right number of fields, none where the release has no such table.

        ``only`` passes over rows in which it finds nothing, before they are taken apart; their fields are counted all the same.
        """
        if table not in self.tables:
            return
        bars = COLUMNS[table]
        line = 0
        with io.BufferedReader(self._zip.open(self.tables[table]), _BUFFER) as file:  # type: ignore[type-var]  # a member of a zip reads like a raw file, which its hints do not say
            for raw in file:
                line += 1
                self._line = line
                if not line & _TICK:
                    self.tick(table, file.tell())
                if raw.count(b"|") != bars:
                    self._drop_odd(table, raw, line)
                elif only is None or only.search(raw):
                    try:
                        yield raw.decode("utf-8").rstrip("\r\n").split("|")
                    except UnicodeDecodeError:
                        self.drop(table, "not UTF-8")
        self.read[table] += line

    def drop(self, table: str, reason: str) -> None:
        """Count the row that was just read as left out."""
        found = self._dropped.get((table, reason))
        if found is None:
            self._dropped[table, reason] = Dropped(table, reason, 1, self._line)
        else:
            found.count += 1

    def _drop_odd(self, table: str, raw: bytes, line: int) -> None:
        if raw.strip():
            self.drop(table, "wrong number of fields")


def _find_tables(names: list[str]) -> dict[str, str]:
    """Each table's member: of a full release its own ``rrf/``, not the one in its ``prescribe/`` folder."""
    found: dict[str, list[PurePosixPath]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.upper() == ".RRF" and path.stem.upper() in COLUMNS:
            found.setdefault(path.stem.upper(), []).append(path)
    if "RXNCONSO" not in found:
        return {}
    folder = min(found["RXNCONSO"], key=_rank).parent
    return {table: str(path) for table, paths in found.items() for path in paths if path.parent == folder}


def _rank(path: PurePosixPath) -> tuple[bool, bool, int]:
    folders = [part.lower() for part in path.parts[:-1]]
    return "prescribe" in folders, folders[-1:] != ["rrf"], len(folders)
