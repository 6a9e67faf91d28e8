"""Rules applied to medications: what fires, what stays silent, and what is said to be unknown."""

from __future__ import annotations

from itertools import permutations

import pytest
from tiny import (
    CLASSES,
    cramp,
    drug_class,
    effect,
    find,
    fired,
    knowledge,
    med,
    meds,
    on_line,
    potassium,
    red_flag,
    rule,
    slot,
    unchecked,
)

from medrisk.core.model import Finding
from medrisk.core.rules import Burden, BurdenLevel, Grade, Modifier, Rule, Severity, Test, Tier
from medrisk.core.units import Quantity

_LOW_POTASSIUM = Test("lab", ids=("potassium",), op="under", amount=Quantity(3.5, "mmol/L"))
_AGE_65 = Test("age", op="at_least", amount=Quantity(65, "years"))
_PAIR = rule("statin-ibuprofen", slot("class:statin"), slot("ibuprofen"))
_CAP = rule("cap", slot("simvastatin", dose="over 20 mg"), slot("amlodipine"), kind="dose_cap", unchecked_without=("dose",))
_TRIPLE = rule("triple", slot("class:nsaid"), slot("class:thiazide", "class:loop"), slot("class:ace_inhibitor"))
_DUPLICATE = rule("duplicate-statin", slot("class:statin"), kind="duplicate")
_BURDEN = rule(
    "burden", kind="burden", severity=None, interruptive=False,
    burden=Burden("hypokalaemia", (
        BurdenLevel(2, None, False, Tier.MONITOR), BurdenLevel(3, Severity.MODERATE, False, Tier.REVIEW),
    )),
    modifiers=(Modifier(_LOW_POTASSIUM, "potassium is low", Severity.MAJOR, True, Tier.REVIEW),),
)  # fmt: skip


def _one(rules: Rule, *texts: str, **facts: object) -> Finding:
    (finding,) = [f for f in find(knowledge(rules), meds(*texts), **facts).findings if f.kind != "drug_class"]  # type: ignore[arg-type]
    return finding


# Pairs


def test_a_pair_fires_when_both_are_there() -> None:
    found = find(knowledge(_PAIR), meds("simvastatin", "ibuprofen"))
    assert fired(found) == {"statin-ibuprofen": ["simvastatin", "ibuprofen"]}


@pytest.mark.parametrize("texts", [(), ("simvastatin",), ("ibuprofen",), ("simvastatin", "metoprolol"), ("unheard-of", "ibuprofen")])
def test_a_pair_stays_silent_when_one_is_missing(texts: tuple[str, ...]) -> None:
    assert fired(find(knowledge(_PAIR), meds(*texts))) == {}


def test_every_pair_of_drugs_is_a_finding_of_its_own() -> None:
    found = find(knowledge(_PAIR), meds("simvastatin", "rosuvastatin", "ibuprofen"))
    pairs = {tuple(m.ingredient.name for m in f.medications) for f in found.findings if f.rule == _PAIR.id}
    assert pairs == {("simvastatin", "ibuprofen"), ("rosuvastatin", "ibuprofen")}


def test_a_drug_on_two_lines_makes_one_finding() -> None:
    found = find(knowledge(_PAIR), meds("simvastatin", "ibuprofen", "ibuprofen 400 mg"))
    assert [f.rule for f in found.findings if f.rule == _PAIR.id] == [_PAIR.id]


def test_a_drug_never_fills_two_slots() -> None:
    both = rule("both", slot("class:statin"), slot("simvastatin"))
    assert fired(find(knowledge(both), meds("simvastatin", "simvastatin 40 mg"))) == {}


def test_a_product_never_fires_between_its_own_ingredients() -> None:
    base = knowledge(rule("pair", slot("amlodipine"), slot("simvastatin")))
    product = [med("amlodipine 10 mg", line=0), med("simvastatin 40 mg", line=0)]
    assert fired(find(base, product)) == {}
    assert fired(find(base, [*product, med("simvastatin 20 mg", line=1)])) == {"pair": ["amlodipine", "simvastatin"]}


def test_an_excluded_member_does_not_fill_the_slot() -> None:
    except_rosuvastatin = rule("pair", slot("class:statin", excluded=frozenset({"rosuvastatin"})), slot("ibuprofen"))
    assert fired(find(knowledge(except_rosuvastatin), meds("rosuvastatin", "ibuprofen"))) == {}
    assert fired(find(knowledge(except_rosuvastatin), meds("simvastatin", "ibuprofen"))) != {}


