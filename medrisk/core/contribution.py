"""A symptom -> the listed drugs that may explain it, ranked, with every step of the reckoning open to view.

The points are this project's own ordinal heuristic, not a published or validated scale; every surface says so. A value
that is not known adds nothing and takes nothing away. Red flags do not pass through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrisk.core.conditions import PatientFacts
from medrisk.core.engine import Engine
from medrisk.core.model import Component, Contribution, ContributionTier, Finding, Ingredient, Medication
from medrisk.core.rules import ClassEffect, DrugClass, Grade, Severity

# Points by the grade of an effect that is the symptom itself, and by one that brings it about (a lost electrolyte).
_DIRECT = {"established": 3, "probable": 2, "possible": 1}
_INDIRECT = {"established": 2, "probable": 1, "possible": 1}
_MATCHING_LAB = 2
_NORMAL_LAB = -2
_RAISED_EXPOSURE = {Severity.CONTRAINDICATED: 3, Severity.MAJOR: 2, Severity.MODERATE: 1}
_ALTERNATIVE = -1
_MOST_ALTERNATIVES = 2
# What a rule must name for its severity to speak for raised exposure and not for something else about the drug.
_RAISED = frozenset({"myopathy", "rhabdomyolysis", "increased_exposure"})
_ELECTROLYTE_EFFECTS = frozenset({
    "hypokalaemia", "hypomagnesaemia", "hypocalcaemia", "hyponatraemia", "hyperkalaemia", "hypermagnesaemia",
    "hypophosphataemia", "hypoglycaemia",
})  # fmt: skip
# What the tiers of points are called; the order of the words is the order of concern.
_TIERS: tuple[tuple[int, ContributionTier], ...] = (
    (6, "likely"), (3, "possible"), (1, "listed"),
)  # fmt: skip


def rank_contributors(
    engine: Engine, medications: Sequence[Medication], facts: PatientFacts, findings: Sequence[Finding]
) -> tuple[Contribution, ...]:
    """For each symptom the patient has, the drugs whose classes are known for it, most likely first."""
    symptoms = [
        info for name, present in sorted(facts.symptoms.items())
        if present and (info := engine.knowledge.symptoms.get(name)) is not None and info.explained_by
    ]  # fmt: skip
    if not symptoms:
        return ()
    ranked: list[Contribution] = []
    active = sorted({m.ingredient.name: m for m in medications if m.status == "active"}.items())
    known_for = [(drug.ingredient, _known_for(drug, engine)) for _, drug in active]
    exposures = _exposures(findings, engine)
    for symptom in symptoms:
        alternatives = _alternatives(symptom.id, facts, engine)
        found = []
        for ingredient, effects in known_for:
            relevant = [(c, e) for c, e in effects if e.effect in symptom.explained_by]
            base = _base(symptom.id, relevant, engine)
            if base is not None:
                raised = exposures.get(ingredient.name)
                components = [base, *_lab_components(relevant, facts, engine), *([raised] if raised else []), *alternatives]
                found.append(_contribution(ingredient, symptom.id, components))
        ranked += sorted(found, key=lambda c: (-c.points, c.ingredient.name))
    return tuple(ranked)


def _known_for(drug: Medication, engine: Engine) -> list[tuple[DrugClass, ClassEffect]]:
    """The effects of a drug's classes, by the route by which it is taken."""
    name = drug.ingredient.name
    classes = engine.classes_of(name, drug.route)
    return [(c, effect) for c in classes if c.role != "grouping" for effect in c.effects_of(name)]


def _contribution(ingredient: Ingredient, symptom: str, components: Sequence[Component]) -> Contribution:
    points = sum(component.points for component in components)
    tier: ContributionTier = next((name for least, name in _TIERS if points >= least), "not_suggested")
    return Contribution(ingredient, symptom, tier, points, tuple(components))


