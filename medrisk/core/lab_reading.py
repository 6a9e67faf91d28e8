"""Where in a text a laboratory reading stands, and what is a dose instead.

``medrisk.core.labs`` says what a value means; this module finds the number, its unit, a flag and a date.
"""

from __future__ import annotations

import re
from dataclasses import replace

from medrisk.core.labs import LabResult, LabTest, converted, flagged, judged_kinase, unit_key
from medrisk.core.tokens import Tokens
from medrisk.core.word_sets import word_set

_DOSE_UNITS = word_set(
    """
    mg mgs g gm gms gram grams mcg ug microgram micrograms ng iu unit units u meq meqs ml mls mmols %
    tab tabs tablet tablets cap caps capsule capsules caplet caplets puff puffs drop drops patch sachet
    sachets po iv im sc sl pr od bd bid tds tid qid qds qhs qd qod nocte mane prn daily nightly nightime
    weekly every once twice cream gel oint ointment lotion syrup ampoule amp pill pills softgel softgels
    vial injection inj spray bag bags infusion times days day weeks week months month years
    """
)
_DIRECTIONS_AFTER = re.compile(
    r"[ \t]{0,3}(?:x|/|in (?:the )?(?:morning|evening|am|pm)|at (?:night|bedtime)|a day|per day|each"
    r"|with)\b|[ \t]{0,3}/[ \t]{0,3}\d|[ \t]{0,3}[-–][ \t]{0,3}\d|[ \t]{0,3}:\d"
)
_VALUE = re.compile(
    r"[ \t|]{0,5}(?:\+{1,2}|2\+)?(?:[ \t]{0,3}\([^()\n]{0,24}\))?"
    r"(?:[ \t]{0,3}(?:levels?|lvl|conc|result|value|today|yesterday|now|currently|repeat|is|was|of|at"
    r"|came|back|measured|only|still|up|down|to|has|had|been|gone|dropped|fallen|fell|risen|rose|improved|"
    r"low|high|raised|elevated|normal|about|around|approx|=|:|-|~|→|->)){0,5}"
    r"[ \t]{0,3}(<=|>=|<|>|≤|≥|less than|below|under|more than|greater than|above|over)?"
    r"[ \t|]{0,5}(?P<number>\d{1,3}(?:,\d{3})+(?![\d])|\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?=[ \t]?i?u/l)|\d{1,3}[ '\u00a0\u202f]000(?!\d)|\d+(?:[.,]\d+)?)(?P<thousand>k(?![a-z]))?(?![\d])"
)
_UNIT = re.compile(
    r"[ \t|]{0,5}(?P<unit>(?:x|times)[ \t]{0,3}(?:the[ \t]{0,3})?(?:uln|upper limit(?: of normal)?)"
    r"|xuln|ml/min(?:[ \t]{0,3}/[ \t]{0,3}1\.73[ \t]{0,3}(?:m2|m²|m\^2|sqm)?)?"
    r"|[a-zµμ]+(?:\s?/\s?(?:[a-z]+|\d+\s?ml))?|%)(?![a-z\d])"
)
_FLAG = re.compile(
    r"[ \t]{0,3}[\[(]?[ \t]{0,3}(?P<flag>LOW|Low|low|L|HIGH|High|high|H|LL|HH|normal|Normal"
    r"|WNL)[ \t]{0,3}[\])]?(?![A-Za-z])"
)
_UPPER_LIMIT = re.compile(
    r"[^.;\n]{0,25}?(?:uln|upper limit(?: of normal)?|ref(?:erence)?(?: range)?|normal(?: range)?"
    r"|range)[ \t]{0,3}[:=<]?[ \t]{0,3}(?:is|of|up to)?[ \t]{0,3}"
    r"(?:\d{1,4}[ \t]{0,3}[-–][ \t]{0,3})?(?P<limit>\d{2,4})|[ \t]{0,3}(?:u/l"
    r"|iu/l)?[ \t]{0,3}\([ \t]{0,3}\d{1,3}[ \t]{0,3}[-–][ \t]{0,3}(?P<range>\d{2,4})[ \t]{0,3}(?:u/l"
    r"|iu/l)?[ \t]{0,3}\)|[ \t]{0,3}(?:i?u/l)?[ \t]{0,3}\([ \t]{0,3}<[ \t]{0,3}(?P<below>\d{2,4})"
    r"|[ \t]{0,3}(?:i?u/l)?[ \t|]{1,5}\d{1,3}[ \t]{0,3}[-–][ \t]{0,3}(?P<column>\d{2,4})(?!\d)"
)
_DATE = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{1,2}\s(?:jan|feb"
    r"|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:\s\d{4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s\d{1,2}(?:,?\s\d{4})?|yesterday"
    r"|today|last week|last month|last year|\d+ (?:day|week|month|year)s? ago"
)
_DATE_AFTER = re.compile(
    rf"[ \t]{{0,3}}(?:\([ \t]{{0,3}}(?:on\s+)?({_DATE})[ \t]{{0,3}}\)"
    rf"|,?[ \t]{{0,3}}on\s+({_DATE})(?!\d)|\s(\d{{4}}-\d{{2}}-\d{{2}}|yesterday|today|now|last week"
    rf"|last month|last year|\d+ (?:day|week|month|year)s? ago)\b"
    rf"|[ \t]{{0,3}}(?:\(|in |since )((?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ \t])?(?:19|20)\d\d)\b)"
)
_DATE_OF_LINE = re.compile(
    rf"[ \t]*(?:(?:labs?|bloods?|results?|chem|bmp|cmp|u&es?|ues|blood tests?|from|on|of"
    rf"|dated)[ \t]{{0,3}}){{0,3}}\(?({_DATE})\)?[ \t]{{0,3}}[:,-]?"
)
# What may stand between the values of a series, and what says that the next is later: an arrow, a word or its date.
_LATER = re.compile(
    rf"(?:[ \t]{{0,3}}(?:\((?:{_DATE})\)|(?:on )?(?:{_DATE})\b))?[ \t]{{0,3}}(?:->|→|=>| > |[,;]?[ \t](?:and |but )?(?:then|now|repeat(?:ed)?"
    rf"|rpt|rechecked|recheck|later|today|latest|currently|this week|this morning)(?: it)?(?: is| was| at)?(?=[ \t:=])"
    rf"|,(?=[ \t]\d+(?:[.,]\d+)?[ \t]*(?:\((?:{_DATE})\)|(?:on )?(?:{_DATE})\b)))"
    rf"[ \t:=]{{0,3}}(?P<number>\d+(?:[.,]\d+)?)(?![\d/])"
)
# "K 3.0 Mg 1.5": the name of the next test and not the unit of this one.
_MAGNESIUM_NEXT = re.compile(r"[ \t]{0,3}(?:Mg[ \t:=]{0,3}\d|mg[ \t:=]{0,3}\d\.\d)")
_NOT_A_READING = word_set(
    """
    if when until goal target keep keeping aim unless maintain maintaining hold
    """
)
_COMPARATORS = {"<": "<", "<=": "<", "≤": "<", "less than": "<", "below": "<", "under": "<"}
_DOSE = "a dose"


