"""Days on which something holds, as tables of stretches: ``key``, ``start`` and ``end``, both days included.

``key`` is a number of 64 bits for whatever it is that holds. Tables are sorted by it, and running sums and highest days are
then taken over the whole table at once: a sum comes back to zero at the end of each key, and days of a later key are made
later than all of an earlier one.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

# More days than lie between any two that a 32-bit number can hold.
_KEYS_APART = 1 << 33


def covered(table: pl.DataFrame) -> pl.DataFrame:
    """One row for each key, from the first day to the last, whatever lies between. Sorted by key."""
    keys, order, begins = _sorted(table["key"].to_numpy())
    days = {name: _of_each(table[name], order, begins) for name in ("start", "end")}
    return pl.DataFrame({"key": keys[begins], **days})


def merged(table: pl.DataFrame) -> pl.DataFrame:
    """Stretches that overlap or touch become one. Sorted by key and start."""
    ordered = table.select("key", "start", "end").sort("key", "start", "end")
    if ordered.is_empty():
        return ordered
    offset = _numbered(ordered["key"].to_numpy()) * _KEYS_APART
    reach = np.maximum.accumulate(ordered["end"].to_numpy() + offset)
    begins = np.r_[True, (ordered["start"].to_numpy() + offset)[1:] > reach[:-1] + 1]
    last = np.r_[np.flatnonzero(begins)[1:] - 1, ordered.height - 1]
    ends = pl.Series("end", (reach - offset)[last].astype(np.int32))
    return ordered.filter(pl.Series(begins)).with_columns(ends)


def sets(seen: pl.DataFrame) -> pl.DataFrame:
    """key, mark, start, end: of each key the sum of its marks (modulo 2 to the 64th), which stands for their set."""
    keys, order, begins = _sorted(seen["key"].to_numpy())
    marks = seen["mark"].to_numpy()[order]
    days = {name: _of_each(seen[name], order, begins) for name in ("start", "end")}
    return pl.DataFrame({"key": keys[begins], "mark": np.add.reduceat(marks, begins) if len(begins) else marks, **days})


def states(seen: pl.DataFrame) -> pl.DataFrame:
    """As ``sets``, for each stretch of days on which the set is the same: at each day on which a mark comes or goes a new one begins."""
    marks = seen["mark"].to_numpy()
    comes = seen.select("key", pl.col("start").alias("day"), pl.lit(1, pl.Int32).alias("change"), "mark")
    goes = seen.select("key", (pl.col("end") + 1).alias("day"), pl.lit(-1, pl.Int32).alias("change"), pl.Series("mark", np.uint64(0) - marks))
    days = pl.concat([comes, goes]).group_by("key", "day").agg(pl.col("change").sum(), pl.col("mark").sum()).sort("key", "day")
    members = np.cumsum(days["change"].to_numpy(), dtype=np.int64)
    running = days.select(
        "key", pl.Series("mark", np.cumsum(days["mark"].to_numpy(), dtype=np.uint64)),
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


def _sorted(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64] | slice, NDArray[np.int64]]:
    """The keys in order, the places they come from, and where each of them begins."""
    order: NDArray[np.int64] | slice = slice(None)
    if len(keys) and (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys)
        keys = keys[order]
    begins = np.flatnonzero(np.concatenate((np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1])))
    return keys, order, begins


def _of_each(days: pl.Series, order: NDArray[np.int64] | slice, begins: NDArray[np.int64]) -> pl.Series:
    """Of each key the first start or the last end; null where it has none."""
    if days.null_count() == len(days):
        return days[: len(begins)]
    is_start = days.name == "start"
    none = np.iinfo(np.int32).max if is_start else np.iinfo(np.int32).min
    pick = np.minimum if is_start else np.maximum
    found = pl.Series(days.name, pick.reduceat(days.fill_null(none).to_numpy()[order], begins))
    return found if days.null_count() == 0 else found.set(found == none, None)


def _numbered(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """For each row the number of its key, from 0, in a table that is sorted by key."""
    changes = np.zeros(len(keys), dtype=bool)
    changes[1:] = keys[1:] != keys[:-1]
    return np.cumsum(changes, dtype=np.int64)