def _base(symptom: str, relevant: Iterable[tuple[DrugClass, ClassEffect]], engine: Engine) -> Component | None:
    """The best-supported link from the drug to the symptom."""
    best: tuple[int, str] | None = None
    for drug_class, effect in relevant:
        direct = effect.effect == symptom or (effect.effect, symptom) in _SAME
        points = (_DIRECT if direct else _INDIRECT)[effect.grade.value]
        if best is None or points > best[0]:
            how = f"{drug_class.name}: {_effect_name(effect.effect, engine)}, {effect.grade.value}"
            best = (points, how if direct else f"{how}, which may bring the symptom about")
    return None if best is None else Component("known for it", best[0], best[1])


# Effects that are a symptom under another name.
_SAME = {
    ("muscle_cramp", "nocturnal_leg_cramp"), ("muscle_cramp", "muscle_spasm"), ("dystonia", "acute_dystonia"),
    ("tremor", "clonus_tremor"), ("neuropathy", "paraesthesia"), ("muscle_rigidity", "stiffness"), ("myopathy", "muscle_weakness"),
    ("rhabdomyolysis", "dark_urine"), ("thrombosis", "unilateral_calf_swelling"),
}  # fmt: skip


def _lab_components(
    relevant: Sequence[tuple[DrugClass, ClassEffect]], facts: PatientFacts, engine: Engine
) -> list[Component]:
    """A lab that shows the drug's own effect speaks for it; a normal one against a purely electrolyte mechanism."""
    effects = {effect.effect for _, effect in relevant if effect.grade is not Grade.POSSIBLE}
    found: list[Component] = []
    shown, normal = False, False
    for lab_id, results in sorted(facts.labs.items()):
        info = engine.knowledge.labs.get(lab_id)
        if info is None:
            continue
        for result in results:
            effect = {"low": info.low_effect, "high": info.high_effect}.get(result.interpretation or "")
            if effect in effects and not shown:
                shown = True
                found.append(
                    Component(
                        "laboratory value",
                        _MATCHING_LAB,
                        f"{info.name} {result.value:g} is {result.interpretation}, an effect of this class",
                    )
                )
            normal = normal or (
                result.interpretation == "normal" and bool({info.low_effect, info.high_effect} & effects)
            )
    if normal and not shown and all(effect.effect in _ELECTROLYTE_EFFECTS for _, effect in relevant):
        found.append(
            Component("laboratory value", _NORMAL_LAB, "the electrolyte by which this class would act is in range")
        )
    return found


def _exposures(findings: Sequence[Finding], engine: Engine) -> dict[str, Component]:
    """For each drug whose exposure an interaction or a dose above a cap raises, the finding that raises it most."""
    best: dict[str, Component] = {}
    for finding in findings:
        rule = engine.knowledge.rules.get(finding.rule)
        if (
            rule is None
            or finding.unchecked
            or finding.severity is None
            or finding.kind not in {"interaction", "dose_cap"}
            or not finding.medications
        ):
            continue
        drug = finding.medications[0].ingredient.name
        points = _RAISED_EXPOSURE.get(finding.severity, 0)
        touches = not _RAISED.isdisjoint(rule.effects)
        if points and touches and (drug not in best or points > best[drug].points):
            best[drug] = Component("raised exposure", points, rule.name)
    return best


def _alternatives(symptom: str, facts: PatientFacts, engine: Engine) -> list[Component]:
    """Conditions that may explain the symptom by themselves."""
    present = [
        info.name for name, has in sorted(facts.conditions.items())
        if has and (info := engine.knowledge.conditions.get(name)) is not None and symptom in info.explains
    ]  # fmt: skip
    counted = present[:_MOST_ALTERNATIVES]
    return [Component("another explanation", _ALTERNATIVE, f"{name} may explain it by itself") for name in counted]


def _effect_name(effect: str, engine: Engine) -> str:
    known = engine.knowledge.effects.get(effect)
    return known.name.lower() if known else effect.replace("_", " ")
