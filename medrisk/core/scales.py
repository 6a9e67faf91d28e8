"""Published scales over the answers that are known: a result, or what is missing for one, and never a guess.

An item without an answer is not an item answered "no" or "unknown". A name is given to a result only when every
answer that is still missing would leave it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from medrisk.core.scale_answers import Answers
from medrisk.core.scale_model import Band, Item, Scale, ScaleResult

_SETTLED = "Settled: no answer that is still missing can change it."
_INCOMPLETE = "Incomplete: which of those still possible it is depends on what is missing."
_NO_BAND = "The answers meet the criteria of no category in full: it takes a judgement."


def score(scale: Scale, answers: Mapping[str, str]) -> ScaleResult:
    """The result of these answers, given as item id to answer id (or to a multiple such as ``"12 xULN"``).

    Raises InputError for an item or answer that the scale does not have.
    """
    given = Answers(scale, answers)
    missing = tuple(item.id for item in scale.items if given.answer(item) is None and given.applies(item) is not False)
    return _by_points(scale, given, missing) if scale.kind == "points" else _by_criteria(scale, given, missing)


def total_range(scale: Scale) -> tuple[int, int] | None:
    """The lowest and highest total of a scale of points; None where points of it were not read."""
    return None if scale.kind != "points" else _range(scale, Answers(scale, {}))


def _by_points(scale: Scale, given: Answers, missing: tuple[str, ...]) -> ScaleResult:
    between = _range(scale, given)
    unread = _unread_items(scale, given)
    total = between[0] if between and not missing else None
    possible = [band for band in scale.bands if between and _meets(band, between)]
    notes = [_points_note(missing, unread), scale.unread if not scale.bands else "", _ignored(scale, given)]
    return _result(possible, missing, notes, total, between if missing else None)


def _by_criteria(scale: Scale, given: Answers, missing: tuple[str, ...]) -> ScaleResult:
    """The first band whose condition holds; those above it that might still hold keep it open."""
    possible: list[Band | None] = []
    for band in scale.bands:
        holds = True if band.when is None else given.holds(band.when)
        if holds is not False:
            possible.append(band)
        if holds:
            break
    else:
        possible.append(None)
    return _result(possible, missing, [_ignored(scale, given)])


def _result(
    possible: Iterable[Band | None],
    missing: tuple[str, ...],
    notes: list[str],
    total: int | None = None,
    between: tuple[int, int] | None = None,
) -> ScaleResult:
    """A band when exactly one is possible; else what is open."""
    bands = list(possible)
    band = bands[0] if len(bands) == 1 else None
    if bands and missing:
        notes = [_SETTLED if len(bands) == 1 else _INCOMPLETE, *notes]
    if bands == [None]:
        notes = [*notes, _NO_BAND]
    return ScaleResult(
        total=total,
        band=band.label if band else None,
        missing=missing,
        note=" ".join(note for note in notes if note),
        meaning=band.meaning if band else "",
        open_bands=tuple(b.label for b in bands if b) if len(bands) > 1 else (),
        between=between,
    )


def _range(scale: Scale, given: Answers) -> tuple[int, int] | None:
    """The bounds of the total over every way to answer what is missing; None where points are not known."""
    low = high = 0
    for item in scale.items:
        points = _points(item, given)
        if None in points:
            return None
        known = [value for value in points if value is not None]
        low, high = low + min(known), high + max(known)
    return low, high


def _points(item: Item, given: Answers) -> set[int | None]:
    """What the item may still add: one value where it is answered, none (0) where it does not or may not apply."""
    applies, answer = given.applies(item), given.answer(item)
    if applies is False:
        return {0}
    points = {choice.points for choice in item.answers if answer is None or choice.id == answer}
    return points if applies else points | {0}


def _meets(band: Band, between: tuple[int, int]) -> bool:
    low, high = between
    return (band.at_most is None or band.at_most >= low) and (band.at_least is None or band.at_least <= high)


def _unread_items(scale: Scale, given: Answers) -> list[str]:
    """Items whose given answer has points that were not read in a source."""
    return [item.id for item in scale.items if given.answer(item) is not None and _points(item, given) == {None}]


def _points_note(missing: tuple[str, ...], unread: list[str]) -> str:
    if unread:
        return f"No total: the points of this answer to {', '.join(unread)} were not read in the source."
    return "No total until every item is answered." if missing else ""


def _ignored(scale: Scale, given: Answers) -> str:
    names = [item.id for item in scale.items if given.answer(item) is not None and given.applies(item) is False]
    return f"Not counted, because it does not apply after the other answers: {', '.join(names)}." if names else ""