def test_a_slot_by_effect_takes_every_class_known_for_it_down_to_its_grade() -> None:
    by_effect = rule("digoxin-low-potassium", slot("digoxin"), slot("effect:hypokalaemia"))
    for drug in ("hydrochlorothiazide", "furosemide", "senna"):
        assert fired(find(knowledge(by_effect), meds("digoxin", drug))) == {by_effect.id: ["digoxin", drug]}
    assert fired(find(knowledge(by_effect), meds("digoxin", "simvastatin"))) == {}


# Routes and status


@pytest.mark.parametrize("route", ["ophthalmic", "topical", "otic", "nasal", "vaginal", "inhaled"])
def test_a_local_route_fires_no_systemic_rule(route: str) -> None:
    base = knowledge(rule("pair", slot("timolol"), slot("verapamil")))
    assert fired(find(base, [med("timolol", 0, route), med("verapamil", 1)])) == {}


@pytest.mark.parametrize("route", ["oral", "intravenous", "transdermal", "rectal", "unknown"])
def test_a_systemic_or_unwritten_route_fires(route: str) -> None:
    base = knowledge(rule("pair", slot("timolol"), slot("verapamil")))
    assert "pair" in fired(find(base, [med("timolol", 0, route), med("verapamil", 1)]))


def test_a_rule_may_name_a_local_route() -> None:
    base = knowledge(rule("pair", slot("timolol", routes=frozenset({"ophthalmic"})), slot("verapamil")))
    assert "pair" in fired(find(base, [med("timolol", 0, "ophthalmic"), med("verapamil", 1)]))
    assert "pair" not in fired(find(base, [med("timolol", 0, "oral"), med("verapamil", 1)]))


def test_a_class_of_inhalers_counts_by_its_own_routes() -> None:
    base = knowledge(rule("pair", slot("class:beta2"), slot("digoxin")))
    assert "pair" in fired(find(base, [med("salmeterol", 0, "inhaled"), med("digoxin", 1)]))


def test_a_stopped_drug_fires_only_where_the_rule_says_so() -> None:
    active, stopped = rule("active", slot("baclofen")), rule("stopped", slot("baclofen", status="stopped"))
    base = knowledge(active, stopped)
    assert fired(find(base, [med("baclofen")])) == {"active": ["baclofen"]}
    assert fired(find(base, [med("baclofen", status="stopped")])) == {"stopped": ["baclofen"]}


# Doses


@pytest.mark.parametrize(
    ("dose", "fires", "is_unchecked"),
    [("simvastatin 40 mg", True, False), ("simvastatin 20.5 mg", True, False), ("simvastatin 20 mg", False, False),
     ("simvastatin 10 mg", False, False), ("simvastatin", False, True), ("simvastatin 20 mEq", False, True), ("simvastatin 0.04 g", True, False)],
)  # fmt: skip
def test_a_dose_cap(dose: str, fires: bool, is_unchecked: bool) -> None:
    found = find(knowledge(_CAP), meds(dose, "amlodipine 10 mg"))
    assert ("cap" in fired(found)) is fires
    assert unchecked(found) == ({"cap": ("dose",)} if is_unchecked else {})


@pytest.mark.parametrize(
    ("bound", "dose", "fires"),
    [("at_least 20 mg", "20 mg", True), ("at_least 20 mg", "19 mg", False), ("under 20 mg", "19 mg", True), ("under 20 mg", "20 mg", False)],
)
def test_the_other_bounds(bound: str, dose: str, fires: bool) -> None:
    base = knowledge(rule("cap", slot("simvastatin", dose=bound), kind="dose_cap", unchecked_without=("dose",)))
    assert ("cap" in fired(find(base, meds(f"simvastatin {dose}")))) is fires


def test_doses_on_two_lines_add_up() -> None:
    found = find(knowledge(_CAP), meds("simvastatin 10 mg", "simvastatin 20 mg", "amlodipine"))
    assert "cap" in fired(found)


def test_a_known_dose_below_the_cap_beside_an_unknown_one_is_not_known() -> None:
    found = find(knowledge(_CAP), meds("simvastatin 10 mg", "simvastatin", "amlodipine"))
    assert (fired(found), unchecked(found)) == ({}, {"cap": ("dose",)})


def test_a_known_dose_above_the_cap_beside_an_unknown_one_fires() -> None:
    found = find(knowledge(_CAP), meds("simvastatin 40 mg", "simvastatin", "amlodipine"))
    assert (list(fired(found)), unchecked(found)) == (["cap"], {})


