"""A FHIR Dosage as directions in words: its text first, and what is only in its structure added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medrisk.core.sig import parse_sig
from medrisk.fhir.tree import Json, concept_words, first_code, many, number, one, plain, quantity_words, words

_PERIODS = {"h": "hour", "d": "day", "wk": "week", "mo": "month"}
# Codes of FHIR's GTSAbbreviation and EventTiming in the words of prescriptions.
_TIMING_CODES = {
    "BID": "twice a day", "TID": "three times a day", "QID": "four times a day", "AM": "every morning",
    "PM": "every evening", "QD": "once a day", "QOD": "every other day", "BED": "at bedtime", "Q1H": "every hour",
    "Q2H": "every 2 hours", "Q3H": "every 3 hours", "Q4H": "every 4 hours", "Q6H": "every 6 hours",
    "Q8H": "every 8 hours", "WK": "once a week", "MO": "once a month",
}  # fmt: skip
_HOURS = {"hour": 1, "day": 24, "week": 168, "month": 720}
_SAID = {
    **{(str(n), "1", "day"): f"{n} times a day" for n in range(2, 6)},
    ("2", "1", "week"): "twice a week",
    ("3", "1", "week"): "3 times a week",
    ("7", "1", "week"): "once a day",
}
_EVENTS = {
    "MORN": "in the morning", "NOON": "at noon", "AFT": "in the afternoon", "EVE": "in the evening",
    "NIGHT": "at night", "HS": "at bedtime", "CM": "with breakfast", "CD": "with lunch", "CV": "with dinner",
}  # fmt: skip


def directions_of(dosages: Any) -> str:
    """All dosages of a resource on one line."""
    return ", ".join(found for dosage in many(dosages) if (found := _one_dosage(dosage)))


def _one_dosage(dosage: Json) -> str:
    said = words(dosage.get("text"))
    sig = parse_sig(said) if said else None
    parts = [said]
    if sig is None or sig.dose is None:
        parts.append(_dose(dosage))
    if sig is None or sig.route is None:
        parts.append(concept_words(dosage.get("route")))
    if sig is None or sig.frequency is None:
        parts += _timing(one(dosage.get("timing")))
        parts += _as_needed(dosage)
    if not said:
        parts.append(words(dosage.get("patientInstruction")))
    most = quantity_words(one(dosage.get("maxDosePerPeriod")).get("numerator"))
    per = one(one(dosage.get("maxDosePerPeriod")).get("denominator"))
    if most and number(per.get("value")) == 1 and words(per.get("code") or per.get("unit")) in {"d", "day"}:
        parts.append(f"max {most} a day")
    return " ".join(part for part in parts if part)


def _dose(dosage: Json) -> str:
    """The amount of one dose. Administrations say it as ``dose``, R4 requests in ``doseAndRate``."""
    for rated in (*many(dosage.get("doseAndRate")), dosage):
        amount = quantity_words(rated.get("doseQuantity") or rated.get("dose"))
        if amount:
            return amount
        spread = one(rated.get("doseRange"))
        low, high = quantity_words(spread.get("low")), quantity_words(spread.get("high"))
        if low and high:
            return f"{low.split(' ')[0]}-{high}"
        if high:
            return high
    return ""


def _timing(timing: Json) -> Iterator[str]:
    repeat = one(timing.get("repeat"))
    coded = _TIMING_CODES.get(first_code(timing.get("code")).upper(), "")
    if rate := _rate(repeat) or coded or words(one(timing.get("code")).get("text")):
        yield rate
    whens = repeat.get("when") if isinstance(repeat.get("when"), list) else []
    events = [_EVENTS[event] for event in whens or () if isinstance(event, str) and event in _EVENTS]
    if events:
        yield " and ".join(events)


def _rate(repeat: Json) -> str:
    """ "3 times a day", "every 12 hours": only what the reader of directions reads without loss, else nothing."""
    period, unit = number(repeat.get("period")), _PERIODS.get(words(repeat.get("periodUnit")), "")
    times = number(repeat.get("frequencyMax")) or number(repeat.get("frequency")) or 1
    if not period or period < 0 or times < 0 or not unit:
        return ""
    if times == 1:
        return f"once a {unit}" if period == 1 and unit != "hour" else f"every {plain(period)} {unit}s"
    said = _SAID.get((plain(times), plain(period), unit))
    hours = period * _HOURS[unit] / times
    if said or not hours.is_integer() or unit == "month":
        return said or ""
    return f"every {plain(hours / 24)} days" if hours % 24 == 0 else f"every {plain(hours)} hours"


def _as_needed(dosage: Json) -> Iterator[str]:
    reason = concept_words(dosage.get("asNeededCodeableConcept"))
    if reason:
        yield f"as needed for {reason}"
    elif dosage.get("asNeededBoolean") is True:
        yield "as needed"
