"""What a release knows: names, ingredients, products, packs, remaps."""

from __future__ import annotations

import os
import threading

import pytest

from medrisk.core.units import Quantity
from medrisk.vocabulary.rxnorm.answers import DrugName, Product
from medrisk.vocabulary.rxnorm.forms import route_of_form
from medrisk.vocabulary.rxnorm.naming import read_pack, read_strength, read_title
from medrisk.vocabulary.rxnorm.release import Release


def _named(release: Release, text: str) -> list[DrugName]:
    return [name for name in release.drug_names() if name.text == text]


def _ingredients(release: Release, rxcui: str) -> list[str]:
    answer = release.concept(rxcui)
    assert answer is not None
    return [ingredient.name for ingredient in answer.ingredients]


def _product(release: Release, rxcui: str) -> Product:
    product = release.product(rxcui)
    assert product is not None
    return product


def test_version_and_counts(release: Release) -> None:
    assert release.version == "2026-07-06 prescribable"
    assert release.counts["IN"] == 4
    assert release.counts["BPCK"] == 1
    assert "SY" not in release.counts


@pytest.mark.parametrize(
    ("text", "tty", "kind", "contents"),
    [
        ("metoprolol", "IN", "IN", ["metoprolol"]),
        ("metoprolol succinate", "PIN", "PIN", ["metoprolol"]),
        ("METOPROLOL SUCCINATE SALT", "PIN", "SU", ["metoprolol"]),
        ("HCTZ", "IN", "SY", ["hydrochlorothiazide"]),
        ("hydroCHLOROthiazide", "IN", "TMSY", ["hydrochlorothiazide"]),
        ("hydrochlorothiazide drug", "IN", "PSN", ["hydrochlorothiazide"]),
        ("hydrochlorothiazide / metoprolol", "MIN", "MIN", ["hydrochlorothiazide", "metoprolol"]),
        ("Bexal", "BN", "BN", ["hydrochlorothiazide", "metoprolol"]),
        ("Twinkit", "BN", "BN", ["hydrochlorothiazide", "timolol"]),
        ("Onlyinname", "BN", "BN", ["hydrochlorothiazide"]),
        ('the "quoted" drug', "IN", "IN", ['the "quoted" drug']),
    ],
)
def test_every_way_to_call_a_drug(release: Release, text: str, tty: str, kind: str, contents: list[str]) -> None:
    (name,) = _named(release, text)
    assert (name.tty, name.kind, [ingredient.name for ingredient in name.ingredients]) == (tty, kind, contents)


@pytest.mark.parametrize("text", ["an old word", "palabra", "HYDROCHLOROTHIAZIDE", "nobody"])
def test_what_is_suppressed_or_of_another_language_or_no_new_name_is_left_out(release: Release, text: str) -> None:
    assert _named(release, text) == []


def test_one_name_on_two_concepts_comes_twice(release: Release) -> None:
    found = {(name.rxcui, name.ingredients[0].name) for name in _named(release, "Samename")}
    assert found == {("41", "hydrochlorothiazide"), ("42", "timolol")}


@pytest.mark.parametrize(
    ("text", "route"), [("Occula", "ophthalmic"), ("Bexal", None), ("Twinkit", None), ("timolol", None)]
)
def test_a_brand_has_a_route_only_where_all_its_products_share_a_local_one(
    release: Release, text: str, route: str | None
) -> None:
    assert [name.route for name in _named(release, text)] == [route]


def test_a_brand_without_a_concept_has_no_rxcui(release: Release) -> None:
    assert [name.rxcui for name in _named(release, "Onlyinname")] == [""]


def test_product_names_hold_prescribable_names_and_quotes(release: Release) -> None:
    names = {name.text: name.rxcui for name in release.product_names()}
    assert names['hydrochlorothiazide 12.5 MG / metoprolol "XL" 50 MG 24 HR tablet'] == "20"
    assert names["timolol Ophthalmic Solution [Occula]"] == "26"
    assert "metoprolol succinate 25 MG Oral Tablet" not in names