def test_the_upper_end_of_a_range_is_compared() -> None:
    ranged = med("simvastatin 20 mg")
    assert ranged.daily_dose is not None
    high = type(ranged.daily_dose)(Quantity(20, "mg", 40))
    found = find(knowledge(_CAP), [type(ranged)(ranged.ingredient, 0, "oral", "active", high), med("amlodipine", 1)])
    assert "cap" in fired(found)


# Three drugs, duplicates


def test_three_slots_make_one_finding_with_all_drugs() -> None:
    found = find(knowledge(_TRIPLE), meds("ibuprofen", "naproxen", "furosemide", "lisinopril"))
    assert {name: set(drugs) for name, drugs in fired(found).items()} == {"triple": {"ibuprofen", "naproxen", "furosemide", "lisinopril"}}


def test_three_slots_need_three_drugs() -> None:
    assert fired(find(knowledge(_TRIPLE), meds("ibuprofen", "lisinopril"))) == {}


def test_two_of_three_drugs_may_come_from_one_product() -> None:
    product = [med("lisinopril", 0), med("hydrochlorothiazide", 0)]
    assert "triple" in fired(find(knowledge(_TRIPLE), [*product, med("ibuprofen", 1)]))


def test_three_drugs_of_one_product_do_not_fire_by_themselves() -> None:
    product = [med("lisinopril", 0), med("hydrochlorothiazide", 0), med("ibuprofen", 0)]
    assert fired(find(knowledge(_TRIPLE), product)) == {}


@pytest.mark.parametrize(
    ("texts", "fires"),
    [(("simvastatin", "rosuvastatin"), True), (("simvastatin", "simvastatin 40 mg"), False), (("simvastatin", "metoprolol"), False)],
)
def test_a_duplicate_is_two_different_members_in_two_products(texts: tuple[str, ...], fires: bool) -> None:
    assert ("duplicate-statin" in fired(find(knowledge(_DUPLICATE), meds(*texts)))) is fires


def test_two_members_in_one_product_are_no_duplicate() -> None:
    in_one = [med("simvastatin", 0), med("rosuvastatin", 0)]
    assert fired(find(knowledge(_DUPLICATE), in_one)) == {}


# Burdens


@pytest.mark.parametrize(
    ("texts", "tier", "severity"),
    [
        (("hydrochlorothiazide", "furosemide"), Tier.MONITOR, None),
        (("hydrochlorothiazide", "furosemide", "prednisone"), Tier.REVIEW, Severity.MODERATE),
        (("hydrochlorothiazide", "indapamide", "furosemide"), Tier.MONITOR, None),  # two of one class are one mechanism
    ],
)
def test_a_burden_counts_mechanisms(texts: tuple[str, ...], tier: Tier, severity: Severity | None) -> None:
    finding = _one(_BURDEN, *texts)
    assert (finding.tier, finding.severity, finding.interruptive) == (tier, severity, False)
    assert {m.ingredient.name for m in finding.medications} == set(texts)


@pytest.mark.parametrize(
    "texts",
    [("hydrochlorothiazide",), ("hydrochlorothiazide", "indapamide"), ("hydrochlorothiazide", "senna"), ("simvastatin", "furosemide")],
)
def test_a_burden_needs_two_mechanisms_of_the_floors_grade(texts: tuple[str, ...]) -> None:
    assert fired(find(knowledge(_BURDEN), meds(*texts))) == {}


def test_a_lower_floor_counts_more_drugs() -> None:
    wide = rule("wide", kind="burden", burden=Burden("hypokalaemia", (BurdenLevel(2, None, False, Tier.MONITOR),), Grade.POSSIBLE))
    assert "wide" in fired(find(knowledge(wide), meds("hydrochlorothiazide", "senna")))


def test_one_drug_of_two_classes_is_one_drug() -> None:
    twice = (*CLASSES, drug_class("sulfonamide", ["hydrochlorothiazide"], effect("hypokalaemia")))
    assert fired(find(knowledge(_BURDEN, classes=twice), meds("hydrochlorothiazide"))) == {}
    assert fired(find(knowledge(_BURDEN, classes=twice), meds("hydrochlorothiazide", "hydrochlorothiazide 25 mg"))) == {}


def test_a_modifier_raises_a_burden_and_says_why() -> None:
    finding = _one(_BURDEN, "hydrochlorothiazide", "furosemide", labs=(potassium(3.1),))
    assert (finding.severity, finding.interruptive, finding.tier) == (Severity.MAJOR, True, Tier.REVIEW)
    assert finding.why == ("potassium is low",)


