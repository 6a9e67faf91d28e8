"""Pictures of an audit as SVG that stands in the page: drawn without a network, the same for the same figures.

Colours are the page's own variables, so that a picture follows light, dark and paper. Every picture comes with its figures
as a table; what it shows is said in words for who cannot see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from medrisk.audit.summary import MANY_PROMOTERS, RuleCount, Summary
from medrisk.audit.tables import TIERS

MOST_BARS = 15
_WIDTH = 620
# Narrower, since the names stand before them.
_BARS_WIDTH = 420
_LONGEST_NAME = 62
_COLOURS = {"urgent": "var(--urgent)", "review": "var(--review)", "monitor": "var(--monitor)", "info": "var(--line)"}
_STATES = {"matched": "var(--monitor)", "ambiguous": "var(--review)", "unknown": "var(--urgent)", "ignored": "var(--line)", "rejected": "var(--text)"}
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
    chart = _chart(data, height=46).mark_bar(stroke="var(--ground)").encode(
        x=alt.X("number:Q", title="rows", axis=alt.Axis(format=",d", tickCount=6, tickMinStep=1), scale=alt.Scale(nice=False)),
        color=alt.Color("state:N", scale=_scale(_STATES), sort=list(_STATES), title=None, legend=alt.Legend(orient="top")),
        order=alt.Order("order:Q"),
    )  # fmt: skip
    return _figure("rows", "What became of the rows", chart, ("Rows", "Number", "Share"), rows)


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
    base = _chart(data, height=22 * len(data), width=_BARS_WIDTH).encode(
        # By their places, so that two entries of one name stay two bars.
        y=alt.Y("place:N", title=None, axis=alt.Axis(labelExpr=labels, labelLimit=400, domain=False, ticks=False, labelPadding=6)),
        # A tenth more, for the numbers behind the bars.
        x=alt.X("number:Q", title=None, axis=None, scale=alt.Scale(domain=[0, max(most, 1) * 1.12])),
    )  # fmt: skip
    names = [tier for tier in TIERS if any(tier == one["tier"] for one in data)]
    legend = alt.Legend(orient="top") if head[0] != "Tier" and len(names) > 1 else None
    drawn = base.mark_bar(height=14).encode(
        color=alt.Color("tier:N", scale=_scale({tier: _COLOURS[tier] for tier in names}), sort=names, title="highest tier", legend=legend)
    )
    numbers = base.mark_text(align="left", dx=4, color="var(--text)", fontSize=12).encode(text="words:N")
    # Letters are wider in some readers' fonts than in the one that places are reckoned with.
    room = max((len(one["name"]) for one in data), default=0) * 1.4
    return _figure(id, title, (drawn + numbers).properties(padding={"left": room, "right": 12, "top": 2, "bottom": 2}), head, rows)


def _columns(id: str, title: str, columns: Sequence[tuple[str, int]], head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Figure:
    data = [{"name": name, "number": number, "words": _n(number)} for name, number in columns]
    base = _chart(data, height=180).encode(
        x=alt.X("name:N", sort=None, title=head[0].lower(), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("number:Q", title=head[1].lower(), axis=alt.Axis(format=",d", tickCount=4, tickMinStep=1)),
    )
    drawn = base.mark_bar(color="var(--monitor)", width=36)
    numbers = base.mark_text(dy=-7, color="var(--text)", fontSize=12).encode(text="words:N")
    return _figure(id, title, drawn + numbers, head, rows)


def _months(summary: Summary) -> Figure:
    data = [
        {"month": month, "tier": tier, "number": counts.get(tier, 0), "order": order}
        for month, counts in summary.months for order, tier in enumerate(TIERS)
    ]  # fmt: skip
    rows = [(month, *(_n(counts.get(tier, 0)) for tier in TIERS)) for month, counts in summary.months]
    chart = _chart(data, height=180).mark_bar(stroke="var(--ground)", strokeWidth=0.5).encode(
        x=alt.X("month:O", title="month in which it began", axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
        y=alt.Y("number:Q", title="findings", axis=alt.Axis(format=",d", tickCount=4, tickMinStep=1)),
        color=alt.Color("tier:N", scale=_scale(_COLOURS), sort=list(TIERS), title=None, legend=alt.Legend(orient="top")),
        order=alt.Order("order:Q"),
    )  # fmt: skip
    return _figure("by-month", "Findings by month", chart, ("Month", *(tier.capitalize() for tier in TIERS)), rows)


def _chart(data: Sequence[dict[str, Any]], height: int, width: int = _WIDTH) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(data)), width=width, height=max(height, 20))


def _scale(colours: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def _figure(id: str, title: str, chart: Any, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Figure:
    said = "; ".join(": ".join((row[0], ", ".join(f"{name.lower()} {cell}" for name, cell in zip(head[1:], row[1:], strict=True)))) for row in rows[:6])
    words = f"{title}. {said}{'; and more in the table' if len(rows) > 6 else ''}."
    return Figure(id, title, words, _svg(chart) if rows else "", head, tuple(rows))


def _svg(chart: Any) -> str:
    styled = (
        chart.configure(background="transparent", font="system-ui, 'Segoe UI', Roboto, sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="var(--text)", titleColor="var(--quiet)", gridColor="var(--hairline)", domainColor="var(--line)",
            tickColor="var(--line)", labelFontSize=12, titleFontSize=12, titleFontWeight="normal", grid=False,
        )
        .configure_legend(labelColor="var(--text)", titleColor="var(--quiet)", labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
    )  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict(), allowed_base_urls=[])
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
