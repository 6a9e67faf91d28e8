"""What the text dates, on a line: since when a symptom lasts, and when a test gave which value.

Some is told by the calendar and some from today, and nothing here knows what day today is. So each has a line of its own,
and what can stand on neither, such as "since March", is listed without a place. A mark says nothing that its row does not
say in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log1p
from typing import Any

from medrisk.core.circumstances import find_onset
from medrisk.core.lab_series import date_keys, days_ago

Json = Mapping[str, Any]

# Where a line begins and ends, in percent of its width, so that a mark at its end is whole.
_LEFT, _RIGHT = 3.0, 97.0
_SHORTEST_DAYS = 7
_STEPS = {
    1: "1 day", 7: "1 week", 30: "1 month", 182: "6 months", 365: "1 year", 1825: "5 years", 3650: "10 years", 7300: "20 years",
    14600: "40 years",
}  # fmt: skip
_APART = 20.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that the text dates: when or since when, in its words, and what.

    ``mark`` is its shape: low, high, normal or value of a test; begun for a symptom that lasts, past for one that is over.
    """

    when: str
    what: str
    mark: str


@dataclass(frozen=True, slots=True)
class Row:
    """A moment, and how far along the line it stands (in percent); None where it cannot be placed."""

    moment: Moment
    at: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A name under the line. ``anchor`` says which part of it stands at its place, as SVG has it."""

    at: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Strip:
    """Moments that share one line; without ticks there is none to draw. ``now`` is its right end, where that is today."""

    title: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...] = ()
    now: float | None = None


def draw_timeline(report: Json) -> tuple[Strip, ...]:
    """The strips of a report, the longest ago first in each; none where the text dates nothing."""
    moments = list(dict.fromkeys(_moments(report)))
    days = {moment: _days(moment.when) for moment in moments}
    read = _way_of_reading([moment.when for moment in moments])
    dates = {moment: read(moment.when) for moment in moments if days[moment] is None}
    by_calendar = sorted((day, at) for at, moment in enumerate(moments) if (day := dates.get(moment)))
    from_today = sorted((-ago, at) for at, moment in enumerate(moments) if (ago := days[moment]) is not None)
    drawn = {at for _, at in (*by_calendar, *from_today)}
    rest = tuple(Row(moment) for at, moment in enumerate(moments) if at not in drawn)
    strips = (
        _calendar([(moments[at], day) for day, at in by_calendar]),
        _ago([(moments[at], -ago) for ago, at in from_today]),
        Strip("Cannot be placed on a line", rest),
    )
    return tuple(strip for strip in strips if strip.rows)


def _moments(report: Json) -> list[Moment]:
    own = [s for s in report["symptoms"] if s["onset"] and not s["negated"] and not s["hypothetical"] and s["experiencer"] == "patient"]
    return [
        *(Moment(s["onset"], s["name"], "past" if s["historical"] else "begun") for s in own),
        *(Moment(lab["date"], _result(lab), lab["interpretation"] or "value") for lab in report["labs"] if lab["date"]),
    ]


def _result(lab: Json) -> str:
    words = f"{lab['name']} {lab['comparator']}{lab['value']:g}"
    said = [lab["interpretation"] or "", "an earlier value" if lab["superseded"] else ""]
    return f"{words} ({', '.join(filter(None, said))})" if any(said) else words


def _days(when: str) -> int | None:
    """How many days before today; None for what is told from something else."""
    known = days_ago(when.removeprefix("since "))
    if known is not None or "after" in when:
        return known
    return next((days for words in (when, f"for {when}") if (days := find_onset(words, 0)[1]) is not None), None)


def _way_of_reading(dates: Sequence[str]) -> Callable[[str], date | None]:
    """Reads dates day first or month first: the way in which alone all of the text make sense; neither where both do."""
    keys = [found for words in dates if (found := date_keys(words)) is not None and len(found[0] or found[1] or ()) == 3]
    ways = [way for way in (0, 1) if all(_date(found[way]) for found in keys)]

    def read(words: str) -> date | None:
        found = date_keys(words)
        if found is None or not ways:
            return None
        read = {_date(found[way]) for way in ways}
        return read.pop() if len(read) == 1 else None

    return read


def _date(key: tuple[int, ...] | None) -> date | None:
    """The day; the middle of a month that is given without one."""
    if key is None or len(key) != 3:
        return None
    try:
        return date(key[0], key[1], key[2] or 15)
    except ValueError:
        return None


def _calendar(dated: Sequence[tuple[Moment, date]]) -> Strip:
    title = "By the calendar"
    if not dated or dated[0][1] == dated[-1][1]:
        return Strip(title, tuple(Row(moment) for moment, _ in dated))
    first, last = dated[0][1], dated[-1][1]
    span = (last - first).days
    rows = (Row(moment, _place((day - first).days / span), _named(moment, day)) for moment, day in dated)
    ticks = (Tick(_LEFT, _named(*dated[0]), "start"), Tick(_RIGHT, _named(*dated[-1]), "end"))
    return Strip(title, tuple(rows), ticks)


def _named(moment: Moment, day: date) -> str:
    """The day as everybody writes it; the month alone where no more is told."""
    keys = date_keys(moment.when) or ((0, 0, 0),)
    return day.isoformat() if any(key and key[-1] for key in keys) else day.isoformat()[:7]


def _ago(dated: Sequence[tuple[Moment, int]]) -> Strip:
    """A day is long beside now and short a year ago, so that "for 3 days" and "for 2 years" both can be seen."""
    if not dated:
        return Strip("", ())
    longest = max(dated[0][1], _SHORTEST_DAYS)

    def at(days: int) -> float:
        return _place(1 - log1p(days) / log1p(longest))

    ticks = [Tick(_RIGHT, "now", "end")]
    for days, words in _STEPS.items():
        if days <= longest and ticks[-1].at - at(days) >= _APART:
            ticks.append(Tick(at(days), words, "start" if at(days) < _APART / 2 else "middle"))
    rows = (Row(moment, at(days), _ago_words(moment, days)) for moment, days in dated)
    return Strip("Told from today", tuple(rows), tuple(ticks), _RIGHT)


def _ago_words(moment: Moment, days: int) -> str:
    ago = "today" if days == 0 else f"about {days} day{'s' if days > 1 else ''} ago"
    return f"{ago}, until now" if moment.mark == "begun" and days else ago


def _place(share: float) -> float:
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)