def test_a_modifier_never_lowers_what_the_count_has_reached() -> None:
    lower = Modifier(_LOW_POTASSIUM, "milder", Severity.MINOR, False, Tier.INFO)
    milder = rule("burden", kind="burden", burden=_BURDEN.burden, modifiers=(lower,), severity=None, interruptive=False)
    finding = _one(milder, "hydrochlorothiazide", "furosemide", "prednisone", labs=(potassium(3.1),))
    assert (finding.severity, finding.tier) == (Severity.MODERATE, Tier.REVIEW)


def test_a_modifier_may_keep_a_burden_from_interrupting() -> None:
    loud = Burden("hypokalaemia", (BurdenLevel(2, Severity.MAJOR, True, Tier.REVIEW),))
    quiet = Modifier(_LOW_POTASSIUM, "it is known", interruptive=False)
    measured = rule("burden", kind="burden", burden=loud, modifiers=(quiet,), severity=None, interruptive=False)
    finding = _one(measured, "hydrochlorothiazide", "furosemide", labs=(potassium(3.1),))
    assert (finding.severity, finding.interruptive, finding.tier) == (Severity.MAJOR, False, Tier.REVIEW)
    assert _one(measured, "hydrochlorothiazide", "furosemide").interruptive


# Conditions, labs, modifiers


def test_an_unknown_lab_never_fires_and_is_asked_for() -> None:
    base = knowledge(rule("thiazide-low-potassium", slot("class:thiazide"), kind="drug_lab", when=_LOW_POTASSIUM))
    found = find(base, meds("indapamide"))
    assert (fired(found), unchecked(found), found.asks) == ({}, {}, {"potassium": ("indapamide",)})


@pytest.mark.parametrize(("value", "fires"), [(3.1, True), (4.2, False)])
def test_a_known_lab_decides(value: float, fires: bool) -> None:
    base = knowledge(rule("thiazide-low-potassium", slot("class:thiazide"), kind="drug_lab", when=_LOW_POTASSIUM))
    found = find(base, meds("indapamide"), labs=(potassium(value),))
    assert (bool(fired(found)), found.asks) == (fires, {})


def test_what_a_rule_cannot_do_without_is_said_to_be_missing() -> None:
    base = knowledge(rule("old", slot("class:thiazide"), kind="drug_patient", when=_AGE_65, unchecked_without=("age",)))
    assert unchecked(find(base, meds("indapamide"))) == {"old": ("age",)}
    assert fired(find(base, meds("indapamide"), age=70)) == {"old": ["indapamide"]}
    assert find(base, meds("indapamide"), age=50).findings[0].kind == "drug_class"


def test_a_rule_whose_drugs_are_not_there_asks_for_nothing() -> None:
    base = knowledge(rule("thiazide-low-potassium", slot("class:thiazide"), kind="drug_lab", when=_LOW_POTASSIUM))
    assert find(base, meds("simvastatin")).asks == {}


def test_the_last_modifier_that_holds_wins_and_open_ones_are_named() -> None:
    modifiers = (
        Modifier(_LOW_POTASSIUM, "potassium is low", Severity.CONTRAINDICATED),
        Modifier(Test("sex", ids=("female",)), "she is a woman", Severity.MODERATE, False),
        Modifier(_AGE_65, "older than 65", Severity.MINOR),
    )
    pair = rule("pair", slot("simvastatin"), slot("ibuprofen"), modifiers=modifiers)
    found = find(knowledge(pair), meds("simvastatin", "ibuprofen"), sex="female", labs=(potassium(3.0),))
    finding = next(f for f in found.findings if f.rule == "pair")
    assert (finding.severity, finding.interruptive) == (Severity.MODERATE, False)
    assert finding.why == ("potassium is low", "she is a woman")
    assert list(found.would_change.values()) == [("older than 65",)]
    assert found.asks == {"age": ("ibuprofen", "simvastatin")}


# Supersession, jurisdiction, red flags


def test_a_rule_takes_the_place_of_another_on_the_same_drugs_only() -> None:
    narrow = rule("narrow", slot("ibuprofen"), slot("lisinopril"))
    wide = rule("triple", *_TRIPLE.participants, supersedes=("narrow",))
    base = knowledge(narrow, wide)
    assert list(fired(find(base, meds("ibuprofen", "lisinopril")))) == ["narrow"]
    assert list(fired(find(base, meds("ibuprofen", "lisinopril", "furosemide")))) == ["triple"]


