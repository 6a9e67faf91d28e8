"""Making typed text comparable: Unicode variants, scanner noise and glued words, without losing the words."""

from __future__ import annotations

import html
import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("´"): "'", ord("`"): "'"}
_OTHER = {ord("⁄"): "/", ord("μ"): "µ", ord("®"): " ", ord("™"): " ", ord("\u00a0"): " ", ord("×"): "x"}
_TRANSLATE = {**_DASHES, **_QUOTES, **_OTHER}
_FRACTION = re.compile(r"(\d)?\s*([¼½¾⅓⅔])")
_FRACTION_VALUES = {"¼": ".25", "½": ".5", "¾": ".75", "⅓": ".33", "⅔": ".67"}

# "20mgPO", "25mgdaily": a unit glued to the next word of the directions.
_GLUED_UNIT = re.compile(
    r"(\d)\s*(mcg|mg|meq|ml|units|unit|gm)\s*"
    r"(?=(?:po|qd|qod|bid|tid|qid|daily|nightly|q\d|qhs|qam|qpm|hs|od|bd|tds|prn|tab|cap|iv|im|sc|sl|every|once|twice|x\d|\(|/day))",
    re.IGNORECASE,
)
_OCR_ZERO = re.compile(r"(\d)[oO](?=\s*(?:mg|mcg|meq|ml|units|%)\b|\d)")
_DIGIT = re.compile(r"\d")
# Patterns that look for blanks before something would try every one of thousands.
_BLANK = " " * 8
_LONG_BLANK = re.compile(r"[^\S\t]{9,}")
_SPACES = re.compile(r"[ \f\v\r]+")


class HintedPattern:
    """A pattern that is tried only where one of its hints stands in the text.

    Most lines of a list are plain directions, and a dozen wide patterns on each would cost more than all the rest.
    Every match of ``pattern`` must hold one of the ``hints`` (in lower case).
    """

    def __init__(self, pattern: str, hints: str) -> None:
        self._pattern = pattern
        self._hints = tuple(hints.split())

    def search(self, text: str) -> re.Match[str] | None:
        lower = text.lower()
        for hint in self._hints:
            if hint in lower:
                return re.search(self._pattern, text, re.IGNORECASE)  # compiled and kept by re
        return None


_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines as an editor numbers them: a form feed or a Unicode separator does not end one."""
    lines = _LINE_END.split(text)
    return lines[:-1] if lines and not lines[-1] else lines


def line_starts(text: str) -> list[int]:
    """Where each line of ``split_lines`` begins in the text."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def fold(text: str) -> str:
    """One line in a plain form: compatibility characters and entities resolved, dashes and quotes plain, tabs kept, and no
    run of blanks longer than it takes to part two columns.
    """
    if "&" in text:
        text = html.unescape(text)
    if text.isascii() and text.isprintable():
        return _LONG_BLANK.sub(_BLANK, text) if _BLANK in text else text
    if not text.isascii():
        text = _LONG_BLANK.sub(_BLANK, text.translate(_TRANSLATE))
        text = _FRACTION.sub(lambda m: (m[1] or "0") + _FRACTION_VALUES[m[2]], text)
        text = unicodedata.normalize("NFKC", text).translate(_TRANSLATE)
    plain = "".join(c if c == "\t" or c >= " " else " " for c in text if unicodedata.category(c) != "Cf")
    return _LONG_BLANK.sub(_BLANK, plain) if _BLANK in plain else plain


def unglue(text: str) -> str:
    """Part what was typed without spaces ("lisinopril20mgdaily", "4O mg") so that numbers and units can be read."""
    if _DIGIT.search(text) is None:
        return text
    return _GLUED_UNIT.sub(lambda m: f"{m[1]} {m[2]} ", _OCR_ZERO.sub(lambda m: f"{m[1]}0", text))


def squeeze(text: str) -> str:
    """Runs of blanks as one, tabs kept, ends trimmed."""
    return (_SPACES.sub(" ", text) if "  " in text or not text.isprintable() else text).strip()


def ascii_lower(text: str) -> str:
    """Lower case without accents, for comparing names."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
