"""The embedded formulary as a whole: names, codes, combination products, and lists that must stay silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from real_knowledge import DOCUMENTS as _DOCUMENTS

from medrisk.core.codes import RxCui
from medrisk.core.model import Report
from medrisk.core.name_keys import name_key
from medrisk.core.rules import Selector, Slot, Test
from medrisk.core.words import NAMES_OF_A_KIND
from medrisk.service import Medrisk

_ENTRIES: dict[str, dict[str, Any]] = {
    name: facts or {} for area in _DOCUMENTS.formulary for name, facts in area["ingredients"].items()
}
_PRODUCTS: dict[str, dict[str, Any]] = {
    name: facts for area in _DOCUMENTS.formulary for name, facts in (area.get("products") or {}).items()
}


def _names() -> Iterator[tuple[str, frozenset[str]]]:
    """Every name that is no abbreviation, with the ingredients it stands for."""
    for name, facts in _ENTRIES.items():
        for text in (name, *facts.get("synonyms", ()), *facts.get("brands", ()), *facts.get("brand_routes", {})):
            yield text, frozenset({name})
    for name, facts in _PRODUCTS.items():
        for text in (name, *facts.get("synonyms", ())):
            yield text, frozenset(facts["ingredients"])


def _meanings() -> dict[str, set[frozenset[str]]]:
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for text, ingredients in _names():
        found[name_key(text)].add(ingredients)
    return found


def _selectors(test: Test | None) -> Iterator[Selector]:
    if test is not None:
        yield from test.slot.any_of if test.slot else ()
        for part in test.parts:
            yield from _selectors(part)


def _named_by_rules(service: Medrisk) -> set[str]:
    names: set[str] = set()
    for rule in service.knowledge.rules.values():
        slots: tuple[Slot, ...] = rule.participants
        selectors = [s for slot in slots for s in slot.any_of]
        for root in (rule.when, *(m.when for m in rule.modifiers)):
            selectors += _selectors(root)
        names |= {s.ingredient for s in selectors if s.ingredient} | {n for slot in slots for n in slot.excluded}
    for flag in service.knowledge.red_flags:
        names |= {s.ingredient for s in _selectors(flag.when) if s.ingredient}
    return names


def _matched(report: Report) -> list[str]:
    return [i.name for line in report.lines if line.status == "matched" and line.context == "active" for i in line.ingredients]


def test_every_member_of_a_class_is_in_the_formulary(service: Medrisk) -> None:
    missing = {f"{c.id}: {name}" for c in service.knowledge.classes.values() for name in c.members if name not in _ENTRIES}
    assert missing == set()


def test_every_effect_of_some_members_names_members(service: Medrisk) -> None:
    strangers = {
        f"{c.id}: {name}" for c in service.knowledge.classes.values() for e in c.effects for name in e.members if name not in c.members
    }
    assert strangers == set()


def test_every_ingredient_of_a_rule_is_in_the_formulary(service: Medrisk) -> None:
    assert _named_by_rules(service) - _ENTRIES.keys() == set()


def test_every_ingredient_of_a_product_is_in_the_formulary() -> None:
    missing = {f"{name}: {i}" for name, facts in _PRODUCTS.items() for i in facts["ingredients"] if i not in _ENTRIES}
    assert missing == set()


def test_every_meaning_of_an_abbreviation_is_in_the_formulary() -> None:
    missing = {
        f"{text}: {name}" for text, facts in _DOCUMENTS.abbreviations.items() for meaning in facts["means"] for name in meaning if name not in _ENTRIES
    }
    assert missing == set()


def test_nearly_every_look_alike_is_a_name_that_is_known(service: Medrisk) -> None:
    """A pair guards nothing when one of its names cannot be reached; a few names are of drugs long withdrawn."""
    names = {name for row in _DOCUMENTS.look_alikes for name in row["names"]}
    unreachable = {name for name in names if not service.vocabulary.index.lookup(name)}
    assert len(unreachable) <= 0.02 * len(names), sorted(unreachable)


def test_codes_are_well_formed_and_unique() -> None:
    codes = [facts["rxcui"] for facts in _ENTRIES.values() if facts.get("rxcui")]
    assert all(RxCui(code) for code in codes)
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []
    assert len(codes) > 0.5 * len(_ENTRIES)


def test_most_ingredients_of_classes_have_a_code(service: Medrisk) -> None:
    members = {name for c in service.knowledge.classes.values() for name in c.members}
    without = {name for name in members if not _ENTRIES[name].get("rxcui")}
    assert len(without) < 0.15 * len(members), sorted(without)


def test_every_name_reaches_its_meanings(service: Medrisk) -> None:
    """One meaning is matched; several are offered, none of them decided for the user. Words of the language are left out."""
    wrong = {}
    for key, meanings in _meanings().items():
        found = {frozenset(term.ingredients) for term in service.vocabulary.index.lookup(key)}
        if found and found != meanings:
            wrong[key] = (found, meanings)
    assert wrong == {}


def test_no_ingredient_name_stands_for_another_ingredient() -> None:
    """"potassium" may be a brand's short form, but never another drug's name."""
    clashes = {name: meanings for name in _ENTRIES if len(meanings := _meanings_of(name)) > 1}
    assert clashes == {}


_ALL_MEANINGS = _meanings()


def _meanings_of(name: str) -> set[frozenset[str]]:
    return _ALL_MEANINGS[name_key(name)]


def test_names_with_several_meanings_are_few() -> None:
    several = sorted(key for key, meanings in _ALL_MEANINGS.items() if len(meanings) > 1)
    assert len(several) <= 0.005 * len(_ALL_MEANINGS), several


def test_every_ingredient_is_matched_by_its_own_name(service: Medrisk) -> None:
    lost = {name: _matched_by(service, name) for name in _ENTRIES if _matched_by(service, name) != [name]}
    assert lost == {}


def _matched_by(service: Medrisk, name: str) -> list[str]:
    line = service.normalize(f"{name} daily")
    return [i.name for i in line.ingredients] if line.status == "matched" else []


@pytest.mark.parametrize(
    ("product", "ingredients"),
    [
        ("Zestoretic", {"lisinopril", "hydrochlorothiazide"}), ("Caduet", {"amlodipine", "atorvastatin"}),
        ("Vytorin", {"simvastatin", "ezetimibe"}), ("Dyazide", {"triamterene", "hydrochlorothiazide"}),
        ("Maxzide", {"triamterene", "hydrochlorothiazide"}), ("Advair Diskus", {"fluticasone", "salmeterol"}),
        ("Seretide", {"fluticasone", "salmeterol"}), ("Symbicort", {"budesonide", "formoterol"}),
        ("co-amilofruse", {"amiloride", "furosemide"}), ("co-trimoxazole", {"sulfamethoxazole", "trimethoprim"}),
        ("Bactrim DS", {"sulfamethoxazole", "trimethoprim"}), ("co-amoxiclav", {"amoxicillin", "clavulanate"}),
        ("Exforge HCT", {"amlodipine", "valsartan", "hydrochlorothiazide"}), ("Hyzaar", {"losartan", "hydrochlorothiazide"}),
        ("Entresto", {"sacubitril", "valsartan"}), ("Paxlovid", {"nirmatrelvir", "ritonavir"}), ("Combivent", {"albuterol", "ipratropium"}),
        ("Aldactazide", {"spironolactone", "hydrochlorothiazide"}), ("Percocet", {"oxycodone", "acetaminophen"}),
        ("Lotrel", {"amlodipine", "benazepril"}), ("Janumet", {"sitagliptin", "metformin"}), ("Prevpac", {"lansoprazole", "amoxicillin", "clarithromycin"}),
    ],
)  # fmt: skip
def test_combination_products_resolve_to_their_ingredients(product: str, ingredients: set[str], service: Medrisk) -> None:
    (term,) = service.vocabulary.index.lookup(product)
    assert set(term.ingredients) == ingredients


@pytest.mark.parametrize(
    ("typed", "ingredient"),
    [
        ("paracetamol", "acetaminophen"), ("salbutamol", "albuterol"), ("frusemide", "furosemide"), ("torasemide", "torsemide"),
        ("bendrofluazide", "bendroflumethiazide"), ("ciclosporin", "cyclosporine"), ("rifampicin", "rifampin"),
        ("adrenaline", "epinephrine"), ("glyceryl trinitrate", "nitroglycerin"), ("pethidine", "meperidine"),
        ("HCTZ", "hydrochlorothiazide"), ("chlorthalidone", "chlorthalidone"), ("chlortalidone", "chlorthalidone"),
        ("colecalciferol", "cholecalciferol"), ("thyroxine", "levothyroxine"), ("glibenclamide", "glyburide"),
        ("lignocaine", "lidocaine"), ("Epilim", "valproate"), ("Coumadin", "warfarin"), ("Lasix", "furosemide"),
    ],
)  # fmt: skip
def test_names_of_other_countries_reach_the_same_drug(typed: str, ingredient: str, service: Medrisk) -> None:
    assert {term.ingredients for term in service.vocabulary.index.lookup(typed)} == {(ingredient,)}


@pytest.mark.parametrize("typed", ["MS 10 mg", "AZT 100 mg", "AZA 50 mg daily"])
def test_an_abbreviation_with_two_meanings_is_ambiguous(typed: str, service: Medrisk) -> None:
    (line,) = service.check(typed).lines
    assert line.status == "ambiguous"
    assert len(line.candidates) >= 2


_BENIGN = [
    "levothyroxine 75 mcg daily\ncetirizine 10 mg daily\nvitamin D3 1000 units",
    "metformin 500 mg bid\natorvastatin 20 mg nightly\nlisinopril 10 mg daily",
    "amlodipine 5 mg od\nramipril 5 mg od",
    "sertraline 50 mg daily\nfolic acid 5 mg daily",
    "fluticasone nasal spray\nloratadine 10 mg",
    "amoxicillin 500 mg tid x 7 days\nacetaminophen 500 mg prn",
    "pravastatin 20 mg nightly\nbisoprolol 2.5 mg daily\naspirin 75 mg daily",
    "latanoprost eye drops nightly\nbrimonidine eye drops bd",
    "insulin glargine 20 units nightly\ninsulin aspart 6 units with meals",
    "tamsulosin 0.4 mg daily\nfinasteride 5 mg daily",
    "clotrimazole cream bd\nhydrocortisone 1% cream od",
    "calcium carbonate 500 mg\npravastatin 20 mg nightly",
]


@pytest.mark.parametrize("paste", _BENIGN, ids=lambda paste: paste.split("\n")[0])
def test_a_benign_list_has_no_severity(paste: str, service: Medrisk) -> None:
    report = service.check(paste)
    assert [line.text for line in report.lines if line.status != "matched"] == []
    assert [(note.rule, note.severity) for note in report.notes if note.severity or note.interruptive] == []
    assert len(_matched(report)) >= len(paste.splitlines())


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("insulin, RxCUI 274783", ["insulin glargine"]),
        ("Insulin 10 units subcut, RxCUI 51428", ["insulin aspart, human"]),
        # What says more than the kind, or another drug, may contradict the code.
        ("long acting insulin, RxCUI 86009", []),
        ("insulin glargine, RxCUI 86009", []),
        ("digoxin, RxCUI 274783", []),
        ("insulin, RxCUI 3407", []),
    ],
)
def test_a_code_says_which_of_a_kind_is_meant(service: Medrisk, text: str, drugs: list[str]) -> None:
    line = service.normalize(text)
    assert [ingredient.name for ingredient in line.ingredients] == drugs
    assert line.status == ("matched" if drugs else "ambiguous")


def test_whatever_is_known_of_a_kind_is_known_of_each_drug_of_it(service: Medrisk) -> None:
    """So that taking the code's drug for the kind loses no class."""
    classes = service.knowledge.classes.values()
    for kind in NAMES_OF_A_KIND:
        drugs = [name for name in service.vocabulary.ingredients if name.startswith((f"{kind} ", f"{kind},"))]
        assert drugs
        for known in classes:
            assert kind not in known.members or set(drugs) <= set(known.members)