def read_lab(
    test: LabTest, text: str, lowered: str, tokens: Tokens, first: int, end: int, previous_end: int
) -> LabResult | None:
    """The reading whose name is the words ``first`` to ``end``, or None where this is no reading.

    ``previous_end`` is where the last reading ended: "K 3.2 Mg 1.5" names a
    test after a number, "40 mg 2 tabs" a unit.
    """
    name_start, name_end = tokens.starts[first], tokens.ends[end - 1]
    name = text[name_start:name_end]
    before = tokens.words[max(0, first - 6) : first]
    is_symbol = len(name) <= 2
    if is_symbol and name_start and not _is_named(text, name, name_start, previous_end):
        return None
    if test.not_with.intersection(before[-2:] + tokens.words[end : end + 1]) or _NOT_A_READING.intersection(
        _same_clause(before)
    ):
        return None
    found = _VALUE.match(lowered, name_end)
    if found is None:
        return None
    number = found["number"]
    value = _number(number) * (1000 if found["thousand"] else 1)
    unit, unit_end = _read_unit(test, text, lowered, found.end())
    if unit is _DOSE:
        return None
    if unit is None and _DIRECTIONS_AFTER.match(lowered, found.end()):
        return None
    if (
        test.is_drug_level
        and unit is None
        and not is_symbol
        and not _is_level(test, lowered[name_start : found.end()], value)
    ):
        return None
    comparator = _COMPARATORS.get(found[1] or "", ">" if found[1] else "")
    flag = _FLAG.match(text, unit_end) or re.search(
        r"(?P<flag>low|high)", lowered[name_end : found.start("number")]
    )
    result = LabResult(
        id=test.id,
        name=test.name,
        text=text[name_start:unit_end],
        start=name_start,
        end=unit_end,
        value=value,
        comparator=comparator,
        unit=unit,
        canonical_value=None,
        canonical_unit=test.unit,
        interpretation=None,
        note=None,
        date=_date(lowered, name_start, unit_end),
    )
    result = (
        judged_kinase(result, test, _upper_limit(lowered, result.end))
        if test.unit == "xULN"
        else converted(result, test)
    )
    if unit is None and result.canonical_value is None and not _could_be(test, value, is_symbol):
        return None
    return flagged(result, flag["flag"].lower() if flag else "")