@pytest.mark.parametrize(
    ("rxcui", "contents"),
    [
        ("10", ["metoprolol"]), ("20", ["hydrochlorothiazide", "metoprolol"]), ("21", ["hydrochlorothiazide", "metoprolol"]),
        ("22", ["timolol"]), ("23", ["timolol"]), ("24", ["timolol"]), ("25", ["timolol"]), ("26", ["timolol"]),
        ("27", ["timolol"]), ("28", ["timolol"]), ("29", ["hydrochlorothiazide"]), ("30", ["hydrochlorothiazide", "timolol"]),
        ("31", ["hydrochlorothiazide", "timolol"]), ("5", ["hydrochlorothiazide", "metoprolol"]),
    ],
)  # fmt: skip
def test_every_kind_of_concept_leads_to_its_ingredients_in_order(
    release: Release, rxcui: str, contents: list[str]
) -> None:
    assert _ingredients(release, rxcui) == contents


@pytest.mark.parametrize("rxcui", ["46", "51", "52", "53"])
def test_what_has_a_part_that_is_unknown_has_no_ingredients(release: Release, rxcui: str) -> None:
    """A product, a pack, a brand: half an answer would hide the other drug."""
    assert _ingredients(release, rxcui) == []


def test_a_product_of_which_one_part_is_unknown_has_no_components(release: Release) -> None:
    assert _product(release, "46").components == ()


def test_a_missing_link_is_filled_from_the_name_where_every_part_is_known(release: Release) -> None:
    product = _product(release, "48")
    assert [(each.ingredient.name, str(each.strength)) for each in product.components] == [
        ("hydrochlorothiazide", "25 mg"),
        ("metoprolol", "100 mg"),
    ]


def test_a_product_in_full(release: Release) -> None:
    product = _product(release, "21")
    assert (product.form, product.route, product.brand, product.hours) == (
        "Extended Release Oral Tablet",
        "oral",
        "Bexal",
        24,
    )
    assert [(each.called, each.strength, each.per) for each in product.components] == [
        ("hydrochlorothiazide", Quantity(12.5, "mg"), ""),
        ("metoprolol succinate", Quantity(50.0, "mg"), ""),
    ]


def test_strength_by_volume_and_by_puff(release: Release) -> None:
    assert [(each.strength, each.per) for each in _product(release, "23").components] == [(Quantity(5, "mg"), "mL")]
    spray = _product(release, "43")
    assert [(each.strength, each.per) for each in spray.components] == [(Quantity(0.1, "mg", 0.2), "actuation")]
    assert (spray.quantity, spray.route) == (Quantity(30, "actuation"), "nasal")


def test_a_pack_has_its_parts_in_order(release: Release) -> None:
    pack = _product(release, "31")
    assert [(part.rxcui, part.number) for part in pack.parts] == [("29", 7), ("22", 1)]
    assert (pack.form, pack.route, pack.brand) == ("Pack", None, "Twinkit")


@pytest.mark.parametrize("rxcui", ["1", "5", "100", "12345", "", "x", "²"])
def test_what_is_no_product_has_no_product(release: Release, rxcui: str) -> None:
    assert release.product(rxcui) is None


@pytest.mark.parametrize(
    ("asked", "status", "now", "words"),
    [
        ("20", "active", "20", []),
        ("100", "remapped", "20", ["RxCUI 100 was remapped to 101", "RxCUI 101 was remapped to 20"]),
        ("150", "remapped", "29", ["RxCUI 150 was remapped to 29"]),
        ("170", "remapped", "5", ["RxCUI 170 was remapped to 5"]),
        (
            "110",
            "retired",
            "110",
            ["RxCUI 110 was remapped to 111", "RxCUI 111 was remapped to 110", "the remaps lead back to RxCUI 110"],
        ),
        ("120", "retired", "120", ["RxCUI 120 was split into 20, 22"]),
        ("130", "retired", "130", ["RxCUI 130 was retired"]),
        ("140", "retired", "140", ["RxCUI 140 was remapped to 999", "RxCUI 999 is not in this release"]),
        ("160", "retired", "160", ["RxCUI 160 (the last name) was retired"]),
        ("50", "retired", "50", ["RxCUI 50 (metoprolol succinate 25 MG Oral Tablet) was retired"]),
        ("1", "active", "1", []),
    ],
)
def test_what_became_of_an_rxcui(release: Release, asked: str, status: str, now: str, words: list[str]) -> None:
    answer = release.concept(asked)
    assert answer is not None
    assert (answer.status, answer.rxcui, list(answer.trail)) == (status, now, words)


