"""Reading JSON of which nothing can be trusted: what is not of the expected kind is as if it were not there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
_LONGEST = 500
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_ADDRESS = re.compile(r"(?:urn:|https?://)[!-~]{1,300}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})")
# Each would give this line or those below it another meaning: a table, a line break, a heading.
_LAYOUT = re.compile(r"[|]|:(?=\s|$)")


def words(value: Any) -> str:
    """A string on one line that governs no other, cut where it is longer than any name or direction is."""
    return " ".join(_LAYOUT.sub(" ", value).split())[:_LONGEST] if isinstance(value, str) else ""


def code_of(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def id_of(resource: Json) -> str:
    """The id, where it is one as FHIR has it: it comes back in the answer, and words must not."""
    found = code_of(resource.get("id"))
    return found if _ID.fullmatch(found) else ""


def address_of(value: Any) -> str:
    found = code_of(value)
    return found if _ADDRESS.fullmatch(found) else ""


def instant_of(value: Any) -> str:
    found = code_of(value)
    return found if _INSTANT.fullmatch(found) else ""


def one(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def many(value: Any) -> list[Json]:
    """The objects of a list; one that stands without its list counts as well."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A finite number, also one in quotes."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def codings(concept: Any) -> Iterator[tuple[str, str]]:
    """System and code of every coding of a CodeableConcept."""
    for coding in many(one(concept).get("coding")):
        yield code_of(coding.get("system")), code_of(coding.get("code"))


def first_code(concept: Any) -> str:
    """The first code of a CodeableConcept, or the bare code that DSTU2 and STU3 have in some of its places."""
    if isinstance(concept, str):
        return code_of(concept)
    return next((code for _, code in codings(concept) if code), "")


def concept_words(concept: Any) -> str:
    """What people call it: the text, else the display that the user chose, else the first one."""
    said = words(one(concept).get("text"))
    shown = sorted(many(one(concept).get("coding")), key=lambda coding: coding.get("userSelected") is not True)
    return said or next((text for coding in shown if (text := words(coding.get("display")))), "")


def plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def quantity_words(quantity: Any) -> str:
    """ "1 tablet", "40 mg"; empty without a number."""
    value = number(one(quantity).get("value"))
    if value is None:
        return ""
    unit = words(one(quantity).get("unit")) or words(one(quantity).get("code"))
    return f"{plain(value)} {unit}".strip()
