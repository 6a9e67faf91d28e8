"""NDCs in every layout in which they are written."""

from __future__ import annotations

import pytest

from medrisk.vocabulary.rxnorm.ndc import code_of_table, read_ndc
from medrisk.vocabulary.rxnorm.release import Release


@pytest.mark.parametrize(
    ("text", "code", "rxcui"),
    [
        ("0111-2222-33", "00111222233", "20"),
        ("00111-2222-33", "00111222233", "20"),
        ("00111222233", "00111222233", "20"),
        ("000111222233", "00111222233", "20"),
        ("000111-2222-33", "00111222233", "20"),
        ("NDC 0111-2222-33", "00111222233", "20"),
        ("NDC#: 0111 2222 33", "00111222233", "20"),
        ("0111\u20132222\u201333", "00111222233", "20"),
        ("12345-678-01", "12345067801", "29"),
        ("12345-0678-1", "12345067801", "29"),
        ("0111222233", "00111222233", "20"),
        ("0999-8888-77", "00999888877", "43"),
    ],
)
def test_a_known_code_is_found_in_each_layout(release: Release, text: str, code: str, rxcui: str) -> None:
    answer = release.ndc(text)
    assert (answer.status, answer.code11, answer.rxcui) == ("found", code, rxcui)
    assert answer.reason


def test_ten_digits_that_fit_two_codes_are_not_guessed(release: Release) -> None:
    answer = release.ndc("1234567890")
    assert (answer.status, answer.code11, answer.rxcui) == ("ambiguous", None, None)
    assert set(answer.candidates) == {("01234567890", "22"), ("12345067890", "23")}


def test_lost_zeros_are_said_and_not_filled_in(release: Release) -> None:
    answer = release.ndc("111222233")
    assert (answer.status, answer.code11, answer.rxcui) == ("lost_zeros", None, None)
    assert answer.candidates == (("00111222233", "20"),)
    assert release.ndc("98765432").status == "lost_zeros"
    assert release.ndc("98765432").candidates == ()


@pytest.mark.parametrize("text", ["99999-9999-99", "99999999999", "9999999999"])
def test_an_unknown_code(release: Release, text: str) -> None:
    answer = release.ndc(text)
    assert (answer.status, answer.rxcui) == ("unknown", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "0111-2222",
        "1*111-222-33",
        "12345",
        "123456789012",
        "1-2-3",
        "00111-2222-333",
        "0111-2222-33-4",
        "0١11-2222-33",
        "111222233x",
    ],
)
def test_what_is_no_code(release: Release, text: str) -> None:
    answer = release.ndc(text)
    assert (answer.status, answer.rxcui) == ("malformed", None)
    assert answer.reason


def test_a_suppressed_code_is_unknown(release: Release) -> None:
    assert release.ndc("55555444401").status == "unknown"


def test_rows_of_a_table_are_taken_only_where_they_mean_one_code() -> None:
    assert code_of_table("00111222233") == 111222233
    assert code_of_table("0111-2222-33") == 111222233
    assert code_of_table("1112222333") is None
    assert code_of_table("111222233") is None
    assert code_of_table("1*345-678-9") is None


def test_a_layout_is_named() -> None:
    assert read_ndc("12345-678-90").codes == (("12345067890", "5-3-2"),)
