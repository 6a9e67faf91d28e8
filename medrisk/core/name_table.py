"""All names a list may use and what each stands for: a trie and a table of rows, both of which processes can share.

A name is found in the trie, which gives its number; the row of that number is read when it is first asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, cast

import marisa_trie

TermKind = Literal["ingredient", "brand", "synonym", "abbreviation", "product"]
# Rows read are kept for the next time, up to this many: a list holds a dozen, a large file some thousands.
_MOST_KEPT = 50_000


class Term(NamedTuple):
    """One name that may be typed, and the ingredients it stands for. A tuple, since a correction looks at a dozen."""

    name: str
    ingredients: tuple[str, ...]
    kind: TermKind
    route: str | None = None
    unsafe: bool = False


class NameTable:
    """Names in the form of ``name_key`` and their terms, over a trie and a buffer that may be mapped files."""

    def __init__(self, trie: marisa_trie.Trie, rows: bytes | memoryview) -> None:
        """``rows`` as ``content`` gave them for this trie. Raises ValueError when they cannot be."""
        view, count = memoryview(rows), len(trie)
        if len(view) < 8 * (count + 1):
            raise ValueError("shorter than its table of rows")
        self._trie = trie
        self._starts = view[: 8 * (count + 1)].cast("Q")
        self._rows = view[8 * (count + 1) :]
        if self._starts[count] != len(self._rows):
            raise ValueError("rows of another trie")
        self._kept: dict[str, tuple[Term, ...]] = {}

    @classmethod
    def build(cls, names: Mapping[str, Sequence[Term]]) -> NameTable:
        trie = marisa_trie.Trie(names)
        starts, rows = array("Q", [0]), []
        for number in range(len(trie)):
            terms = names[trie.restore_key(number)]
            row = "\n".join(map(_to_text, terms)).encode()
            rows.append(row)
            starts.append(starts[-1] + len(row))
        return cls(trie, starts.tobytes() + b"".join(rows))

    @property
    def content(self) -> tuple[bytes, bytes]:
        """The trie and the rows as bytes, in this machine's byte order."""
        return self._trie.tobytes(), self._starts.tobytes() + self._rows.tobytes()

    def __len__(self) -> int:
        return len(self._trie)

    def __contains__(self, key: object) -> bool:
        return key in self._kept or key in self._trie

    def __iter__(self) -> Iterator[str]:
        return iter(self._trie.iterkeys())

    def get(self, key: str) -> tuple[Term, ...]:
        """The terms of this name, or none."""
        return self._kept.get(key) or self._read(key)

    def beginning_with(self, start: str) -> Iterator[str]:
        """Names that begin with these letters, in no order."""
        return iter(self._trie.iterkeys(start))

    def _read(self, key: str) -> tuple[Term, ...]:
        number = self._trie.get(key)
        if number is None:
            return ()
        row = self._rows[self._starts[number] : self._starts[number + 1]]
        terms = tuple(map(_from_text, str(row, "utf-8").split("\n")))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = terms
        return terms


def _to_text(term: Term) -> str:
    """Fields parted by tabs, which no name holds; the ingredients last, since there may be many."""
    fields = (term.name, term.kind, term.route or "", "unsafe" if term.unsafe else "", *term.ingredients)
    if any(letter in field for field in fields for letter in "\t\n"):
        raise ValueError("a name with a tab or a line break in it")
    return "\t".join(fields)


def _from_text(text: str) -> Term:
    name, kind, route, unsafe, *ingredients = text.split("\t")
    return Term(name, tuple(ingredients), cast("TermKind", kind), route or None, unsafe != "")
