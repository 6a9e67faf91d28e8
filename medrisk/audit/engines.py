"""Who does the work of an audit: this machine's cores here, a cluster in ``medrisk.audit.spark``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from medrisk.audit.buckets import BucketWorker
from medrisk.audit.checkpoint import State, WorkFolder
from medrisk.audit.gather import Gatherer
from medrisk.audit.options import Mode
from medrisk.audit.pseudonyms import Pseudonyms
from medrisk.audit.readings import Reading
from medrisk.audit.resolve import TextReader
from medrisk.audit.rows import Source
from medrisk.service import Medrisk


@dataclass(frozen=True, slots=True)
class RowChange:
    """What is done to rows before anything is kept of them: the user's own names for texts, and pseudonyms."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Pseudonyms | None = None

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self.aliases:
            rows = rows.with_columns(pl.col("text").replace(dict(self.aliases)))
        if self.pseudonyms is not None:
            rows = rows.with_columns(self.pseudonyms.of_series(rows["patient"]))
        return rows


@dataclass(frozen=True, slots=True)
class Gathered:
    """Distinct texts, and distinct facts where the engine numbers them: number, text, rows; number n in row n."""

    texts: pl.DataFrame
    facts: pl.DataFrame


class Engine(Protocol):
    """Does the three steps of a run, each of which goes on where it was interrupted. All leave the same in the work folder:
    ``rejects-NUMBER.csv`` of as many flushes as the state tells, and the parts of the tables by bucket."""

    @property
    def name(self) -> str:
        """A run that was interrupted goes on with the engine it began with."""

    def gather(
        self,
        service: Medrisk,
        work: WorkFolder,
        state: State,
        sources: Sequence[Source],
        change: RowChange,
        tell: Callable[[int, float], None],
    ) -> Gathered:
        """Read all rows, before anything else. ``tell`` is called with the rows read so far and the share of the input."""

    def read(self, service: Medrisk, texts: Sequence[str], tell: Callable[[int], None]) -> list[Reading]:
        """What each text says, in order. ``tell`` is called with how many are done."""

    def work_out(
        self, service: Medrisk, gathered: Gathered, readings: Sequence[Reading], work: WorkFolder, mode: Mode, state: State,
        tell: Callable[[float], None],
    ) -> None:  # fmt: skip
        """Work out every bucket. ``tell`` is called with the share that is done."""


class LocalEngine:
    """All cores of this machine."""

    name = "local"
    _reader: TextReader

    def gather(
        self,
        service: Medrisk,
        work: WorkFolder,
        state: State,
        sources: Sequence[Source],
        change: RowChange,
        tell: Callable[[int, float], None],
    ) -> Gathered:
        self._reader = TextReader(service)
        gatherer = Gatherer(work, state, sources)
        if not state.gathered:
            try:
                gatherer.gather(change, tell, self._reader.add)
            except BaseException:
                self._reader.close()
                raise
        return Gathered(gatherer.texts.table(), gatherer.facts.table())

    def read(self, service: Medrisk, texts: Sequence[str], tell: Callable[[int], None]) -> list[Reading]:
        reader = self._reader
        try:
            # All but those that were met by a run that was interrupted behind them.
            reader.add(texts[reader.count :])
            return reader.all(tell)
        finally:
            reader.close()

    def work_out(
        self, service: Medrisk, gathered: Gathered, readings: Sequence[Reading], work: WorkFolder, mode: Mode, state: State,
        tell: Callable[[float], None],
    ) -> None:  # fmt: skip
        BucketWorker(service, readings, gathered.texts, gathered.facts, work.path, mode, state).work(tell)
