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
    r"|\bevery\s+(\d{1,2}(?:nd|rd|th)?|two|second|three|third|four|six|twelve|other)\s+(day|week|wk|month|mo)s?\b"
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
_INTERVAL_WORDS = {"two": 2, "second": 2, "other": 2, "three": 3, "third": 3, "four": 4, "six": 6, "twelve": 12}

# In order: the first that is found decides. The words without which a pattern cannot match stand before it, so that most
# patterns are not even tried. Times a day; None where the words give no number.
_FREQUENCIES: tuple[tuple[frozenset[str], re.Pattern[str], float | None], ...] = tuple(
    (frozenset(words.split()), re.compile(pattern), per_day)
    for words, pattern, per_day in (
        ("qod eod other alternate alt", r"\bqod\b|\beod\b|\bevery other (?:day|night)\b|\balt(?:ernate)? (?:days?|nights?)\b", 0.5),
        (
            "mwf tts tiw mon week wk weekly f",
            r"\b(?:mwf|m\s?/\s?w\s?/\s?f|tts|tiw|mon[/,]wed[/,]fri)\b|\b(?:3|three)\s*(?:x|times)\s*(?:a |per |/)?\s*(?:week|wk)(?:ly)?\b",
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
    rf"\b(?:max(?:imum)?|not (?:to )?exceed(?:ing)?|no more than|up to)\.?\s*(?:of\s*)?({NUMBER})\s*(?:{DOSE_FORM}|doses?)?\s*(?:/|per|an?|in|daily)\s*(?:day|d\b|24\s*h\w*)?"
)


MOST_HINTS = ("max", "exceed", "more than", "up to")


def read_frequency(text: str, words: frozenset[str]) -> tuple[Frequency | None, int, str]:
    """The frequency, where it begins, and the text without it."""
    most = _MOST_A_DAY.search(text) if any(hint in text for hint in MOST_HINTS) else None
    if most is not None:
        return Frequency(" ".join(most[0].split()), number_of(most[1]), True), most.start(), blank_out(text, most)
    as_needed = not words.isdisjoint(_AS_NEEDED_WORDS) and _AS_NEEDED.search(text) is not None
    found = _interval_frequency(text) or _weekdays(text) or _by_part_of_day(text) or _times_a(text) or _named_frequency(text, words)
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
    days = (_INTERVAL_WORDS[count] if count in _INTERVAL_WORDS else int(count.rstrip("ndrth"))) * _INTERVAL_DAYS[unit]
    return (1 / days if days else None), match


_DAY = r"(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?s?"
_DAYS_LISTED = re.compile(rf"\b{_DAY}\b(?:(?:\s*[,/&+]\s*|\s+)(?:and\s+)?{_DAY}\b)+")
_DAYS_RANGE = re.compile(rf"\b({_DAY})\s*(?:-|–|to)\s*({_DAY})\b")
_ONE_DAY = re.compile(rf"\b(?:every|each|on)\s+{_DAY}\b")
REST_OF_WEEK = re.compile(r"(?<!every )\b(?:(?:all )?other|remaining|non\W\w+) days\b|\brest of (?:the )?week\b|\bexcept\b|\balternat\w*")
WEEKDAYS = re.compile(rf"\b{_DAY}\b(?:\s*(?:-|–|to|,|/|&)\s*{_DAY}\b)*")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_REST_HINTS = ("other", "rest", "remaining", "non", "except", "alternat")


def differs_by_day(text: str) -> bool:
    """Whether the words name some days apart from the others: "mon-sat ..., sun ...", "... other days"."""
    if any(hint in text for hint in _REST_HINTS) and REST_OF_WEEK.search(text):
        return True
    return any(day in text for day in _WEEK) and len(WEEKDAYS.findall(text)) > 1


def _weekdays(text: str) -> tuple[float | None, re.Match[str]] | None:
    """ "mon wed fri", "every Friday", "mon-fri": so many days of seven, taken once on each unless it says twice."""
    if not any(day in text for day in _WEEK):
        return None
    match = _DAYS_RANGE.search(text)
    if match is not None:
        days = (_WEEK.index(match[2][:3]) - _WEEK.index(match[1][:3])) % 7 + 1
    else:
        match = _DAYS_LISTED.search(text) or _ONE_DAY.search(text)
        if match is None:
            return None
        days = len({day[:3] for day in re.findall(_DAY, match[0])})
    if REST_OF_WEEK.search(text):
        return 1.0, match
    words = frozenset(re.findall(r"[a-z]+|\d+", text))
    own = None if {"week", "wk", "weekly", "daily"} & words else _named_frequency(text, words)
    times = own[0] if own and own[0] and own[0] >= 1 else 1.0
    return times * days / 7, match


_PARTS_OF_DAY = re.compile(r"(?<![\d./-])([0-4])\s?[-–]\s?([0-4])\s?[-–]\s?([0-4])(?:\s?[-–]\s?([0-4]))?(?![\d./-]|\s*(?:mg|mcg|g|ml|days?|weeks?)\b)")


def _by_part_of_day(text: str) -> tuple[float | None, re.Match[str]] | None:
    """ "1-0-1": so many in the morning, at noon, in the evening (and at night)."""
    match = _PARTS_OF_DAY.search(text) if "-" in text or "–" in text else None
    total = sum(int(part or 0) for part in match.groups()) if match else 0
    return (float(total), match) if match and total and "0" in match.groups() else None


_TIMES_A = re.compile(
    r"\b(?:(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|twelve)\s*(?:x|times)|(once|twice|thrice))\s*(?:a |per |each |every |/\s?)?"
    r"(day|daily|week|weekly|wk|fortnight|month|monthly|year|yearly)\b"
)
_TIMES = dict(zip("once twice two thrice three four five six seven eight nine ten twelve".split(), (1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12), strict=True))
_DAYS_IN = {"d": 1, "w": 7, "f": 14, "m": 30, "y": 365}


def _times_a(text: str) -> tuple[float | None, re.Match[str]] | None:
    """ "6 times a day", "twice a month", "4x weekly"."""
    match = _TIMES_A.search(text)
    if match is None:
        return None
    count = match[1] or match[2]
    times = _TIMES[count] if count in _TIMES else int(count)
    return (times / _DAYS_IN[match[3][0]], match) if times else None


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