def test_a_rule_takes_no_place_on_other_drugs() -> None:
    general = rule("general", slot("class:statin"), slot("ibuprofen"))
    special = rule("special", slot("simvastatin"), slot("ibuprofen"), supersedes=("general",))
    found = find(knowledge(general, special), meds("simvastatin", "rosuvastatin", "ibuprofen"))
    assert fired(found) == {"general": ["rosuvastatin", "ibuprofen"], "special": ["simvastatin", "ibuprofen"]}


def test_a_rule_that_could_not_be_decided_takes_no_place() -> None:
    plain = rule("plain", slot("simvastatin"), slot("amlodipine"))
    cap = rule("cap", *_CAP.participants, kind="dose_cap", unchecked_without=("dose",), supersedes=("plain",))
    found = find(knowledge(plain, cap), meds("simvastatin", "amlodipine"))
    assert list(fired(found)) == ["plain"]
    assert list(fired(find(knowledge(plain, cap), meds("simvastatin 40 mg", "amlodipine")))) == ["cap"]


@pytest.mark.parametrize(
    ("authority", "site", "is_home"),
    [("any", "US", True), ("US", "US", True), ("UK", "US", False), ("EU", "FR", True), ("FR", "EU", False), ("EU", "UK", False)],
)
def test_jurisdiction(authority: str, site: str, is_home: bool) -> None:
    base = knowledge(rule("pair", slot("simvastatin"), slot("ibuprofen"), jurisdiction=frozenset({authority})))
    found = find(base, meds("simvastatin", "ibuprofen"), site)
    assert ("pair" in fired(found)) is is_home
    assert [f.rule for f in found.elsewhere] == ([] if is_home else ["pair"])


def test_another_authority_asks_for_nothing() -> None:
    lab_rule = rule("uk", slot("class:thiazide"), kind="drug_lab", when=_LOW_POTASSIUM, jurisdiction=frozenset({"UK"}))
    assert find(knowledge(lab_rule), meds("indapamide"), "US").asks == {}


def test_a_red_flag_names_its_drugs_and_needs_no_rule() -> None:
    flag = red_flag("weak", Test("all", parts=(Test("symptom", ids=("muscle_cramp",)), Test("drug", slot=slot("class:statin")))))
    base = knowledge(red_flags=[flag])
    found = find(base, meds("simvastatin"), symptoms=(cramp(),))
    assert fired(found) == {"weak": ["simvastatin"]}
    assert found.findings[0].tier is Tier.URGENT
    assert fired(find(base, meds("simvastatin"))) == {}
    assert fired(find(base, [], symptoms=(cramp(),))) == {}


def test_a_red_flag_by_dose_needs_the_dose_to_be_known() -> None:
    flag = red_flag("high", Test("drug", slot=slot("simvastatin", dose="over 20 mg")))
    base = knowledge(red_flags=[flag])
    assert fired(find(base, meds("simvastatin 40 mg"))) == {"high": ["simvastatin"]}
    assert fired(find(base, meds("simvastatin"))) == {}


# Classes


def test_a_class_finding_names_its_members_and_a_grouping_has_none() -> None:
    found = find(knowledge(), meds("simvastatin", "rosuvastatin", "metoprolol"))
    assert [(f.rule, [m.ingredient.name for m in f.medications]) for f in found.findings] == [("statin", ["rosuvastatin", "simvastatin"])]
    assert all(f.severity is None and not f.interruptive for f in found.findings)


def test_a_class_counts_only_by_its_routes() -> None:
    assert find(knowledge(), [med("prednisone", 0, "ophthalmic")]).findings == ()


# Order


def test_order_and_line_numbers_do_not_change_what_is_found() -> None:
    base = knowledge(_PAIR, _CAP, _TRIPLE, _DUPLICATE, _BURDEN)
    texts = ("simvastatin 40 mg", "amlodipine", "hydrochlorothiazide", "ibuprofen", "lisinopril")
    expected = None
    for order in permutations(texts):
        found = find(base, meds(*order))
        seen = {(f.rule, frozenset(m.ingredient.name for m in f.medications), f.severity, f.tier) for f in found.findings}
        expected = expected or seen
        assert seen == expected


def test_a_gap_in_the_line_numbers_changes_nothing() -> None:
    apart = [on_line(m, 10 * m.line) for m in meds("simvastatin", "ibuprofen")]
    assert fired(find(knowledge(_PAIR), apart)) == fired(find(knowledge(_PAIR), meds("simvastatin", "ibuprofen")))
