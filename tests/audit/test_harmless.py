"""Cells that no spreadsheet program takes for a formula, and that come back as they were."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrisk.audit.harmless import harmless, harmless_column, harmless_frame, restored

_EDGY = st.text(alphabet="'=+-@\t\r\n＝a1 ", max_size=6)


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-5 mg", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_may_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["simvastatin 40 mg", "5 mg -", "", "'quoted'", "a=b"])
def test_what_cannot_be_one_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(_EDGY)
def test_every_text_comes_back(text: str) -> None:
    cell = harmless(text)
    assert restored(cell) == text
    assert not cell.startswith(tuple("=+-@\t\r\n＝"))


@given(st.lists(st.one_of(st.none(), _EDGY), min_size=1, max_size=20))
def test_a_column_is_made_harmless_as_each_text_is(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String())})
    expected = [None if text is None else harmless(text) for text in texts]
    assert frame.select(harmless_column("text"))["text"].to_list() == expected


def test_a_frame_keeps_its_numbers_and_dates() -> None:
    frame = pl.LazyFrame({"text": ["=1"], "number": [-1], "day": [None]}, schema={"text": pl.String(), "number": pl.Int64(), "day": pl.Date()})
    assert harmless_frame(frame).collect().rows() == [("'=1", -1, None)]
