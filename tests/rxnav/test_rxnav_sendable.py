"""What is sent to RxNav and what stays here."""

from __future__ import annotations

from typing import Any

import pytest

from medrisk.vocabulary.rxnav import RxNav, Status, why_not_sent


@pytest.mark.parametrize(
    "name",
    [
        "simvastatin", "Humulin 70/30", "vitamin B12", "5-fluorouracil", "interferon beta-1a", "omega-3", "1,25-dihydroxyvitamin D3",
        "St. John's wort", "co-amoxiclav", "acétylsalicylique", "パラセタモール", "amlodipine / valsartan / hydrochlorothiazide", "a" * 60,
        "carbamazepine 200",
    ],
)  # fmt: skip
def test_a_name_may_be_sent(name: str) -> None:
    assert why_not_sent(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "no name"),
        (" \t", "no name"),
        ("--", "no name"),
        ("a" * 61, "longer"),
        ("take one of these by mouth in the morning", "words"),
        ("simvastatin\nwarfarin", "more than a name"),
        ("simvastatin\u2028warfarin", "more than a name"),
        ("jane@example.org", "more than a name"),
        ("simva\x00statin", "signs"),
        ("simva\ud800statin", "signs"),
        ("simva\u200bstatin", "signs"),
        ("12345", "digits"),
        ("MRN 1234567", "digits"),
        ("NHS 943 476 5919", "digits"),
        ("tel 555-123-4567", "digits"),
        ("warfarin 12/03/1950", "digits"),
        ("warfarin 12.3.50", ""),
        ("warfarin 12.03.50", "digits"),
        ("Smith 1951", "digits"),
        ("warfarin １２３４５６７", "digits"),
        ("warfarin ١٢٣٤٥٦٧", "digits"),
        ("Augmentin 500/125", "digits"),
    ],
)
def test_what_could_be_more_than_a_name_stays_here(rxnav: RxNav, service: Any, name: str, why: str) -> None:
    assert why in why_not_sent(name)
    if not why:
        return
    for lookup in (rxnav.approximate(name), rxnav.find(name)):
        assert lookup.status is Status.NOT_CHECKED
        assert why in lookup.reason
    assert service.asked == []


@pytest.mark.parametrize("code", ["", "0", "-1", "12a", "123456789", "1/related", "１２", "36567\n"])
def test_only_an_rxcui_is_sent_as_one(rxnav: RxNav, service: Any, code: str) -> None:
    for lookup in (rxnav.ingredients(code), rxnav.history(code), rxnav.classes(code), rxnav.name(code)):
        assert lookup.status is Status.NOT_CHECKED
        assert "RxCUI" in lookup.reason
    assert service.asked == []


@pytest.mark.parametrize("code", ["", "5551234567", "1950-03-12", "13411-0162", "123-45-6789", "134110162011"])
def test_only_a_drug_code_is_sent_as_one(rxnav: RxNav, service: Any, code: str) -> None:
    assert "National Drug Code" in rxnav.ndc(code).reason
    assert service.asked == []


@pytest.mark.parametrize("code", ["13411016201", "13411-0162-01", "0071-0158-23", "13411-162-01", "13411-0162-1"])
def test_drug_codes_in_their_forms_are_sent(rxnav: RxNav, service: Any, code: str) -> None:
    service.replies = [{"ndcStatus": {"status": "UNKNOWN"}}]
    assert rxnav.ndc(code).status is Status.NOTHING
    assert service.asked == [f"/REST/ndcstatus.json?ndc={code}"]
