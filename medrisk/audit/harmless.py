"""Cells that a spreadsheet program cannot take for a formula.

A text that begins with = + - @, a tab or a line end gets an apostrophe before it. So does one that already has apostrophes
before such a letter, so that ``restored`` always gives back exactly the text that was written.
"""

from __future__ import annotations

import re

import polars as pl

# The full-width forms are taken for the plain ones by some programs.
_DANGEROUS = r"[=+\-@\t\r\n＝＋－＠]"
_RISKY = re.compile(rf"'*{_DANGEROUS}")
_GUARDED = re.compile(rf"'+{_DANGEROUS}")


def harmless(text: str) -> str:
    """The text as it goes into a cell of CSV or xlsx."""
    return f"'{text}" if _RISKY.match(text) else text


def restored(cell: str) -> str:
    """The text that ``harmless`` wrote into a cell."""
    return cell[1:] if _GUARDED.match(cell) else cell


def harmless_column(name: str) -> pl.Expr:
    """The same for a whole column of text, under its own name; null stays null."""
    column = pl.col(name)
    risky = column.str.contains(rf"^'*{_DANGEROUS}")
    return pl.when(risky).then(pl.concat_str([pl.lit("'"), column])).otherwise(column).alias(name)


def harmless_frame(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Every column of text made harmless; numbers and dates as they are."""
    schema = rows.collect_schema()
    return rows.with_columns([harmless_column(name) for name, kind in schema.items() if kind == pl.String()])
