"""Scales as values."""

from __future__ import annotations

from medrisk.core.scale_model import Answer, Band, Condition, Item, Scale
from medrisk.core.units import parse_quantity
from medrisk.knowledge.build_parts import build_claim, build_refs
from medrisk.knowledge.documents import Document

_COMPARISONS = ("over", "at_least", "under", "at_most")


def build_scale(entry: Document) -> Scale:
    result = entry["result"]
    return Scale(
        id=entry["id"],
        status=entry["status"],
        name=entry["name"],
        kind=entry["kind"],
        asks=entry["asks"],
        items=tuple(_build_item(item) for item in entry["items"]),
        bands=tuple(_build_band(band) for band in result["bands"]),
        unread=result["unread"],
        sources=build_refs(entry["sources"]),
        band_sources=build_refs(result["sources"]),
        cautions=tuple(build_claim(claim) for claim in entry["cautions"]),
        authored_by=entry["authored_by"],
        checked_by=entry["checked_by"],
    )


def _build_item(entry: Document) -> Item:
    return Item(
        id=entry["id"],
        ask=entry["ask"],
        answers=tuple(Answer(one["id"], one.get("text", one["id"]), one.get("points")) for one in entry["answers"]),
        lab=entry.get("lab"),
        only_when=_build_condition(entry.get("only_when")),
    )


def _build_band(entry: Document) -> Band:
    return Band(
        label=entry["label"],
        meaning=entry["meaning"],
        at_least=entry.get("at_least"),
        at_most=entry.get("at_most"),
        when=_build_condition(entry.get("when")),
    )


def _build_condition(entry: Document | None) -> Condition | None:
    return None if entry is None else _condition(entry)


def _condition(entry: Document) -> Condition:
    """The schema has made sure that it is of exactly one kind."""
    if "all" in entry:
        return Condition("all", parts=tuple(_condition(part) for part in entry["all"]))
    if "any" in entry:
        return Condition("any", parts=tuple(_condition(part) for part in entry["any"]))
    if "not" in entry:
        return Condition("not", parts=(_condition(entry["not"]),))
    if "is" in entry:
        return Condition("is", item=entry["item"], answers=frozenset(entry["is"]))
    op = next(word for word in _COMPARISONS if word in entry)
    return Condition("amount", item=entry["item"], op=op, limit=parse_quantity(entry[op]).value)
