"""Puts a reader's choices into the text: one name of one line is written anew, and everything else stays as typed.

The text in the box stays the only thing that is checked. A choice rewrites it, so that what is answered can always be
read there; what could not be done is said and changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz

from medrisk.core.model import Line
from medrisk.core.text import line_starts, split_lines, squeeze

_WORD = re.compile(r"\S+")
_EDGE = "()[],;:."
# A bullet, a number or a heading before the name ("2. stopped: ") belongs to the list and not to the name.
_LEAD = re.compile(r"\s*(?:[-*•·+–]\s+|\(?\d{1,3}[.)]\s+)*(?:[^:\d]{1,60}:\s+)?")
_FIGURES = re.compile(r"\s+(?=[\d.,]*\d)")
# Several words are one name only where no comma parts them and no dose stands among them.
_NAME = re.compile(r"(?=.*[^\W\d])(?:\S+|[^\d,;]+)")
_WORDS_IN_NAME = 4
_WORDS_TRIED = 40


class Reader(Protocol):
    """What reads one line by itself."""

    def normalize(self, text: str, number: int = 1) -> Line: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """The drug that a reader gave for one row of the table of lines.

    ``seen`` tells which words the line had when it was shown, and ``drugs`` which drugs the row spoke of: another drug
    may stand on the same line, and its name is left alone.
    """

    number: int
    seen: str
    name: str
    drugs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a choice: the line as it reads now, or why it was left alone."""

    number: int
    line: str = ""
    problem: str = ""


def fingerprint(words: str) -> str:
    """A short mark of a line's words, to tell whether the line was edited since it was shown."""
    return hashlib.sha256(squeeze(words.replace("\r\n", "\n")).strip().encode()).hexdigest()[:10]


def apply_choices(text: str, choices: Sequence[Choice], reader: Reader) -> tuple[str, list[Change]]:
    """The text with every choice written into its line, and what was done."""
    shown = split_lines(text)
    lines = list(shown)
    changes: list[Change] = []
    for choice in choices:
        at = _find(shown, choice)
        if at is None:
            changes.append(Change(choice.number, problem="the line was edited in the box meanwhile"))
            continue
        place = _place_of_name(lines[at], choice.drugs, reader)
        if place is None:
            changes.append(Change(at + 1, problem="its name could not be told from the other words; change it in the box"))
            continue
        written = _rename(lines[at], place, choice.name)
        if written is None:
            changes.append(Change(at + 1, problem="give the name alone; a dose is changed in the box"))
            continue
        lines[at] = written
        changes.append(Change(at + 1, line=written.strip()))
    return _rejoin(text, shown, lines), changes


def _rename(typed: str, place: tuple[int, int], name: str) -> str | None:
    """The line with this name in that place; None where a dose was given beside a dose."""
    start, end = place
    rest = typed[:start] + typed[end:]
    if re.search(r"\d", name) and re.search(r"\d", _LEAD.sub("", rest, count=1)):
        return None
    return typed[:start] + name + typed[end:]


def _find(lines: Sequence[str], choice: Choice) -> int | None:
    """Where the line of a choice stands now: in its old place, or in the only place where its words stand."""
    places = [i for i, line in enumerate(lines) if fingerprint(line) == choice.seen]
    if choice.number - 1 in places:
        return choice.number - 1
    return places[0] if len(places) == 1 else None


def _rejoin(text: str, before: Sequence[str], after: Sequence[str]) -> str:
    """The text with its lines exchanged, from the last so that the places of the others still hold."""
    starts = line_starts(text)
    for i in reversed(range(len(before))):
        if before[i] != after[i]:
            text = text[: starts[i]] + after[i] + text[starts[i] + len(before[i]) :]
    return text


def _place_of_name(typed: str, drugs: frozenset[str], reader: Reader) -> tuple[int, int] | None:
    """From where to where the name stands: the fewest words without which the line no longer speaks of these drugs.

    Without drugs, the words before the directions. None where neither can be told, so that no other drug is overwritten.
    """
    line = reader.normalize(typed)
    named = _drugs_of(line)
    if not drugs:
        return None if named else _before_directions(typed, is_whole=line.status == "ignored")
    words = [found.span() for found in _WORD.finditer(typed)][:_WORDS_TRIED]
    for count in range(1, _WORDS_IN_NAME + 1) if named & drugs else ():
        spans = (_trim(typed, words[i][0], words[i + count - 1][1]) for i in range(len(words) - count + 1))
        held = [span for span in spans if _holds(typed, span, drugs, named - drugs, reader)]
        if held:
            return max(held, key=lambda span: _likeness(typed[span[0] : span[1]], [*drugs, *_product(line)]))
    return None


def _holds(typed: str, span: tuple[int, int], drugs: frozenset[str], others: set[str], reader: Reader) -> bool:
    """Whether the line without this span speaks of none of these drugs any more, and of all the others still."""
    start, end = span
    if not _NAME.fullmatch(typed[start:end]):
        return False
    left = _drugs_of(reader.normalize(typed[:start] + typed[end:]))
    return drugs.isdisjoint(left) and others <= left


def _drugs_of(line: Line) -> set[str]:
    named = {ingredient.name for ingredient in line.ingredients}
    return named | {candidate.name for candidate in line.candidates}


def _product(line: Line) -> list[str]:
    return [line.product] if line.product else []


def _likeness(words: str, names: Iterable[str]) -> float:
    return max(fuzz.ratio(words.lower(), name.lower()) for name in names)


def _before_directions(typed: str, *, is_whole: bool) -> tuple[int, int]:
    """Where no drug is known: from behind the bullet and heading to the first word that begins with a figure.

    What was no medication at all goes as a whole.
    """
    lead = _LEAD.match(typed)
    start = lead.end() if lead else 0
    figures = None if is_whole else _FIGURES.search(typed, start)
    return _trim(typed, start, figures.start() if figures else len(typed))


def _trim(typed: str, start: int, end: int) -> tuple[int, int]:
    """The span without the marks and blanks at its edges."""
    while start < end and typed[start] in _EDGE:
        start += 1
    while end > start and (typed[end - 1] in _EDGE or typed[end - 1].isspace()):
        end -= 1
    return start, end
