"""Laboratory readings in free text: the number, its unit, and whether it is low or high.

Two mistakes would harm. A dose read as a result ("potassium 20 mEq") and a result taken for normal
because its unit was guessed ("Mg 1.6"). So what follows the number decides whether it is a reading at
all, and a number whose unit is not known is returned as it stands, without an interpretation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Interpretation = Literal["low", "high", "normal"]

# U/L. The highest upper reference limit in a worldwide review (source paper-filosto-2025); a value above
# it is above the upper limit of any laboratory, although by how many times stays unknown.
HIGHEST_CK_UPPER_LIMIT = 810
# mmol/L of calcium for each g/L that albumin lies below 40 (source reference-gpnotebook-calcium).
_CALCIUM_PER_ALBUMIN = 0.02
_USUAL_ALBUMIN = 40

_UNIT_NOT_GIVEN = "unit not given: the value cannot be interpreted"
_IMPLAUSIBLE = "outside what is plausible: check the value and its unit"
_RANGE_IN_WORDS = re.compile(r"(?P<unit>\S+) (?P<low>[\d.]+) to (?P<high>[\d.]+)")


@dataclass(frozen=True, slots=True)
class LabResult:
    """A reading. ``canonical_value`` is None where the unit is not known; then nothing is interpreted from
    it.

    ``unit`` is the unit as typed, None where none was. ``note`` says what was assumed or is missing.
    """

    id: str
    name: str
    text: str
    start: int
    end: int
    value: float
    comparator: str
    unit: str | None
    canonical_value: float | None
    canonical_unit: str
    interpretation: Interpretation | None
    note: str | None
    date: str | None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class LabTest:
    """One laboratory test of ``data/labs.yaml``, ready for use."""

    id: str
    name: str
    unit: str
    factors: Mapping[str, float]
    assumed: tuple[tuple[str, float, float], ...]
    plausible: tuple[float, float]
    low: float | None
    high: float | None
    not_with: frozenset[str]
    is_drug_level: bool

    def interpret(self, value: float | None, comparator: str) -> Interpretation | None:
        """Low, high or normal of a canonical value; None where it cannot be said.

        Without an upper limit nothing is normal (glucose), and a drug level is never called normal: harm
        occurs within the range too.
        """
        if value is None or (self.low is None and self.high is None):
            return None
        if self.low is not None and (value < self.low or (comparator == "<" and value <= self.low)):
            return "low" if comparator != ">" else None
        if self.high is not None and (value > self.high or (comparator == ">" and value >= self.high)):
            return "high" if comparator != "<" else None
        if (comparator == "<" and self.low is not None) or (comparator == ">" and self.high is not None):
            return None
        return None if self.high is None or self.is_drug_level else "normal"

    def is_plausible(self, value: float) -> bool:
        return self.plausible[0] <= value <= self.plausible[1]

    def unit_by_size(self, value: float) -> str | None:
        """The unit a bare number must have, where the knowledge says that no other is plausible."""
        fitting = {unit for unit, low, high in self.assumed if low <= value <= high}
        return fitting.pop() if len(fitting) == 1 else None


def unit_key(unit: str) -> str:
    """A unit as it is compared: ``µmol / L`` and ``umol/l`` are one."""
    key = (
        unit.lower()
        .replace(" ", "")
        .replace("µ", "u")
        .replace("μ", "u")
        .replace("²", "2")
        .replace("^", "")
        .replace("mcmol", "umol")
    )
    key = (
        key.replace("timesthe", "x")
        .replace("times", "x")
        .replace("upperlimitofnormal", "uln")
        .replace("upperlimit", "uln")
    )
    return key.replace("/litre", "/l").replace("/liter", "/l").replace("/100ml", "/dl").replace("mcg/", "ug/")


def build_lab_test(entry: Mapping[str, Any]) -> LabTest:
    """Compile one entry of ``labs.yaml``."""
    factors = {unit_key(unit): float(factor) for unit, factor in entry["units"].items()}
    plausible = entry["plausible"]
    assumed: list[tuple[str, float, float]] = []
    if text := entry.get("assumed_unit"):
        found = list(_RANGE_IN_WORDS.finditer(text))
        assumed = [(m["unit"], float(m["low"]), float(m["high"])) for m in found]
        if not found:
            factor = factors[unit_key(text)]
            assumed = [(text, plausible[0] / factor, plausible[1] / factor)]
    return LabTest(
        id=entry["id"],
        name=entry["name"],
        unit=entry["unit"],
        factors=factors,
        assumed=tuple(assumed),
        plausible=(float(plausible[0]), float(plausible[1])),
        low=entry.get("low"),
        high=entry.get("high"),
        not_with=frozenset(word.lower() for word in entry.get("not_with", [])),
        is_drug_level=entry["id"].endswith("_level"),
    )


def converted(result: LabResult, test: LabTest) -> LabResult:
    unit = result.unit
    note = None
    if unit is None:
        unit = test.unit_by_size(result.value)
        if unit is None:
            readings = [result.value * factor for factor in test.factors.values() if test.is_plausible(result.value * factor)]
            meanings = {test.interpret(reading, result.comparator) for reading in readings}
            if meanings == {"low"} or meanings == {"high"}:
                # Magnesium 0.55 is low in mmol/L and in mg/dL; 1.6 is not the same in both.
                meaning = meanings.pop()
                return replace(result, interpretation=meaning, note=f"unit not given: {meaning} in every unit used for it")
            return replace(result, note=_UNIT_NOT_GIVEN if readings else _IMPLAUSIBLE)
        note = f"unit not given: taken for {unit}" if unit != "ratio" else None
    factor = test.factors.get(unit_key(unit))
    if factor is None:
        return replace(result, note=f"the unit {unit} is not converted for this test")
    canonical = round(result.value * factor, 4)
    if not test.is_plausible(canonical):
        return replace(result, note=_IMPLAUSIBLE)
    return replace(
        result,
        canonical_value=canonical,
        interpretation=test.interpret(canonical, result.comparator),
        note=note,
    )


def judged_kinase(result: LabResult, test: LabTest, limit: float | None) -> LabResult:
    """Creatine kinase is judged as a multiple of the upper limit, which U/L alone do not give."""
    if result.unit is not None and unit_key(result.unit) == "xuln":
        interpretation = test.interpret(result.value, result.comparator)
        return replace(result, canonical_value=result.value, interpretation=interpretation)
    if limit:
        multiple = round(result.value / limit, 3)
        note = f"{result.value:g} against an upper limit of {limit:g}"
        interpretation = test.interpret(multiple, result.comparator)
        return replace(result, canonical_value=multiple, interpretation=interpretation, note=note)
    if result.value > HIGHEST_CK_UPPER_LIMIT and result.comparator != "<":
        note = "high whatever the laboratory's upper limit; by how many times is not known without it"
        return replace(result, interpretation="high", note=note)
    return replace(result, note="the laboratory's upper limit is not given: the value cannot be interpreted")


def flagged(result: LabResult, flag: str) -> LabResult:
    """The laboratory's own flag ("Mg 1.5 L") counts where the value alone cannot be judged."""
    if result.interpretation is not None or not flag or flag in ("normal", "wnl"):
        return result
    meaning: Interpretation = "low" if flag.startswith("l") else "high"
    return replace(
        result,
        interpretation=meaning,
        note=f"marked {meaning} in the text; {result.note or 'not interpreted'}",
    )


