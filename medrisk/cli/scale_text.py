"""Scales and their results as readable text and as plain objects for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medrisk.cli.page import Page
from medrisk.core.rules import KnowledgeBase
from medrisk.core.scale_model import Band, Condition, Item, Scale, ScaleResult
from medrisk.core.scales import total_range
from medrisk.knowledge_words import in_words
from medrisk.presentation import as_plain

_ID_WIDTH, _BANDS_WIDTH = 20, 11
_COMPARISONS = {"over": "over", "at_least": "at least", "under": "under", "at_most": "at most"}


def overview(scale: Scale) -> dict[str, Any]:
    return {
        "id": scale.id,
        "status": scale.status,
        "name": scale.name,
        "kind": scale.kind,
        "asks": scale.asks,
        "items": len(scale.items),
        "bands": [band.label for band in scale.bands],
        "unread": scale.unread,
    }


def write_overview(scales: Iterable[Scale], width: int) -> str:
    page = Page(width)
    rows = [(one.id, "read" if one.bands else "not read", f"{one.name}. {one.asks}") for one in scales]
    page.table(("Id", "Results", "Scale"), rows, (_ID_WIDTH, _BANDS_WIDTH))
    page.gap()
    page.text("Results not read: the points are known, but not what a total is called.")
    return str(page)


def write_scale(scale: Scale, base: KnowledgeBase, width: int) -> str:
    page = Page(width)
    page.heading(f"Scale {scale.id}")
    page.text(f"{scale.name}. {scale.asks}", indent=2)
    page.gap()
    for item in scale.items:
        _add_item(page, item)
    page.heading("Results")
    _add_bands(page, scale)
    _add_footing(page, scale, base)
    return str(page)


def result_object(scale: Scale, result: ScaleResult, base: KnowledgeBase) -> dict[str, Any]:
    return {
        "scale": scale.id,
        "status": scale.status,
        **as_plain(result),
        "cautions": as_plain(scale.cautions),
        "sources": as_plain((*scale.sources, *scale.band_sources)),
        "knowledge": base.version,
    }


def write_result(scale: Scale, result: ScaleResult, base: KnowledgeBase, width: int) -> str:
    page = Page(width)
    page.heading(f"Scale {scale.id}")
    page.text(scale.name, indent=2)
    for line in _result_lines(result):
        page.text(line, indent=2)
    page.bullets((_named(band) for band in scale.bands if band.label in result.open_bands), indent=4)
    if result.note:
        page.text(result.note, indent=2)
    if result.missing:
        page.heading("Not answered")
        asks = {item.id: item.ask for item in scale.items}
        page.bullets(f"{name}: {asks[name]}" for name in result.missing)
    _add_footing(page, scale, base)
    return str(page)


def _result_lines(result: ScaleResult) -> Iterable[str]:
    if result.total is not None:
        yield f"Total: {result.total}"
    if result.between is not None:
        yield f"Total: between {result.between[0]} and {result.between[1]}"
    if result.band is not None:
        yield f"Result: {result.band}{f' ({result.meaning})' if result.meaning else ''}"
    else:
        yield "Result: not settled; still possible:" if result.open_bands else "Result: none"


def _named(band: Band) -> str:
    return f"{band.label} ({band.meaning})" if band.meaning else band.label


def _add_item(page: Page, item: Item) -> None:
    page.text(item.ask, indent=2, lead=f"{item.id}: ")
    for answer in item.answers:
        words = "" if answer.text == answer.id else f": {answer.text}"
        page.text(f"{answer.id}{words}{_points(item, answer.points)}", indent=4, lead="- ")
    if item.lab:
        page.text("a multiple such as 12xULN, or value/limit such as 2400/200", indent=4, lead="- ")
    if item.only_when:
        page.text(f"only when {_condition(item.only_when)}", indent=4)


def _points(item: Item, points: int | None) -> str:
    """Points where the scale counts any; an answer without them beside answers with them was not read."""
    if points is not None:
        return f" ({points:+d})" if points else " (0)"
    return " (points not read)" if any(answer.points is not None for answer in item.answers) else ""


def _add_bands(page: Page, scale: Scale) -> None:
    page.bullets(f"{band.label}: {_band(band)}" for band in scale.bands)
    if scale.unread:
        page.text(scale.unread, indent=2)
    between = total_range(scale)
    if between:
        page.text(f"Totals lie between {between[0]} and {between[1]}.", indent=2)


def _band(band: Band) -> str:
    if band.when is not None:
        bounds = f"when {_condition(band.when)}"
    elif band.at_least is None and band.at_most is None:
        bounds = "otherwise"
    elif band.at_least is None:
        bounds = f"{band.at_most} or less"
    else:
        bounds = f"{band.at_least} or more" if band.at_most is None else f"{band.at_least} to {band.at_most}"
    return f"{bounds}. {band.meaning[0].upper()}{band.meaning[1:]}" if band.meaning else bounds


def _condition(condition: Condition) -> str:
    """The tree of conditions as one sentence."""
    if condition.kind in {"all", "any"}:
        joint = " and " if condition.kind == "all" else " or "
        return "(" + joint.join(_condition(part) for part in condition.parts) + ")"
    if condition.kind == "not":
        return f"not {_condition(condition.parts[0])}"
    if condition.kind == "is":
        return f"{condition.item} is {' or '.join(sorted(condition.answers))}"
    return f"{condition.item} is {_COMPARISONS[condition.op]} {condition.limit:g} xULN"


def _add_footing(page: Page, scale: Scale, base: KnowledgeBase) -> None:
    if scale.cautions:
        page.heading("Mind")
        page.bullets(in_words(claim) or "" for claim in scale.cautions)
    page.heading("Read in")
    refs = (*scale.sources, *scale.band_sources)
    for source_id in dict.fromkeys(ref.id for ref in refs):
        places = dict.fromkeys(in_words(ref) or "" for ref in refs if ref.id == source_id)
        page.bullets([f"{'; '.join(places)}: {_citation(source_id, base)}"])
    page.gap()
    if scale.status == "draft":
        page.text("Draft: no clinician has reviewed this rendering of the scale.")
    page.text(f"A scale orders what is known; it decides nothing. Knowledge {base.version}.")


def _citation(source_id: str, base: KnowledgeBase) -> str:
    source = base.sources.get(source_id)
    return source.citation if source else "no such source"
