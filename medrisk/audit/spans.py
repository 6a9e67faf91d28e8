"""Days on which something holds, as tables of stretches: ``start`` and ``end``, both days included."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def covered(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row for each ``by``, from the first day to the last, whatever lies between."""
    return table.group_by(by).agg(pl.col("start").min(), pl.col("end").max())


def merged(table: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Stretches that overlap or touch become one."""
    ordered = table.select(*by, "start", "end").sort(*by, "start", "end")
    reach = pl.col("end").cum_max().over(by).shift(1).over(by)
    stretch = (pl.col("start") > reach + 1).fill_null(True).cum_sum().alias("stretch")
    return ordered.with_columns(stretch).group_by(*by, "stretch").agg(pl.col("start").min(), pl.col("end").max()).drop("stretch")


def states(seen: pl.DataFrame) -> pl.DataFrame:
    """person, subject, members, mark, start, end: each stretch of days on which a subject sees the same set of views.

    ``seen`` has person, subject, view, mark, start and end. At each day on which a view comes or goes a new state begins; the
    sum of the marks of the views that are there stands for their set.
    """
    on = ["person", "subject"]
    comes = seen.select(*on, pl.col("start").alias("day"), pl.lit(1, pl.Int32).alias("members"), "mark")
    goes = seen.select(*on, (pl.col("end") + 1).alias("day"), pl.lit(-1, pl.Int32).alias("members"), pl.lit(0, pl.UInt64).alias("mark"), pl.col("mark").alias("gone"))
    events = pl.concat([comes.with_columns(pl.lit(0, pl.UInt64).alias("gone")), goes])
    days = events.group_by(*on, "day").agg(pl.col("members").sum(), pl.col("mark").sum(), pl.col("gone").sum()).sort(*on, "day")
    running = days.with_columns(
        pl.col("members").cum_sum().over(on), pl.col("mark").cum_sum().over(on), pl.col("gone").cum_sum().over(on),
        (pl.col("day").shift(-1).over(on) - 1).alias("end"),
    )  # fmt: skip
    return running.filter(pl.col("members") > 0).select(
        *on, pl.col("members").cast(pl.UInt32), _less(pl.col("mark"), pl.col("gone")).alias("mark"), pl.col("day").alias("start"), "end"
    )


def _less(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Unsigned numbers subtracted as they were summed: modulo 2 to the 64th."""
    return a - b


def less(found: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """``found`` without the days on which another result stands for it.

    ``pairs``: person, result, start, end of what may go, and start_by, end_by of what takes its place.
    """
    on = ["person", "result"]
    touched = found.join(pairs.select(on).unique(), on=on, how="semi")
    untouched = found.join(pairs.select(on).unique(), on=on, how="anti")
    own = touched.select(*on, "start", "end", pl.lit(1, pl.Int32).alias("here"), pl.lit(0, pl.Int32).alias("gone"))
    by = pairs.select(*on, pl.col("start_by").alias("start"), pl.col("end_by").alias("end"), pl.lit(0, pl.Int32).alias("here"), pl.lit(1, pl.Int32).alias("gone")).unique()
    both = pl.concat([own, by])
    comes = both.select(*on, pl.col("start").alias("day"), "here", "gone")
    goes = both.select(*on, (pl.col("end") + 1).alias("day"), -pl.col("here"), -pl.col("gone"))
    days = pl.concat([comes, goes]).group_by(*on, "day").agg(pl.col("here").sum(), pl.col("gone").sum()).sort(*on, "day")
    running = days.with_columns(
        pl.col("here").cum_sum().over(on), pl.col("gone").cum_sum().over(on), (pl.col("day").shift(-1).over(on) - 1).alias("end")
    )
    left = running.filter((pl.col("here") > 0) & (pl.col("gone") == 0)).select(*on, pl.col("day").alias("start"), "end")
    return pl.concat([untouched.select(*on, "start", "end"), left])