def corrected_calcium(results: list[LabResult], test: LabTest) -> LabResult | None:
    """Total calcium corrected for albumin, as one more result; uncorrected, and saying so, where albumin is
    missing.
    """
    if any(result.id == test.id for result in results):
        return None
    calcium = next(
        (
            result
            for result in reversed(results)
            if result.id == "calcium" and result.canonical_value is not None
        ),
        None,
    )
    if calcium is None or calcium.canonical_value is None:
        return None
    albumin = next(
        (
            result
            for result in reversed(results)
            if result.id == "albumin" and result.canonical_value is not None
        ),
        None,
    )
    if albumin is None or albumin.canonical_value is None:
        return replace(calcium, id=test.id, name=test.name, note="albumin not given: uncorrected")
    corrected = round(
        calcium.canonical_value + _CALCIUM_PER_ALBUMIN * (_USUAL_ALBUMIN - albumin.canonical_value), 3
    )
    note = f"calcium corrected for albumin {albumin.canonical_value:g} g/L: measured + 0.02 x (40 - albumin)"
    return replace(
        calcium,
        id=test.id,
        name=test.name,
        value=corrected,
        unit=test.unit,
        canonical_value=corrected,
        canonical_unit=test.unit,
        interpretation=test.interpret(corrected, calcium.comparator),
        note=note,
    )
