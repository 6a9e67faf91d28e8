"""The directions on a line: "20 mg po qhs prn" -> strength, dose, route, frequency, daily dose.

Abbreviations follow common US and UK usage (ISMP's and the BNF's lists of them). What is not written stays None.
"""

from __future__ import annotations

import re
from dataclasses import replace

from medrisk.core.frequency import DOSE_FORM, NUMBER, WORD_NUMBERS, blank_out, number_of, read_frequency
from medrisk.core.model import Sig
from medrisk.core.text import unglue
from medrisk.core.units import Quantity, canonical_unit

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
_WORDS = re.compile(r"[a-z]+|\d+")
# "p.o.", "b.i.d.", "q.4h." -> "po", "bid", "q4h"
_DOTTED = re.compile(r"\b([a-z])\.([a-z\d])(?:\.([a-z])\b)?(?![a-z]{2})\.?")
_FORM = re.compile(
    r"\b(tablet|tab|capsule|cap|caplet|solution|suspension|syrup|elixir|cream|ointment|gel|lotion|patch|inhaler|spray|drops|injection|pen|film"
    r"|suppository|powder|lozenge|chewable|kit|enema|nebul\w*)s?\b"
)
_FORM_NAMES = {"tab": "tablet", "cap": "capsule", "caplet": "tablet"}


_FRACTION = re.compile(
    r"(?<![\d/.])(?:(\d)\s+)?([1-3])/([2-4])(?=\s*(?:of\s+)?(?:an?\s+)?(?:tab|pill|cap|tsp|teaspoon|patch|t\b))"
)
_TIMES_OF_DAY = (
    r"(?:(?:in the|at|every|each|with)\s+)?"
    r"(?:q?am|q?pm|mornings?|noon|midday|lunch|evenings?|nights?|bedtime|q?hs|mane|nocte|breakfast|dinner|supper)"
)
_BY_TIME = re.compile(rf"({NUMBER}|one|two|three|four)\s*({_UNIT}|{DOSE_FORM})?\s*{_TIMES_OF_DAY}\b")
_COUNT_AT_END = re.compile(r"(?:^|\s)([1-6]|one|two|three|four|half|i{1,3})\s*$")


def parse_sig(text: str, ingredient_count: int = 1) -> Sig:
    """Read the directions in ``text`` (a whole entry, or what follows the name).

    ``ingredient_count`` tells "5/325" of a combination product from a range: strengths stand in the product's order.
    """
    text = _plain(text)
    words = frozenset(_WORDS.findall(text))
    by_time = _amounts_by_time(text)
    per_volume, text = _take_per_volume(text) if "/" in text or "per" in words else (None, text)
    frequency, start, rest = read_frequency(text, words)
    strengths, rest = _read_strengths(rest, ingredient_count)
    dose, rest = _read_dose(rest)
    if dose is None and strengths:
        dose = _count_before(text[:start])
    return Sig(
        strengths=strengths,
        per_volume=per_volume,
        dose=dose,
        form=_read_form(text),
        route=_read_route(text, words),
        frequency=frequency,
        bare_numbers=tuple(number_of(m[1]) for m in _BARE_NUMBER.finditer(rest)),
        by_time=by_time,
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
    return text


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
    if not known or any(unit not in {"", known} for unit in units):
        return ()
    return tuple(Quantity(number_of(match[1]), known) for match in found)


def _time_unit(word: str | None) -> str:
    return "" if not word else canonical_unit(word) or _unit_of_form(word)


def _read_route(text: str, words: frozenset[str]) -> str | None:
    """The route named or implied by a dose form, None when nothing tells it."""
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
