"""When and where a symptom is felt, and who the patient is: age, sex, pregnancy.

Only what is written counts. A pronoun is not taken for the patient's sex, because it may be a relative's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Sex = Literal["female", "male"]

_NUMBER_WORDS = {
    **{"half a": 0.5, "a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 4},
    **{
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
    },
}
_DAYS = {
    "d": 1,
    "day": 1,
    "w": 7,
    "wk": 7,
    "week": 7,
    "m": 30,
    "mo": 30,
    "mth": 30,
    "month": 30,
    "y": 365,
    "yr": 365,
    "year": 365,
    "hr": 0,
    "hour": 0,
    "h": 0,
}
_COUNT = (
    r"(\d+(?:\.\d+)?|a couple of|couple of|a few|few|several|half a|an?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten)"
)
_UNIT = r"(days?|wks?|weeks?|mths?|months?|yrs?|years?|hours?|hrs?|d|w|mo)"
_SPAN = re.compile(
    rf"(?:\b(?:for|x|over)\s*(?:about|around|nearly|almost|over|the|past|last|at least|approx\.?"
    rf"|\s)*{_COUNT}\s*{_UNIT}\b"
    rf"|\bx\s*(\d+)/(7|52|12)\b|\b(\d+)/(7|52|12)\b"
    rf"|\b{_COUNT}\s*{_UNIT}\s+(ago|after (?:starting|he|she|i|they|the|her|his|my|each)?|of\b|post\b"
    rf"|history)"
    rf"|\b(since (?:last |early |late |mid[ -]?)?(?:january|february|march|april|may|june|july|august"
    rf"|september|october|november|december|monday|tuesday|"
    rf"wednesday|thursday|friday|saturday|sunday|yesterday|week|month|year|spring|summer|autumn|winter"
    rf"|christmas|easter|\d{{4}}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
    rf"|the \w+(?: \w+)?|starting \w+|he started \w+|she started \w+|i started \w+))|\b(?:began"
    rf"|started|onset)\s+(yesterday|today|last (?:night|week|month|year))\b)"
)
_SLASH_DAYS = {"7": 1, "52": 7, "12": 30}
_SIDES = re.compile(r"\b(left|right|l|r|lt|rt|both|bilateral|bilaterally|unilateral|one[- ]sided|b/l)\b")
_SIDE_NAMES = {
    **{"l": "left", "lt": "left", "r": "right", "rt": "right"},
    **{"both": "bilateral", "bilaterally": "bilateral", "b/l": "bilateral"},
    **{"one-sided": "unilateral", "one sided": "unilateral"},
}


def find_onset(sentence: str, at: int) -> tuple[str | None, int | None]:
    """The time nearest to the mention at ``at``: as typed, and in days. Where it says "after", the days
    count from that event.
    """
    best: re.Match[str] | None = None
    for found in _SPAN.finditer(sentence):
        if best is None or abs(found.start() - at) < abs(best.start() - at):
            best = found
    if best is None:
        return None, None
    groups = best.groups()
    if groups[9] or groups[10]:
        text = groups[9] or groups[10]
        return text, {"yesterday": 1, "today": 0, "last night": 1}.get(text.removeprefix("since "))
    if groups[2] or groups[4]:
        return best.group().strip(), int(groups[2] or groups[4]) * _SLASH_DAYS[groups[3] or groups[5]]
    count, unit = (groups[0], groups[1]) if groups[0] else (groups[6], groups[7])
    amount = _NUMBER_WORDS[count] if count in _NUMBER_WORDS else float(count)
    text = f"{count} {unit}"
    if groups[8] and groups[8].startswith("after"):
        text = sentence[best.start() : best.end() + 25].split(",")[0].split(".")[0].strip()
    return text, round(amount * _DAYS[unit if unit in _DAYS else unit.rstrip("s")])


def find_laterality(words_near: str) -> str | None:
    """Left, right, bilateral or unilateral in the words round a mention; two sides named together are
    bilateral.
    """
    sides = {_SIDE_NAMES.get(found[1], found[1]) for found in _SIDES.finditer(words_near)}
    if {"left", "right"} <= sides:
        return "bilateral"
    return sides.pop() if len(sides) == 1 else None


@dataclass(frozen=True, slots=True)
class Person:
    """The patient as far as the text says."""

    age: float | None
    sex: Sex | None
    pregnant: bool | None
    spans: tuple[tuple[int, int], ...]


_FEMALE = r"f|female|woman|lady|girl|gentlewoman|mother|grandmother|wife"
_MALE = r"m|male|man|gentleman|boy|father|grandfather|husband"
_AGE = re.compile(
    rf"\bage[d]?\s*[:=]?\s*(?P<age1>\d{{1,3}})\b(?!\s*(?:mg|mcg|months?|mo\b|weeks?|wks?|days?))"
    rf"(?:\s*(?:y/?o|yrs?|years?(?: old)?)?[ ,/]*(?P<sex1>f|m|{_FEMALE}|{_MALE})\b(?!\s*[:=]))?|"
    rf"\b(?P<age2>\d{{1,3}})\s*[- ]?(?:years?|yrs?|y)[- /]?(?:old|o\b|/o)?(?:[- ]+(?P<sex2>{_FEMALE}"
    rf"|{_MALE})\b)?|"
    rf"\b(?P<age3>\d{{2,3}})\s*/?\s*(?P<sex3>f|m|female|male|woman|man|lady|gentleman)\b|"
    rf"\b(?P<sex4>f|m|female|male)\s*[,/]?\s*(?P<age4>\d{{2,3}})(?:y|yo|yrs?)?\b(?![./]|\s*(?:mg|mcg"
    rf"|units?|tab|%|mmol))|"
    rf"\b(?P<age5>\d{{1,2}})\s*(?:months?|mo)[- ]old\b"
)
_AGE_IS_PAST = re.compile(
    r"(?:seizure|surgery|operation|fracture|onset|diagnosed|since|died|at|menarche|smoked|quit|for|x"
    r"|past|last|over|about)\s*(?:the\s*)?$"
)
_SEX = re.compile(
    rf"(?i:\b(?:sex|gender)\s*[:=]?\s*(f|female|woman|m|male|man)\b)|\b(Mrs|Miss|Ms|Mr|MRS"
    rf"|MR)\b\.?(?=\s+[A-Z])"
    rf"|(?i:\b(?:elderly|old|young|this|pregnant|a)\s+(?P<word>{_FEMALE}|{_MALE})\b)"
)
_PREGNANT = re.compile(
    r"\bpregnan(?:t|cy)\s*[:=?]\s*(?P<answer>yes|no|y|n)\b"
    r"|\b(?:pregnant|gravid|\d{1,2}\s*(?:weeks?|wks?)\s*(?:pregnant|gestation)|g\dp\d)\b"
)
# Without one of these nothing above matches; it is looked for once in every text.
_PREGNANCY_HINT = re.compile(r"pregnan|gravid|gestation|g\dp\d")
_NOT_PREGNANT = re.compile(
    r"(?:not|isn't|isnt|denies being|never|no longer|if|when|becomes?|get|getting|trying to (?:get"
    r"|be)|were|are|is she|be|mother|wife|sister|daughter)\s+$"
)


def read_person(text: str, lowered: str) -> Person:
    """Age, sex and pregnancy of the patient."""
    spans: list[tuple[int, int]] = []
    age: float | None = None
    sex: Sex | None = None
    for found in _AGE.finditer(lowered):
        kind = found.lastgroup
        number = next((found[name] for name in ("age1", "age2", "age3", "age4", "age5") if found[name]), "")
        before = lowered[max(0, found.start() - 14) : found.start()]
        if kind is None or float(number) > 120 or _AGE_IS_PAST.search(before) or _is_duration(found, lowered):
            continue
        if age is None:
            age = float(number) / 12 if found["age5"] else float(number)
            spans.append(found.span())
        word = found["sex1"] or found["sex2"] or found["sex3"] or found["sex4"]
        if word and sex is None:
            sex = _sex(word)
    if sex is None and (named := _SEX.search(text)):
        word = (named[1] or named[2] or named["word"]).lower()
        sex = "male" if word == "mr" else "female" if word in ("mrs", "miss", "ms") else _sex(word)
        spans.append(named.span())
    pregnant = _pregnancy(lowered, spans)
    return Person(age, "female" if pregnant and sex is None else sex, pregnant, tuple(spans))


def _is_duration(found: re.Match[str], lowered: str) -> bool:
    """ "10 years" alone is a time; "68 yo", "68-year-old" and "68 year old" are ages."""
    if not found["age2"] or found["sex2"]:
        return False
    after = lowered[found.end() : found.end() + 12]
    return not re.search(r"old|y/?o|yo$|y$", found.group()) or bool(
        re.match(r"\s*(?:ago|history|hx|later|after)", after)
    )


def _sex(word: str) -> Sex:
    return "female" if re.fullmatch(_FEMALE, word) else "male"


def _pregnancy(lowered: str, spans: list[tuple[int, int]]) -> bool | None:
    verdict: bool | None = None
    if _PREGNANCY_HINT.search(lowered) is None:
        return None
    for found in _PREGNANT.finditer(lowered):
        before = lowered[max(0, found.start() - 22) : found.start()]
        if found["answer"]:
            verdict = found["answer"].startswith("y")
        elif _NOT_PREGNANT.search(before):
            denied = re.search(r"(?:not|isn't|isnt|no longer|denies being)\s+$", before)
            verdict = False if denied else verdict
            if not denied:
                continue
        else:
            verdict = True
        spans.append(found.span())
        break
    return verdict
