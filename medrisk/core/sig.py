"""The directions on a line: "20 mg po qhs prn" -> strength, dose, route, frequency, daily dose.

Abbreviations follow common US and UK usage (ISMP's and the BNF's lists of them). What is not written stays None.
"""

from __future__ import annotations

import re
from dataclasses import replace

from medrisk.core.frequency import (
    DOSE_FORM,
    MOST_HINTS,
    NUMBER,
    REST_OF_WEEK,
    WEEKDAYS,
    WORD_NUMBERS,
    blank_out,
    differs_by_day,
    number_of,
    read_frequency,
)
from medrisk.core.model import Frequency, Sig
from medrisk.core.text import unglue
from medrisk.core.units import Quantity, canonical_unit, convert

_UNIT = (
    r"mcgs?|micrograms?|µg|ug|mgs?|mgm|milligrams?|gms?|grams?|g|meqs?|mmols?|international units|units?|iu|un|u"
    r"|mls?|cc|ng|nanograms?|%"
)
_UNIT_END = r"(?![a-z])"
_WORD_NUMBER = "|".join(re.escape(word) for word in WORD_NUMBERS)

_PER_VOLUME = re.compile(
    rf"({NUMBER})\s*({_UNIT})\s*(?:/|per\s)\s*({NUMBER})?\s*(ml|mls|l|actuation|puff|dose|spray)\b"
)
_PER_TIME = re.compile(rf"({NUMBER})\s*({_UNIT})\s*(?:/|per\s)\s*(24\s*h(?:ours?|rs?)?|h(?:ou)?r?)\b")
_STRENGTH_LIST = re.compile(
    rf"(?<![\d.:/])({NUMBER})\s*({_UNIT})?{_UNIT_END}((?:\s*[/-]\s*(?:{NUMBER})\s*(?:(?:{_UNIT}){_UNIT_END})?)+)(?![\d/])"
)
_STRENGTH_PART = re.compile(rf"[/-]\s*({NUMBER})\s*(?:({_UNIT}){_UNIT_END})?")
_STRENGTH = re.compile(rf"(?<![\d.])({NUMBER})\s*({_UNIT}){_UNIT_END}")
_DOSE = re.compile(
    rf"\b({NUMBER}|{_WORD_NUMBER})(?:\s*(?:-|to|or)\s*({NUMBER}|{_WORD_NUMBER}))?\s*(?:x\s*)?({DOSE_FORM})\b"
)
_TAKE = re.compile(
    rf"\b(?:take|takes|taking|sig:?)\s+({NUMBER}|{_WORD_NUMBER})(?:\s*(?:-|to)\s*({NUMBER}))?\b(?!\s*(?:{_UNIT}){_UNIT_END})"
)
_COUNT_BEFORE_ROUTE = re.compile(r"\b(\d|i{1,3})\s+(?:po|p\.o\.?|by mouth)\b")
_BARE_NUMBER = re.compile(
    rf"(?<![\d./#:x-])({NUMBER})(?![\d./%:-]|\s*(?:days?|weeks?|wks?|months?|hours?|hrs?|h\b|times|x\b|minutes?|min\b))"
)

