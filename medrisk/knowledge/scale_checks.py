"""What a scale must have beyond its form: read points and bands, bands without gaps, conditions on items that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from medrisk.core.units import parse_quantity
from medrisk.errors import Fault
from medrisk.knowledge.documents import Document
from medrisk.knowledge.entries import Entries, Entry, join
from medrisk.knowledge.rule_schemas import COMPARISONS

# A multiple of the upper limit is the one amount that a scale compares.
_LAB_UNIT = "xULN"


def check_scale(entry: Entry, document: Document) -> Iterator[Fault]:
    """Faults of one scale by itself."""
    for check in (_check_ids, _check_read, _check_points, _check_bands, _check_conditions):
        yield from check(entry, document)


def check_scale_labs(entries: Entries) -> Iterator[Fault]:
    units = {entry.id: lab["unit"] for entry, lab in entries.valid("labs")}
    for entry, document in entries.valid("scales"):
        for index, item in enumerate(document["items"]):
            if units.get(item.get("lab"), _LAB_UNIT) != _LAB_UNIT:
                yield entry.fault(f"items[{index}].lab", f"only a lab counted in {_LAB_UNIT} can be an answer")


def _check_ids(entry: Entry, document: Document) -> Iterator[Fault]:
    groups = {"items": document["items"]} | {f"items[{i}].answers": item["answers"] for i, item in enumerate(document["items"])}
    for path, held in groups.items():
        if len({one["id"] for one in held}) < len(held):
            yield entry.fault(path, "an id stands twice")
    labels = [band["label"] for band in document["result"]["bands"]]
    if len(set(labels)) < len(labels):
        yield entry.fault("result.bands", "a label stands twice")


def _check_read(entry: Entry, document: Document) -> Iterator[Fault]:
    """Points and bands are figures, and a figure that nobody read is never shown."""
    if not _is_read(document["sources"]):
        yield entry.fault("sources", "the items and points need at least one verified source")
    if document["result"]["bands"] and not _is_read(document["result"]["sources"]):
        yield entry.fault("result.sources", "bands need at least one verified source: else leave them out and say so as unread")


def _is_read(refs: list[Document]) -> bool:
    return any(ref["verified"] for ref in refs)


def _check_points(entry: Entry, document: Document) -> Iterator[Fault]:
    counts = document["kind"] == "points"
    for index, item in enumerate(document["items"]):
        if counts and "lab" in item:
            yield entry.fault(f"items[{index}].lab", "stands only in a scale of criteria")
        for number, answer in enumerate(item["answers"]):
            if counts != ("points" in answer):
                message = "is missing" if counts else "stands only in a scale of points"
                yield entry.fault(f"items[{index}].answers[{number}].points", message)


def _check_bands(entry: Entry, document: Document) -> Iterator[Fault]:
    bands = document["result"]["bands"]
    counts = document["kind"] == "points"
    for index, band in enumerate(bands):
        path = f"result.bands[{index}]"
        if counts and "when" in band:
            yield entry.fault(f"{path}.when", "stands only in a scale of criteria")
        if not counts and ("at_least" in band or "at_most" in band):
            yield entry.fault(path, "at_least and at_most stand only in a scale of points")
        if not counts and "when" not in band and index < len(bands) - 1:
            yield entry.fault(f"{path}.when", "is missing: only the last band stands for all else")
    if not counts and not bands:
        yield entry.fault("result.bands", "is missing: a scale of criteria has no other result")
    if counts and bands:
        yield from _check_order(entry, bands)


def _check_order(entry: Entry, bands: list[Document]) -> Iterator[Fault]:
    """From the highest totals down to the lowest, each total in one band."""
    ends_open = "at_most" not in bands[0] and "at_least" not in bands[-1]
    meets = all("at_least" in above and below.get("at_most") == above["at_least"] - 1 for above, below in pairwise(bands))
    has_room = all(band.get("at_least", -999) <= band.get("at_most", 999) for band in bands)
    if not (ends_open and meets and has_room):
        yield entry.fault("result.bands", "from the highest down, without gap or overlap, open at both ends")


def _check_conditions(entry: Entry, document: Document) -> Iterator[Fault]:
    """Conditions name items that exist; ``only_when`` names those above its own, so that it never goes in a ring."""
    known: dict[str, Document] = {}
    for index, item in enumerate(document["items"]):
        yield from _check_condition(entry, item.get("only_when"), f"items[{index}].only_when", known)
        known[item["id"]] = item
    for index, band in enumerate(document["result"]["bands"]):
        yield from _check_condition(entry, band.get("when"), f"result.bands[{index}].when", known)


def _check_condition(
    entry: Entry, condition: Document | None, path: str, known: Mapping[str, Document]
) -> Iterator[Fault]:
    if condition is None:
        return
    for word in ("all", "any"):
        for index, part in enumerate(condition.get(word, ())):
            yield from _check_condition(entry, part, join(path, f"{word}[{index}]"), known)
    yield from _check_condition(entry, condition.get("not"), join(path, "not"), known)
    if "item" in condition:
        message = _leaf_fault(condition, known.get(condition["item"]))
        if message:
            yield entry.fault(path, message)


def _leaf_fault(condition: Document, item: Document | None) -> str:
    if item is None:
        return f"{condition['item']} is no item above this"
    if ("lab" in item) == ("is" in condition):
        return "a lab is compared with an amount, any other item with its answers"
    for word in COMPARISONS:
        if word in condition and parse_quantity(condition[word]).unit != _LAB_UNIT:
            return f"the amount is counted in {_LAB_UNIT}"
    unknown = set(condition.get("is", ())) - {answer["id"] for answer in item["answers"]}
    return f"{', '.join(sorted(unknown))} is no answer to {condition['item']}" if unknown else ""
