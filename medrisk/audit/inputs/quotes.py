"""Where the records of a block of CSV end, found with numpy, and whether all its quotes stand as they should."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LINE_FEED, _RETURN = 34, 10, 13


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found of a block that begins where a record begins.

    ``ends`` are the places of the line feeds that end a record. ``delimiters`` counts those outside quotes before the
    last of them. ``line_feeds`` are all line feeds, where some stand inside quotes, else None.
    """

    ends: NDArray[np.int64]
    delimiters: int
    line_feeds: NDArray[np.int64] | None


def find_layout(block: bytes, delimiter: int) -> Layout | None:
    """None where a quote stands in the middle of a field, or text behind a closing one: then nothing is certain."""
    letters = np.frombuffer(block, dtype=np.uint8)
    feeds = np.flatnonzero(letters == _LINE_FEED)
    if b'"' not in block:
        last = int(feeds[-1]) if len(feeds) else 0
        return Layout(feeds, int(np.count_nonzero(letters[:last] == delimiter)), None)
    is_quote = letters == _QUOTE
    if not _stand_well(letters, np.flatnonzero(is_quote), delimiter):
        return None
    inside = _inside(_as_bits(is_quote))
    ends = feeds[(inside[feeds >> 6] >> (feeds & 63).astype(np.uint64)) & np.uint64(1) == 0]
    last = int(ends[-1]) if len(ends) else 0
    outside = _as_bits(letters[:last] == delimiter)
    outside &= ~inside[: len(outside)]
    return Layout(ends, int(np.bitwise_count(outside).sum()), feeds if len(ends) < len(feeds) else None)


def _as_bits(marks: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """One bit a letter, 64 in a word, the first letter in the lowest bit."""
    packed = np.packbits(marks, bitorder="little")
    bits = np.zeros(-(-len(packed) // 8) * 8, np.uint8)
    bits[: len(packed)] = packed
    return bits.view(np.uint64)


def _inside(quotes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A bit for each letter behind an odd number of quotes: each bit is that number modulo 2, summed up by doubling steps."""
    inside = quotes.copy()
    for step in (1, 2, 4, 8, 16, 32):
        inside ^= inside << np.uint64(step)
    odd_words = np.bitwise_xor.accumulate(inside >> np.uint64(63))
    inside[1:] ^= np.uint64(0) - odd_words[:-1]
    return inside


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
