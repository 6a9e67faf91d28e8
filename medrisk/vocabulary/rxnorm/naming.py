"""What the name of a product tells: "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet [Toprol]".

RxNorm makes these names by rule: what stands before the first ingredient (hours of release, the amount in one unit),
each ingredient with its strength, parted by " / ", then the dose form, then the brand in square brackets.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from medrisk.core.units import canonical_unit

_BRAND = re.compile(r"\s*\[([^\[\]]+)\]\s*$")
_NUMBER = r"\d[\d.,]*(?:-\d[\d.,]*)?"
_KNOWN_UNIT = (
    r"MG|MCG|NG|G|KG|ML|L|UNT|MEQ|MMOL|%|BAU|AU|PNU|IR|MCI|MBQ|CELLS|EIN|SQ-HDM|SQCM|VECTOR-GENOMES|VIRAL-PARTICLES|PFU|LFU|CFU"
    r"|Amb a 1-U|ACTUAT"
)
_PARTS = tuple(
    re.compile(rf"(?P<called>.+) (?P<strength>{_NUMBER} (?:{unit})(?:/\S+)?)(?: (?P<rest>\S.*))?")
    for unit in (_KNOWN_UNIT, r"[A-Za-z%][^\s/]*")
)
_FIRST = re.compile(r"(\d[\d.,]*) (ML|HR|ACTUAT|MG|L|G|SQCM|UNT|CELLS) (?=[^\s/]+ )")
# What tells two products of one make-up apart: an application number, "3-Bead", "Abuse-Deterrent".
_DISTINCTION = re.compile(r"(?:(?:NDA|ANDA|BLA)\d+|\d-Bead|Abuse-Deterrent|Once-Daily|Twice-Daily) ")
_STRENGTH = re.compile(r"(\d[\d.,]*)(?:-(\d[\d.,]*))? ?([^\d\s/][^/]*)(?:/(\S+))?")
# "21 (this)", "1 (9000 MG) (that)".
_PACK_PART = re.compile(r"(\d[\d.,]*) (?:\([\d.,]+ [A-Z]+\) )?\((.+?)\)(?= / \d[\d.,]* \(| \}|\s*$)")
_UNITS = {"unt": "units", "actuat": "actuation", "hr": "hour", "sqcm": "cm2"}


class Strength(NamedTuple):
    """ "0.025 MG/HR" as 0.025, no upper end, mg, hour. ``low`` is None for what is no strength."""

    low: float | None
    high: float | None
    unit: str
    per: str


class NamedPart(NamedTuple):
    """One ingredient in a product's name: as it is called there, and its strength as written (empty without one)."""

    called: str
    strength: str


class ProductTitle(NamedTuple):
    """A product's name taken apart."""

    parts: tuple[NamedPart, ...]
    form: str | None
    brand: str | None
    quantity: tuple[float, str] | None
    hours: float | None


def read_title(name: str) -> ProductTitle:
    """Take the name of a product, component or form apart; a part without a strength keeps the form in its name."""
    brand = _BRAND.search(name)
    plain = name[: brand.start()] if brand else name
    plain, quantity, hours = _take_first(_DISTINCTION.sub("", plain))
    parts: list[NamedPart] = []
    form = None
    for segment in plain.split(" / "):
        match = next((found for pattern in _PARTS if (found := pattern.fullmatch(segment))), None)
        if match is None:
            parts.append(NamedPart(segment, ""))
        else:
            parts.append(NamedPart(match["called"], match["strength"]))
            form = match["rest"] or form
    return ProductTitle(tuple(parts), form, brand[1].strip() if brand else None, quantity, hours)


def read_strength(text: str) -> Strength:
    match = _STRENGTH.fullmatch(text.strip())
    if match is None:
        return Strength(None, None, "", "")
    high = number(match[2]) if match[2] else None
    return Strength(number(match[1]), high, _unit(match[3]), _unit(match[4]) if match[4] else "")


def read_pack(name: str) -> dict[str, float]:
    """ "{21 (this) / 7 (that) } Pack [Brand]": each product's name in lower case without a brand, and how many there are."""
    found: dict[str, float] = {}
    for count, text in _PACK_PART.findall(name):
        key = pack_key(text)
        found[key] = found.get(key, 0.0) + number(count)
    return found


def pack_key(name: str) -> str:
    return _BRAND.sub("", name).lower()


def number(text: str) -> float:
    return float(text.replace(",", "").rstrip("."))


def _take_first(plain: str) -> tuple[str, tuple[float, str] | None, float | None]:
    quantity, hours = None, None
    while (match := _FIRST.match(plain)) is not None:
        amount, unit = number(match[1]), _unit(match[2])
        if unit == "hour":
            hours = amount
        else:
            quantity = (amount, unit)
        plain = plain[match.end() :]
    return plain, quantity, hours


def _unit(text: str) -> str:
    low = text.lower()
    return _UNITS.get(low) or canonical_unit(low) or low
