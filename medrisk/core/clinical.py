"""Symptoms, conditions and laboratory results in a whole paste, with who has them and whether they are
asserted.

This is the one way in: ``read_clinical(text, terms)``. What counts as a symptom, a condition or a test is
data (``data/symptoms.yaml``, ``conditions.yaml``, ``labs.yaml``); how a mention is meant is decided in
``medrisk.core.assertion``, and numbers are read in ``medrisk.core.labs``. Every offset is one into the
text as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medrisk.core.assertion import Assertion, Experiencer, Setting
from medrisk.core.circumstances import Sex, find_laterality, find_onset, read_person
from medrisk.core.lab_reading import read_lab, read_later
from medrisk.core.lab_series import in_order
from medrisk.core.labs import LabResult, LabTest, build_lab_test, corrected_calcium
from medrisk.core.phrases import Match, PhraseIndex
from medrisk.core.selection import Entry, select_mentions
from medrisk.core.tokens import Tokens, same_length_lower

__all__ = [
    "ClinicalFacts",
    "ClinicalTerms",
    "ConditionMention",
    "LabResult",
    "SymptomMention",
    "build_clinical_terms",
    "clinical_spans",
    "joined_labs",
    "read_clinical",
]

_SYMPTOM, _CONDITION, _LAB = "symptom", "condition", "lab"
_CK_TEST, _CK_SYMPTOM = "creatine_kinase", "ck_increase"
# A temperature from which "T 39.4" stands for fever; Celsius, Fahrenheit (background knowledge).
_FEVER = ((38.0, 43.0), (100.4, 109.0))


@dataclass(frozen=True, slots=True)
class ClinicalTerms:
    """The words of the knowledge files, compiled. Built once, shared and never changed."""

    index: PhraseIndex
    symptoms: tuple[Entry, ...]
    conditions: tuple[Entry, ...]
    labs: tuple[LabTest, ...]


@dataclass(frozen=True, slots=True)
class SymptomMention:
    """A symptom as it was written. ``onset_days`` counts back from now, or, where ``onset`` says "after",
    from that event.
    """

    id: str
    name: str
    text: str
    start: int
    end: int
    negated: bool
    experiencer: Experiencer
    hypothetical: bool
    historical: bool
    onset: str | None = None
    onset_days: int | None = None
    laterality: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionMention:
    id: str
    name: str
    text: str
    start: int
    end: int
    negated: bool
    experiencer: Experiencer
    hypothetical: bool
    historical: bool


@dataclass(frozen=True, slots=True)
class ClinicalFacts:
    """Everything clinical in a text. None and absence mean unknown, never normal."""

    symptoms: tuple[SymptomMention, ...] = ()
    conditions: tuple[ConditionMention, ...] = ()
    labs: tuple[LabResult, ...] = ()
    age: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    person_spans: tuple[tuple[int, int], ...] = ()


def build_clinical_terms(
    symptoms: list[dict[str, Any]], conditions: list[dict[str, Any]], labs: list[dict[str, Any]]
) -> ClinicalTerms:
    """Compile the entries of the three files, as plain mappings."""
    index = PhraseIndex()
    for kind, entries in ((_SYMPTOM, symptoms), (_CONDITION, conditions), (_LAB, labs)):
        for number, entry in enumerate(entries):
            for term in entry["terms"]:
                index.add(term, kind, number, plain=kind == _LAB)
    index.close()
    return ClinicalTerms(
        index,
        tuple(_entry(symptom, looks_always=False) for symptom in symptoms),
        tuple(_entry(condition, looks_always=True) for condition in conditions),
        tuple(build_lab_test(lab) for lab in labs),
    )


def _entry(entry: Mapping[str, Any], *, looks_always: bool) -> Entry:
    not_with = frozenset(word.lower().replace("'", "") for word in entry.get("not_with") or ())
    return Entry(entry["id"], entry["name"], not_with, looks_always)


def read_clinical(text: str, terms: ClinicalTerms) -> ClinicalFacts:
    """Read a paste: medication lines, headings, prose and problem lists as they come."""
    lowered = same_length_lower(text)
    tokens = terms.index.tokens(lowered)
    _mark_fever(tokens)
    entries = {_SYMPTOM: terms.symptoms, _CONDITION: terms.conditions}
    matches = select_mentions(terms.index, entries, tokens, text)
    labs = _labs(terms, matches, text, lowered, tokens)
    symptoms: list[SymptomMention] = []
    conditions: list[ConditionMention] = []
    if matches:
        setting = Setting(text, lowered, tokens)
        for match in matches:
            if match.phrase.kind == _SYMPTOM:
                symptoms.append(_symptom(terms.symptoms[match.phrase.entry], match, setting, lowered))
            elif match.phrase.kind == _CONDITION:
                conditions.append(_condition(terms.conditions[match.phrase.entry], match, setting))
        symptoms += _kinase_symptoms(terms, labs, setting, symptoms)
    person = read_person(text, lowered)
    return ClinicalFacts(
        tuple(symptoms),
        tuple(conditions),
        _with_corrected_calcium(terms, [result for result, _ in labs]),
        person.age,
        person.sex,
        person.pregnant,
        person.spans,
    )


def _with_corrected_calcium(terms: ClinicalTerms, results: list[LabResult]) -> tuple[LabResult, ...]:
    test = next((test for test in terms.labs if test.id == "calcium_corrected"), None)
    derived = corrected_calcium(results, test) if test else None
    return (*results, derived) if derived else tuple(results)


def joined_labs(
    terms: ClinicalTerms, first: Sequence[LabResult], second: Sequence[LabResult]
) -> tuple[LabResult, ...]:
    """Results of two texts as one list, with calcium corrected anew over both."""
    results = (*first, *second)
    calcium = {result.text for result in results if result.id == "calcium"}
    measured = [r for r in results if not (r.id == "calcium_corrected" and r.text in calcium)]
    return _with_corrected_calcium(terms, measured)


def clinical_spans(facts: ClinicalFacts) -> tuple[tuple[int, int], ...]:
    """The parts of the text that are clinical, in order and without overlap, for whoever reads the
    medication list.
    """
    mentions = [
        *((symptom.start, symptom.end) for symptom in facts.symptoms),
        *((condition.start, condition.end) for condition in facts.conditions),
        *((lab.start, lab.end) for lab in facts.labs),
        *facts.person_spans,
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(mentions):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _mark_fever(tokens: Tokens) -> None:
    """Let "T 39.4" count as the word fever in phrases that need it, and "temp 36.8" as none."""
    words = tokens.words
    for i in range(len(words) - 1):
        if words[i] in ("t", "temp", "temperature"):
            for following in words[i + 1 : i + 4]:
                number = following.rstrip("cf")
                if number.replace(".", "", 1).isdigit():
                    high = any(low <= float(number) <= high for low, high in _FEVER)
                    words[i] = "fever" if high else "t"
                    break


def _labs(
    terms: ClinicalTerms, matches: list[Match], text: str, lowered: str, tokens: Tokens
) -> list[tuple[LabResult, Match]]:
    results: list[tuple[LabResult, Match]] = []
    followed: set[int] = set()
    previous_end = -10
    for match in matches:
        if match.phrase.kind == _LAB:
            test = terms.labs[match.phrase.entry]
            result = read_lab(test, text, lowered, tokens, match.first, match.end, previous_end)
            while result is not None:
                results.append((result, match))
                previous_end = result.end
                result = read_later(test, text, lowered, result)
                if result is not None:
                    followed.add(len(results) - 1)
    if len(results) == 1 and results[0][0].date is None:
        return results
    ordered = in_order([result for result, _ in results], frozenset(followed))
    return [(result, match) for result, (_, match) in zip(ordered, results, strict=True)]


def _symptom(entry: Entry, match: Match, setting: Setting, lowered: str) -> SymptomMention:
    tokens = setting.tokens
    start, end = tokens.starts[match.first], tokens.ends[match.end - 1]
    assertion = setting.assess(match)
    left, right = tokens.sentence(match.first, match.end)
    sentence_start = tokens.starts[left] if left < len(tokens.starts) else start
    sentence_end = tokens.ends[right - 1]
    onset, days = find_onset(lowered[sentence_start:sentence_end], start - sentence_start)
    near = lowered[tokens.starts[max(left, match.first - 3)] : tokens.ends[min(right, match.end + 4) - 1]]
    return SymptomMention(
        entry.id,
        entry.name,
        setting.text[start:end],
        start,
        end,
        *_fields(assertion),
        onset=onset,
        onset_days=days,
        laterality=find_laterality(near),
    )


def _condition(entry: Entry, match: Match, setting: Setting) -> ConditionMention:
    tokens = setting.tokens
    start, end = tokens.starts[match.first], tokens.ends[match.end - 1]
    negated, experiencer, hypothetical, historical = _fields(setting.assess(match, is_condition=True))
    if setting.section(start) == "past":
        historical = False  # a list of past medical history is what the patient still has
    return ConditionMention(
        entry.id,
        entry.name,
        setting.text[start:end],
        start,
        end,
        negated,
        experiencer,
        hypothetical,
        historical,
    )


def _fields(assertion: Assertion) -> tuple[bool, Experiencer, bool, bool]:
    return assertion.negated, assertion.experiencer, assertion.hypothetical, assertion.historical


def _kinase_symptoms(
    terms: ClinicalTerms,
    labs: list[tuple[LabResult, Match]],
    setting: Setting,
    symptoms: list[SymptomMention],
) -> list[SymptomMention]:
    """A creatine kinase that is high, within its limit, or given under a denial ("ruled out ...: CK 180") as
    a symptom.
    """
    name = next((entry.name for entry in terms.symptoms if entry.id == _CK_SYMPTOM), None)
    if name is None:
        return []
    mentions = []
    for result, match in labs:
        if result.id != _CK_TEST or any(
            s.id == _CK_SYMPTOM and s.start < result.end and result.start < s.end for s in symptoms
        ):
            continue
        negated, experiencer, hypothetical, historical = _fields(setting.assess(match))
        if result.interpretation == "high" or result.interpretation == "normal" or negated:
            mentions.append(
                SymptomMention(
                    _CK_SYMPTOM,
                    name,
                    result.text,
                    result.start,
                    result.end,
                    result.interpretation != "high",
                    experiencer,
                    hypothetical,
                    historical,
                )
            )
    return mentions
