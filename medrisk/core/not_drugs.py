"""Entries that are no medications, and why: devices, instructions, allergies, people, and words that name only a class."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrisk.core.cues import cue_before
from medrisk.core.listing import Entry
from medrisk.core.name_keys import name_key, tokenise
from medrisk.core.names import Vocabulary
from medrisk.core.text import HintedPattern
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, NOT_TAKEN_AFTER, SALT_WORDS

DEVICE = re.compile(
    r"\btest(?:ing)? strips?\b|\blancets?\b|\bc-?pap\b|\bbi-?pap\b|\bsensors?\b|\bspacers?\b|\baero-?chamber\b|\bswabs?\b|\bpen needles?\b|\bsyringes?\b|\bglucometers?\b"
    r"|\b(?:blood )?glucose (?:meter|monitor)\b|\b(?:compression |ted )?stockings\b|\bwalkers?\b|\bwheelchair\b|\bdressings?\b|\bgauze\b|\bcatheters?\b|\bhome o2\b|\bo2\b(?=.*\b(?:l|lpm|liters?|nc|cannula)\b)"
    r"|\bnebuli[sz]er (?:machine|kit)\b|\bostomy\b|\bincontinence\b|\bdexcom\b|\bfreestyle\b|\blibre\b|\binsulin pump\b|\bhearing aids?\b|\boxygen\b|\btens unit\b|\bsharps\b|\bbp (?:cuff|monitor)\b",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"^(?:please |pt (?:to )?|patient (?:to |should )?)?(?:do not(?! stop)|don't(?! stop)|avoid|follow[- ]?up|f/u|call|return|drink|eat|limit|keep|bring|see|monitor|check|recheck|review|advised?|counsel\w*|educat\w*|remember|remind|ask|discuss with|store|wash|rest|elevate|exercise|stretch)\b"
    r"|^take (?:all|your|the|these|this|each|with|only|as|medications?|medicines?)\b(?! \w+ tablets?)",
    re.IGNORECASE,
)
_NONE_STATED = HintedPattern(
    r"^(?:\W*(?:no|nil|none|n/?a|nkda|nka|unknown)\b(?:\s+(?:known|current|new|other|regular|drug|medications?|meds|allerg\w+|food|medical|medicine|at this time|reported|listed|stated))*\W*)+$"
    r"|\bno (?:known |know )?(?:drug |medication |medicine |medical |food )*allerg|\bnkda\b|\b(?:on|takes?|taking|currently taking) no (?:regular )?medic|\bnot (?:currently )?(?:taking|on) any\b",
    "no nil n/a nka unknown",
)
_ABOUT_A_PERSON = re.compile(
    r"(?i:pt|patient|name|dob|mrn|pcp|dr\.?|doctor|pharmacy|provider|nurse|insurance|address|phone|tel|fax|mr|mrs|ms|miss)\b"
    r"\s*(?:[:.#]|(?=[A-Z][a-z]+ [A-Z]))"
    r"|\s*(?i:wt|weight|ht|height|bp|hr|temp|spo2|bmi|vitals?)\b(?=.*\d)",
)
_NOT_TAKEN = HintedPattern(
    r"\bdob\b|\b(?:ph|tel|phone)\b\.?:?\s*[\d(]|\b(?:glasses|pints|drinks?|beers?|bottles) of (?:wine|beer|alcohol|spirits|liquor)\b"
    r"|\bdrinks \d|\bppd\b|\bpacks? (?:a|per) day\b|\b(?:smok(?:es|er|ing)|tobacco|etoh)\b"
    r"|\b(?:drinks?|takes) (?:rare|occasional|social) alcohol\b|\bsubstance (?:use|abuse)\b",
    "dob ph tel wine beer alcohol spirits liquor drinks ppd pack smok tobacco etoh substance",
)
ALLERGY_LINE = HintedPattern(
    r"\ballerg(?:y|ies|ic)\b|\bintoleran(?:ce|ces|t)\b|\badverse (?:drug )?reactions?\b|\banaphyla\w+|\bnkd?a\b|\b(?:can'?t|can ?not) (?:have|take|tolerate)\b|\breact(?:s|ed|ion) to\b",
    "allerg intoleran adverse anaphyla nkda nka can react",
)
_ALLERGEN_LIST = re.compile(
    r"^(?:(?:latex|shellfish|bee stings?|peanuts?|nuts?|eggs?|pollen|dust|cats?|dogs?|grass|ragweed|mold|contrast|tape|adhesive|soy|gluten|dairy|strawberr\w+|nickel|wasps?|fish)\b[\s,;&/]*(?:and\s+)?)+\W*$",
    re.IGNORECASE,
)
ALLERGY_EXCEPTION = re.compile(
    r"\b(?:for|prn|seasonal)\s+(?:\w+\s){0,2}allerg|\ballergy (?:relief|24|tablets?|tab|pill|eye|nasal)|\ballerg(?:y|ies)\s+(?:\d|prn)|\b(?:xyzal|claritin|zyrtec|allegra|benadryl|flonase|nasacort|alavert) allergy\b",
    re.IGNORECASE,
)
_FAMILY = re.compile(r"^(?:fam(?:ily)?\.? ?(?:hx|history)|fhx?)\b", re.IGNORECASE)
_CLASS_HINT = re.compile(
    r"\b(?:pills?|tablets?|tabs?|caps?|inhalers?|patch(?:es)?|cream|injections?|shots?|drops?|medicine|medication|drug|capsules?|spray|statin|thinner|ointment)\b",
    re.IGNORECASE,
)


def layout_reason(entry: Entry, text: str) -> str:
    """Why an entry cannot be a medication, from its section and wording alone; empty when it may be one."""
    if entry.section == "family" or _FAMILY.match(text):
        return "family history, not the patient's medication"
    if _NONE_STATED.search(text):
        return "no allergies stated" if is_about_allergies(entry, text) else "no medications stated"
    if _ALLERGEN_LIST.match(text):
        return "a list of allergens"
    if _ABOUT_A_PERSON.match(text) or _NOT_TAKEN.search(text):
        return "not a medication"
    if _INSTRUCTION.match(text):
        return "an instruction"
    return ""


def is_about_allergies(entry: Entry, text: str) -> bool:
    """Whether an entry speaks of allergies, from its heading or its words."""
    if entry.section == "allergy" or _ALLERGEN_LIST.match(text):
        return True
    return ALLERGY_LINE.search(text) is not None and not ALLERGY_EXCEPTION.search(text)


def _first_class_word(key: str, vocabulary: Vocabulary) -> str:
    for first in key.split():
        for word in vocabulary.class_words.get(first, ()):
            if f" {word} " in key:
                return word
    return ""


def class_word(text: str, vocabulary: Vocabulary) -> str:
    """The words on an entry that name a class of drugs ("blood thinner"), unless they say that none is taken."""
    key = f" {name_key(text)} "
    found = _first_class_word(key, vocabulary)
    following = key[key.index(f" {found} ") + len(found) + 2 :].split(" ", 1)[0] if found else ""
    if (
        not found
        or following in NOT_TAKEN_AFTER
        or cue_before(key[: key.index(f" {found} ") + 1]) in {"none", "allergy"}
    ):
        return ""
    return found


_STRONG_SIG = re.compile(
    r"\d\s*(?:mg|mcg|µg|meq|units?|iu|ml|g|%)\b(?!\s*/\s*(?:d?l|ml|min))|\b(?:bid|tid|qid|qhs|qd|prn|po|tds|qds|nocte|daily|nightly)\b",
    re.IGNORECASE,
)


def is_unusual(word: str, vocabulary: Vocabulary) -> bool:
    """A word that may be a drug's name: not of the language, and not a name that was already found to be no drug here."""
    ordinary = word in NON_DRUG_WORDS or word in SALT_WORDS or word in NOT_TAKEN_AFTER or word in EVERYDAY_SUBSTANCES
    return len(word) >= 4 and not ordinary and not vocabulary.index.lookup(word)


