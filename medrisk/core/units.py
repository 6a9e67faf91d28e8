"""Quantities that always carry a unit, and the few conversions between units that medication lists need."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Spellings met on lists -> the one used here. "u" for units is on ISMP's error-prone list but is typed all the same.
_SPELLINGS = {
    "mcg": "mcg", "µg": "mcg", "μg": "mcg", "ug": "mcg", "microgram": "mcg", "micrograms": "mcg", "mcgs": "mcg",
    "microg": "mcg", "micro": "mcg",
    "mg": "mg", "mgs": "mg", "milligram": "mg", "milligrams": "mg", "mgm": "mg",
    "g": "g", "gm": "g", "gms": "g", "gram": "g", "grams": "g",
    "kg": "kg",
    "meq": "mEq", "meqs": "mEq", "milliequivalents": "mEq", "milliequivalent": "mEq",
    "mmol": "mmol", "mmols": "mmol", "millimole": "mmol", "millimoles": "mmol",
    "ml": "mL", "mls": "mL", "cc": "mL", "milliliter": "mL", "milliliters": "mL",
    "millilitre": "mL", "millilitres": "mL",
    "l": "L", "liter": "L", "litre": "L", "liters": "L", "litres": "L",
    "unit": "units", "units": "units", "u": "units", "iu": "units", "un": "units", "iu's": "units",
    "international units": "units",
    "%": "%",
    "ng": "ng", "nanogram": "ng", "nanograms": "ng",
    "mu": "million units", "million units": "million units",
}  # fmt: skip

# Each unit of mass in milligrams.
_MASS_IN_MG = {"ng": 1e-6, "mcg": 1e-3, "mg": 1.0, "g": 1e3, "kg": 1e6}
_VOLUME_IN_ML = {"mL": 1.0, "L": 1e3}

_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([^\s\d.].*?)\s*")


def canonical_unit(text: str) -> str | None:
    """The project's spelling of a dose unit (``µg`` -> ``mcg``), or None for a word that is no dose unit."""
    return _SPELLINGS.get(text.strip().lower())


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, e.g. ``Quantity(20.0, "mg")``. Ranges keep their upper end in ``high``."""

    value: float
    unit: str
    high: float | None = None

    @property
    def upper(self) -> float:
        return self.value if self.high is None else self.high

    def times(self, factor: float) -> Quantity:
        return Quantity(self.value * factor, self.unit, None if self.high is None else self.high * factor)

    def __str__(self) -> str:
        span = f"{self.value:g}" if self.high is None else f"{self.value:g}-{self.high:g}"
        if not self.unit:
            return f"{span} (no unit written)"
        return f"{span}%" if self.unit == "%" else f"{span} {self.unit}"


def parse_quantity(text: str) -> Quantity:
    """Read ``"20 mg"``, ``"3.5 mmol/L"``, ``"10 xULN"`` as the knowledge files write them.

    Raises ValueError when there is no number or no unit. Units that are not doses are kept as written.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError("a quantity is a number and a unit, such as 20 mg")
    unit = match[2]
    return Quantity(float(match[1]), canonical_unit(unit) or unit)


def convert(quantity: Quantity, unit: str) -> Quantity | None:
    """The same amount in another unit of mass or volume; None where the two cannot be compared (mg and mEq)."""
    if quantity.unit == unit:
        return quantity
    for table in (_MASS_IN_MG, _VOLUME_IN_ML):
        if quantity.unit in table and unit in table:
            scaled = quantity.times(table[quantity.unit] / table[unit])
            return Quantity(scaled.value, unit, scaled.high)
    return None
