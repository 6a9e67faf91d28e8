"""The knowledge as one body: what must hold of every class, rule, red flag and source together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from real_knowledge import DOCUMENTS as _DOCUMENTS
from real_knowledge import KNOWLEDGE as _KNOWLEDGE
from real_knowledge import KNOWLEDGE_DIR as _DIR

from medrisk.core.rules import DrugClass, Evidence, Examples, Rule, Severity

_RULES = list(_KNOWLEDGE.rules.values())
_CLASSES = list(_KNOWLEDGE.classes.values())
# "stop" as an order; "stop" in "do not stop" or "never stop" is a warning against it.
_ORDER_TO_STOP = re.compile(r"^(?:please )?(?:stop|discontinue|cease|withdraw)\b", re.IGNORECASE)
_COMPOUND_KINDS = {"pair", "dose_cap", "cascade"}


def _actions() -> Iterator[tuple[str, str]]:
    for rule in _RULES:
        yield from ((rule.id, action) for action in (*rule.action, rule.do_not_stop or ""))
    for flag in _KNOWLEDGE.red_flags:
        yield from ((flag.id, action) for action in flag.action)
    for drug_class in _CLASSES:
        claims = (*drug_class.options, *drug_class.monitoring)
        yield from ((drug_class.id, claim.text) for claim in claims)
        yield drug_class.id, drug_class.do_not_stop or ""


def _evidence() -> Iterator[tuple[str, Evidence]]:
    for entry in (*_RULES, *_CLASSES, *_KNOWLEDGE.red_flags):
        yield entry.id, entry.evidence


@pytest.mark.parametrize(("folder", "entries"), [("interactions", _DOCUMENTS.rules), ("drug_classes", _DOCUMENTS.classes)])
def test_ids_are_file_names(folder: str, entries: Iterable[str]) -> None:
    assert {path.stem for path in Path(_DIR, folder).glob("*.yaml")} == set(entries)


def test_nothing_is_reviewed_until_a_pharmacist_signs() -> None:
    signed = {e.id: (e.status, e.checked_by) for e in (*_RULES, *_CLASSES) if e.status != "draft" or e.checked_by is not None}
    assert signed == {}, "a signature must name a real pharmacist; change this test in the same commit"
    assert {flag.status for flag in _KNOWLEDGE.red_flags} == {"draft"}


def test_what_interrupts_or_forbids_was_read_in_a_source() -> None:
    serious = [r for r in _RULES if r.interruptive or r.severity is Severity.CONTRAINDICATED]
    assert serious
    assert sorted(r.id for r in serious if not r.evidence.is_verified) == []


def test_a_modifier_does_not_forbid_on_hearsay() -> None:
    raised = [r for r in _RULES if any(m.severity is Severity.CONTRAINDICATED or m.interruptive for m in r.modifiers)]
    assert sorted(r.id for r in raised if not r.evidence.is_verified) == []


def test_no_action_orders_anyone_to_stop() -> None:
    assert [(where, text) for where, text in _actions() if _ORDER_TO_STOP.search(text)] == []


def test_text_is_plain_and_ends_without_space() -> None:
    untidy = [(where, text) for where, text in _actions() if text != text.strip() or ("<" in text and ">" in text) or "**" in text]
    assert untidy == []


def test_every_source_that_is_cited_exists_and_background_is_never_verified() -> None:
    for where, evidence in _evidence():
        for ref in evidence.sources:
            assert ref.id in _KNOWLEDGE.sources, where
            assert not (ref.verified and _KNOWLEDGE.sources[ref.id].kind == "background"), where


def test_what_was_read_has_a_date_and_a_locator() -> None:
    seen = [s for s in _KNOWLEDGE.sources.values() if s.checked == "seen"]
    assert seen
    assert [s.id for s in seen if not s.read_on or not s.locator] == []


def test_every_source_is_cited_somewhere() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in _DIR.rglob("*.yaml") if path.parent.name != "sources")
    cited = set(re.findall(r"\bid: ([a-z0-9-]+)", text))
    assert sorted(_KNOWLEDGE.sources.keys() - cited - {"background"}) == []


def test_every_effect_of_a_rule_or_class_is_known() -> None:
    named = {e for r in _RULES for e in r.effects} | {e.effect for c in _CLASSES for e in c.effects}
    assert named - _KNOWLEDGE.effects.keys() == set()


def test_two_rules_never_say_the_same() -> None:
    """Same participants, condition and jurisdiction would be two notes for one matter."""
    same = Counter((r.kind, r.participants, r.when, r.jurisdiction, r.burden) for r in _RULES)
    assert [key[0] for key, count in same.items() if count > 1] == []


def test_names_are_unique() -> None:
    names = Counter(e.name for e in (*_RULES, *_CLASSES, *_KNOWLEDGE.red_flags))
    assert [name for name, count in names.items() if count > 1] == []


def test_what_is_superseded_exists_and_no_rule_supersedes_in_a_circle() -> None:
    for rule in _RULES:
        for other in rule.supersedes:
            assert other in _KNOWLEDGE.rules, rule.id
            assert rule.id not in _KNOWLEDGE.rules[other].supersedes, rule.id


def test_a_rule_that_turns_on_a_dose_says_that_it_cannot_do_without() -> None:
    by_dose = [r for r in _RULES if any(slot.dose for slot in r.participants)]
    assert by_dose
    assert sorted(r.id for r in by_dose if "dose" not in r.unchecked_without) == []


def test_a_dose_rule_shows_an_example_without_a_dose() -> None:
    by_dose = [r for r in _RULES if "dose" in r.unchecked_without]
    assert len([r for r in by_dose if r.examples.unchecked]) >= 0.8 * len(by_dose)


@pytest.mark.parametrize("entry", [*_RULES, *_CLASSES, *_KNOWLEDGE.red_flags], ids=lambda entry: entry.id)
def test_every_entry_shows_when_it_fires_and_when_it_is_silent(entry: Rule | DrugClass) -> None:
    examples: Examples = entry.examples
    assert examples.notes
    assert examples.silent
    assert not set(examples.notes) & set(examples.silent)


@pytest.mark.parametrize("kind", sorted({rule.kind for rule in _RULES}))
def test_most_rules_fire_from_a_real_product_name(kind: str) -> None:
    """People write brands. At least a third of the rules of each kind show one among their examples."""
    products = _product_words()
    rules = [r for r in _RULES if r.kind == kind]
    shown = [r.id for r in rules if any(set(re.findall(r"[a-z][\w'-]+", text.lower())) & products for text in r.examples.notes)]
    assert len(shown) >= len(rules) / 3, f"{len(shown)} of {len(rules)}; without: {sorted({r.id for r in rules} - set(shown))}"


def _product_words() -> set[str]:
    """First words of brands and products that are no ingredient's name."""
    names = [b for a in _DOCUMENTS.formulary for f in a["ingredients"].values() for b in (*(f or {}).get("brands", ()), *(f or {}).get("brand_routes", {}))]
    names += [p for a in _DOCUMENTS.formulary for p in a.get("products") or {}]
    ingredients = {word for a in _DOCUMENTS.formulary for name in a["ingredients"] for word in name.split()}
    return {name.lower().split()[0] for name in names} - ingredients


def test_every_promoter_class_has_an_effect_and_asks_or_offers_something() -> None:
    promoters = [c for c in _CLASSES if c.role in {"promoter", "weak_promoter"}]
    assert promoters
    assert sorted(c.id for c in promoters if not c.effects or not c.options) == []


def test_an_established_effect_was_read_in_a_source() -> None:
    hearsay = [
        f"{c.id}: {e.effect}" for c in _CLASSES for e in c.effects if e.grade == "established" and not any(ref.verified for ref in e.sources)
    ]
    assert hearsay == []


def test_a_figure_in_use_was_read() -> None:
    assert [c.id for c in _CLASSES for e in c.effects for f in e.figures if not f.verified] == []


def test_compound_rules_name_more_than_one_drug() -> None:
    single = [r.id for r in _RULES if r.kind in _COMPOUND_KINDS - {"dose_cap"} and len(r.participants) < 2]
    assert single == []