_DENIED = re.compile(r"\b(?:not|no|never|denies|denied|refuses|without|none|allergic)\b", re.IGNORECASE)


# What a drug is called before it has a name ("XL184").
_NUMBERED = re.compile(
    r"\s*(?:room|rm|bed|ward|mrn|id|no|apt|unit|ext|line|page|pg|lot|exp|age|dob|wt|ht|bp|hr|icd|cpt|ref|tel|fax|year|day|week)\b", re.IGNORECASE
)
_DEVELOPMENT_CODE = re.compile(r"[A-Za-z]{2,4}[- ]?\d{3,8}[A-Za-z]?")


def looks_like_medication(entry: Entry, text: str, clinical: Sequence[str], vocabulary: Vocabulary) -> bool:
    if entry.section in {"clinical", "plan"}:
        return False
    has_sig = _STRONG_SIG.search(text) is not None
    if clinical and not has_sig:
        return False
    words = [t for t in tokenise(text) if t.text.isalpha()]
    unusual = [t for t in words if is_unusual(t.text, vocabulary)]
    if clinical and not unusual:
        return False
    if _DEVELOPMENT_CODE.fullmatch(text.strip()) and not _NUMBERED.match(text):
        return True
    if has_sig and unusual and len(words) <= 14:
        return True
    if _CLASS_HINT.search(text) and len(words) <= 8 and not _INSTRUCTION.match(text) and not _DENIED.search(text):
        return True
    return bool(unusual) and not clinical and len(words) <= (4 if entry.is_item else 3)
