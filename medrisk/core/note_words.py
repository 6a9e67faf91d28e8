"""The words of notes: lines, doses, claims and their marks, and the id by which a note is known again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrisk.core.model import Finding, Line, Medication
from medrisk.core.rules import Claim, ClassEffect, DrugClass, Rule, SourceRef, Tier
from medrisk.core.wording import join


def lines_why(medications: Sequence[Medication], lines: Sequence[Line], *, with_dose: bool = False) -> list[str]:
    """Which lines each drug stands on, and the dose as it was understood where a rule turns on it."""
    words = []
    for medication in medications:
        line = lines[medication.line]
        text = f"line {line.number}: {medication.ingredient.name}"
        if line.product and line.product.lower() != medication.ingredient.name:
            text += f" (in {line.product})"
        if line.is_guess:
            text += ", read from a misspelt name"
        if with_dose:
            text += _dose_words(medication)
        if medication.status == "stopped":
            text += ", recently stopped"
        words.append(text)
    return words


def line_numbers(medications: Sequence[Medication], lines: Sequence[Line]) -> tuple[int, ...]:
    return tuple(sorted({lines[m.line].number for m in medications}))


def rule_summary(rule: Rule, finding: Finding, names: tuple[str, ...]) -> str:
    if rule.kind in {"burden", "duplicate", "cascade"} or len(names) > 2:
        return f"{rule.name}: {join(names)}"
    return rule.name if all(name in rule.name.lower() for name in names) else f"{rule.name}: {join(names)}"


def severity_held(finding: Finding) -> str:
    """The severity another authority gives, as " contraindicated"."""
    return f" {finding.severity.value}" if finding.severity else ""


def member_effects(drug_class: DrugClass, names: Sequence[str]) -> list[ClassEffect]:
    """The effects of the listed members, best supported first, each once."""
    best: dict[str, ClassEffect] = {}
    for name in names:
        for effect in drug_class.effects_of(name):
            if effect.effect not in best or effect.grade.rank > best[effect.effect].grade.rank:
                best[effect.effect] = effect
    return sorted(best.values(), key=lambda e: -e.grade.rank)


def class_tier(drug_class: DrugClass, is_explained: bool, is_shown: bool) -> Tier:
    """A class is background until it may explain a symptom, and more than that when a lab shows its effect."""
    if drug_class.role == "promoter" and is_shown:
        return Tier.REVIEW if is_explained else Tier.MONITOR
    return Tier.MONITOR if is_explained and drug_class.role != "weak_promoter" else Tier.INFO


def class_actions(drug_class: DrugClass) -> Iterable[str]:
    for claim in drug_class.options:
        yield marked(claim)
    for claim in drug_class.monitoring:
        yield "Monitoring: " + marked(claim)
    if drug_class.do_not_stop:
        yield drug_class.do_not_stop


def class_sources(drug_class: DrugClass, effects: Sequence[ClassEffect]) -> list[SourceRef]:
    refs = list(drug_class.evidence.sources)
    for effect in effects:
        refs += effect.sources
        refs += [ref for figure in effect.figures if is_read(figure) for ref in figure.sources]
    refs += [ref for claim in drug_class.context for ref in claim.sources]
    return refs


def is_read(claim: Claim) -> bool:
    return claim.verified or any(ref.verified for ref in claim.sources)


def marked(claim: Claim) -> str:
    return claim.text if is_read(claim) else f"{claim.text} (unverified)"


def _dose_words(medication: Medication) -> str:
    dose = medication.daily_dose
    if dose is None:
        return ", daily dose not known"
    note = f" ({dose.assumption})" if dose.assumption else ""
    return f", {dose.amount} a day{note}"


def drug_names(medications: Iterable[Medication]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.ingredient.name for m in medications))


def note_id(rule: str, suffix: str, medications: Sequence[Medication]) -> str:
    """The same for the same rule and drugs, whatever the order of the list."""
    parts = [rule, suffix, *sorted(name.replace(" ", "-") for name in drug_names(medications))]
    return ":".join(part for part in parts if part)