# The route that a word names or implies; the first row that has a word of the line decides.
_ROUTES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (route, frozenset(words.split()))
    for route, words in (
        ("intrathecal", "intrathecal intrathecally"),
        ("epidural", "epidural"),
        ("intravitreal", "intravitreal"),
        ("intra_articular", "articular intraarticular"),
        ("intravesical", "intravesical"),
        ("intrauterine", "intrauterine iud ius"),
        ("vaginal", "vag vaginal vaginally pv pessary pessaries"),
        ("ophthalmic", "eye eyes eyedrops eyedrop ophth oph ophthalmic ophthal ou os"),
        ("otic", "ear ears otic"),
        ("nasal", "nasal nasally nostril nostrils intranasal intranasally nose"),
        (
            "nebulised",
            "neb nebs nebule nebules nebuliser nebulizer nebulised nebulized nebulisers nebulizers nebulisation nebulization",
        ),
        (
            "inhaled",
            "inhal inhale inhaled inhaler inhalers inhalation inhalations inh puff puffs hfa mdi dpi diskus accuhaler evohaler turbohaler"
            " turbuhaler respimat handihaler ellipta respiclick flexhaler rotahaler twisthaler rotacaps aerosol easibreathe redihaler",
        ),
        ("sublingual", "sublingual sublingually sl tongue"),
        ("buccal", "buccal buccally"),
        ("oromucosal", "mouthwash rinse swish gargle lozenge lozenges"),
        ("topical", "topical topically cream ointment oint lotion gel shampoo skin apply foam"),
        ("transdermal", "transdermal transdermally patch patches tts td"),
        ("rectal", "rectal rectally pr suppository suppositories enema enemas rectum"),
        ("intravenous", "iv ivpb intravenous intravenously infusion drip ivp"),
        ("intramuscular", "im intramuscular intramuscularly"),
        ("subcutaneous", "sc subq sq subcut subcutaneous subcutaneously subcu subcutan"),
        ("implant", "implant"),
        (
            "oral",
            "po mouth oral orally os tab tabs tablet tablets cap caps capsule capsules caplet caplets syrup elixir chewable chews gummies odt"
            " solutab soltab effervescent pill pills",
        ),
    )
)
_TWO_WORD_ROUTES = ((re.compile(r"\bsub q\b|\bs/c\b"), "subcutaneous"), (re.compile(r"\bper os\b"), "oral"))
_MOUTH_GEL = re.compile(r"\b(?:oral|mouth|dental) (?:gel|paste)\b")  # else "gel" would mean the skin
_WORDS = re.compile(r"[a-z]+|\d+")
# "p.o.", "b.i.d.", "q.4h." -> "po", "bid", "q4h"
_DOTTED = re.compile(r"\b([a-z])\.([a-z\d])(?:\.([a-z])\b)?(?![a-z]{2})\.?")
_FORM = re.compile(
    r"\b(tablet|tab|capsule|cap|caplet|solution|suspension|syrup|elixir|cream|ointment|gel|lotion|patch|inhaler|spray|drops|injection|pen|film"
    r"|suppository|powder|lozenge|chewable|kit|enema|nebul\w*)s?\b"
)
_FORM_NAMES = {"tab": "tablet", "cap": "capsule", "caplet": "tablet"}


_FRACTION = re.compile(
    r"(?<![\d/.])(?:(\d)(?:\s+|\s*(?:&|\+|\band\b)\s*))?([1-3])/([2-4])(?=\s*(?:of\s+)?(?:an?\s+)?(?:tab|pill|cap|tsp|teaspoon|patch|t\b))"
)
_AND_A_HALF = re.compile(r"(?<![\d/.])\b(1|2|3|one|two|three)\s*(?:&|\+|and)\s*(?:an?\s+)?half\b")
# "2 x 20 mg" and "2.5 mg x6 weekly" count tablets; "x 5 days" and "x 1/52" do not.
_COUNT_TIMES_STRENGTH = re.compile(rf"(?<![\d./-])(\d(?:\.\d+)?)\s*x\s*(?=(?:{NUMBER})\s*(?:{_UNIT}){_UNIT_END})")
_STRENGTH_TIMES_COUNT = re.compile(
    rf"((?:{NUMBER})\s*(?:mcg|mgs?|g|units?))\s*x\s*(\d)(?![\d./])(?!\s*(?:d|days?|w|wks?|weeks?|m|months?|hours?|h|hrs?|doses?|refills?)\b)"
    rf"(?!\s*(?:{DOSE_FORM})\b)"
)
_TIMES_A_DAY = re.compile(r"\b(\d{2,4}(?:\.\d+)?)\s*x\s*([2-5])\s*(?:/\s?|a |per )?(?:d|day|daily)\b")
# What the dose was, and by how much it changes: "(increased from 10 mg)", "was 20 mg", "reducing by 5 mg every 3 days".
_CHANGED = r"(?:increas|decreas|reduc|chang|rais|lower|titrat|switch|cut|up|down|went|going|step)\w*"
_EARLIER_DOSE = re.compile(
    rf"\b(?:(?:was|were|previously|formerly|prev)(?:\s+(?:on|taking))?|(?:{_CHANGED}\s+)?(?:up\s+|down\s+)?from|(?:{_CHANGED}\s+)?(?:up\s+|down\s+)?by)"
    rf"\s+(?:{NUMBER})\s*(?:{_UNIT}){_UNIT_END}(?:\s+(?:every|each)\s+(?:\d+\s+)?(?:days?|weeks?|months?|week)|\s+weekly)?"
)
_REPLACED_DOSE = re.compile(
    rf"(?:{NUMBER})\s*(?:{_UNIT})?{_UNIT_END}(?=[^\d;]{{0,20}}(?:->|→|=>|\b(?:{_CHANGED}|now)\s+(?:up\s+|down\s+)?to\b)\s*(?:{NUMBER})\s*(?:{_UNIT}){_UNIT_END})"
)
_THEN = re.compile(r"\bthen\b")
_LOADING = re.compile(r"\bonce\b(?!\s*(?:a\b|daily|per|every|each|weekly|in\b|nightly|week))|\bstat\b|\bload\w*|\bsingle dose\b|\bx\s?1\b")
_MOST_AMOUNT = re.compile(
    rf"\b(?:max(?:imum)?|not (?:to )?exceed(?:ing)?)\.?\s*(?:dose\s*)?(?:of\s*)?({NUMBER})\s*({_UNIT}){_UNIT_END}"
    rf"\s*(?:/|per|an?|in|daily)\s*(?:day|d\b|24\s*h\w*)?"
)
# "300 mg tds (900 mg/day)"
_DAY_TOTAL = re.compile(
    rf"\(\s*(?:=|total:?)?\s*({NUMBER})\s*({_UNIT}){_UNIT_END}\s*(?:/|per\s|a\s|daily\b)\s*(?:day|d\b|24\s*h\w*|total)?\s*\)"
)
_DECIMAL_COMMA = re.compile(rf"(?<![\d,.])(\d{{1,3}}),(\d{{1,2}})(?=\s*(?:{_UNIT}){_UNIT_END})|(?<![\d,.])(0),(\d{{1,3}})(?=\s*(?:{_UNIT}){_UNIT_END})")
_TIMES_OF_DAY = (
    r"(?:(?:in the|in|at|every|each|with)\s+)?"
    r"(?:q?am|q?pm|mornings?|noon|midday|lunch(?:time)?|teatime|evenings?|nights?|bedtime|q?hs|mane|nocte|breakfast|dinner|supper)"
)
_BY_TIME = re.compile(rf"({NUMBER}|one|two|three|four)\s*({_UNIT}|{DOSE_FORM})?\s*{_TIMES_OF_DAY}\b")
_DOSE_CHANGES = ("was ", "were ", "prev", "former", "from ", "by ", " to ", "->", "→", "=>")
_MOST_TABLETS = 6
_COUNT_AT_END = re.compile(r"(?:^|\s)([1-6]|one|two|three|four|half|i{1,3})\s*$")


