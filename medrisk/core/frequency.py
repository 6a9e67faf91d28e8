"""How often: "q4-6h", "twice daily", "every other day", "max 2 a day" as times a day."""

from __future__ import annotations

import re

from medrisk.core.model import Frequency

# Shared with the rest of the directions: numbers, counted forms, and taking a piece out of a text.
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
WORD_NUMBERS = {
    "one-half": 0.5, "one half": 0.5, "a half": 0.5, "half a": 0.5, "half of a": 0.5, "half": 0.5, "one": 1.0, "two": 2.0,
    "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "iii": 3.0, "ii": 2.0, "i": 1.0, "a": 1.0, "an": 1.0,
}  # fmt: skip
DOSE_FORM = (
    r"tablets?|tabs?|tbs|caps?|capsules?|caplets?|pills?|gummies|gummy|softgels?|lozenges?|puffs?|inhalations?|inhs?|sprays?|drops?|gtts?"
    r"|patch(?:es)?|sachets?|packets?|scoops?|suppositor(?:y|ies)|teaspoons?|tsp|tablespoons?|tbsp|vials?|amps?|ampoules?|nebs?|films?|t"
)

_HOURS = re.compile(
    r"\bq\.?\s*(\d{1,2})(?:\s*(?:-|to)\s*(\d{1,2}))?\s*\.?\s*(?:h(?:ou)?rs?|h|°)?\b|\bevery\s+(\d{1,2}|four|six|eight|twelve)"
    r"(?:\s*(?:-|to)\s*(\d{1,2}))?\s*(?:hours?|hrs?|h)\b|\b(\d{1,2})\s*hourly\b"
)
_HOUR_WORDS = {"four": 4, "six": 6, "eight": 8, "twelve": 12}
_INTERVAL = re.compile(
    r"\bq\.?\s*(\d{1,2})\s*(d|w|wk|wks|week|weeks|mo|mos|month|months|m)\b"
    r"|\bevery\s+(\d{1,2}|two|three|four|six|twelve|other)\s+(day|week|wk|month|mo)s?\b"
)
_INTERVAL_DAYS = {
    "d": 1,
    "day": 1,
    "w": 7,
    "wk": 7,
    "wks": 7,
    "week": 7,
    "weeks": 7,
    "m": 30,
    "mo": 30,
    "mos": 30,
    "month": 30,
    "months": 30,
}
_INTERVAL_WORDS = {"two": 2, "other": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}

# In order: the first that is found decides. The words without which a pattern cannot match stand before it, so that most
# patterns are not even tried. Times a day; None where the words give no number.
_FREQUENCIES: tuple[tuple[frozenset[str], re.Pattern[str], float | None], ...] = tuple(
    (frozenset(words.split()), re.compile(pattern), per_day)
    for words, pattern, per_day in (
        ("qod eod other alternate", r"\bqod\b|\beod\b|\bevery other (?:day|night)\b|\balternate days?\b", 0.5),
        (
            "mwf tts tiw mon week wk weekly",
            r"\b(?:mwf|tts|tiw|mon[/,]wed[/,]fri)\b|\b(?:3|three)\s*(?:x|times)\s*(?:a |per |/)?\s*(?:week|wk)(?:ly)?\b",
            3 / 7,
        ),
        (
            "week wk weekly biw",
            r"\b(?:2x|twice|two times|2 times)\s*(?:a |per |/)?\s*(?:week|wk)(?:ly)?\b|\bbiw\b",
            2 / 7,
        ),
        ("fortnightly biweekly", r"\bfortnightly\b|\bbiweekly\b", 1 / 14),
        (
            "week wk weekly w",
            r"(?<!last )(?<!this )(?<!next )(?<!past )\b(?:once )?(?:a |per |every |each |q\s?)?(?:weekly|week|wk)\b(?! of)|/\s?w(?:ee)?k\b",
            1 / 7,
        ),
        ("monthly month", r"\bmonthly\b|\bevery month\b|\bq\s?month\b|\bonce a month\b|\ba month\b", 1 / 30),
        ("yearly annually year", r"\b(?:yearly|annually|once a year|every year)\b", 1 / 365),
        ("five 5", r"\bfive times\b|\b5\s*(?:x|times)\s*(?:a |per |/)?\s*d(?:ay|aily)\b", 5.0),
        ("qid qds four 4 x", r"\bqid\b|\bqds\b|\b(?:four times|4\s?x|4 times)\b", 4.0),
        (
            "tid tds three thrice 3 x meal meals",
            r"\btid\b|\btds\b|\b(?:three times|thrice|3\s?x|3 times)\b|\bwith (?:each|every) meals?\b",
            3.0,
        ),
        (
            "bid bd twice two 2 x am morning",
            r"\bbid\b|\bbd\b|\btwice\b|\b(?:two times|2\s?x|2 times|x\s?2)\b|\bmorning and (?:night|evening)\b"
            r"|\bam\s*(?:/|and|&|\+)\s*pm\b",
            2.0,
        ),
        (
            "daily dly qd od day everyday d qam qpm qhs qday qnight am pm hs day night nights nite nightly nocte mane om bedtime morning"
            " mornings evening evenings noon breakfast lunch dinner supper tea",
            r"\bonce (?:a day|daily|per day|each day)\b|\bdaily\b|\bdly\b|\bqd\b|\bod\b|\bevery ?day\b|\beach day\b"
            r"|\b(?:a|per) day\b|/\s?d(?:ay)?\b|\bq\s?(?:am|pm|hs|day|night|morning|evening)\b"
            r"|\b(?:every|each|in the|at|q) (?:mornings?|evenings?|nights?|nite|bedtime|noon)\b"
            r"|\bnightly\b|\bnocte\b|\bmane\b|\bom\b|\bhs\b|\bbedtime\b|\bnite\b|\bam\b|\bpm\b|\bmornings?\b|\bevenings?\b"
            r"|\b(?:with|w/|before|after|at)\s*(?:breakfast|lunch|dinner|supper|tea)\b",
            1.0,
        ),
    )
)
_AS_NEEDED = re.compile(
    r"\bprn\b|\bas (?:needed|required|necessary)\b|\b(?:if|when) (?:needed|required)\b|\bwhen necessary\b|\boccasional(?:ly)?\b"
)
_AS_NEEDED_WORDS = frozenset("prn needed required necessary occasional occasionally".split())


