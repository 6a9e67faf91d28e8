"""The patients of one bucket, all at once: who takes what and when, which cases they are, and what is found for them.

Nothing here knows a rule. Patients, drugs and cases are numbers in tables; what a case means is asked of the engine once
(``cases``). ``tests/audit`` holds the slow way beside it: every patient's list through ``Medrisk.check``, one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from medrisk.audit.cases import Cases
from medrisk.audit.contexts import Contexts
from medrisk.audit.options import Mode
from medrisk.audit.readings import Item, Reading
from medrisk.audit.spans import covered, merged, states
from medrisk.audit.subjects import Subjects
from medrisk.audit.telling import Telling
from medrisk.core.model import Medication
from medrisk.core.notes import NoteWriter
from medrisk.service import Medrisk

# Mixes a number into 64 bits (splitmix64), so that the sum over a set of views stands for the set.
_GOLDEN, _MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_ON_CASE = ["subject", "context", "members", "mark"]


class Auditor:
    """Works out the findings of patients, bucket by bucket. What it has learnt of one helps with the next."""

    def __init__(self, service: Medrisk, readings: Sequence[Reading], mode: Mode, *, dated: bool) -> None:
        self._mode = mode
        self._dated = dated
        self.subjects = Subjects(service.engine)
        told = {reading.mark: reading.patient for reading in readings if reading.patient is not None}
        self.contexts = Contexts(service, self.subjects.ages, told)
        writer = NoteWriter(service.knowledge)
        self.cases = Cases(self.subjects, self.contexts, writer, highest_dose_only=mode == "ever" and dated)
        self.items: list[Item] = []
        self._learn(readings)
        self._known = pl.DataFrame(schema={"subject": pl.Int32, "context": pl.Int32, "members": pl.UInt32, "mark": pl.UInt64, "case": pl.Int32})
        self._results = pl.DataFrame(schema={"case": pl.Int32, "result": pl.Int32})
        self._telling = Telling(self.cases, in_time=self._in_time)

    def findings(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Patients and findings of a bucket.

        ``rows``: person (a number of the patient, from 0, without gaps), text (its number, or null), start, end, age, sex,
        facts. Gives the patients (person, counts of lines, context) and the findings (person, result, start, end, days).
        """
        lines = self._lines(rows)
        people = self._people(rows, lines)
        taken = self._taken(lines)
        people = people.join(self._promoters(taken), on="person", how="left", maintain_order="left")
        cases = self._cases(taken, people)
        found = cases.join(self._results, on="case", how="inner").select("person", "result", "start", "end")
        return people, self._telling.settled(found, people)

    # What each text and each item is, as tables.

    def _learn(self, readings: Sequence[Reading]) -> None:
        numbers: dict[Item, int] = {}
        pairs = []
        for text, reading in enumerate(readings):
            for item in reading.items:
                pairs.append((text, numbers.setdefault(item, len(numbers))))
        self.items = list(numbers)
        self._items_of = pl.DataFrame(pairs, schema={"text": pl.Int32, "item": pl.Int32}, orient="row").unique()
        self._counts = np.array([reading.counts for reading in readings], dtype=np.int32).reshape(len(readings), 4)
        self._sees_items()
        drugs: dict[str, int] = {}
        promoting = [
            (number, drugs.setdefault(medication.ingredient.name, len(drugs)))
            for number, item in enumerate(self.items)
            for medication in item.medications
            if medication.status == "active" and self._promotes(medication)
        ]
        self._promoters_of = pl.DataFrame(promoting, schema={"item": pl.Int32, "drug": pl.Int32}, orient="row").unique()

    def _promotes(self, medication: Medication) -> bool:
        classes = self.subjects.engine.classes_of(medication.ingredient.name, medication.route)
        return any(drug_class.role in PROMOTING_ROLES for drug_class in classes)

    def _sees_items(self) -> None:
        filled: list[tuple[int, int]] = []
        seen: list[tuple[int, int, int]] = []
        for number, item in enumerate(self.items):
            slots, views = self.subjects.seen(item)
            filled += [(number, slot) for slot in slots]
            seen += [(number, subject, view) for subject, view in views.items()]
        self._slots_of = pl.DataFrame(filled, schema={"item": pl.Int32, "slot": pl.Int32}, orient="row")
        self._views = pl.DataFrame(seen, schema={"item": pl.Int32, "subject": pl.Int32, "view": pl.Int32}, orient="row")

    # Who takes what, and what is known of them.

    def _lines(self, rows: pl.DataFrame) -> pl.DataFrame:
        """person, text, start, end: the distinct lines of each list; in overlap one for each time it was given."""
        lines = rows.filter(pl.col("text").is_not_null()).select("person", "text", "start", "end")
        if self._in_time:
            return _with_days(lines)
        return covered(lines, ["person", "text"])

    def _people(self, rows: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
        counted = lines.select("person", "text").unique() if self._in_time else lines
        who, text = counted["person"].to_numpy(), counted["text"].to_numpy()
        size = int(rows.select(pl.col("person").max()).item()) + 1
        counts = {status: np.bincount(who, self._counts[text, number], size).astype(np.int32) for number, status in enumerate(STATUSES)}
        about = rows.group_by("person").agg(
            pl.col("start").min().alias("first"), pl.max_horizontal(pl.col("end").max(), pl.col("start").max()).alias("last")
        )
        people = about.sort("person").with_columns(lines=pl.Series(np.bincount(who, minlength=size).astype(np.int32)), **{k: pl.Series(v) for k, v in counts.items()})
        people = people.join(self._known_of(rows), on="person", how="left", maintain_order="left")
        return people.with_columns(pl.col("context").fill_null(0))

    def _known_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """person, age, sex, context, facts_hash, of those of whom anything is known."""
        told = rows.filter(pl.col("age").is_not_null() | pl.col("sex").is_not_null() | pl.col("facts").is_not_null())
        known = told.group_by("person").agg(
            pl.col("age").max(), pl.col("sex").drop_nulls().sort().first(), pl.col("facts").drop_nulls().unique().sort().str.join("\n")
        )
        distinct = known.select("facts", "age", "sex").unique()
        numbers = [self.contexts.number(facts, age, sex) for facts, age, sex in distinct.iter_rows()]
        hashes = [_hash_of(*of_one) for of_one in distinct.iter_rows()]
        distinct = distinct.with_columns(
            pl.Series("context", numbers, dtype=pl.Int32), pl.Series("facts_hash", hashes, dtype=pl.String)
        )
        return known.join(distinct, on=["facts", "age", "sex"], nulls_equal=True).drop("facts")

    def _taken(self, lines: pl.DataFrame) -> pl.DataFrame:
        """person, item, start, end: in overlap each stretch without a gap; else one row with the first and last day."""
        taken = lines.join(self._items_of, on="text").select("person", "item", "start", "end")
        return merged(taken, ["person", "item"]) if self._in_time else covered(taken, ["person", "item"])

    def _promoters(self, taken: pl.DataFrame) -> pl.DataFrame:
        """person, promoters: how many different drugs of theirs stand in a class that promotes."""
        drugs = taken.select("person", "item").unique().join(self._promoters_of, on="item").select("person", "drug").unique()
        return drugs.group_by("person").agg(pl.len().cast(pl.Int32).alias("promoters"))

    # Which cases they are.

    def _cases(self, taken: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
        """person, case, start, end."""
        candidates = self._candidates(taken, people)
        seen = candidates.join(taken, on="person").join(self._views, on=["item", "subject"]).select("person", "subject", "view", "start", "end")
        by_view = ["person", "subject", "view"]
        seen = merged(seen, by_view) if self._in_time else covered(seen, by_view)
        seen = pl.concat([seen, self._red_flags(people)])
        seen = seen.with_columns(pl.Series("mark", _marks(seen["view"].to_numpy())))
        found = states(seen) if self._in_time else _sets(seen)
        found = found.with_columns(pl.Series("context", self._contexts_of(found, people), dtype=pl.Int32))
        self._work_out(found, seen)
        return found.join(self._known, on=_ON_CASE).select("person", "case", "start", "end")

    @property
    def _in_time(self) -> bool:
        return self._mode == "overlap" and self._dated

    def _candidates(self, taken: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
        """person, subject: those of whose slots none stays empty. A superset of what can be found."""
        held = self._held(taken, people.height)
        some: NDArray[np.bool_] = np.any(held, axis=1)
        persons: list[NDArray[np.int64]] = []
        subjects: list[NDArray[np.int32]] = []
        for subject, needs in enumerate(self.subjects.needs):
            if not needs or not all(some[list(slots)].any() for slots in needs):
                continue
            found = np.flatnonzero(np.unpackbits(_all_of(held, needs)))
            persons.append(found)
            subjects.append(np.full(len(found), subject, dtype=np.int32))
        candidates = pl.DataFrame(
            {"person": np.concatenate([np.zeros(0, np.int64), *persons]), "subject": np.concatenate([np.zeros(0, np.int32), *subjects])},
            schema={"person": pl.UInt32, "subject": pl.Int32},
        )
        flags = self._flagged(people).select("person").join(pl.DataFrame({"subject": self.subjects.red_flags.astype(np.int32)}), how="cross")
        return pl.concat([candidates, flags])

    def _held(self, taken: pl.DataFrame, count: int) -> NDArray[np.uint8]:
        """For each slot one bit a person, eight to the byte: whether a drug of theirs fills it."""
        pairs = taken.select("person", "item").unique().join(self._slots_of, on="item")
        held = np.zeros((self.subjects.slot_count, count), dtype=np.uint8)
        held[pairs["slot"].to_numpy(), pairs["person"].to_numpy()] = 1
        return np.packbits(held, axis=1)

    def _flagged(self, people: pl.DataFrame) -> pl.DataFrame:
        """Those of whom something is known that a red flag could turn on."""
        return people.filter(pl.col("context") > 0)

    def _red_flags(self, people: pl.DataFrame) -> pl.DataFrame:
        """A red flag may hold without any drug: nothing (view -1) stands among what it sees, on all days."""
        flags = pl.DataFrame({"subject": self.subjects.red_flags.astype(np.int32)})
        days = (pl.col("first").fill_null(0), pl.col("last").fill_null(0)) if self._in_time else ("first", "last")
        some = self._flagged(people).select("person", *days).join(flags, how="cross")
        return some.select("person", "subject", pl.lit(-1, pl.Int32).alias("view"), pl.col("first").alias("start"), pl.col("last").alias("end"))

    def _contexts_of(self, found: pl.DataFrame, people: pl.DataFrame) -> NDArray[np.int32]:
        """A case has a context only where its subject turns on one."""
        of_person = people["context"].to_numpy()[found["person"].to_numpy()]
        subject = found["subject"].to_numpy()
        told = np.array(self.contexts.has_findings)[of_person]
        return np.where(self.subjects.by_facts[subject] | (self.subjects.is_class[subject] & told), of_person, 0).astype(np.int32)

    def _work_out(self, found: pl.DataFrame, seen: pl.DataFrame) -> None:
        """Ask the engine for the cases that nobody was before."""
        fresh = found.join(self._known, on=_ON_CASE, how="anti")
        if fresh.is_empty():
            return
        fresh = fresh.group_by(_ON_CASE).agg(pl.col("person").first(), pl.col("start").first()).sort(_ON_CASE)
        fresh = fresh.with_columns(pl.int_range(len(self._known), len(self._known) + len(fresh), dtype=pl.Int32).alias("case"))
        members = seen.join(fresh.select("person", "subject", "case", pl.col("start").alias("day")), on=["person", "subject"])
        if self._in_time:
            members = members.filter(pl.col("start").is_null() | ((pl.col("start") <= pl.col("day")) & (pl.col("day") <= pl.col("end"))))
        views = dict(members.filter(pl.col("view") >= 0).group_by("case").agg(pl.col("view").unique().sort()).iter_rows())
        pairs = [
            (case, result)
            for subject, context, case in fresh.select("subject", "context", "case").iter_rows()
            for result in self.cases.work_out(subject, views.get(case, ()), context)
        ]
        self._known = pl.concat([self._known, fresh.select(*_ON_CASE, "case")])
        self._results = pl.concat([self._results, pl.DataFrame(pairs, schema=self._results.schema, orient="row")])


# The roles of classes known to promote muscle cramps or what leads to them.
PROMOTING_ROLES = frozenset({"promoter", "weak_promoter"})
STATUSES = ("matched", "ambiguous", "unknown", "ignored")


def _all_of(held: NDArray[np.uint8], needs: tuple[tuple[int, ...], ...]) -> NDArray[np.uint8]:
    holds = _any_of(held, needs[0])
    for slots in needs[1:]:
        holds = holds & _any_of(held, slots)
    return holds


def _any_of(held: NDArray[np.uint8], slots: tuple[int, ...]) -> NDArray[np.uint8]:
    filled: NDArray[np.uint8] = np.bitwise_or.reduce(held[list(slots)], axis=0)
    return filled


def _hash_of(*facts: object) -> str:
    """The same for the same facts of a patient, in every run."""
    return hashlib.blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()



def _with_days(lines: pl.DataFrame) -> pl.DataFrame:
    """Give every line its days. One without a first day is taken from the patient's first, one without a last to the last."""
    first = pl.col("start").min().over("person")
    last = pl.max_horizontal(pl.col("end").max().over("person"), pl.col("start").max().over("person"))
    start = pl.coalesce("start", first, pl.lit(0, pl.Int32))
    return lines.with_columns(start.alias("start")).with_columns(
        pl.max_horizontal("start", pl.coalesce("end", last, "start")).alias("end")
    )


def _marks(views: NDArray[np.int32]) -> NDArray[np.uint64]:
    mixed = (views.astype(np.int64) + 2).astype(np.uint64) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def _sets(seen: pl.DataFrame) -> pl.DataFrame:
    """person, subject, members, mark, start, end: the set of views that a subject has of a person."""
    return seen.group_by("person", "subject").agg(
        pl.len().cast(pl.UInt32).alias("members"), pl.col("mark").sum(), pl.col("start").min(), pl.col("end").max()
    )
