"""Pictures of an audit as SVG that stands in the page: drawn without a network, the same for the same figures.

Colours are the page's own variables, so that a picture follows light, dark and paper. Every picture comes with its figures
as a table; what it shows is said in words for who cannot see it.

The pictures are specifications of Vega-Lite, written as they are: altair would look up each field in its schema, which takes
longer than drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

from medrisk.audit.summary import MANY_PROMOTERS, RuleCount, Summary
from medrisk.audit.tables import TIERS

Spec = dict[str, Any]

MOST_BARS = 15
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_WIDTH = 620
# Narrower, since the names stand before them.
_BARS_WIDTH = 420
_LONGEST_NAME = 62
_COLOURS = {"urgent": "var(--urgent)", "review": "var(--review)", "monitor": "var(--monitor)", "info": "var(--line)"}
_STATES = {"matched": "var(--monitor)", "ambiguous": "var(--review)", "unknown": "var(--urgent)", "ignored": "var(--line)", "rejected": "var(--text)"}
_LETTERS = {"titleColor": "var(--quiet)", "labelColor": "var(--text)", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
_LOOK = {
    "background": "transparent",
    "font": "system-ui, 'Segoe UI', Roboto, sans-serif",
    "view": {"stroke": None},
    "axis": {**_LETTERS, "gridColor": "var(--hairline)", "domainColor": "var(--line)", "tickColor": "var(--line)", "grid": False},
    "legend": _LETTERS,
}
_NUMBERS = {"type": "text", "color": "var(--text)", "fontSize": 12}
_WORDS = {"field": "words", "type": "nominal"}
_COUNT_AXIS = {"format": ",d", "tickCount": 4, "tickMinStep": 1}
# The page says what a picture shows; a screen reader need not read its lines and letters one by one.
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, what it shows in words, and its figures as a table."""

    id: str
    title: str
    words: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def draw_findings(summary: Summary) -> list[Figure]:
    """Findings by tier, rule, class and month, and promoters per patient; a picture without anything in it is left out."""
    return [figure for figure in _findings(summary) if figure.rows]


def draw_rows(summary: Summary) -> Figure:
    """What became of the rows of the files."""
    counts = summary.counts
    numbers = [(state, counts[f"{state}_rows"] if state != "rejected" else counts["rejects"]) for state in _STATES]
    total = sum(number for _, number in numbers)
    rows = [(state, _n(number), _share(number, total)) for state, number in numbers]
    data = [{"state": state, "number": number, "order": order} for order, (state, number) in enumerate(numbers) if number]
    spec = {
        "mark": {"type": "bar", "stroke": "var(--ground)"},
        "encoding": {
            "x": {**_quantity("number", "rows"), "axis": {**_COUNT_AXIS, "tickCount": 6}, "scale": {"nice": False}},
            "color": _colour("state", _STATES, title=None, legend=True),
            "order": {"field": "order", "type": "quantitative"},
        },
    }
    return _figure("rows", "What became of the rows", {**_sized(data, height=46), **spec}, ("Rows", "Number", "Share"), rows)


def _findings(summary: Summary) -> Iterator[Figure]:
    tiers = [tier for tier in summary.tiers if summary.findings]
    yield _bars(
        "by-tier", "Findings by tier", [(tier.tier, tier.findings, tier.tier) for tier in tiers], ("Tier", "Findings", "Patients"),
        [(tier.tier, _n(tier.findings), _n(tier.patients)) for tier in tiers],
    )  # fmt: skip
    yield _ranking("by-rule", "Rules found most often", "Rule", summary.rules)
    yield _ranking("by-class", "Drug classes taken most often", "Drug class", summary.classes)
    counts = summary.promoters if summary.patients else ()
    names = [f"{number} or more" if number == MANY_PROMOTERS else str(number) for number in range(len(counts))]
    yield _columns(
        "promoters", "Promoters of muscle cramp per patient", list(zip(names, counts, strict=True)), ("Promoters", "Patients", "Share"),
        [(name, _n(count), _share(count, summary.patients)) for name, count in zip(names, counts, strict=True)],
    )  # fmt: skip
    yield _months(summary)


def _ranking(id: str, title: str, noun: str, found: Sequence[RuleCount]) -> Figure:
    top = found[:MOST_BARS]
    rows = [(one.name, one.tier, _n(one.findings), _n(one.patients)) for one in top]
    more = len(found) - len(top)
    title += f", the first {MOST_BARS} of {len(found)}" if more else ""
    return _bars(id, title, [(one.name, one.findings, one.tier) for one in top], (noun, "Highest tier", "Findings", "Patients"), rows)