_MOST_A_DAY = re.compile(
    rf"\bmax(?:imum)?\.?\s*(?:of\s*)?({NUMBER})\s*(?:{DOSE_FORM}|doses?)?\s*(?:/|per|an?|in|daily)\s*(?:day|d\b|24\s*h\w*)?"
)


def read_frequency(text: str, words: frozenset[str]) -> tuple[Frequency | None, int, str]:
    """The frequency, where it begins, and the text without it."""
    most = _MOST_A_DAY.search(text) if "max" in text else None
    if most is not None:
        return Frequency(" ".join(most[0].split()), number_of(most[1]), True), most.start(), blank_out(text, most)
    as_needed = not words.isdisjoint(_AS_NEEDED_WORDS) and _AS_NEEDED.search(text) is not None
    found = _interval_frequency(text) or _named_frequency(text, words)
    if found is None:
        return (Frequency("as needed", None, True) if as_needed else None), len(text), text
    per_day, match = found
    return Frequency(" ".join(match[0].split()), per_day, as_needed), match.start(), blank_out(text, match)


_INTERVAL_HINT = re.compile(r"\bq\s*\d|\bevery\b|hourly\b")


def _interval_frequency(text: str) -> tuple[float | None, re.Match[str]] | None:
    """ "q4-6h", "every 8 hours", "q2wk", "every 3 months"."""
    if _INTERVAL_HINT.search(text) is None:
        return None
    return _hours(text) or _interval(text)


def _hours(text: str) -> tuple[float | None, re.Match[str]] | None:
    match = _HOURS.search(text)
    if match is None:
        return None
    shortest = next(group for group in (match[1], match[3], match[5]) if group)
    hours = _HOUR_WORDS[shortest] if shortest in _HOUR_WORDS else int(shortest)
    is_days = re.match(r"\s*(?:d|w|wk|wks|weeks?|mo|mos|months?|m|days?)\b", text[match.end() :]) is not None
    if hours == 0 or is_days:
        return None
    return 24 / hours, match


def _interval(text: str) -> tuple[float | None, re.Match[str]] | None:
    match = _INTERVAL.search(text)
    if match is None:
        return None
    count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
    days = (_INTERVAL_WORDS[count] if count in _INTERVAL_WORDS else int(count)) * _INTERVAL_DAYS[unit]
    return (1 / days if days else None), match


def _named_frequency(text: str, words: frozenset[str]) -> tuple[float | None, re.Match[str]] | None:
    for hints, pattern, per_day in _FREQUENCIES:
        match = None if hints.isdisjoint(words) else pattern.search(text)
        if match is not None:
            return per_day, match
    return None


def number_of(text: str) -> float:
    return WORD_NUMBERS[text] if text in WORD_NUMBERS else float(text.replace(",", ""))


def blank_out(text: str, match: re.Match[str]) -> str:
    """The text with what was read blanked out, so that no number is read twice."""
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
