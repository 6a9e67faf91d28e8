"""Names: exact, corrected with a margin, ambiguous or unknown. A look-alike is never crossed in silence."""

from __future__ import annotations

from itertools import permutations

import pytest

from medrisk.core.matching import Match, NameIndex
from medrisk.core.name_keys import name_key, tokenise
from medrisk.core.name_table import Term

_NAMES = """amlodipine amiloride amiodarone atorvastatin rosuvastatin simvastatin furosemide torsemide hydralazine hydroxyzine
hydrochlorothiazide lisinopril losartan metoprolol metformin prednisone prednisolone quinine quinidine tramadol trazodone warfarin
chlorpromazine chlorpropamide levothyroxine omeprazole esomeprazole ibuprofen""".split()
_BRANDS = {"Lasix": "furosemide", "Losec": "omeprazole", "Celexa": "citalopram", "Celebrex": "celecoxib", "Zocor": "simvastatin"}
_LOOK_ALIKES = [
    ("hydralazine", "hydroxyzine"), ("quinine", "quinidine"), ("prednisone", "prednisolone"), ("tramadol", "trazodone"),
    ("Celexa", "Celebrex"), ("chlorpromazine", "chlorpropamide"), ("Lasix", "Losec"),
]  # fmt: skip


@pytest.fixture(scope="module")
def index() -> NameIndex:
    terms = [Term(name, (name,), "ingredient") for name in (*_NAMES, "magnesium oxide")]
    terms += [Term(brand, (ingredient,), "brand") for brand, ingredient in _BRANDS.items()]
    terms += [Term("Hyzaar", ("losartan", "hydrochlorothiazide"), "product"), Term("PZA", ("metformin",), "abbreviation")]
    terms += [Term("PZA", ("warfarin",), "abbreviation")]
    return NameIndex.build(terms, _LOOK_ALIKES)


def _drugs(match: Match) -> set[str]:
    return {name for term in match.terms for name in term.ingredients}


@pytest.mark.parametrize("name", ["simvastatin", "SIMVASTATIN", "Zocor", "zocor", "Magnesium Oxide", "magnesium-oxide", "símvastatin"])
def test_exact_without_case_accents_and_punctuation(index: NameIndex, name: str) -> None:
    match = index.match(name)
    assert match.status == "exact"
    assert len(_drugs(match)) == 1


