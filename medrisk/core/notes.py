"""Findings -> notes: the same facts in words a pharmacist can act on, in the order in which they should be read.

Figures are shown only when somebody read them in the source; what was not read is called unverified. No note tells
anyone to stop a drug: it offers options to consider.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from medrisk.core.conditions import PatientFacts
from medrisk.core.engine import Findings
from medrisk.core.model import Citation, Finding, Line, Note
from medrisk.core.note_words import (
    class_actions,
    class_sources,
    class_tier,
    drug_names,
    is_read,
    line_numbers,
    lines_why,
    marked,
    member_effects,
    note_id,
    rule_summary,
    severity_held,
)
from medrisk.core.rules import (
    ClassEffect,
    ConditionInfo,
    DrugClass,
    KnowledgeBase,
    RedFlag,
    Rule,
    SourceRef,
    SymptomInfo,
    Tier,
)
from medrisk.core.site import evidence_word, mark_shared
from medrisk.core.wording import join, lower_first, sentence

_KIND_ORDER = {
    "red_flag": 0, "dose_cap": 1, "interaction": 1, "duplicate": 2, "burden": 3, "missing_information": 4, "cascade": 5,
    "drug_class": 6, "symptom": 7,
}  # fmt: skip
_CONTEXT_WORDS = {"dose": "the dose", "age": "the age", "sex": "the sex"}


@dataclass(frozen=True, slots=True)
class _Patient:
    """What one answer is about: its lines, the symptoms that the patient has, and the effects that laboratory values show."""

    lines: Sequence[Line]
    symptoms: tuple[SymptomInfo, ...]
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class _ClassText:
    """What a class note says of some of its members, whoever takes them."""

    effects: tuple[str, ...]
    summary: str
    why: tuple[str, ...]
    actions: tuple[str, ...]
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _RuleText:
    """What every note of a rule says, whoever takes the drugs."""

    effects: tuple[str, ...]
    evidence: str
    is_verified: bool
    mechanism: str
    actions: tuple[str, ...]
    sources: tuple[Citation, ...]
    has_dose: bool


class NoteWriter:
    """Writes notes from findings. Built once: what depends on knowledge alone is worked out once and kept."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self._red_flags = {flag.id: flag for flag in knowledge.red_flags}
        self._class_texts: dict[tuple[str, tuple[str, ...]], _ClassText] = {}
        self._rule_texts: dict[str, _RuleText] = {}
        self._cited: dict[tuple[SourceRef, ...], tuple[Citation, ...]] = {}

    def write(self, found: Findings, lines: Sequence[Line], facts: PatientFacts) -> tuple[Note, ...]:
        """All notes: red flags first, then by tier, severity and kind; the order is the same for the same facts."""
        patient = _Patient(lines, self._symptoms(facts), self._shown(facts))
        notes = [
            self._with_elsewhere(self._note(finding, found, patient), found.elsewhere) for finding in found.findings
        ]
        notes += self._only_elsewhere(found, patient)
        notes += self._other_explanations(patient, facts)
        return tuple(sorted(mark_shared(notes, self.knowledge.rules), key=reading_order))

    def _note(self, finding: Finding, found: Findings, patient: _Patient) -> Note:
        if finding.kind == "red_flag":
            return self._red_flag(finding, self._red_flags[finding.rule], patient)
        if finding.kind == "drug_class":
            return self._drug_class(finding, self.knowledge.classes[finding.rule], patient)
        rule = self.knowledge.rules[finding.rule]
        if finding.unchecked:
            return self._unchecked(finding, rule, patient)
        return self._rule(finding, rule, found, patient)

    def _red_flag(self, finding: Finding, flag: RedFlag, patient: _Patient) -> Note:
        return Note(
            id=note_id("red-flag", flag.id, finding.medications), rule=flag.id, kind="red_flag", tier=Tier.URGENT, severity=None,
            interruptive=flag.interruptive, drugs=drug_names(finding.medications), effects=(), evidence=flag.evidence.grade.value,
            verified=flag.evidence.is_verified, summary=flag.name, why=(flag.why, *lines_why(finding.medications, patient.lines)),
            actions=flag.action, sources=self._cite(flag.evidence.sources), lines=line_numbers(finding.medications, patient.lines),
        )  # fmt: skip

    def _rule(self, finding: Finding, rule: Rule, found: Findings, patient: _Patient) -> Note:
        names = drug_names(finding.medications)
        text = self._rule_text(rule)
        why = lines_why(finding.medications, patient.lines, with_dose=text.has_dose)
        why += [f"{drug}: through {lower_first(mechanism)}" for drug, mechanism in finding.mechanisms]
        why += [text.mechanism, *(sentence(reason) for reason in finding.why)]
        open_modifiers = found.would_change.get((rule.id, tuple(m.ingredient.name for m in finding.medications)), ())
        return Note(
            id=note_id(rule.id, "", finding.medications), rule=rule.id, kind=finding.kind, tier=finding.tier, severity=finding.severity,
            interruptive=finding.interruptive, drugs=names, effects=text.effects, evidence=text.evidence, verified=text.is_verified,
            summary=rule_summary(rule, finding, names), why=tuple(why), actions=text.actions, sources=text.sources,
            lines=line_numbers(finding.medications, patient.lines),
            would_change=tuple(f"not known whether {lower_first(reason)}" for reason in open_modifiers),
        )  # fmt: skip

    def _unchecked(self, finding: Finding, rule: Rule, patient: _Patient) -> Note:
        """A rule that could not be decided: said, and never taken for "no problem".

        Two drugs of an interaction that turns on a dose keep its severity, for only the dose is missing; it never interrupts.
        """
        is_pair_without_dose = finding.unchecked == ("dose",) and len(rule.participants) > 1
        missing = " and ".join(_CONTEXT_WORDS.get(what) or self._lab_name(what) for what in finding.unchecked)
        names = drug_names(finding.medications)
        text = self._rule_text(rule)
        summary = f"Cannot be checked without {missing}: {lower_first(rule.name)}"
        return Note(
            id=note_id(rule.id, "unchecked", finding.medications), rule=rule.id, kind="missing_information", tier=Tier.REVIEW,
            severity=finding.severity if is_pair_without_dose else None, interruptive=False, drugs=names, effects=rule.effects,
            evidence=text.evidence, verified=text.is_verified, summary=summary,
            why=(*lines_why(finding.medications, patient.lines, with_dose=True), text.mechanism),
            actions=(f"find out {missing} of {join(names[:1]) if 'dose' in finding.unchecked else 'the patient'} and check again",),
            sources=text.sources, lines=line_numbers(finding.medications, patient.lines),
        )  # fmt: skip

    def _drug_class(self, finding: Finding, drug_class: DrugClass, patient: _Patient) -> Note:
        names = drug_names(finding.medications)
        text = self._class_text(drug_class, names)
        explained = [s.name.lower() for s in patient.symptoms if not set(s.explained_by).isdisjoint(text.effects)]
        tail = f"; may explain the reported {join(explained)}" if explained else ""
        return Note(
            id=note_id(drug_class.id, "", finding.medications), rule=drug_class.id, kind="drug_class",
            tier=class_tier(drug_class, bool(explained), not patient.shown.isdisjoint(text.effects)), severity=None,
            interruptive=False, drugs=names, effects=text.effects, evidence=drug_class.evidence.grade.value,
            verified=drug_class.evidence.is_verified, summary=text.summary + tail,
            why=(*lines_why(finding.medications, patient.lines), *text.why), actions=text.actions, sources=text.sources,
            lines=line_numbers(finding.medications, patient.lines),
        )  # fmt: skip

    def _symptoms(self, facts: PatientFacts) -> tuple[SymptomInfo, ...]:
        """The symptoms that the patient has, in the order of their ids."""
        present = sorted(symptom for symptom, has in facts.symptoms.items() if has)
        return tuple(info for symptom in present if (info := self.knowledge.symptoms.get(symptom)) is not None)

    def _shown(self, facts: PatientFacts) -> frozenset[str]:
        """The effects that the laboratory values show."""
        shown: set[str | None] = set()
        for lab, results in facts.labs.items():
            info = self.knowledge.labs.get(lab)
            if info is not None:
                effects = {"low": info.low_effect, "high": info.high_effect}
                shown.update(effects.get(result.interpretation or "") for result in results)
        return frozenset(effect for effect in shown if effect is not None)

    def _rule_text(self, rule: Rule) -> _RuleText:
        if rule.id not in self._rule_texts:
            self._rule_texts[rule.id] = _RuleText(
                effects=rule.effects or ((rule.burden.effect,) if rule.burden else ()),
                evidence=evidence_word(rule),
                is_verified=rule.evidence.is_verified,
                mechanism=sentence(rule.mechanism),
                actions=(*rule.action, *([rule.do_not_stop] if rule.do_not_stop else [])),
                sources=self._cite(rule.evidence.sources),
                has_dose=any(slot.dose for slot in rule.participants),
            )
        return self._rule_texts[rule.id]

    def _class_text(self, drug_class: DrugClass, names: tuple[str, ...]) -> _ClassText:
        key = (drug_class.id, names)
        if key not in self._class_texts:
            effects = member_effects(drug_class, names)
            self._class_texts[key] = _ClassText(
                effects=tuple(e.effect for e in effects),
                summary=self._class_summary(drug_class, names, effects),
                why=tuple(self._class_why(drug_class, effects)),
                actions=tuple(class_actions(drug_class)),
                sources=self._cite(tuple(class_sources(drug_class, effects))),
            )
        return self._class_texts[key]

    def _class_summary(self, drug_class: DrugClass, names: tuple[str, ...], effects: Sequence[ClassEffect]) -> str:
        known = "known for " + join([f"{self._effect_name(e.effect)} ({e.grade.value})" for e in effects[:5]])
        role = {
            "treatment": "a treatment that needs a look itself; ",
            "look_alike": "its effects can look like cramp; ",
        }
        return f"{join(names)} ({lower_first(drug_class.name)}): {role.get(drug_class.role, '')}{known if effects else 'no effect listed'}"

    def _class_why(self, drug_class: DrugClass, effects: Sequence[ClassEffect]) -> Iterable[str]:
        # First what keeps the rest from misleading: the blinded evidence on statins, say.
        yield from (marked(claim) for claim in drug_class.context)
        if drug_class.mechanism:
            yield sentence(drug_class.mechanism)
        for effect in effects:
            grade = f"{self._effect_name(effect.effect)}: {effect.grade.value}"
            yield grade + ("" if any(ref.verified for ref in effect.sources) else " (unverified)")
            yield from (sentence(figure.text) for figure in effect.figures if is_read(figure))
        if drug_class.onset is not None:
            yield "Onset: " + drug_class.onset.text + ("" if drug_class.onset.verified else " (unverified)")
        if drug_class.dose_dependence is not None:
            yield "Dose: " + marked(drug_class.dose_dependence)

    def _with_elsewhere(self, note: Note, elsewhere: Sequence[Finding]) -> Note:
        """Say what other authorities hold of the same drugs, where they differ."""
        if note.kind in {"drug_class", "red_flag"}:
            return note
        same = [
            f
            for f in elsewhere
            if drug_names(f.medications) and set(drug_names(f.medications)) == set(note.drugs) and not f.unchecked
        ]
        if not same:
            return note
        words = tuple(
            f"Elsewhere ({self._where(f)}){severity_held(f)}: {lower_first(self.knowledge.rules[f.rule].name)}"
            for f in same
        )
        return replace(note, why=(*note.why, *words))

    def _only_elsewhere(self, found: Findings, patient: _Patient) -> list[Note]:
        """What only other authorities hold: for information, without a severity here."""
        at_home = [
            set(drug_names(f.medications))
            for f in found.findings
            if f.kind not in {"drug_class", "red_flag"} and not f.unchecked
        ]
        notes = []
        for finding in found.elsewhere:
            if finding.unchecked or set(drug_names(finding.medications)) in at_home:
                continue
            rule = self.knowledge.rules[finding.rule]
            note = self._rule(finding, rule, found, patient)
            notes.append(_elsewhere_note(note, self._where(finding), rule.name))
        return notes

    def _other_explanations(self, patient: _Patient, facts: PatientFacts) -> list[Note]:
        """What the patient has that may explain a symptom without any drug: conditions, and laboratory values."""
        had = [
            condition for name, has in sorted(facts.conditions.items())
            if has and (condition := self.knowledge.conditions.get(name)) is not None
        ]  # fmt: skip
        notes = []
        for symptom in patient.symptoms:
            conditions = [condition for condition in had if symptom.id in condition.explains]
            values = [self._effect_name(effect) for effect in symptom.explained_by if effect in patient.shown]
            if conditions:
                notes.append(self._other_explanation(symptom.id, symptom.name, conditions, values))
        return notes

    def _other_explanation(self, symptom: str, name: str, conditions: list[ConditionInfo], values: list[str]) -> Note:
        causes = [
            *(condition.name for condition in conditions),
            *(f"the {value} in the laboratory values" for value in values),
        ]
        refs = tuple(ref for condition in conditions for ref in condition.sources)
        return Note(
            id=f"symptom:{symptom}", rule=symptom, kind="symptom", tier=Tier.INFO, severity=None, interruptive=False, drugs=(),
            effects=(), evidence=None, verified=any(ref.verified for ref in refs),
            summary=f"{name} may have other explanations: {join([lower_first(cause) for cause in causes])}",
            why=tuple(f"{condition.name}: {condition.note}" for condition in conditions),
            actions=("weigh these before a drug is blamed",), sources=self._cite(refs), lines=(),
        )  # fmt: skip

    def _where(self, finding: Finding) -> str:
        return ", ".join(sorted(finding.jurisdictions))

    def _cite(self, refs: tuple[SourceRef, ...]) -> tuple[Citation, ...]:
        if refs not in self._cited:
            cited: dict[tuple[str, str], Citation] = {}
            for ref in refs:
                source = self.knowledge.sources.get(ref.id)
                if source is not None:
                    cited[ref.id, ref.where] = Citation(
                        ref.id, source.citation, ref.where, source.locator, ref.verified
                    )
            self._cited[refs] = tuple(cited.values())
        return self._cited[refs]

    def _effect_name(self, effect: str) -> str:
        known = self.knowledge.effects.get(effect)
        return known.name.lower() if known else effect.replace("_", " ")

    def _lab_name(self, lab: str) -> str:
        known = self.knowledge.labs.get(lab)
        return (
            f"the {known.name.lower() if known.name[1:2].islower() else known.name}" if known else lab.replace("_", " ")
        )


def reading_order(note: Note) -> tuple[object, ...]:
    severity = note.severity.rank if note.severity else 0
    is_flag = 0 if note.kind == "red_flag" else 1
    return (
        is_flag,
        -note.tier.rank,
        -int(note.interruptive),
        -severity,
        _KIND_ORDER.get(note.kind, 9),
        note.rule,
        note.drugs,
    )


def _elsewhere_note(note: Note, where: str, name: str) -> Note:
    summary = f"Not here, but elsewhere ({where}): {lower_first(name)}"
    return replace(
        note,
        id=f"{note.id}:elsewhere",
        tier=Tier.INFO,
        severity=None,
        interruptive=False,
        summary=summary,
        would_change=(),
    )
