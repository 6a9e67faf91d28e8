"""Dates of a column: in which order day and month stand is settled once for a file, from what the file proves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import polars as pl

from medrisk.errors import InputError

DayOrder = Literal["dmy", "mdy"]
_PARTS = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
# Days since 1970 that a date of a prescription may have; MIMIC moves its dates as far as the year 2211.
_FIRST, _LAST = -51_134, 110_000
_HINT = "Say how its dates are written: --dates dmy (31/12/2025) or --dates mdy (12/31/2025)."


def day_order(values: Iterable[str | None], column: str, name: str, chosen: DayOrder | None) -> DayOrder | None:
    """Whether the day or the month stands first; None where no date of this kind was seen.

    Points between the parts are read as day.month.year. Slashes and hyphens need a day above 12 as proof. Raises
    InputError where there is none, or where some dates prove the one and some the other.
    """
    first = second = False
    seen = points = 0
    for value in values:
        if value and (match := _PARTS.match(value)):
            seen += 1
            points += match[2] == "."
            first |= int(match[1]) > 12
            second |= int(match[3]) > 12
    if not seen or chosen:
        return chosen
    if first and second:
        raise InputError(
            f"{name}: in the column {column}, some dates have the day first and some the month.",
            hint=_HINT,
            field="dates",
        )
    if first or second:
        return "dmy" if first else "mdy"
    if points == seen:
        return "dmy"
    raise InputError(
        f"{name}: in the column {column}, nothing tells whether day or month stands first.", hint=_HINT, field="dates"
    )


def days_of(values: pl.Series, order: DayOrder | None) -> pl.Series:
    """Days since 1970-01-01; null for text that is no date. A time of day behind the date is passed over.

    Most files write all their dates in one way, which is tried first; the other ways only where something is left.
    """
    text = pl.col("text").str.strip_chars()
    iso = _within(text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
    frame = pl.DataFrame({"text": values})
    read = frame.select(days=_within(_by_order(text, order)) if order else iso)["days"]
    if read.null_count() == values.null_count():
        return read
    return frame.select(days=pl.coalesce(read, iso, _within(_rare(text))))["days"]


def _within(date: pl.Expr) -> pl.Expr:
    days = date.to_physical().cast(pl.Int32)
    return pl.when(days.is_between(_FIRST, _LAST)).then(days)


def _by_order(text: pl.Expr, order: DayOrder) -> pl.Expr:
    """Day, month and year with slashes, points or hyphens; a year of two digits is of this or the last century as C has it."""
    plain = text.str.extract(r"^(\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2}))(?:\D|$)").str.replace_all(r"[.-]", "/")
    start = "%d/%m/" if order == "dmy" else "%m/%d/"
    long = plain.str.to_date(start + "%Y", strict=False)
    is_short = plain.str.contains(r"/\d\d$")
    return pl.when(is_short).then(plain.str.to_date(start + "%y", strict=False)).otherwise(long)


def _rare(text: pl.Expr) -> pl.Expr:
    """20251231, 2025/12/31, 2025-1-5, 31-Dec-2025."""
    return pl.coalesce(
        text.str.extract(r"^(\d{8})(?:\D|$)").str.to_date("%Y%m%d", strict=False),
        text.str.extract(r"^(\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(?:\D|$)")
        .str.replace_all(r"[/.]", "-")
        .str.to_date("%Y-%m-%d", strict=False),
        text.str.extract(r"^(\d{1,2}[- ]?[A-Za-z]{3}[- ]?\d{4})")
        .str.replace_all(r"[- ]", "")
        .str.to_date("%d%b%Y", strict=False),
    )