def read_later(test: LabTest, text: str, lowered: str, earlier: LabResult) -> LabResult | None:
    """The next value of a series: "K 3.2 -> 3.6"."""
    found = _LATER.match(lowered, earlier.end)
    if found is None or test.unit == "xULN":
        return None
    unit, end = _read_unit(test, text, lowered, found.end())
    if unit is _DOSE:
        return None
    start = found.start("number")
    later = replace(
        earlier,
        text=text[start:end],
        start=start,
        end=end,
        value=_number(found["number"]),
        comparator="",
        unit=unit or earlier.unit,
        canonical_value=None,
        interpretation=None,
        note=None,
        date=_date(lowered, start, end),
    )
    return converted(later, test)


def _is_level(test: LabTest, words: str, value: float) -> bool:
    """ "Lithium 300" is a dose, "lithium level 1.4" and "lithium 0.9" are levels."""
    return bool(re.search(r"level|conc|serum", words)) or (
        "." in words and test.unit_by_size(value) is not None
    )


def _is_named(text: str, name: str, start: int, previous_end: int) -> bool:
    """A symbol after a number is the unit of a dose, unless the number belongs to the reading before it."""
    left = text[max(0, start - 3) : start].rstrip(" ")
    if not left or not left[-1].isdigit():
        return True
    return name[0].isupper() and start - previous_end <= 2


def _same_clause(before: list[str]) -> list[str]:
    for i in range(len(before) - 1, -1, -1):
        if before[i] in ".;\n,":
            return before[i + 1 :]
    return before


def _number(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[, '\u00a0\u202f]\d{3})+", text):
        return float(re.sub(r"\D", "", text))
    return float(text.replace(",", "."))


def _read_unit(test: LabTest, text: str, lowered: str, at: int) -> tuple[str | None, int]:
    """The unit as typed and where it ends; ``_DOSE`` where the number is a dose; None where a plain word
    follows.
    """
    found = _UNIT.match(lowered, at)
    if found is None:
        return None, at
    if _MAGNESIUM_NEXT.match(text, at):
        return None, at
    key = unit_key(found["unit"])
    typed = text[found.start("unit") : found.end()]
    if key in test.factors or "/" in key:
        return typed, found.end()
    if key == "mmol" or key == "meq":
        # "K 3.1 mmol": the "/L" is often left out. Whole numbers and anything with directions are doses.
        number = _VALUE.match(lowered, at - 6)
        following = lowered[found.end() : found.end() + 14].split()
        decimal = "." in lowered[max(0, at - 4) : at]
        if decimal and number is None and not (following and following[0] in _DOSE_UNITS):
            return typed + "/L", found.end()
        return _DOSE, at
    if key in _DOSE_UNITS:
        return _DOSE, at
    return None, at


def _could_be(test: LabTest, value: float, is_symbol: bool) -> bool:
    """Whether a bare number can be this test in any unit; a far-off one ("calcium 600") is a dose."""
    if test.unit == "xULN":
        return True
    fits = any(test.is_plausible(value * factor) for factor in test.factors.values())
    return fits or (is_symbol and test.is_plausible(value / 10) and value != 125)


def _date(lowered: str, start: int, end: int) -> str | None:
    found = _DATE_AFTER.match(lowered, end)
    if found:
        return next(group for group in found.groups() if group)
    line = lowered.rfind("\n", max(0, start - 80), start) + 1 or max(0, start - 80)
    found = _DATE_OF_LINE.match(lowered, line, start)
    return found[1] if found else None


def _upper_limit(lowered: str, at: int) -> float | None:
    """The upper limit of normal written after a creatine kinase: "(ULN 200)", "(30-200)"."""
    found = _UPPER_LIMIT.match(lowered, at)
    return float(found["limit"] or found["range"] or found["below"] or found["column"]) if found else None
