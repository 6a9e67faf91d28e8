"""Dose forms of RxNorm, and the route that each of them means.

A local route keeps an interaction from being shown, so a form that may reach the whole body is never given one: a
lozenge (nicotine, fentanyl), an oral gel (miconazole) or a mucosal spray (glyceryl trinitrate) is not local here.
"""

from __future__ import annotations

import re

# The first row that has a word or phrase of the form decides.
_ROUTES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (route, re.compile(rf"\b(?:{words})\b"))
    for route, words in (
        ("ophthalmic", "ophthalmic"),
        ("intravitreal", "intravitreal"),
        ("otic", "otic"),
        ("nasal", "nasal"),
        ("intrauterine", "intrauterine"),
        ("vaginal", "vaginal|douche"),
        ("rectal", "rectal|enema|suppository"),
        ("intravesical", "intravesical|bladder"),
        ("intrathecal", "intrathecal"),
        ("epidural", "epidural"),
        ("intra_articular", "intra-articular|intraarticular"),
        ("nebulised", "inhalation solution|inhalation suspension"),
        ("inhaled", "inhalation|inhaler|inhalant"),
        ("sublingual", "sublingual"),
        ("buccal", "buccal"),
        ("oromucosal", "mouthwash|toothpaste|dental|mouth rinse|mucous membrane topical|periodontal"),
        ("transdermal", "transdermal"),
        (
            "topical",
            "topical|medicated (?:patch|pad|tape|liquid soap|bar soap|soap|shampoo)|shampoo|powder spray|soap|poultice",
        ),
        ("irrigation", "irrigation"),
        ("implant", "implant"),
        (
            "injection",
            "injection|injectable|injector|syringe|cartridge|intramuscular|intravenous|subcutaneous|intradermal",
        ),
        (
            "oral",
            "oral|chewable|chewing gum|pill|effervescent|disintegrating|extended release suspension|lozenge",
        ),
    )
)


def route_of_form(form: str) -> str | None:
    """The project's route for a dose form, None where the form does not tell it."""
    text = form.lower()
    return next((route for route, pattern in _ROUTES if pattern.search(text)), None)
