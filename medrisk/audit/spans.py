"""Days on which something holds, as tables of stretches: ``start`` and ``end``, both days included.

Tables are sorted by group, and running sums and highest days are then taken over the whole table at once: a sum comes back
to zero at the end of each group, and days of a later group are made later than all of an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

# More days than lie between any two that a 32-bit number can hold.
_GROUP_APART = 1 << 33


def covered(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row for each ``by``, from the first day to the last, whatever lies between."""
    return table.group_by(by).agg(pl.col("start").min(), pl.col("end").max())


def merged(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Stretches that overlap or touch become one. Sorted by ``by`` and start."""
    ordered = table.select(*by, "start", "end").sort(*by, "start", "end")
    if ordered.is_empty():
        return ordered
    offset = _groups(ordered, by) * _GROUP_APART
    reach = np.maximum.accumulate(ordered["end"].to_numpy() + offset)
    begins = np.r_[True, (ordered["start"].to_numpy() + offset)[1:] > reach[:-1] + 1]
    last = np.r_[np.flatnonzero(begins)[1:] - 1, ordered.height - 1]
    ends = pl.Series("end", (reach - offset)[last].astype(np.int32))
    return ordered.filter(pl.Series(begins)).with_columns(ends)


def states(seen: pl.DataFrame) -> pl.DataFrame:
    """person, subject, members, mark, start, end: each stretch of days on which a subject sees the same set of views.

    ``seen`` has person, subject, view, mark, start and end. At each day on which a view comes or goes a new state begins; the
    sum of the marks of the views that are there (modulo 2 to the 64th) stands for their set.
    """
    on = ["person", "subject"]
    marks = seen["mark"].to_numpy()
    comes = seen.select(*on, pl.col("start").alias("day"), pl.lit(1, pl.Int32).alias("change"), "mark")
    goes = seen.select(*on, (pl.col("end") + 1).alias("day"), pl.lit(-1, pl.Int32).alias("change"), pl.Series("mark", np.uint64(0) - marks))
    days = pl.concat([comes, goes]).group_by(*on, "day").agg(pl.col("change").sum(), pl.col("mark").sum()).sort(*on, "day")
    members = np.cumsum(days["change"].to_numpy(), dtype=np.int64)
    running = days.select(
        *on, pl.Series("members", members.astype(np.uint32)), pl.Series("mark", np.cumsum(days["mark"].to_numpy(), dtype=np.uint64)),
        pl.col("day").alias("start"), (pl.col("day").shift(-1) - 1).alias("end"),
    )  # fmt: skip
    return running.filter(pl.Series(members > 0))


def less(found: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """``found`` without the days on which another result stands for it.

    ``pairs``: person, result, start, end of what may go, and start_by, end_by of what takes its place.
    """
    on = ["person", "result"]
    goers = pairs.select(on).unique()
    untouched = found.join(goers, on=on, how="anti").select(*on, "start", "end")
    own = found.join(goers, on=on, how="semi").select(*on, "start", "end", here=pl.lit(1, pl.Int32), gone=pl.lit(0, pl.Int32))
    by = pairs.select(*on, start="start_by", end="end_by", here=pl.lit(0, pl.Int32), gone=pl.lit(1, pl.Int32)).unique()
    both = pl.concat([own, by])
    comes = both.select(*on, "here", "gone", day="start")
    goes = both.select(*on, -pl.col("here"), -pl.col("gone"), day=pl.col("end") + 1)
    days = pl.concat([comes, goes]).group_by(*on, "day").agg(pl.col("here").sum(), pl.col("gone").sum()).sort(*on, "day")
    running = days.with_columns(pl.col("here").cum_sum(), pl.col("gone").cum_sum(), start="day", end=pl.col("day").shift(-1) - 1)
    left = running.filter((pl.col("here") > 0) & (pl.col("gone") == 0)).select(*on, "start", "end")
    return pl.concat([untouched, left])


def _groups(ordered: pl.DataFrame, by: Sequence[str]) -> NDArray[np.int64]:
    """The number of each row's group, from 0, in a table that is sorted by group."""
    changes = np.zeros(ordered.height, dtype=bool)
    for name in by:
        column = ordered[name].to_numpy()
        changes[1:] |= column[1:] != column[:-1]
    return np.cumsum(changes, dtype=np.int64)
