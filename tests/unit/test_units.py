"""Quantities keep their unit, and only units of one kind are ever converted."""

from __future__ import annotations

import pytest

from medrisk.core.units import Quantity, canonical_unit, convert, parse_quantity


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("MG", "mg"), ("mgs", "mg"), ("mcg", "mcg"), ("µg", "mcg"), ("μg", "mcg"), ("micrograms", "mcg"), ("gm", "g"),
        ("meq", "mEq"), ("mmol", "mmol"), ("cc", "mL"), ("iu", "units"), ("U", "units"), ("%", "%"),
    ],
)  # fmt: skip
def test_spellings_of_a_unit_are_one_unit(written: str, unit: str) -> None:
    assert canonical_unit(written) == unit


@pytest.mark.parametrize("word", ["tablet", "puff", "", "daily", "mgkg"])
def test_a_word_that_is_no_unit_has_no_canonical_form(word: str) -> None:
    assert canonical_unit(word) is None


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (Quantity(125, "mcg"), "mg", Quantity(0.125, "mg")),
        (Quantity(1.5, "g"), "mg", Quantity(1500, "mg")),
        (Quantity(2, "L"), "mL", Quantity(2000, "mL")),
        (Quantity(7, "units"), "units", Quantity(7, "units")),
        (Quantity(500, "mcg", 1000), "mg", Quantity(0.5, "mg", 1.0)),
    ],
)
def test_masses_and_volumes_convert(amount: Quantity, unit: str, expected: Quantity) -> None:
    assert convert(amount, unit) == expected


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(Quantity(20, "mEq"), "mg"), (Quantity(10, "mL"), "mg"), (Quantity(5, "units"), "mg"), (Quantity(5, ""), "mg")],
)
def test_what_cannot_be_compared_is_none_and_never_a_number(amount: Quantity, unit: str) -> None:
    assert convert(amount, unit) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 mg", Quantity(20, "mg")), ("3.5 mmol/L", Quantity(3.5, "mmol/L")), ("10 xULN", Quantity(10, "xULN")),
        (" 250µg ", Quantity(250, "mcg")),
    ],
)  # fmt: skip
def test_a_quantity_of_the_knowledge_files_is_read(text: str, expected: Quantity) -> None:
    assert parse_quantity(text) == expected


@pytest.mark.parametrize("text", ["20", "mg", "", "about 20 mg", "-5 mg"])
def test_a_quantity_without_number_or_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a number and a unit"):
        parse_quantity(text)


def test_the_upper_end_of_a_range_counts() -> None:
    assert Quantity(5, "mg").upper == 5
    assert Quantity(5, "mg", 10).upper == 10


def test_a_range_is_multiplied_at_both_ends() -> None:
    assert Quantity(5, "mg", 10).times(3) == Quantity(15, "mg", 30)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Quantity(2.5, "mg"), "2.5 mg"), (Quantity(5, "mg", 10), "5-10 mg"), (Quantity(0.5, "%"), "0.5%"),
        (Quantity(40, ""), "40 (no unit written)"),
    ],
)  # fmt: skip
def test_a_quantity_is_shown_with_what_is_known_of_it(amount: Quantity, shown: str) -> None:
    assert str(amount) == shown