def _bars(id: str, title: str, bars: Sequence[tuple[str, int, str]], head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Figure:
    """Bars that lie, with their names before them and their numbers behind."""
    data: list[dict[str, Any]] = [
        {"place": f"{place:02}", "name": _short(name), "number": number, "words": _n(number), "tier": tier}
        for place, (name, number, tier) in enumerate(bars)
    ]
    labels = "{" + ", ".join(f"'{one['place']}': {_quoted(one['name'])}" for one in data) + "}[datum.value]"
    most = max((number for _, number, _ in bars), default=1)
    names = [tier for tier in TIERS if any(tier == one["tier"] for one in data)]
    places = {
        # By their places, so that two entries of one name stay two bars.
        "y": {
            "field": "place", "type": "nominal", "title": None,
            "axis": {"labelExpr": labels, "labelLimit": 0, "domain": False, "ticks": False, "labelPadding": 6},
        },
        # A tenth more, for the numbers behind the bars.
        "x": {**_quantity("number", None), "axis": None, "scale": {"domain": [0, max(most, 1) * 1.12]}},
    }  # fmt: skip
    colour = _colour("tier", {tier: _COLOURS[tier] for tier in names}, title="highest tier", legend=head[0] != "Tier" and len(names) > 1)
    # Letters are wider in some readers' fonts than in the one that places are reckoned with.
    room = max((len(one["name"]) for one in data), default=0) * 1.4
    spec = {
        **_sized(data, height=22 * len(data), width=_BARS_WIDTH),
        "padding": {"left": room, "right": 12, "top": 2, "bottom": 2},
        "layer": [
            {"mark": {"type": "bar", "height": 14}, "encoding": {**places, "color": colour}},
            {"mark": {**_NUMBERS, "align": "left", "dx": 4}, "encoding": {**places, "text": _WORDS}},
        ],
    }
    return _figure(id, title, spec, head, rows)


def _columns(id: str, title: str, columns: Sequence[tuple[str, int]], head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Figure:
    data = [{"name": name, "number": number, "words": _n(number)} for name, number in columns]
    places = {
        "x": {"field": "name", "type": "nominal", "sort": None, "title": head[0].lower(), "axis": {"labelAngle": 0}},
        "y": {**_quantity("number", head[1].lower()), "axis": _COUNT_AXIS},
    }
    spec = {
        **_sized(data, height=180),
        "layer": [
            {"mark": {"type": "bar", "color": "var(--monitor)", "width": 36}, "encoding": places},
            {"mark": {**_NUMBERS, "dy": -7}, "encoding": {**places, "text": _WORDS}},
        ],
    }
    return _figure(id, title, spec, head, rows)


def _months(summary: Summary) -> Figure:
    data = [
        {"month": month, "tier": tier, "number": counts.get(tier, 0), "order": order}
        for month, counts in summary.months for order, tier in enumerate(TIERS)
    ]  # fmt: skip
    rows = [(month, *(_n(counts.get(tier, 0)) for tier in TIERS)) for month, counts in summary.months]
    spec = {
        **_sized(data, height=180),
        "mark": {"type": "bar", "stroke": "var(--ground)", "strokeWidth": 0.5},
        "encoding": {
            "x": {"field": "month", "type": "ordinal", "title": "month in which it began", "axis": {"labelAngle": -45, "labelOverlap": True}},
            "y": {**_quantity("number", "findings"), "axis": _COUNT_AXIS},
            "color": _colour("tier", _COLOURS, title=None, legend=True),
            "order": {"field": "order", "type": "quantitative"},
        },
    }
    return _figure("by-month", "Findings by month", spec, ("Month", *(tier.capitalize() for tier in TIERS)), rows)


def _sized(data: Sequence[dict[str, Any]], height: int, width: int = _WIDTH) -> Spec:
    return {"data": {"values": list(data)}, "width": width, "height": max(height, 20)}


def _quantity(field: str, title: str | None) -> Spec:
    return {"field": field, "type": "quantitative", "title": title}


def _colour(field: str, colours: dict[str, str], *, title: str | None, legend: bool) -> Spec:
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {
        "field": field, "type": "nominal", "scale": scale, "sort": list(colours), "title": title,
        "legend": {"orient": "top"} if legend else None,
    }  # fmt: skip


def _figure(id: str, title: str, spec: Spec, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Figure:
    said = "; ".join(": ".join((row[0], ", ".join(f"{name.lower()} {cell}" for name, cell in zip(head[1:], row[1:], strict=True)))) for row in rows[:6])
    words = f"{title}. {said}{'; and more in the table' if len(rows) > 6 else ''}."
    return Figure(id, title, words, _svg(spec) if rows else "", head, tuple(rows))


def _svg(spec: Spec) -> str:
    svg: str = vl_convert.vegalite_to_svg({"$schema": _SCHEMA, "config": _LOOK, **spec}, allowed_base_urls=[])
    return _ROLES.sub("", svg).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _quoted(text: str) -> str:
    """A string of Vega's expression language."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def _n(number: int) -> str:
    return f"{number:,}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"
