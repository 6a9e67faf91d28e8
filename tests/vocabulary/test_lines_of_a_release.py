"""Lists read with a release installed: codes, full product names, and names that the formulary does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrisk.core.model import Line
from medrisk.core.name_table import Term
from medrisk.core.names import Vocabulary
from medrisk.core.reading import read_lines, read_one
from medrisk.vocabulary import build_vocabulary, load_vocabulary
from medrisk.vocabulary.release_terms import release_terms
from medrisk.vocabulary.rxnorm.answers import DrugName, IngredientRef
from medrisk.vocabulary.rxnorm.release import Release

_FORMULARY = {
    "ingredients": {
        "hydrochlorothiazide": {"rxcui": "3", "synonyms": ["esidrix"], "unit": "mg"},
        "timolol": {"brands": ["Occula"], "brand_routes": {"Occula": "ophthalmic"}},
        "lisinopril": {"rxcui": "29046"},
    },
    "products": {"Bexal": {"ingredients": ["hydrochlorothiazide", "lisinopril"]}},
}


def _build(release: Release | None) -> Vocabulary:
    return build_vocabulary([_FORMULARY], {"HCTZ": {"means": [["hydrochlorothiazide"]]}}, [], [], release)


@pytest.fixture(scope="module", params=["built", "kept"])
def vocabulary(release: Release, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    if request.param == "built":
        return _build(release)
    cache = tmp_path_factory.mktemp("cache")
    load_vocabulary("0" * 12, lambda: _build(release), cache, release)
    return load_vocabulary("0" * 12, lambda: pytest.fail("built twice"), cache, release)


def _one(text: str, vocabulary: Vocabulary) -> Line:
    return read_one(text, vocabulary, 1)


def _drugs(line: Line) -> list[str]:
    return [i.name for i in line.ingredients]


def _doses(line: Line) -> list[str | None]:
    return [str(dose.amount) if dose else None for dose in line.daily_doses]


@pytest.mark.parametrize(
    ("text", "method", "rxcui", "drugs", "doses"),
    [
        ("RxCUI 29 1 capsule twice daily", "rxcui", "29", ["hydrochlorothiazide"], ["25 mg"]),
        ("rxnorm code: 20, one daily", "rxcui", "20", ["hydrochlorothiazide", "metoprolol"], ["12.5 mg", "50 mg"]),
        ("NDC 12345-678-01 1 daily", "ndc", "29", ["hydrochlorothiazide"], ["12.5 mg"]),
        ("12345-0678-01 1 cap daily", "ndc", "29", ["hydrochlorothiazide"], ["12.5 mg"]),
        ("00111222233 1 daily", "ndc", "20", ["hydrochlorothiazide", "metoprolol"], ["12.5 mg", "50 mg"]),
        ("hydrochlorothiazide 12.5 MG Oral Capsule", "exact", "29", ["hydrochlorothiazide"], ["12.5 mg"]),
        ("HYDROCHLOROTHIAZIDE 12.5 mg oral capsule [onlyinname]", "exact", "45", ["hydrochlorothiazide"], ["12.5 mg"]),
        ("timolol 5 MG/ML Ophthalmic Solution", "exact", "22", ["timolol"], [None]),
    ],
)
def test_a_code_or_product_gives_drugs_strengths_and_doses(
    vocabulary: Vocabulary, text: str, method: str, rxcui: str, drugs: list[str], doses: list[str | None]
) -> None:
    line = _one(text, vocabulary)
    assert (line.status, line.method, line.rxcui, _drugs(line), _doses(line)) == ("matched", method, rxcui, drugs, doses)


def test_the_product_tells_its_route_and_form(vocabulary: Vocabulary) -> None:
    line = _one("RxCUI 22 one drop each eye", vocabulary)
    assert line.route == "ophthalmic"
    assert line.sig.form == "Ophthalmic Solution"
    assert str(line.sig.per_volume) == "5 mg/mL"


def test_what_was_typed_stands_over_the_strength_of_the_product(vocabulary: Vocabulary) -> None:
    line = _one("NDC 12345-678-01 hydrochlorothiazide 50 mg daily", vocabulary)
    assert (_drugs(line), _doses(line)) == (["hydrochlorothiazide"], ["50 mg"])


def test_a_code_and_a_name_of_different_drugs_are_a_question(vocabulary: Vocabulary) -> None:
    line = _one("NDC 12345-678-01 lisinopril 20 mg daily", vocabulary)
    assert line.status == "ambiguous"
    assert "different drugs" in line.reason
    assert {i.name for c in line.candidates for i in c.ingredients} == {"hydrochlorothiazide", "lisinopril"}


def test_a_second_drug_beside_a_code_and_its_name_is_read_too(vocabulary: Vocabulary) -> None:
    lines = read_lines("NDC 12345-678-01 hydrochlorothiazide 12.5 mg daily; lisinopril 20 mg", vocabulary)
    assert [_drugs(line) for line in lines] == [["hydrochlorothiazide"], ["lisinopril"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NDC 12345-678-99 1 daily", "not in this release"),
        ("NDC 1234567 daily", "zeros"),
        ("NDC 1*345-678-9", "asterisk"),
        ("RxCUI 99999", "no drug of this RxCUI"),
        ("RxCUI 160", "retired"),
    ],
)
def test_a_code_that_means_nothing_known_is_unknown_and_says_why(vocabulary: Vocabulary, text: str, reason: str) -> None:
    line = _one(text, vocabulary)
    assert (line.status, line.ingredients) == ("unknown", ())
    assert reason in line.reason


def test_an_unknown_code_beside_a_name_warns(vocabulary: Vocabulary) -> None:
    line = _one("lisinopril 20 mg daily NDC 12345-678-99", vocabulary)
    assert (line.status, _drugs(line), _doses(line)) == ("matched", ["lisinopril"], ["20 mg"])
    assert any("not in this release" in warning for warning in line.warnings)


def test_a_remapped_code_is_followed_and_said(vocabulary: Vocabulary) -> None:
    line = _one("RxCUI 150 1 daily", vocabulary)
    assert (line.rxcui, _drugs(line)) == ("29", ["hydrochlorothiazide"])
    assert any("remapped" in warning for warning in line.warnings)


@pytest.mark.parametrize("text", ["tel 617-555-1234", "2024-01-15", "16175551234", "ref 12345-678-99", "1 (617) 555-1234"])
def test_a_number_that_is_no_known_code_is_no_drug(vocabulary: Vocabulary, text: str) -> None:
    assert _one(text, vocabulary).status in {"ignored", "unknown"}
    assert _drugs(_one(text, vocabulary)) == []


def test_names_of_the_release_stand_beside_the_formulary(vocabulary: Vocabulary) -> None:
    assert _drugs(_one("metoprolol succinate 50 mg daily", vocabulary)) == ["metoprolol"]
    assert _drugs(_one("Onlyinname 1 daily", vocabulary)) == ["hydrochlorothiazide"]
    assert _one("metoprolol 50 mg", vocabulary).ingredients[0].rxcui == "1"
    assert _one("Samename 1 daily", vocabulary).status == "ambiguous"


def test_where_both_have_a_name_the_formulary_stands(vocabulary: Vocabulary) -> None:
    assert _drugs(_one("Bexal 1 daily", vocabulary)) == ["hydrochlorothiazide", "lisinopril"]


def test_a_name_with_a_number_behind_one_of_the_formulary_is_that_one() -> None:
    known = {"prevnar": [Term("Prevnar", ("pneumococcal vaccine",), "brand")]}
    names = [DrugName(text, "BN", "1", (IngredientRef("serotype 1", "2"),), None, "BN") for text in ("Prevnar 20", "Prevnar X", "Twenty 20")]
    assert [term.name for term in release_terms(names, known, {}).terms] == ["Prevnar X", "Twenty 20"]


@pytest.mark.parametrize("text", ["Lipase", "protein S", "My Way", "P S", "Align"])
def test_what_a_list_hardly_ever_means_is_no_name(text: str) -> None:
    assert release_terms([DrugName(text, "BN", "1", (IngredientRef("x", "2"),), None, "BN")], {}, {}).terms == []


def test_inert_tablets_of_a_pack_are_no_ingredient() -> None:
    refs = (IngredientRef("norethindrone", "7"), IngredientRef("inert ingredients", "8"))
    (term,) = release_terms([DrugName("Packbrand", "BN", "1", refs, None, "BN")], {}, {}).terms
    assert term.ingredients == ("norethindrone",)


def test_an_ingredient_without_a_number_is_given_that_of_the_release(vocabulary: Vocabulary) -> None:
    assert _one("timolol 5 mg", vocabulary).ingredients[0].rxcui == "7"


def test_a_misspelt_name_of_the_release_is_corrected(vocabulary: Vocabulary) -> None:
    line = _one("metroprolol 50 mg daily", vocabulary)
    assert (line.method, _drugs(line)) == ("corrected", ["metoprolol"])


def test_the_answer_names_the_release(vocabulary: Vocabulary) -> None:
    assert vocabulary.release == "2026-07-06 prescribable"


def test_without_a_release_an_ndc_is_unknown_and_says_what_is_missing(tmp_path: Path) -> None:
    line = _one("NDC 12345-678-01 1 daily", _build(None))
    assert line.status == "unknown"
    assert "RxNorm release" in line.reason
    assert _drugs(_one("RxCUI 3 25 mg daily", _build(None))) == ["hydrochlorothiazide"]