def parse_sig(text: str, ingredient_count: int = 1) -> Sig:
    """Read the directions in ``text`` (a whole entry, or what follows the name).

    ``ingredient_count`` tells "5/325" of a combination product from a range: strengths stand in the product's order.
    """
    text, note = _highest_step(_plain(text))
    most, text = _take_most(text)
    words = frozenset(_WORDS.findall(text))
    by_time = _amounts_by_time(text)
    per_volume, text = _take_per_volume(text) if "/" in text or "per" in words else (None, text)
    frequency, start, rest = read_frequency(text, words)
    strengths, rest = _read_strengths(rest, ingredient_count)
    dose, rest = _read_dose(rest)
    if dose is None and strengths:
        dose = _count_before(text[:start])
    frequency = _most_as_times(frequency, dose)
    return Sig(
        strengths=strengths,
        per_volume=per_volume,
        dose=dose,
        form=_read_form(text),
        route=_read_route(text, words),
        frequency=frequency,
        bare_numbers=tuple(number_of(m[1]) for m in _BARE_NUMBER.finditer(rest)),
        by_time=by_time,
        most=most,
        note=note,
    )


def with_product(sig: Sig, strengths: tuple[Quantity, ...], per_volume: Quantity | None, form: str | None) -> Sig:
    """The directions with what is known of the product itself; what was typed stands."""
    is_dose_typed = sig.per_volume is not None or any(s.unit not in {"%", "mL"} for s in sig.strengths)
    if not is_dose_typed:
        sig = replace(sig, strengths=(*strengths, *sig.strengths), per_volume=per_volume)
    return replace(sig, form=sig.form or form)


def _plain(text: str) -> str:
    """Lower case, unglued, "p.o." as "po" and "1/2 tab" as "0.5 tab"."""
    text = unglue(text).lower()
    if "." in text and _DOTTED.search(text):
        text = _DOTTED.sub(lambda m: m[1] + m[2] + (m[3] or ""), text)
    if "/" in text:
        text = _FRACTION.sub(lambda m: f"{int(m[1] or 0) + int(m[2]) / int(m[3]):g}", text)
    if "," in text:
        text = _DECIMAL_COMMA.sub(lambda m: f"{m[1] or m[3]}.{m[2] or m[4]}", text)
    if "half" in text:
        text = _AND_A_HALF.sub(lambda m: f"{number_of(m[1]) + 0.5:g}", text)
    if "x" in text:
        text = _TIMES_A_DAY.sub(r"\1 \2 x a day", text)
        text = _STRENGTH_TIMES_COUNT.sub(r"\1 \2 tab ", _COUNT_TIMES_STRENGTH.sub(r"\1 tab ", text))
    return _without_earlier_doses(text)


