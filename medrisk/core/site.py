"""A site's own pairs beside medrisk's rules: what tells them apart, and what is said where both speak of the same drugs.

A site's rule is neither drawn from medrisk's sources nor graded by it, and it takes nothing away: both notes stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from medrisk.core.model import Note
from medrisk.core.rules import Rule

# The status of a rule that a site brought; medrisk's own are draft, reviewed or retired.
SITE_STATUS = "site"
_UNGRADED = "the site's own, not graded"
# These are not about an interaction of the drugs they name.
_OF_OTHER_KINDS = frozenset({"red_flag", "drug_class", "symptom"})


def is_site_rule(rule: Rule | None) -> bool:
    return rule is not None and rule.status == SITE_STATUS


def evidence_word(rule: Rule) -> str:
    """The grade of a rule's evidence as a note shows it. Nobody has graded what a site brought."""
    return _UNGRADED if is_site_rule(rule) else rule.evidence.grade.value


def mark_shared(notes: Iterable[Note], rules: Mapping[str, Rule]) -> list[Note]:
    """Say in each of medrisk's notes that the site has one on the same drugs, and that nothing is changed by it."""
    listed = list(notes)
    site: dict[frozenset[str], list[str]] = {}
    for note in listed:
        if is_site_rule(rules.get(note.rule)):
            site.setdefault(frozenset(note.drugs), []).append(note.severity.value if note.severity else "no severity")
    return [_with_mention(note, site, rules) for note in listed] if site else listed


def _with_mention(note: Note, site: Mapping[frozenset[str], list[str]], rules: Mapping[str, Rule]) -> Note:
    severities = site.get(frozenset(note.drugs))
    if not severities or note.kind in _OF_OTHER_KINDS or is_site_rule(rules.get(note.rule)):
        return note
    held = ", ".join(dict.fromkeys(severities))
    words = f"The site's own interaction table has a note on these drugs too ({held}); nothing is changed here by it"
    return replace(note, why=(*note.why, words))
