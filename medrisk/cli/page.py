"""Wrapped text with hanging indents and small tables, readable at 80 columns and in a pipe.

click drops the styles when the output is no terminal.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import click

from medrisk.cli.output import printable

# What a pipe gets, and the bounds between which a terminal's own width is used.
PIPE_WIDTH = 80
_NARROWEST, _WIDEST = 60, 110
_GAP = "  "


def page_width() -> int:
    """The columns to fill."""
    if not sys.stdout.isatty():
        return PIPE_WIDTH
    return min(max(shutil.get_terminal_size((PIPE_WIDTH, 24)).columns, _NARROWEST), _WIDEST)


class Page:
    """Collects lines of text. ``str(page)`` is what to print."""

    def __init__(self, width: int = PIPE_WIDTH) -> None:
        self.width = width
        self._lines: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def gap(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, text: str, **style: Any) -> None:
        self.gap()
        self._lines.append(click.style(printable(text), bold=True, **style))

    def text(self, text: str, *, indent: int = 0, lead: str = "", **style: Any) -> None:
        """A paragraph. ``lead`` stands before its first line and the rest hangs under what follows it."""
        first = " " * indent + lead
        for line in wrap(text, self.width, first, " " * len(first)):
            self._lines.append(click.style(line, **style) if style else line)

    def bullets(self, items: Iterable[str], *, indent: int = 2) -> None:
        for item in items:
            self.text(item, indent=indent, lead="- ")

    def one_line(self, text: str, *, lead: str = "- ", indent: int = 2) -> None:
        """As much of the text as fits on one line."""
        room = self.width - indent - len(lead)
        self._lines.append(" " * indent + lead + textwrap.shorten(printable(text), room, placeholder=" ..."))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
        """Columns of the given widths; the last takes what is left of the page."""
        last = self.width - sum(widths) - len(_GAP) * len(widths)
        columns = (*widths, last)
        self._lines.append(click.style(_row(head, columns), underline=True))
        for row in rows:
            cells = [wrap(cell, width) for cell, width in zip(row, columns, strict=True)]
            self._lines += [_row(parts, columns) for parts in zip_longest(*cells, fillvalue="")]


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most this width."""
    return textwrap.wrap(printable(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
