"""The patients of one bucket, all at once: who takes what and when, which cases they are, and what is found for them.

Nothing here knows a rule. Patients, drugs and cases are numbers in tables; what a case means is asked of the engine once
(``casebook``). ``tests/audit`` holds the slow way beside it: every patient's list through ``Medrisk.check``, one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from medrisk.audit.candidates import Candidates
from medrisk.audit.casebook import CaseBook
from medrisk.audit.cases import Cases
from medrisk.audit.contexts import Contexts
from medrisk.audit.numbers import Lists, Packing, mixed
from medrisk.audit.options import Mode
from medrisk.audit.readings import Item, Reading
from medrisk.audit.spans import covered, merged, sets, states
from medrisk.audit.subjects import Subjects
from medrisk.audit.telling import Telling
from medrisk.core.model import Medication
from medrisk.core.notes import NoteWriter
from medrisk.service import Medrisk

# The roles of classes known to promote muscle cramps or what leads to them.
PROMOTING_ROLES = frozenset({"promoter", "weak_promoter"})
STATUSES = ("matched", "ambiguous", "unknown", "ignored")
# The view of a red flag that holds without any drug.
_NOTHING = -1


class Auditor:
    """Works out the findings of patients, bucket by bucket, several at a time. What it has learnt of one helps with the next."""

    def __init__(self, service: Medrisk, readings: Sequence[Reading], mode: Mode, *, dated: bool) -> None:
        self._in_time = mode == "overlap" and dated
        self.subjects = Subjects(service.engine)
        told = {reading.mark: reading.patient for reading in readings if reading.patient is not None}
        self.contexts = Contexts(service, self.subjects.ages, told)
        self._reading_facts = Lock()
        self.cases = Cases(self.subjects, self.contexts, NoteWriter(service.knowledge), highest_dose_only=mode == "ever" and dated)
        self._learn(readings)
        self._book = CaseBook(self.cases)
        self._telling = Telling(self.cases, in_time=self._in_time)

    def findings(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Patients and findings of a bucket.

        ``rows``: person (a number of the patient, from 0, without gaps), text (its number, or null), start, end, age, sex,
        facts. Gives the patients (person, counts of lines, context) and the findings (person, result, start, end).
        """
        count = int(rows.select(pl.col("person").max()).item()) + 1
        lines = self._lines(rows, count)
        people = self._people(rows, lines, count)
        taken = self._taken(lines, count)
        people = people.with_columns(promoters=self._promoters(taken, count))
        return people, self._telling.settled(self._found(taken, people), people)

    # What each text and each item is, as lists of numbers.

    def _learn(self, readings: Sequence[Reading]) -> None:
        numbers: dict[Item, int] = {}
        held = {(text, numbers.setdefault(item, len(numbers))): None for text, reading in enumerate(readings) for item in reading.items}
        items = list(numbers)
        self._items_of = Lists(*_columns(list(held), 2), size=len(readings))
        self._counts = np.array([reading.counts for reading in readings], dtype=np.int32).reshape(len(readings), 4)
        filled: list[tuple[int, int]] = []
        views: list[tuple[int, int, int]] = []
        promoting: dict[tuple[int, int], None] = {}
        drugs: dict[str, int] = {}
        for number, item in enumerate(items):
            slots, seen = self.subjects.seen(item)
            filled += [(number, slot) for slot in slots]
            views += [(number, subject, view) for subject, view in seen.items()]
            names = [m.ingredient.name for m in item.medications if m.status == "active" and self._promotes(m)]
            promoting |= {(number, drugs.setdefault(name, len(drugs))): None for name in names}
        self._item_count, self._drug_count = len(items), len(drugs)
        self._slots_of = Lists(*_columns(filled, 2), size=len(items))
        self._views_of = Lists(*_columns(views, 3), size=len(items))
        self._promoters_of = Lists(*_columns(list(promoting), 2), size=len(items))

    def _promotes(self, medication: Medication) -> bool:
        classes = self.subjects.engine.classes_of(medication.ingredient.name, medication.route)
        return any(drug_class.role in PROMOTING_ROLES for drug_class in classes)

    # Who takes what, and what is known of them.

    def _lines(self, rows: pl.DataFrame, count: int) -> pl.DataFrame:
        """person, text, start, end: the distinct lines of each list; in time one for each time it was given."""
        lines = rows.filter(pl.col("text").is_not_null()).select("person", "text", "start", "end")
        if self._in_time:
            return _with_days(lines)
        packing = Packing(count, len(self._counts))
        return _unpacked(covered(_packed(lines, packing, "person", "text")), packing, "person", "text")

    def _people(self, rows: pl.DataFrame, lines: pl.DataFrame, count: int) -> pl.DataFrame:
        counted = lines.select("person", "text").unique() if self._in_time else lines
        who, text = counted["person"].to_numpy(), counted["text"].to_numpy()
        counts = {
            status: pl.Series(np.bincount(who, self._counts[text, number], count).astype(np.int32)) for number, status in enumerate(STATUSES)
        }
        days = rows.select(pl.col("person").cast(pl.UInt64).alias("key"), "start", pl.max_horizontal("end", "start").alias("end"))
        about = covered(days).select(pl.col("key").cast(pl.UInt32).alias("person"), first="start", last="end")
        people = about.with_columns(lines=pl.Series(np.bincount(who, minlength=count).astype(np.int32)), **counts)
        people = people.join(self._known_of(rows), on="person", how="left", maintain_order="left")
        return people.with_columns(pl.col("context").fill_null(0))

    def _known_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """person, age, sex, context, facts_hash, of those of whom anything is known."""
        told = rows.filter(pl.col("age").is_not_null() | pl.col("sex").is_not_null() | pl.col("facts").is_not_null())
        known = told.group_by("person").agg(
            pl.col("age").max(), pl.col("sex").drop_nulls().sort().first(), pl.col("facts").drop_nulls().unique().sort().str.join("\n")
        )
        distinct = known.select("facts", "age", "sex").unique()
        with self._reading_facts:
            numbers = [self.contexts.number(facts, age, sex) for facts, age, sex in distinct.iter_rows()]
        hashes = [_hash_of(*of_one) for of_one in distinct.iter_rows()]
        distinct = distinct.with_columns(
            pl.Series("context", numbers, dtype=pl.Int32), pl.Series("facts_hash", hashes, dtype=pl.String)
        )
        return known.join(distinct, on=["facts", "age", "sex"], nulls_equal=True).drop("facts")

    def _taken(self, lines: pl.DataFrame, count: int) -> pl.DataFrame:
        """person, item, start, end: in time each stretch without a gap; else one row with the first and last day."""
        places, items = self._items_of.of(lines["text"].to_numpy())
        packing = Packing(count, self._item_count)
        keys = packing.pack(lines["person"].to_numpy()[places], items)
        taken = pl.DataFrame({"key": keys, "start": lines["start"].gather(places), "end": lines["end"].gather(places)})
        return _unpacked(self._joined(taken), packing, "person", "item")

    def _promoters(self, taken: pl.DataFrame, count: int) -> pl.Series:
        """How many different drugs of each person stand in a class that promotes."""
        places, drugs = self._promoters_of.of(taken["item"].to_numpy())
        packing = Packing(count, self._drug_count)
        keys = pl.Series(packing.pack(taken["person"].to_numpy()[places], drugs)).unique()
        return pl.Series(np.bincount(packing.unpack(keys.to_numpy())[0], minlength=count).astype(np.int32))

    def _joined(self, table: pl.DataFrame) -> pl.DataFrame:
        return merged(table) if self._in_time else covered(table)

    # Which cases they are, and what is found.

    def _found(self, taken: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
        """person, result, start, end."""
        packing = Packing(people.height, len(self.subjects.all))
        seen = self._seen(taken, people, packing)
        seen = seen.with_columns(mark=pl.Series(mixed(seen["view"].to_numpy() + 2)))
        met = states(seen.rename({"who": "key"})) if self._in_time else sets(seen.rename({"who": "key"}))
        person, subject = packing.unpack(met["key"].to_numpy())
        context = self._contexts_of(person, subject, people)
        met = met.rename({"key": "who"}).with_columns(subject=pl.Series(subject), context=pl.Series(context))
        places, results = self._book.results_of(met, seen, in_time=self._in_time)
        return pl.DataFrame(
            {
                "person": person[places].astype(np.uint32), "result": results.astype(np.int32),
                "start": met["start"].gather(places), "end": met["end"].gather(places),
            }
        )  # fmt: skip

    def _seen(self, taken: pl.DataFrame, people: pl.DataFrame, packing: Packing) -> pl.DataFrame:
        """who (person and subject as one number), view, start, end: what each subject sees that may find something."""
        flagged = people["context"].to_numpy() > 0
        person, item = taken["person"].to_numpy(), taken["item"].to_numpy()
        places, slots = self._slots_of.of(item)
        candidates = Candidates(self.subjects, slots, person[places], flagged)
        places, subjects, views = self._views_of.of(item)
        may_find = candidates.among(subjects, person[places])
        places, subjects, views = places[may_find], subjects[may_find], views[may_find]
        by_view = Packing(people.height, len(self.subjects.all), len(self.subjects.views))
        seen = self._joined(
            pl.DataFrame(
                {
                    "key": by_view.pack(person[places], subjects, views),
                    "start": taken["start"].gather(places), "end": taken["end"].gather(places),
                }
            )
        )  # fmt: skip
        persons, subjects, views = by_view.unpack(seen["key"].to_numpy())
        seen = seen.select(who=pl.Series(packing.pack(persons, subjects), dtype=pl.UInt64), view=pl.Series(views), start="start", end="end")
        return pl.concat([seen, self._red_flags(people.filter(pl.Series(flagged)), packing)])

    def _red_flags(self, flagged: pl.DataFrame, packing: Packing) -> pl.DataFrame:
        """A red flag may hold without any drug: nothing stands among what it sees, on all days."""
        days = [pl.col("first"), pl.col("last")]
        flags = pl.DataFrame({"flag": self.subjects.red_flags.astype(np.int64)})
        some = flagged.select("person", *([day.fill_null(0) for day in days] if self._in_time else days)).join(flags, how="cross")
        who = packing.pack(some["person"].to_numpy(), some["flag"].to_numpy())
        return some.select(who=pl.Series(who, dtype=pl.UInt64), view=pl.lit(_NOTHING, pl.Int64), start="first", end="last")

    def _contexts_of(self, person: NDArray[np.int64], subject: NDArray[np.int64], people: pl.DataFrame) -> NDArray[np.int64]:
        """A case has a context only where its subject turns on one."""
        of_person = people["context"].to_numpy()[person]
        told = np.array(self.contexts.has_findings)[of_person]
        return np.where(self.subjects.by_facts[subject] | (self.subjects.is_class[subject] & told), of_person, 0).astype(np.int64)


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.int64]:
    """The columns of rows of so many numbers, which may be none."""
    return np.array(rows, dtype=np.int64).reshape(-1, width).T


def _packed(table: pl.DataFrame, packing: Packing, *names: str) -> pl.DataFrame:
    keys = packing.pack(*(table[name].to_numpy() for name in names))
    return table.select(pl.Series("key", keys), "start", "end")


def _unpacked(table: pl.DataFrame, packing: Packing, *names: str) -> pl.DataFrame:
    columns = zip(names, packing.unpack(table["key"].to_numpy()), strict=True)
    return table.select(*(pl.Series(name, column) for name, column in columns), "start", "end")


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