@pytest.mark.parametrize("rxcui", ["4711", "", "0", "01", "99999999999", "abc", "-1"])
def test_an_rxcui_that_was_never_heard_of(release: Release, rxcui: str) -> None:
    assert release.concept(rxcui) is None


@pytest.mark.parametrize(
    ("form", "route"),
    [
        ("Oral Tablet", "oral"), ("Ophthalmic Irrigation Solution", "ophthalmic"), ("Metered Dose Nasal Spray", "nasal"),
        ("Inhalation Solution", "nebulised"), ("Dry Powder Inhaler", "inhaled"), ("Transdermal System", "transdermal"),
        ("Medicated Patch", "topical"), ("Prefilled Syringe", "injection"), ("Rectal Suppository", "rectal"),
        ("Mucosal Spray", None), ("Oral Lozenge", "oral"), ("Oral Gel", "oral"), ("Mouthwash", "oromucosal"),
        ("Vaginal Cream", "vaginal"), ("Otic Solution", "otic"), ("Sublingual Tablet", "sublingual"), ("Paste", None),
    ],
)  # fmt: skip
def test_the_route_of_a_form(form: str, route: str | None) -> None:
    assert route_of_form(form) == route


@pytest.mark.parametrize(
    ("name", "parts", "form"),
    [
        (
            "polyethylene glycol 3350 17000 MG Powder for Oral Solution",
            [("polyethylene glycol 3350", "17000 MG")],
            "Powder for Oral Solution",
        ),
        ("vitamin B12 0.1 MG/ML Injection", [("vitamin B12", "0.1 MG/ML")], "Injection"),
        ("pollen extract 12 Amb a 1-U Sublingual Tablet", [("pollen extract", "12 Amb a 1-U")], "Sublingual Tablet"),
        ("168 HR drug 0.005 MG/HR Transdermal System", [("drug", "0.005 MG/HR")], "Transdermal System"),
        ("NDA020503 200 ACTUAT drug 0.09 MG/ACTUAT Inhaler", [("drug", "0.09 MG/ACTUAT")], "Inhaler"),
        (
            "antigen type 4 polysaccharide 0.004 MG/ML Injection",
            [("antigen type 4 polysaccharide", "0.004 MG/ML")],
            "Injection",
        ),
        ("nitrogen 99 % Gas for Inhalation", [("nitrogen", "99 %")], "Gas for Inhalation"),
        ("drug 5 MG", [("drug", "5 MG")], None),
        ("drug Oral Tablet", [("drug Oral Tablet", "")], None),
    ],
)
def test_a_name_is_taken_apart(name: str, parts: list[tuple[str, str]], form: str | None) -> None:
    title = read_title(name)
    assert ([tuple(part) for part in title.parts], title.form) == (parts, form)


def test_the_products_of_a_pack_are_read_from_its_name() -> None:
    name = "{1 (118 ML) (an acid 20 MG/ML Soap [Wash]) / 28 (drug (USP) 5 MG / other 1 MG Tablet) / 7 (drug (USP) 5 MG / other 1 MG Tablet) } Pack [X 1/2]"
    assert read_pack(name) == {"an acid 20 mg/ml soap": 1, "drug (usp) 5 mg / other 1 mg tablet": 35}


def test_what_is_no_strength_is_none() -> None:
    assert read_strength("") == (None, None, "", "")
    assert read_strength("a lot") == (None, None, "", "")


def test_threads_share_a_release(release: Release) -> None:
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(300):
            answer = release.concept("20")
            if answer is None or answer.name != _product(release, "20").name:
                wrong.append(answer)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_release_works_on_after_a_fork(release: Release) -> None:
    assert release.concept("20") is not None
    child = os.fork()
    if child == 0:
        answer = release.concept("21")
        os._exit(0 if answer is not None and answer.status == "active" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert release.concept("21") is not None
