"""Small joints of sentences."""

from __future__ import annotations

from collections.abc import Sequence


def join(words: Sequence[str]) -> str:
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] if text else text


def lower_first(text: str) -> str:
    """Lower the first letter, unless the word is a name in capitals (US, PPI)."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]
