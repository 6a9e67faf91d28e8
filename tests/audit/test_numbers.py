"""Packed numbers, lists by number, and patients by hash: each against the obvious way."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from medrisk.audit.buckets import _numbered
from medrisk.audit.numbers import Lists, Packing
from medrisk.audit.spans import covered

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=30)
DAYS = st.one_of(st.none(), st.integers(-50_000, 100_000))


@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 999), st.integers(0, 0)), min_size=1))
def test_packed_numbers_are_unpacked_and_sort_as_tuples_do(rows: list[tuple[int, int, int]]) -> None:
    packing = Packing(7, 1_000, 1)
    packed = packing.pack(*np.array(rows).T)
    assert list(zip(*packing.unpack(packed), strict=True)) == rows
    assert [rows[place] for place in np.argsort(packed, kind="stable")] == sorted(rows)


@given(pairs=PAIRS, asked=st.lists(st.integers(0, 5)))
def test_lists_by_number_give_what_a_join_gives(pairs: list[tuple[int, int]], asked: list[int]) -> None:
    lists = Lists([key for key, _ in pairs], [value for _, value in pairs], size=6)
    places, values = lists.of(np.array(asked, dtype=np.int64))
    expected = [(place, value) for place, number in enumerate(asked) for key, value in pairs if key == number]
    assert list(zip(places, values, strict=True)) == expected


@given(rows=st.lists(st.tuples(st.integers(0, 3), DAYS, DAYS), max_size=20))
def test_each_key_is_covered_from_its_first_day_to_its_last(rows: list[tuple[int, int | None, int | None]]) -> None:
    table = pl.DataFrame(rows, schema={"key": pl.UInt64, "start": pl.Int32, "end": pl.Int32}, orient="row")
    expected = table.group_by("key").agg(pl.col("start").min(), pl.col("end").max()).sort("key")
    assert covered(table).rows() == expected.rows()


def test_two_patients_of_one_hash_are_two_persons() -> None:
    patients = ["b", "a", "c", "b", "a", "b"]
    rows = pl.DataFrame(
        {"hash": [7, 7, 3, 7, 7, 7], "patient": patients, "text": range(6)}, schema_overrides={"hash": pl.UInt64}
    )
    numbered, names = _numbered(rows)
    assert names.rows() == [(0, "c"), (1, "a"), (2, "b")]
    told = {(names["patient_id"][person], text) for person, text in numbered.select("person", "text").iter_rows()}
    assert told == set(zip(patients, range(6), strict=True))
    assert numbered["person"].is_sorted()
