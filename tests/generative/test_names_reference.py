"""Exact names are found as a slow look through all of them finds them, and every correction is a near name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medrisk.core.matching import NameIndex
from medrisk.core.name_keys import name_key, tokenise
from medrisk.core.name_table import Term

_NAMES = """simvastatin|vitamin d|vitamin d3|vitamin b12|magnesium oxide|magnesium|insulin glargine|insulin|fish oil|k-dur|warfarin|
co-amilofruse|amlodipine|amlodipine besylate|lisinopril|hydroxyzine|hydralazine|Toprol XL|Tylenol PM|tylenol|St. John's wort""".replace("\n", "").split("|")
_TERMS = [Term(name, (f"drug {number}",), "ingredient") for number, name in enumerate(_NAMES)] + [
    Term("PAIR", ("drug 0",), "abbreviation"), Term("PAIR", ("drug 1",), "abbreviation"), Term("Pair ", ("drug 0",), "synonym"),
]  # fmt: skip
_INDEX = NameIndex.build(_TERMS, [("hydroxyzine", "hydralazine")])
_FILLERS = ["40", "mg", "daily", "vitamin", "oxide", ",", "and", "xl", "3"]
_texts = st.lists(st.sampled_from([*_NAMES, *_FILLERS, "PAIR", "simvastat", "INSULIN"]), min_size=1, max_size=6).map(" ".join)


def _meanings(name: str) -> set[tuple[str, ...]]:
    """Every term of this name, by looking at all of them."""
    return {term.ingredients for term in _TERMS if name_key(term.name) == name_key(name)}


def _longest(text: str, start: int) -> tuple[int, set[tuple[str, ...]]] | None:
    """The longest run of tokens from ``start`` that is a name, by trying them all."""
    tokens = [token.text for token in tokenise(text)]
    runs = [(end - start, _meanings(" ".join(tokens[start:end]))) for end in range(len(tokens), start, -1)]
    return next(((count, meanings) for count, meanings in runs if meanings), None)


@given(_texts)
def test_the_longest_name_at_each_place(text: str) -> None:
    tokens = tokenise(text)
    for start in range(len(tokens)):
        found = _INDEX.longest_at(tokens, start)
        assert (None if found is None else (found[0], {t.ingredients for t in found[1]})) == _longest(text, start)


@given(st.sampled_from([*_NAMES, "PAIR"]), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.sampled_from(["", " ", ".", " -"]))
def test_case_and_punctuation_do_not_matter(name: str, change: object, tail: str) -> None:
    typed = change(name) + tail  # type: ignore[operator]
    match = _INDEX.match(typed)
    assert {term.ingredients for term in match.terms} == _meanings(name)
    assert match.status == ("exact" if len(_meanings(name)) == 1 else "ambiguous")


@given(st.text(max_size=30))
def test_any_text_can_be_matched(text: str) -> None:
    match = _INDEX.match(text)
    assert (match.status in {"exact", "corrected"}) == (len(match.terms) == 1)
    assert (match.status == "unknown") == (not match.terms)


@given(st.sampled_from(["simvastatin", "lisinopril", "amlodipine", "hydroxyzine"]), st.data())
def test_a_correction_is_near_and_shows_its_score(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(name) - 1))
    typed = name[:place] + data.draw(st.sampled_from("aeiouyltrn")) + name[place + data.draw(st.integers(0, 1)) :]
    match = _INDEX.match(typed)
    if match.status == "corrected":
        assert match.candidates[0].distance <= 2
        assert 80 <= match.score < 100
    if match.status != "unknown" and typed != name:
        assert name in {term.name for term in match.terms}


@given(st.text(alphabet="aB1é-' \tßİﬁ.", max_size=20))
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