def _without_earlier_doses(text: str) -> str:
    """The text without the doses that it says are no longer taken, where another remains."""
    if not any(hint in text for hint in _DOSE_CHANGES):
        return text
    now = _EARLIER_DOSE.sub(" ", _REPLACED_DOSE.sub(" ", text))
    return now if _STRENGTH.search(now) else text


def _highest_step(text: str) -> tuple[str, str]:
    """Of a course in steps ("40 mg for 5 days then 20 mg") the step with the most, and a word that it is one."""
    if differs_by_day(text):
        return _highest_of_week(text)
    if "then" not in text:
        return text, ""
    first, *later = _THEN.split(text)
    if _LOADING.search(first) and later:
        first, *later = later  # "300 mg once, then 75 mg daily"
        if not later:
            return first, "a first dose is left out: what follows it is counted"
    amounts = [(_amount_in_mg(step), step) for step in later]
    own = _amount_in_mg(first)
    if own is None or not any(amount is not None for amount, _ in amounts):
        return text, ""
    highest, step = max(((amount or 0.0, step) for amount, step in amounts), key=lambda pair: pair[0])
    return (first if highest <= own else step), "a course in steps: the highest is counted"


def _highest_of_week(text: str) -> tuple[str, str]:
    """ "5 mg mon/wed/fri, 2.5 mg other days": the highest, as if it were taken on every day."""
    found = [(_amount_in_mg(match[0]), match) for match in _STRENGTH.finditer(text)]
    known = [(amount, match) for amount, match in found if amount is not None]
    if len({amount for amount, _ in known}) < 2 or len(known) < len(found):
        return text, ""
    highest = max(amount for amount, _ in known)
    for amount, match in known:
        if amount < highest:
            text = blank_out(text, match)
    text = WEEKDAYS.sub(" ", REST_OF_WEEK.sub(" ", text)) + " daily"
    return text, "not the same on every day: the highest is counted"


def _amount_in_mg(text: str) -> float | None:
    match = _STRENGTH.search(text)
    amount = convert(_quantity(match[1], match[2]), "mg") if match else None
    return None if amount is None else amount.value


def _take_most(text: str) -> tuple[Quantity | None, str]:
    """ "max 4 g a day": the most in a day, which is no strength."""
    match = _MOST_AMOUNT.search(text) if "max" in text or "exceed" in text else None
    match = match or (_DAY_TOTAL.search(text) if "(" in text else None)
    return (None, text) if match is None else (_quantity(match[1], match[2]), blank_out(text, match))


def _most_as_times(frequency: Frequency | None, dose: Quantity | None) -> Frequency | None:
    """ "2 tabs ..., max 8 a day" is eight tablets and so four times two."""
    if frequency is None or dose is None or frequency.per_day is None or dose.upper <= 1:
        return frequency
    counts_doses = not frequency.text.startswith((*MOST_HINTS, "not", "no more")) or "dose" in frequency.text
    return frequency if counts_doses else replace(frequency, per_day=frequency.per_day / dose.upper)


def _count_before(text: str) -> Quantity | None:
    """ "20 mg 2 bd": a small number right before the frequency counts tablets."""
    match = _COUNT_AT_END.search(text)
    return None if match is None else Quantity(number_of(match[1]), "unit of the product")


def _amounts_by_time(text: str) -> tuple[Quantity, ...]:
    """ "40 mg am, 20 mg noon" and "1 cap am and 2 caps pm": two amounts or more of one unit, each with its time of day."""
    found = list(_BY_TIME.finditer(text))
    if len(found) < 2:
        return ()
    units = [_time_unit(match[2]) for match in found]
    known = next((unit for unit in units if unit), "")
    if not known and all(number_of(match[1]) <= _MOST_TABLETS for match in found):
        known = "unit of the product"  # "40 mg 2 in the morning and 1 at lunchtime"
    if not known or any(unit not in {"", known} for unit in units):
        return ()
    return tuple(Quantity(number_of(match[1]), known) for match in found)


def _time_unit(word: str | None) -> str:
    return "" if not word else canonical_unit(word) or _unit_of_form(word)


