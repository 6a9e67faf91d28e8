"""Whether a mention is asserted: denied, someone else's, only possible, or past.

The method is the classic one for clinical notes (cue words and the reach of each, after NegEx and
ConText), kept to what can be read in a few words to the left and right of the mention. Every look is
bounded, so a long text costs no more per mention than a short one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from medrisk.core import assertion_words as cue
from medrisk.core.denial import is_denied, is_past, is_possible
from medrisk.core.phrases import Match
from medrisk.core.tokens import Tokens

Experiencer = Literal["patient", "other"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """How a mention is meant. The default is the plain report: the patient has it now."""

    negated: bool = False
    experiencer: Experiencer = "patient"
    hypothetical: bool = False
    historical: bool = False


class Setting:
    """What the whole text says about its mentions: its headings, and whose story it is."""

    __slots__ = ("_ends", "_labels", "_starts", "first_person", "proxy", "text", "tokens")

    def __init__(self, text: str, lowered: str, tokens: Tokens) -> None:
        self.text = text
        self.tokens = tokens
        self._starts: list[int] = []
        self._labels: list[str] = []
        self._ends: list[int] = []
        for found in cue.SECTION.finditer(lowered):
            self._starts.append(found.start())
            self._labels.append(cue.SECTION_NAMES[found.lastindex or 0])
            line_end = lowered.find("\n", found.end())
            line_end = len(lowered) if line_end < 0 else line_end
            inline = lowered[found.end() : line_end].strip(" :\t")
            gap = lowered.find("\n\n", line_end)
            self._ends.append(
                line_end if inline else (len(lowered) if gap < 0 else gap if gap > line_end else line_end)
            )
        self.first_person = bool(cue.FIRST_PERSON.search(lowered))
        self.proxy = frozenset() if self.first_person else _proxy(lowered)

    def section(self, at: int) -> str:
        """The heading that governs a place: its own line's, or one alone on a line above, up to an empty
        line.
        """
        i = bisect_right(self._starts, at) - 1
        return self._labels[i] if i >= 0 and at < self._ends[i] else ""

    def assess(self, match: Match, *, is_condition: bool = False) -> Assertion:
        """Judge one mention. A condition given as the reason of a drug is one that the patient has; a
        symptom need not be.
        """
        words = self.tokens.words
        left, right = self.tokens.sentence(match.first, match.end)
        start = self.tokens.starts[match.first]
        section = self.section(start)
        sign, since = self._sign(self.tokens.starts[left], start)
        while left < match.first and self.tokens.starts[left] < since:
            left += 1
        before, after = words[left : match.first], words[match.end : right]
        reaction = section == "reaction"
        return Assertion(
            negated=sign == "-" or self._is_negated(match, before, after, words[right : right + 5]),
            experiencer="other" if section == "family" or self._is_other(left, match.first) else "patient",
            hypothetical=section == "warning"
            or sign == "unticked"
            or is_possible(
                before, after, words[right : right + 5], self._prefix(match), reasons=not is_condition
            ),
            historical=section == "past" or reaction or is_past(before, after),
        )

    def _is_negated(
        self, match: Match, before: list[str], after: list[str], next_sentence: list[str]
    ) -> bool:
        words = self.tokens.words
        denied_inside = any(
            words[i] in cue.DENIALS for i in range(match.first, match.end) if i not in match.matched
        )
        if match.phrase.inverse:
            return not denied_inside
        at = self.tokens.ends[match.end - 1]
        if cue.MINUS_AFTER.match(self.text, at):
            return True
        if cue.PLUS_AFTER.match(self.text, at):
            return False
        if cue.BRACKETED_MINUS.match(self.text, at) and self._signs_follow(at):
            return True
        states = words[match.end - 1] in cue.PREDICATES and words[match.first] in cue.HAVE_PREDICATES
        return denied_inside or is_denied(before, after, next_sentence, states=states)

    def _prefix(self, match: Match) -> str:
        start = self.tokens.starts[match.first]
        return self.text[max(0, start - 2) : start]

    def _sign(self, sentence: int, at: int) -> tuple[str, int]:
        """The sign that governs a place ("+", "-" or an empty box) and where it stands; an item of a list takes the
        sign before it, and a plus goes on.
        """
        opening = self.text.rfind("\n", 0, sentence + 1) + 1
        window = self.text[max(opening, at - _SIGN_REACH) : at + 1]
        found = [sign for sign in cue.SIGN.finditer(window) if sign.end() <= len(window) - 1]
        if not found:
            return "", 0
        last = found[-1]
        sign, place = last.group().strip(), at + 1 - len(window) + last.end()
        if sign in cue.NO_SIGNS and len(found) == 1 and window[: last.start()].strip(" ") == "":
            following = self.text[at : at + _SIGN_REACH].partition("\n")[0]
            if not cue.SIGN.search(following):
                return "", 0  # a dash before the only item of a line is a bullet
        if sign in ("(+)", "(-)") and self._signs_follow(at):
            return "", 0
        ended = any(mark in window[last.end() :] for mark in ",;.")
        if sign in ("[ ]", "[]", "☐"):
            return "unticked", place
        if sign in cue.NO_SIGNS or sign == "(-)":
            return ("", 0) if ended else ("-", place)
        return "+", place

    def _signs_follow(self, at: int) -> bool:
        """Whether the signs of a line stand after its items: "cramps (-) weakness (+)"."""
        rest = self.text[at : at + _LINE_REACH].partition("\n")[0]
        return rest.rstrip(" .;,").endswith(("(+)", "(-)"))

    def _is_other(self, left: int, first: int) -> bool:
        """Whether the nearest subject before the mention is a relative who has it rather than one who
        reports it.
        """
        words = self.tokens.words
        subject = ""
        for i in range(left, first):
            word = words[i]
            if word in cue.PATIENT:
                # "My sister has it, but I don't" comes after; "I" before a relative is overruled by the
                # relative.
                subject = ""
            elif (
                cue.PRONOUNS.get(word) and subject and cue.RELATIVES.get(subject) not in (cue.PRONOUNS[word], "")
            ) or word == "but":
                subject = ""
            else:
                name = word[:-1] if word.endswith("s") and word[:-1] in cue.RELATIVES else word
                if name in cue.RELATIVES and name not in self.proxy and not _reports(words, i, first):
                    subject = name
        if subject:
            return True
        return self.first_person and self._carried_over(left, first)

    def _carried_over(self, left: int, first: int) -> bool:
        """In a text told by the patient, "she" is still the sister: "My sister has it too. She gets cramps"."""
        words = self.tokens.words
        pronouns = {word for word in words[left:first] if word in ("he", "she")}
        if len(pronouns) != 1 or left < 2 or "i" in words[left:first]:
            return False
        start, end = self.tokens.sentence(left - 1, left - 1)
        pronoun = pronouns.pop()
        return any(
            cue.RELATIVES.get(words[i]) == pronoun and not _reports(words, i, end) for i in range(start, end)
        )


_SIGN_REACH = 60
_LINE_REACH = 200


def _proxy(lowered: str) -> frozenset[str]:
    """The relative whose own list this is ("here is what my mother is on"), told by someone else."""
    found = cue.PROXY.search(lowered) if "my " in lowered else None
    if found and "same" not in lowered[found.start() : found.end() + 20]:
        return frozenset((found[1],))
    told = cue.TOLD_BY.search(lowered) if any(relative in lowered for relative in cue.TOLD_OF) else None
    return cue.TOLD_OF[told[1] or told[2]] if told else frozenset()


def _reports(words: list[str], i: int, first: int) -> bool:
    """A relative who tells, and the patient of whom it is told: "Wife reports the patient shouts"."""
    following = words[i + 1 : min(i + 4, first)]
    return (
        bool(cue.REPORTING.intersection(following))
        or words[i - 1 : i] == ["by"]
        or words[i - 1 : i] == ["per"]
    )
