"""The index of misspellings finds what a slow look through all names finds, and refuses bytes that are not an index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrisk.core.near import NearIndex, sound_skeleton

_NAMES = """simvastatin atorvastatin amlodipine amiloride amiodarone hydroxyzine hydralazine metformin metoprolol warfarin ibuprofen
magnesium oxide|vitamin b12|co amilofruse|lasix|losec|phenytoin|fenitoin|aa|aaa""".replace("\n", "|").replace(" ", "|", 10).split("|")
_INDEX = NearIndex.build(_NAMES)
_typed = st.sampled_from(_NAMES).flatmap(
    lambda name: st.tuples(st.integers(0, len(name)), st.integers(0, 2), st.text("aeixtmb ", max_size=2)).map(
        lambda slip: name[: slip[0]] + slip[2] + name[slip[0] + slip[1] :]
    )
)


def _forms(word: str) -> set[str]:
    """The word and every form with one letter left out; its sound skeleton and the same of that, marked."""
    skeleton = sound_skeleton(word)
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))} | {
        f"~{form}" for form in (skeleton, *(skeleton[:i] + skeleton[i + 1 :] for i in range(len(skeleton))))
    }


@given(_typed)
def test_the_names_that_share_a_form_and_no_other(typed: str) -> None:
    skeleton = sound_skeleton(typed)
    forms = {form for form in _forms(typed) if not form.startswith("~")} | {f"~{skeleton}"}
    expected = {name: sound_skeleton(name) == skeleton for name in _NAMES if _forms(name) & forms}
    assert _INDEX.one_slip_away(typed, skeleton) == expected


@given(_typed)
def test_the_names_that_nearly_sound_so_and_no_other(typed: str) -> None:
    skeleton = sound_skeleton(typed)
    forms = {form for form in _forms(typed) if form.startswith("~")}
    expected = {name: sound_skeleton(name) == skeleton for name in _NAMES if _forms(name) & forms}
    assert _INDEX.sounding_near(skeleton) == expected


@given(st.text(max_size=20))
def test_any_text_can_be_looked_for(typed: str) -> None:
    skeleton = sound_skeleton(typed)
    assert set(_INDEX.one_slip_away(typed, skeleton)) | set(_INDEX.sounding_near(skeleton)) <= set(_NAMES)


@given(st.sampled_from("abhlmpsv"), st.integers(0, 14), st.integers(0, 6))
def test_names_beginning_alike_by_length(initial: str, shortest: int, more: int) -> None:
    found = _INDEX.beginning_alike(initial, shortest, shortest + more)
    assert sorted(found) == sorted(n for n in set(_NAMES) if n[0] == initial and shortest <= len(n) <= shortest + more)


def test_the_index_is_read_back_as_it_was() -> None:
    again = NearIndex(bytearray(_INDEX.content))
    assert again.content == _INDEX.content
    assert again.one_slip_away("simvastatn", sound_skeleton("simvastatn")) == {"simvastatin": False}


@pytest.mark.parametrize("cut", [0, 5, 24, 200, -1])
def test_half_an_index_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="header"):
        NearIndex(_INDEX.content[:cut])


def test_no_names_at_all() -> None:
    assert NearIndex.build([]).one_slip_away("simvastatin", "samfastatan") == {}