def _read_route(text: str, words: frozenset[str]) -> str | None:
    """The route named or implied by a dose form, None when nothing tells it."""
    if _MOUTH_GEL.search(text):
        return "oromucosal"
    for route, named in _ROUTES:
        if not named.isdisjoint(words):
            return route
    return next((route for pattern, route in _TWO_WORD_ROUTES if pattern.search(text)), None)


def _quantity(number: str, unit: str) -> Quantity:
    return Quantity(number_of(number), canonical_unit(unit) or unit)


def _take_per_volume(text: str) -> tuple[Quantity | None, str]:
    """A concentration ("250 mg/5 mL", "100 mcg/actuation") as amount per 1 mL or actuation; a rate ("25 mcg/h") as per day."""
    rate = _PER_TIME.search(text)
    if rate is not None:
        amount = _quantity(rate[1], rate[2])
        times = 24 if rate[3].startswith("h") else 1
        return Quantity(amount.value * times, f"{amount.unit}/day"), blank_out(text, rate)
    match = _PER_VOLUME.search(text)
    if match is None:
        return None, text
    amount = _quantity(match[1], match[2])
    per = float(match[3].replace(",", "")) if match[3] else 1.0
    unit = "mL" if match[4] in {"ml", "mls"} else match[4]
    return (Quantity(amount.value / per, f"{amount.unit}/{unit}") if per else None), blank_out(text, match)


def _read_strengths(text: str, ingredient_count: int) -> tuple[tuple[Quantity, ...], str]:
    strengths: list[Quantity] = []
    for match in _STRENGTH_LIST.finditer(text):
        listed = _strength_list(match, ingredient_count)
        if listed:
            strengths += listed
            text = blank_out(text, match)
    for match in _STRENGTH.finditer(text):
        if canonical_unit(match[2]) != "mL" or not strengths:
            strengths.append(_quantity(match[1], match[2]))
        text = blank_out(text, match)
    return tuple(strengths), text


def _strength_list(match: re.Match[str], ingredient_count: int) -> list[Quantity]:
    """ "5/325" of a product with two ingredients, or "10-20 mg" as a range; nothing for "1-2" of tablets."""
    parts = [(match[1], match[2])] + [(m[1], m[2]) for m in _STRENGTH_PART.finditer(match[3])]
    unit = next((u for _, u in reversed(parts) if u), None)
    if ingredient_count > 1 and len(parts) >= ingredient_count:
        return [_quantity(number, own or unit or "") for number, own in parts[:ingredient_count]]
    if ingredient_count == 1 and unit and len(parts) == 2 and "/" not in match[3]:
        low, high = _quantity(parts[0][0], unit), _quantity(parts[1][0], unit)
        return [Quantity(low.value, low.unit, high.value)] if high.value > low.value else [low]
    if unit and "/" in match[3]:
        return [_quantity(number, own or unit) for number, own in parts]
    return []


def _read_dose(text: str) -> tuple[Quantity | None, str]:
    match = _DOSE.search(text)
    if match is not None:
        form = match[3]
        return _ranged(match[1], match[2], _unit_of_form(form)), blank_out(text, match)
    match = _TAKE.search(text)
    if match is not None:
        return _ranged(match[1], match[2], "unit of the product"), blank_out(text, match)
    match = _COUNT_BEFORE_ROUTE.search(text)
    if match is not None:
        return _ranged(match[1], None, "unit of the product"), blank_out(text, match)
    return None, text


def _ranged(low: str, high: str | None, unit: str) -> Quantity:
    value = number_of(low)
    top = number_of(high) if high else None
    return Quantity(value, unit, top if top is not None and top > value else None)


_FORM_UNITS: tuple[tuple[str, str], ...] = (
    ("tab", "tablet"), ("tbs", "tablet"), ("caplet", "tablet"), ("cap", "capsule"), ("pill", "tablet"), ("puff", "puff"), ("inh", "puff"),
    ("spray", "spray"), ("drop", "drop"), ("gtt", "drop"), ("patch", "patch"), ("teaspoon", "teaspoon"), ("tsp", "teaspoon"),
    ("tablespoon", "tablespoon"), ("tbsp", "tablespoon"), ("suppos", "suppository"),
)  # fmt: skip


def _unit_of_form(form: str) -> str:
    return next(
        (unit for start, unit in _FORM_UNITS if form.startswith(start)), form.rstrip("s") if form != "t" else "tablet"
    )


def _read_form(text: str) -> str | None:
    match = _FORM.search(text)
    return None if match is None else _FORM_NAMES.get(match[1], match[1])
