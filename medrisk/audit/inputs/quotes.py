"""Where the records of a block of CSV end, found with numpy, and whether all its quotes stand as they should."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LINE_FEED, _RETURN = 34, 10, 13


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found of a block that begins where a record begins.

    ``ends`` are the places of the line feeds that end a record. ``delimiters`` counts those outside quotes of each
    record. ``line_feeds`` are all line feeds, where some stand inside quotes, else None.
    """

    ends: NDArray[np.int64]
    delimiters: NDArray[np.int64]
    line_feeds: NDArray[np.int64] | None


def find_layout(block: bytes, delimiter: int) -> Layout | None:
    """None where a quote stands in the middle of a field, or text behind a closing one: then nothing is certain."""
    letters = np.frombuffer(block, dtype=np.uint8)
    has_quotes = b'"' in block
    matters = letters == delimiter
    matters |= letters == _LINE_FEED
    if has_quotes:
        matters |= letters == _QUOTE
    # From here on only of these letters, a tenth of all.
    places = np.flatnonzero(matters)
    marks = letters[places]
    if not has_quotes:
        feeds = np.flatnonzero(marks == _LINE_FEED)
        return Layout(places[feeds], np.diff(feeds, prepend=-1) - 1, None)
    is_quote = marks == _QUOTE
    if not _stand_well(letters, places[is_quote], delimiter):
        return None
    is_outside = ~np.logical_xor.accumulate(is_quote) & ~is_quote
    line_feeds = places[marks == _LINE_FEED]
    places, marks = places[is_outside], marks[is_outside]
    feeds = np.flatnonzero(marks == _LINE_FEED)
    ends = places[feeds]
    return Layout(ends, np.diff(feeds, prepend=-1) - 1, line_feeds if len(ends) < len(line_feeds) else None)


def _stand_well(letters: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Each opening quote begins a field and each closing one ends it, or two of them stand for one."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = letters[np.maximum(opening - 1, 0)]
    begins = (opening == 0) | (before == delimiter) | (before == _LINE_FEED) | (before == _QUOTE)
    if not begins.all():
        return False
    at_end = closing == len(letters) - 1
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    return bool((at_end | (after == delimiter) | (after == _LINE_FEED) | (after == _RETURN) | (after == _QUOTE)).all())
