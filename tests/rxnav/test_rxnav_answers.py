"""RxNav's answers, as NLM documents them, read into values; and answers of another shape, which are no answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from medrisk.core.model import Ingredient
from medrisk.vocabulary.rxnav import ConceptStatus, NdcState, NearName, RxClass, RxNav, Status, Successor

FIND = {"idGroup": {"rxnormId": ["36567"]}}
NEAR = {
    "approximateGroup": {
        "inputTerm": None,
        "candidate": [
            {"rxcui": "36567", "rxaui": "1", "score": "9.375", "rank": "1", "source": "MMSL"},
            {"rxcui": "36567", "rxaui": "2", "score": "9.375", "rank": "1", "name": "SIMVASTATIN", "source": "VANDF"},
            {"rxcui": "36567", "rxaui": "3", "score": "9.1", "rank": "2", "name": "simvastatin", "source": "RXNORM"},
            {"rxcui": "6472", "rxaui": "4", "score": "4.5", "rank": "3", "source": "GS"},
        ],
    }
}


def info(rxcui: str, id_: str, kind: str = "ATC1-4", rela: str = "", source: str = "ATC") -> dict[str, Any]:
    item = {"classId": id_, "className": f"class {id_}", "classType": kind}
    concept = {"rxcui": rxcui, "name": "some name", "tty": "IN"}
    return {"minConcept": concept, "rxclassMinConceptItem": item, "rela": rela, "relaSource": source}


def history_of(status: str, **derived: list[dict[str, str]]) -> dict[str, Any]:
    attributes = {"rxcui": "541862", "name": "old tablet", "tty": "SCD", "isMultipleIngredient": "NO"}
    return {"rxcuiStatusHistory": {"metaData": {"status": status}, "attributes": attributes, "derivedConcepts": derived}}


def test_near_names_come_once_each_with_the_best_name(rxnav: RxNav, service: Any) -> None:
    service.replies = [NEAR]
    found = rxnav.approximate("simvastaton")
    assert found.status is Status.FOUND
    assert found.value == (NearName("36567", "simvastatin", 9.375, 1), NearName("6472", None, 4.5, 3))


@pytest.mark.parametrize("payload", [{"approximateGroup": {"inputTerm": None}}, {"approximateGroup": {"candidate": []}}, {"approximateGroup": None}])
def test_no_candidate_is_nothing_found(rxnav: RxNav, service: Any, payload: Any) -> None:
    service.replies = [payload]
    assert rxnav.approximate("qqqqqq").status is Status.NOTHING


def test_find_gives_every_rxcui_once(rxnav: RxNav, service: Any) -> None:
    service.replies = [{"idGroup": {"name": "asa", "rxnormId": ["1191", "1191", "36567"]}}, {"idGroup": {}}]
    assert rxnav.find("asa").value == ("1191", "36567")
    assert rxnav.find("xyzzyplugh").status is Status.NOTHING


def test_ingredients_are_those_of_type_in(rxnav: RxNav, service: Any) -> None:
    groups = [
        {"tty": "BN"},
        {"tty": "MIN", "conceptProperties": [{"rxcui": "484211", "name": "ezetimibe / simvastatin"}]},
        {"tty": "IN", "conceptProperties": [{"rxcui": "36567", "name": "simvastatin"}, {"rxcui": "341248", "name": "ezetimibe"}]},
    ]
    service.replies = [{"relatedGroup": {"rxcui": None, "conceptGroup": groups}}, {"relatedGroup": {"rxcui": None}}]
    assert rxnav.ingredients("495215").value == (Ingredient("simvastatin", "36567"), Ingredient("ezetimibe", "341248"))
    assert rxnav.ingredients("541862").status is Status.NOTHING


def test_a_name_of_a_concept(rxnav: RxNav, service: Any) -> None:
    service.replies = [{"properties": {"rxcui": "36567", "name": "simvastatin", "tty": "IN"}}, {}]
    assert rxnav.name("36567").value == "simvastatin"
    assert rxnav.name("99999999").status is Status.NOTHING


def test_a_remapped_concept_says_what_took_its_place(rxnav: RxNav, service: Any) -> None:
    remapped = [{"remappedRxCui": "207346", "remappedName": "new tablet", "remappedTTY": "SBD", "remappedActive": "NO"}]
    derived = [{"ingredientRxcui": "36567", "ingredientName": "simvastatin"}]
    service.replies = [history_of("Remapped", remappedConcept=remapped, ingredientConcept=derived)]
    history = rxnav.history("541862").value
    assert history is not None
    assert history.status is ConceptStatus.REMAPPED
    assert (history.rxcui, history.name, history.tty) == ("541862", "old tablet", "SCD")
    assert history.remapped_to == (Successor("207346", "new tablet", False),)
    assert history.ingredients == (Ingredient("simvastatin", "36567"),)


def test_a_quantified_concept_names_those_with_a_quantity(rxnav: RxNav, service: Any) -> None:
    service.replies = [history_of("Quantified", quantifiedConcept=[{"quantifiedRxcui": "207347", "quantifiedName": "12 HR tablet"}])]
    history = rxnav.history("541862").value
    assert history is not None
    assert history.remapped_to == (Successor("207347", "12 HR tablet", True),)


def test_ingredients_of_a_product_are_also_read_from_its_strengths(rxnav: RxNav, service: Any) -> None:
    strengths = [{"baseRxcui": "36567", "baseName": "simvastatin"}, {"baseRxcui": "", "baseName": ""}]
    answer = history_of("Obsolete")
    answer["rxcuiStatusHistory"]["definitionalFeatures"] = {"ingredientAndStrength": strengths}
    service.replies = [answer]
    history = rxnav.history("541862").value
    assert history is not None
    assert history.ingredients == (Ingredient("simvastatin", "36567"),)


def test_little_may_be_left_of_a_concept(rxnav: RxNav, service: Any) -> None:
    service.replies = [{"rxcuiStatusHistory": {"metaData": {"status": "NotCurrent"}}}]
    history = rxnav.history("541862").value
    assert history is not None
    assert (history.rxcui, history.status, history.name) == ("541862", ConceptStatus.NOT_CURRENT, "")


@pytest.mark.parametrize("status", ["Active", "Obsolete", "NotCurrent"])
def test_other_statuses(rxnav: RxNav, service: Any, status: str) -> None:
    service.replies = [history_of(status)]
    history = rxnav.history("541862").value
    assert history is not None
    assert (history.status.value, history.remapped_to, history.ingredients) == (status, (), ())


def test_an_rxcui_that_never_was_is_nothing_found(rxnav: RxNav, service: Any) -> None:
    service.replies = [history_of("Unknown")]
    assert rxnav.history("99999999").status is Status.NOTHING


@pytest.mark.parametrize(
    ("more", "rxcui"),
    [
        ({"status": "ACTIVE", "rxcui": "104490", "conceptName": "a tablet"}, "104490"),
        ({"status": "OBSOLETE", "ndcHistory": [{"activeRxcui": "1"}, {"activeRxcui": "", "originalRxcui": "2"}]}, "2"),
        ({"status": "ALIEN", "ndcSourceMapping": [{"ndcRxcui": "3", "ndcConceptName": "n"}] * 2}, "3"),
        ({"status": "ALIEN", "ndcSourceMapping": [{"ndcRxcui": "3"}, {"ndcRxcui": "4"}]}, ""),
    ],
)
def test_an_ndc(rxnav: RxNav, service: Any, more: dict[str, Any], rxcui: str) -> None:
    service.replies = [{"ndcStatus": {"ndc11": "13411016201", **more}}]
    found = rxnav.ndc("13411-0162-01").value
    assert found is not None
    assert (found.ndc, found.status, found.rxcui) == ("13411016201", NdcState(more["status"]), rxcui)


def test_an_unknown_ndc_is_nothing_found(rxnav: RxNav, service: Any) -> None:
    service.replies = [{"ndcStatus": {"ndc11": "", "status": "UNKNOWN", "rxcui": "", "sourceList": None}}]
    assert rxnav.ndc("99999999999").status is Status.NOTHING


def test_classes_of_related_products_are_left_out(rxnav: RxNav, service: Any) -> None:
    rows = [
        info("36567", "C10AA"),
        info("484211", "C10BA"),
        info("36567", "C10AA"),
        info("36567", "N0000175589", "EPC", "has_epc", "DAILYMED"),
        info("104490", "CV350", "VA", "", "VA"),
    ]
    service.replies = [{"rxclassDrugInfoList": {"rxclassDrugInfo": rows}}]
    assert rxnav.classes("36567").value == (
        RxClass("C10AA", "class C10AA", "ATC1-4", "", "ATC"),
        RxClass("N0000175589", "class N0000175589", "EPC", "has_epc", "DAILYMED"),
    )


@pytest.mark.parametrize(
    "payload",
    [{}, {"userInput": {"rxcui": "36567"}}, {"rxclassDrugInfoList": None}, {"rxclassDrugInfoList": {"rxclassDrugInfo": [info("484211", "C10BA")]}}],
)
def test_no_class_of_its_own_is_nothing_found(rxnav: RxNav, service: Any, payload: Any) -> None:
    service.replies = [payload]
    assert rxnav.classes("36567").status is Status.NOTHING


def _asks(rxnav: RxNav) -> dict[str, Callable[[], Any]]:
    return {
        "approximate": lambda: rxnav.approximate("simvastatin"),
        "find": lambda: rxnav.find("simvastatin"),
        "ingredients": lambda: rxnav.ingredients("36567"),
        "name": lambda: rxnav.name("36567"),
        "history": lambda: rxnav.history("36567"),
        "ndc": lambda: rxnav.ndc("13411016201"),
        "classes": lambda: rxnav.classes("36567"),
    }


WRONG: list[Any] = [
    None,
    [],
    "text",
    17.5,
    {"error": "not today"},
    {"approximateGroup": [], "idGroup": [], "relatedGroup": 1, "properties": "x", "rxcuiStatusHistory": True, "ndcStatus": [], "rxclassDrugInfoList": []},
    {
        "approximateGroup": {"candidate": {}}, "idGroup": {"rxnormId": "36567"}, "relatedGroup": {"conceptGroup": {}},
        "properties": {"name": 3}, "rxcuiStatusHistory": {"metaData": {"status": "Perhaps"}}, "ndcStatus": {"status": "PERHAPS"},
        "rxclassDrugInfoList": {"rxclassDrugInfo": {}},
    },
    {
        "approximateGroup": {"candidate": [{"rxcui": "36567", "score": "NaN", "rank": "1"}]}, "idGroup": {"rxnormId": ["<b>"]},
        "relatedGroup": {"conceptGroup": [{"tty": "IN", "conceptProperties": [{"rxcui": "36567"}]}]}, "properties": {"name": "\ud800"},
        "rxcuiStatusHistory": {"metaData": {"status": "Active"}}, "ndcStatus": {"status": "ACTIVE", "rxcui": "../x"},
        "rxclassDrugInfoList": {"rxclassDrugInfo": [{"minConcept": {}}]},
    },
]  # fmt: skip


@pytest.mark.parametrize("question", ["approximate", "find", "ingredients", "name", "history", "ndc", "classes"])
@pytest.mark.parametrize("payload", WRONG, ids=range(len(WRONG)))
def test_a_wrong_shape_is_never_taken_for_nothing_found(rxnav: RxNav, service: Any, question: str, payload: Any) -> None:
    service.replies = [payload]
    lookup = _asks(rxnav)[question]()
    assert lookup.status is Status.NOT_CHECKED
    assert lookup.reason == "the answer of RxNav could not be read"
    assert lookup.value is None


def test_every_question_goes_to_its_own_address(rxnav: RxNav, service: Any) -> None:
    for ask in _asks(rxnav).values():
        ask()
    assert service.asked[:4] == [
        "/REST/approximateTerm.json?term=simvastatin&maxEntries=20&option=1",
        "/REST/rxcui.json?name=simvastatin&search=2",
        "/REST/rxcui/36567/related.json?tty=IN",
        "/REST/rxcui/36567/properties.json",
    ]
    rxnav = RxNav(service.url, rxnav._store._path.parent / "other")
    for ask in list(_asks(rxnav).values())[4:]:
        ask()
    assert service.asked[-3:] == [
        "/REST/rxcui/36567/historystatus.json",
        "/REST/ndcstatus.json?ndc=13411016201",
        "/REST/rxclass/class/byRxcui.json?rxcui=36567",
    ]
