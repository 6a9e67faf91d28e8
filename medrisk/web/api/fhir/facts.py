"""FHIR Patient, Condition and Observation as facts in words, for the same reader that reads a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from medrisk.core.circumstances import Sex
from medrisk.core.rules import KnowledgeBase
from medrisk.fhir.codes import (
    ICD10,
    LAB_OF_LOINC,
    LOINC,
    NOT_PREGNANT,
    PREGNANCY_STATUS,
    PREGNANT,
    SNOMED,
    UNSURE,
)
from medrisk.fhir.tree import Json, codings, concept_words, first_code, many, number, one, words
from medrisk.web.api.stated import fact_words, is_read_with, lab_words, plain_term

_NOT_ASSERTED = frozenset({"entered-in-error", "cancelled"})
_OVER = frozenset({"inactive", "remission", "resolved"})
_LONGEST_ONSET = 365
_UCUM = re.compile(r"[\[\]{}]")
_NO_UNIT = frozenset({"1", "INR", "ratio"})
_FLAGS = {"L": "L", "LL": "L", "H": "H", "HH": "H"}
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Result:
    """One laboratory result in words. ``lab`` is empty where its code is not known."""

    lab: str
    text: str
    when: str


def read_sex(patient: Json) -> Sex | None:
    gender = words(patient.get("gender"))
    return "female" if gender == "female" else "male" if gender == "male" else None


def read_age(patient: Json, day: date | None) -> tuple[float | None, str]:
    """Years at the day given, never at today's; and what to say where it is not known."""
    born = _DAY.match(words(patient.get("birthDate")))
    if born is None:
        return None, ""
    if day is None:
        return None, "The age is not known: neither Bundle.timestamp nor the parameter date says on which day to take it."
    month, at = int(born[2] or 1), int(born[3] or 1)
    years = day.year - int(born[1]) - ((day.month, day.day) < (month, at))
    if not 0 <= years <= 130:
        return None, "The birth date does not fit the day: the age was not used."
    return float(years), "" if born[2] else "Only the year of birth is known: the age may be one year less."


def read_day(value: Any) -> date | None:
    """The day of a FHIR date or instant; None for one that is not whole."""
    try:
        return date.fromisoformat(words(value)[:10])
    except ValueError:
        return None


def read_condition(resource: Json, knowledge: KnowledgeBase, day: date | None) -> tuple[str, str]:
    """The condition or symptom in words, or nothing and why."""
    verification = first_code(resource.get("verificationStatus"))
    if verification in _NOT_ASSERTED:
        return "", "It was entered in error, and left out."
    name = _coded_name(resource.get("code"), knowledge) or concept_words(resource.get("code"))
    if not name:
        return "", "It names nothing and was not taken into account."
    if verification == "refuted":
        return f"no {name}", ""
    if verification in UNSURE:
        return f"possible {name}", ""
    if first_code(resource.get("clinicalStatus")) in _OVER:
        return f"history of {name}", ""
    return f"{name}{_since(resource, day)}", ""


def _since(resource: Json, day: date | None) -> str:
    began = read_day(resource.get("onsetDateTime"))
    days = (day - began).days if day and began else -1
    return f" for {days} days" if 0 < days <= _LONGEST_ONSET else ""


def _coded_name(concept: Any, knowledge: KnowledgeBase) -> str:
    known = set(codings(concept))
    for kind in ("conditions", "symptoms"):
        for entry in knowledge.clinical.get(kind, ()):
            codes = entry.get("codes")
            if isinstance(codes, Mapping) and any(_is_code(system, code, codes) for system, code in known):
                return plain_term(entry)
    return ""


def _is_code(system: str, code: str, codes: Mapping[str, Sequence[str]]) -> bool:
    return (system in ICD10 and code in codes.get("icd10cm", ())) or (
        system == SNOMED and code in codes.get("snomed_ct", ())
    )


def read_results(resource: Json, knowledge: KnowledgeBase) -> tuple[list[Result], str]:
    """The results of an Observation and of its components, or none and why."""
    if words(resource.get("status")) in _NOT_ASSERTED:
        return [], "It was entered in error or cancelled, and left out."
    when = words(resource.get("effectiveDateTime") or one(resource.get("effectivePeriod")).get("end") or resource.get("issued"))
    found = [Result(lab, text, when) for part in (resource, *many(resource.get("component"))) for lab, text in _values(part, knowledge)]
    return found, "" if found else "It holds no value that is read here, and was not taken into account."


def _values(part: Json, knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    codes = [code for system, code in codings(part.get("code")) if system == LOINC]
    if PREGNANCY_STATUS in codes:
        answers = {code for _, code in codings(part.get("valueCodeableConcept"))}
        if answers & PREGNANT:
            yield "pregnancy", "pregnant"
        elif answers & NOT_PREGNANT:
            yield "pregnancy", "not pregnant"
        return
    quantity = one(part.get("valueQuantity"))
    value = number(quantity.get("value"))
    lab = next((LAB_OF_LOINC[code] for code in codes if code in LAB_OF_LOINC), "")
    name = fact_words(knowledge, "labs", lab) if lab else concept_words(part.get("code"))
    unit = unit_words(words(quantity.get("code")) or words(quantity.get("unit")))
    if value is None or not 0 <= value <= 1_000_000 or not name or not is_read_with(knowledge, lab or name, unit):
        return
    comparator = words(quantity.get("comparator"))[:1]
    flag = next((_FLAGS[c] for i in many(part.get("interpretation")) if (c := first_code(i)) in _FLAGS), "")
    yield lab, f"{lab_words(name, value, unit, comparator if comparator in {'<', '>'} else '')} {flag}".rstrip()


def unit_words(unit: str) -> str:
    """A UCUM unit as laboratories write it: "mL/min/{1.73_m2}", "m[IU]/L", "meq/L"; a ratio has none."""
    plain = _UCUM.sub("", unit).replace("_", "").replace("meq", "mEq")
    return "" if plain in _NO_UNIT else plain


def newest(results: Sequence[tuple[str, Result]]) -> tuple[list[tuple[str, Result]], list[str]]:
    """Of each test the results of its last day, and the places of those that a later one replaces."""
    last: dict[str, str] = {}
    for _, result in results:
        if result.lab:
            last[result.lab] = max(last.get(result.lab, ""), result.when[:10])
    kept: list[tuple[str, Result]] = []
    replaced: list[str] = []
    for place, result in results:
        if result.when and result.lab and result.when[:10] != last[result.lab]:
            replaced.append(place)
        else:
            kept.append((place, result))
    return kept, replaced