@pytest.mark.parametrize(
    ("typed", "drug"),
    [
        ("simvastatine", "simvastatin"), ("simvastitin", "simvastatin"), ("symvastatin", "simvastatin"),
        ("amlodapine", "amlodipine"), ("amlodipne", "amlodipine"), ("amlopidine", "amlodipine"),
        ("lisinoprill", "lisinopril"), ("lisinipril", "lisinopril"), ("metropolol", "metoprolol"),
        ("furosamide", "furosemide"), ("frurosemide", "furosemide"), ("omeprozole", "omeprazole"),
        ("ibuprophen", "ibuprofen"), ("hydrochlorthiazide", "hydrochlorothiazide"),
        ("hydrochlorothyazide", "hydrochlorothiazide"), ("levothroxine", "levothyroxine"), ("warferin", "warfarin"),
        ("lassix", "furosemide"), ("magnesium oxyde", "magnesium oxide"),
        # scanner slips
        ("furosernide", "furosemide"), ("arnlodipine", "amlodipine"), ("warfann", "warfarin"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_corrected_to_its_drug_and_no_other(index: NameIndex, typed: str, drug: str) -> None:
    match = index.match(typed)
    assert match.status in {"corrected", "unknown"}, "a plain slip must not become a choice between drugs"
    if match.status == "corrected":
        assert _drugs(match) == {drug}
        assert match.score < 100


def test_most_plain_slips_are_understood(index: NameIndex) -> None:
    typed = "simvastatine symvastatin amlodapine amlodipne lisinoprill metropolol furosamide omeprozole ibuprophen warferin".split()
    assert sum(index.match(word).status == "corrected" for word in typed) >= 9


@pytest.mark.parametrize(
    ("typed", "both"),
    [
        ("hydroxazine", {"hydralazine", "hydroxyzine"}), ("hydralyzine", {"hydralazine"}), ("quinidne", {"quinine", "quinidine"}),
        ("prednisolne", {"prednisone", "prednisolone"}), ("tramadone", {"tramadol", "trazodone"}), ("trazadol", {"tramadol", "trazodone"}),
        ("chlorpromamide", {"chlorpromazine", "chlorpropamide"}),
    ],
)  # fmt: skip
def test_between_look_alikes_both_are_offered_or_nothing_is_asserted(index: NameIndex, typed: str, both: set[str]) -> None:
    match = index.match(typed)
    if match.status == "corrected":
        assert both == _drugs(match), "only a slip that is clearly nearer to one of them may be corrected"
    else:
        assert match.status in {"ambiguous", "unknown"}
    if match.status == "ambiguous":
        assert both <= _drugs(match)
        assert len(set(match.terms)) == len(match.terms), "a drug is offered once"
        assert match.reason


@pytest.mark.parametrize("pair", [pair for pair in _LOOK_ALIKES if pair[0].islower()], ids="/".join)
def test_no_single_slip_turns_a_drug_into_its_look_alike(index: NameIndex, pair: tuple[str, str]) -> None:
    for name, other in permutations(pair):
        for typed in _single_slips(name):
            match = index.match(typed)
            crossed = match.status == "corrected" and other in _drugs(match) and typed not in _single_slips(other)
            assert not crossed, f"{typed} was read as {other}"


def _single_slips(word: str) -> set[str]:
    left_out = {word[:i] + word[i + 1 :] for i in range(len(word))}
    doubled = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    vowels = {word[:i] + vowel + word[i + 1 :] for i in range(len(word)) if word[i] in "aeiouy" for vowel in "aeiouy"}
    return (left_out | doubled | swapped | vowels) - {word}


@pytest.mark.parametrize("typed", ["las", "zocr", "ami", "tra", "met", "lasx"])
def test_short_words_are_not_corrected(index: NameIndex, typed: str) -> None:
    assert index.match(typed).status == "unknown"


@pytest.mark.parametrize("typed", ["", "   ", "12345", "xyzzyplugh", "paracetamol", "breakfast", "éééééé", "?"])
def test_what_is_no_name_is_unknown(index: NameIndex, typed: str) -> None:
    assert index.match(typed).status == "unknown"


def test_a_name_with_two_meanings_is_ambiguous_and_offers_both(index: NameIndex) -> None:
    match = index.match("PZA")
    assert match.status == "ambiguous"
    assert _drugs(match) == {"metformin", "warfarin"}


def test_a_correction_shows_its_rivals(index: NameIndex) -> None:
    match = index.match("rosuvastatine")
    assert match.status == "corrected"
    assert match.candidates[0].term.name == "rosuvastatin"
    assert match.candidates[0].score > max((other.score for other in match.candidates[1:]), default=0)


def test_a_combination_that_contains_the_drug_is_no_rival(index: NameIndex) -> None:
    assert _drugs(index.match("hydrochlorothiazde")) == {"hydrochlorothiazide"}


@pytest.mark.parametrize(
    ("start", "drugs"),
    [
        ("hydrochlorothiaz", {"hydrochlorothiazide"}), ("predniso", {"prednisone", "prednisolone"}),
        ("chlorpro", {"chlorpromazine", "chlorpropamide"}), ("zzzzzz", set()),
    ],
)  # fmt: skip
def test_a_truncated_name_gives_every_drug_that_begins_so(index: NameIndex, start: str, drugs: set[str]) -> None:
    assert {name for term in index.beginning_with(start) for name in term.ingredients} == drugs


def test_the_longest_name_wins(index: NameIndex) -> None:
    found = index.longest_at(tokenise("magnesium oxide 400 mg"), 0)
    assert found is not None
    assert (found[0], found[1][0].name) == (2, "magnesium oxide")


@pytest.mark.parametrize("text", ["Vitamin B-12", "metoprolol25mg", "Müller's drops", "ﬁsh oil", "İstanbul 5 mg", "a'b c"])
def test_tokens_know_their_place_in_the_text(text: str) -> None:
    for token in tokenise(text):
        assert text[token.start : token.end]
        assert name_key(text[token.start : token.end]) == token.text


def test_letters_and_digits_are_parted_on_both_sides() -> None:
    assert name_key("Vitamin B12") == name_key("vitamin b-12") == "vitamin b 12"
