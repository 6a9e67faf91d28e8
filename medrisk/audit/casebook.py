"""Every case that was met, and what it finds: looked up for many patients at once, and the engine asked for those that are new."""

from __future__ import annotations

from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from medrisk.audit.cases import Cases
from medrisk.audit.numbers import Lists, mixed

# A subject as it is mixed with its context: above all numbers of views, which are mixed too.
_APART = 1 << 32


class CaseBook:
    """Filled from several buckets at the same time. A case is known by its key, a number of 64 bits."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._filling = Lock()
        self._known = pl.DataFrame(schema={"key": pl.UInt64, "case": pl.Int64})
        self._pairs: list[tuple[int, int]] = []
        self._results = Lists([], [], size=0)

    def results_of(self, met: pl.DataFrame, seen: pl.DataFrame, *, in_time: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The place in ``met`` and the number of the result, for each result of each case.

        ``met``: who (a subject of a person, as one number), subject, context, mark (of the set of views), start. ``seen``: who,
        view and, ``in_time``, start and end.
        """
        subject, context = met["subject"].to_numpy(), met["context"].to_numpy()
        keys = pl.Series("key", met["mark"].to_numpy() + mixed((subject + 1) * _APART + context))
        cases = self._look_up(keys)
        if cases.null_count():
            fresh = met.with_columns(keys).filter(cases.is_null()).unique("key")
            with self._filling:
                # Another bucket may have met them meanwhile.
                fresh = fresh.filter(self._look_up(fresh["key"]).is_null())
                self._work_out(fresh, seen, in_time=in_time)
            cases = self._look_up(keys)
        return self._results.of(cases.to_numpy())  # type: ignore[return-value]  # two columns, as it was made

    def _look_up(self, keys: pl.Series) -> pl.Series:
        return keys.to_frame().join(self._known, on="key", how="left", maintain_order="left")["case"]

    def _work_out(self, fresh: pl.DataFrame, seen: pl.DataFrame, *, in_time: bool) -> None:
        fresh = fresh.sort("subject", "context", "key").with_row_index("case", len(self._known)).with_columns(pl.col("case").cast(pl.Int64))
        members = seen.join(fresh.select("who", "case", day="start"), on="who")
        if in_time:
            members = members.filter((pl.col("start") <= pl.col("day")) & (pl.col("day") <= pl.col("end")))
        views = dict(members.filter(pl.col("view") >= 0).group_by("case").agg(pl.col("view").unique().sort()).iter_rows())
        for subject, context, case in fresh.select("subject", "context", "case").iter_rows():
            self._pairs += [(case, result) for result in self._cases.work_out(subject, views.get(case, ()), context)]
        pairs = np.array(self._pairs, dtype=np.int64).reshape(-1, 2)
        # First the results, then the cases that have them, for others look up without waiting.
        self._results = Lists(pairs[:, 0], pairs[:, 1], size=len(self._known) + fresh.height)
        self._known = pl.concat([self._known, fresh.select("key", "case")])
