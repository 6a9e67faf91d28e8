"""That the units and limits of a lab agree, and that conditions compare it in units that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from medrisk.core.units import parse_quantity
from medrisk.errors import Fault
from medrisk.knowledge.documents import Document
from medrisk.knowledge.entries import Entries, Entry, join
from medrisk.knowledge.lab_units import lab_factors
from medrisk.knowledge.rule_schemas import COMPARISONS

# "mg/dL 5 to 20": the unit of a bare number of this size.
_UNIT_BY_SIZE = re.compile(r"(?P<unit>\S+) (?P<low>\d+(?:\.\d+)?) to (?P<high>\d+(?:\.\d+)?)")


def check_lab(entry: Entry, document: Document) -> Iterator[Fault]:
    """Faults within one lab."""
    if document["units"].get(document["unit"]) != 1:
        yield entry.fault("units", f"the canonical unit {document['unit']} must stand here with the factor 1")
    if "assumed_unit" in document:
        for message in _check_assumed(document["assumed_unit"], set(document["units"])):
            yield entry.fault("assumed_unit", message)
    limits = [document["plausible"][0], document.get("low"), document.get("high"), document["plausible"][1]]
    given = [limit for limit in limits if limit is not None]
    if given != sorted(given):
        yield entry.fault("plausible", "plausible, low and high must stand in rising order")
    for side in ("low", "high"):
        if document.get(f"{side}_effect") and document.get(side) is None:
            yield entry.fault(f"{side}_effect", f"needs a limit under {side}")


def _check_assumed(assumed: str, units: set[str]) -> Iterator[str]:
    """One unit, or several by the size of the number, so far apart that they cannot be confused."""
    sizes = []
    for part in assumed.split(", "):
        match = _UNIT_BY_SIZE.fullmatch(part)
        unit = match["unit"] if match else part
        if match:
            sizes.append((float(match["low"]), float(match["high"])))
        if unit not in units:
            yield f"{unit} is not one of the units"
    bounds = [bound for size in sorted(sizes) for bound in size]
    if any(lower >= upper for lower, upper in pairwise(bounds)):
        yield "the sizes of two units overlap, or one of them falls"


def check_lab_tests(entries: Entries) -> Iterator[Fault]:
    """Faults in the lab comparisons of rules and red flags."""
    labs = {entry.id: document for entry, document in entries.valid("labs")}
    for entry, document in entries.valid("rules", "red_flags"):
        for path, test in _lab_tests(document):
            if test["lab"] in labs:
                yield from _check_units(entry, path, test, labs[test["lab"]])


def _check_units(entry: Entry, path: str, test: Document, lab: Document) -> Iterator[Fault]:
    units = lab_factors(lab)
    for comparison in COMPARISONS:
        if comparison in test and parse_quantity(test[comparison]).unit not in units:
            yield entry.fault(join(path, comparison), f"{lab['id']} is not measured in this unit")


def _lab_tests(value: object, path: str = "") -> Iterator[tuple[str, Document]]:
    if isinstance(value, dict):
        if "lab" in value:
            yield path, value
        for key, inner in value.items():
            yield from _lab_tests(inner, join(path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _lab_tests(inner, f"{path}[{index}]")
