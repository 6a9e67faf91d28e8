"""Several results of one test: which is the latest, where the text says so.

The latest counts and the earlier ones are kept, marked as earlier. Where the text does not say which is
the latest, every one counts, and that is said. There is no clock here: a date is compared with other dates
of the same text, never with today.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from medrisk.core.labs import LabResult

_AGO = {"day": 1, "week": 7, "month": 30, "year": 365}
_WORDS = {"today": 0, "now": 0, "yesterday": 1, "last week": 7, "last month": 30, "last year": 365}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OLD = 30

_Key = tuple[int, ...]


def in_order(results: Sequence[LabResult], followed: frozenset[int]) -> list[LabResult]:
    """The results with the earlier ones of a test marked. ``followed``: places of results that a later one of the
    same series follows ("3.2 -> 3.6").
    """
    marked = list(results)
    for name in {result.id for result in results}:
        places = [i for i, result in enumerate(results) if result.id == name and i not in followed]
        earlier = {i for i, result in enumerate(results) if result.id == name and i in followed}
        if len(places) > 1:
            latest = _latest([results[i] for i in places])
            if latest is None:
                for i in places:
                    marked[i] = _noted(
                        results[i], "given more than once, and which is the latest is not said: each counts"
                    )
            else:
                earlier |= {i for k, i in enumerate(places) if k != latest}
        for i in earlier:
            marked[i] = replace(
                _noted(results[i], "an earlier value: a later one is given and counts"), superseded=True
            )
    return [_said_old(result) for result in marked]


def _noted(result: LabResult, words: str) -> LabResult:
    return replace(result, note=f"{result.note}; {words}" if result.note else words)


def _said_old(result: LabResult) -> LabResult:
    days = days_ago(result.date or "")
    if result.superseded or days is None or days < _OLD:
        return result
    return _noted(result, f"from {result.date}: ask for a newer one")


def days_ago(date: str) -> int | None:
    """How many days before today, for a date that is told from today; else None."""
    if date in _WORDS:
        return _WORDS[date]
    found = re.fullmatch(r"(\d+) (day|week|month|year)s? ago", date)
    return int(found[1]) * _AGO[found[2]] if found else None


def _latest(results: list[LabResult]) -> int | None:
    """The place of the latest, where every way of reading the dates agrees; else None."""
    if len({(result.value, result.comparator) for result in results}) == 1:
        return len(results) - 1
    ago = [days_ago(result.date or "") for result in results]
    if any(days == 0 for days in ago):
        now = [i for i, days in enumerate(ago) if days == 0]
        return now[0] if len(now) == 1 else None
    known = [days for days in ago if days is not None]
    if len(known) == len(results):
        return ago.index(min(known)) if known.count(min(known)) == 1 else None
    ways = [date_keys(result.date or "") for result in results]
    winners = set()
    for way in range(2):
        keys = [keys[way] for keys in ways if keys is not None and keys[way] is not None]
        if len(keys) < len(results) and any(keys_ is None for keys_ in ways):
            return None
        if len(keys) == len(results) and len({len(key or ()) for key in keys}) == 1:
            best = max(key for key in keys if key is not None)
            winners |= {i for i, keys_ in enumerate(ways) if keys_ is not None and keys_[way] == best}
    return winners.pop() if len(winners) == 1 else None


def date_keys(date: str) -> tuple[_Key | None, _Key | None] | None:
    """A date as a key for sorting, day first and month first; None where one is no date. Years only where given."""
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", date):
        key = (int(found[1]), int(found[2]), int(found[3]))
        return key, key
    if re.fullmatch(r"(?:19|20)\d\d", date):
        return (int(date),), (int(date),)
    if found := re.search(r"(\d{1,2})?[ ]?(" + "|".join(_MONTHS) + r")[a-z]*[ ]?(\d{1,2}(?!\d))?,?[ ]?(\d{4})?$", date):
        day = int(found[1] or found[3] or 0)
        key = (*((int(found[4]),) if found[4] else ()), _MONTHS.index(found[2]) + 1, day)
        return key, key
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2,4}))?", date):
        year = (int(found[3]) % 100 + 2000,) if found[3] else ()
        one, two = int(found[1]), int(found[2])
        day_first = (*year, two, one) if two <= 12 else None
        month_first = (*year, one, two) if one <= 12 else None
        return day_first, month_first
    return None
