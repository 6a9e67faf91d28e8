"""What may be sent to RxNav: one drug name, one RxCUI or one NDC, and nothing that could be a patient's.

The caller hands in the name that it read on a line, without strength and directions. This is the second look at it.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 60
MOST_WORDS = 8

NO_NAME = "there is no name to look up"
TOO_LONG = f"the name is longer than {LONGEST_NAME} characters and could be more than a name, so it was not sent"
TOO_MANY_WORDS = f"the name has more than {MOST_WORDS} words and could be more than a name, so it was not sent"
MORE_THAN_A_NAME = "this is more than a name, so it was not sent"
ODD_SIGNS = "the name holds signs that no drug name has, so it was not sent"
LIKE_A_NUMBER = "the name holds digits that could be a date or a number of the patient's, so it was not sent"
NO_RXCUI = "this is not an RxCUI, so it was not sent"
NO_NDC = "this is not a National Drug Code, so it was not sent"

# Five digits, also parted by signs (record numbers, telephone numbers, dates), or a year. "70/30" and "B12" have fewer.
_MANY_DIGITS = re.compile(r"\d(?:[\s.,/:\-]{0,2}\d){4}|\b(?:19|20)\d\d\b")
_RXCUI = re.compile(r"[1-9][0-9]{0,7}")
# With hyphens as printed on the package, or the eleven digits of claims. Ten digits alone could be a telephone number.
_NDC = re.compile(r"[0-9]{11}|[0-9]{5}-[0-9]{4}-[0-9]{1,2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9]{4}-[0-9]{2}")


def tidy(name: str) -> str:
    """The name in one form, so that the same question is not asked twice."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def why_not_sent(name: str) -> str:
    """Why this name stays here, in words for a reader and without the name; empty when it may be sent."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not any(sign.isalpha() for sign in name):
        return LIKE_A_NUMBER if any(sign.isdigit() for sign in name) else NO_NAME
    if "@" in name or len(name.splitlines()) > 1:
        return MORE_THAN_A_NAME
    if any(unicodedata.category(sign).startswith("C") and not sign.isspace() for sign in name):
        return ODD_SIGNS
    if len(name) > LONGEST_NAME:
        return TOO_LONG
    if len(name.split()) > MOST_WORDS:
        return TOO_MANY_WORDS
    return LIKE_A_NUMBER if _MANY_DIGITS.search(name) else ""


def is_rxcui(text: str) -> bool:
    return _RXCUI.fullmatch(text) is not None


def is_ndc(text: str) -> bool:
    return _NDC.fullmatch(text) is not None
