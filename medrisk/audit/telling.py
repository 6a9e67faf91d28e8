"""What is told of what was found: a finding whose place another takes is left out, and so is what is held elsewhere alone
where something here is said of the same drugs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from medrisk.audit.cases import Cases
from medrisk.audit.spans import less


class Telling:
    """Settles between the findings of each patient, on each day where days count (``in_time``)."""

    def __init__(self, cases: Cases, *, in_time: bool) -> None:
        self._cases = cases
        self._in_time = in_time
        self._explanations: dict[int, list[int]] = {}

    def settled(self, found: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
        """``found`` and what is said without any drug, less what gives way: person, result, start, end."""
        found = pl.concat([found, self._told_without_drugs(people)])
        return _without_made_up_days(self._without_told_here(self._without_taken(found)), people)

    def _told_without_drugs(self, people: pl.DataFrame) -> pl.DataFrame:
        some = people.filter(pl.col("context") > 0)
        for context in some["context"].unique():
            if context not in self._explanations:
                self._explanations[context] = self._cases.other_explanations(context)
        pairs = [(context, result) for context, results in self._explanations.items() for result in results]
        told = pl.DataFrame(pairs, schema={"context": pl.Int32, "result": pl.Int32}, orient="row")
        return some.join(told, on="context").select("person", "result", pl.col("first").alias("start"), pl.col("last").alias("end"))

    def _without_taken(self, found: pl.DataFrame) -> pl.DataFrame:
        """Leave out a finding whose place another takes, on the days on which that one holds."""
        results = self._cases.results
        takers = [n for n, result in enumerate(results) if result.takes]
        may_go = [n for n, result in enumerate(results) if self._cases.can_be_taken(result)]
        return self._without(found, may_go, takers, self._takes_place)

    def _without_told_here(self, found: pl.DataFrame) -> pl.DataFrame:
        """Leave out what is held elsewhere where something here is said of the same drugs."""
        results = self._cases.results
        elsewhere = [n for n, result in enumerate(results) if result.is_elsewhere]
        here = [n for n, result in enumerate(results) if result.stands_here]
        return self._without(found, elsewhere, here, self._same_drugs)

    def _without(self, found: pl.DataFrame, may_go: Sequence[int], by: Sequence[int], holds: Callable[[int, int], bool]) -> pl.DataFrame:
        goes = found.filter(pl.col("result").is_in(may_go))
        stays = found.filter(pl.col("result").is_in(by))
        if goes.is_empty() or stays.is_empty():
            return found
        pairs = goes.join(stays, on="person", suffix="_by")
        distinct = pairs.select("result", "result_by").unique()
        kept = [(a, b) for a, b in distinct.iter_rows() if a != b and holds(a, b)]
        pairs = pairs.join(pl.DataFrame(kept, schema={"result": pl.Int32, "result_by": pl.Int32}, orient="row"), on=["result", "result_by"])
        if not self._in_time:
            return found.join(pairs.select("person", "result").unique(), on=["person", "result"], how="anti")
        return less(found, pairs)

    def _takes_place(self, goes: int, by: int) -> bool:
        taken, taker = self._cases.results[goes], self._cases.results[by]
        return taken.note.rule in taker.takes and set(taken.note.drugs) <= set(taker.note.drugs)

    def _same_drugs(self, goes: int, by: int) -> bool:
        return set(self._cases.results[goes].note.drugs) == set(self._cases.results[by].note.drugs)


def _without_made_up_days(found: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """No days for those of whom the files tell none."""
    undated = found["person"].is_in(people.filter(pl.col("first").is_null())["person"].implode())
    return found.with_columns(pl.when(~undated).then(pl.col("start", "end")))
