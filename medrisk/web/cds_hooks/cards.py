"""Notes as cards of CDS Hooks: one card for each thing to do, with its why, options, sources and what it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from medrisk.core.model import Note, Report
from medrisk.core.rules import KnowledgeBase, Severity, Tier
from medrisk.core.wording import sentence
from medrisk.fhir.detected_issue import entry_of
from medrisk.service import Medrisk
from medrisk.status import review_notice
from medrisk.web.api.fhir import FhirList, write_issue
from medrisk.web.cds_hooks.card_ids import new_id
from medrisk.web.cds_hooks.override_reasons import OVERRIDE_REASONS

Json = dict[str, Any]
DRAFT = "draft knowledge, for pharmacist review"
# Cards that rest on no rule, by the ids that their feedback is counted under.
NOT_READ, NOT_COMPLETE = "not-read", "not-complete"
# CDS Hooks: fewer than 140 characters.
_LONGEST_SUMMARY = 139
_LINE = re.compile(r"\b(l)ine (\d+)\b", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_<>\[\]|])")
_PAGES = {"rules": "rules", "classes": "classes", "red_flags": "red_flags"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What the cards are about. ``focus``: lines of the orders in question; None where the whole list is looked at."""

    read: FhirList
    focus: Set[int] | None
    base: str
    wants_issues: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is sent, and the rule that it is counted under."""

    content: Json
    rule: str


def write_cards(notes: Sequence[Note], report: Report, scope: Scope, service: Medrisk) -> list[Card]:
    """``notes`` are those to be told, in reading order."""
    return [Card(_content(group, report, scope, service), group[0].rule) for group in group_notes(notes)]


def group_notes(notes: Sequence[Note]) -> list[list[Note]]:
    """Notes that ask for one thing together: of the same drugs, or with the same options on drugs that they share."""
    groups: list[list[Note]] = []
    for note in notes:
        for group in groups:
            if _is_same_thing(group[0], note):
                group.append(note)
                break
        else:
            groups.append([note])
    return groups


def not_read_card(report: Report, scope: Scope) -> Card | None:
    """That medications were not understood, and so not checked; those that are being ordered come first."""
    focus = scope.focus or set()
    lines = [line for line in report.lines if line.status != "matched"]
    lines.sort(key=lambda line: (line.number not in focus, line.number))
    if not lines:
        return None
    noun = "medication was" if len(lines) == 1 else "medications were"
    said = "\n".join(
        f"- {_words(f'line {line.number}', scope)}: {_escaped(line.text)}: {_escaped(line.reason)}" for line in lines
    )
    detail = f"{said}\n\nNothing was checked for {'it' if len(lines) == 1 else 'them'}. It does not mean that there is nothing to say."
    return _plain_card(NOT_READ, f"{len(lines)} {noun} not recognised and not checked", detail, report)


def not_complete_card(report: Report) -> Card:
    """That not all of the list was sent. Told at every loudness: silence on a part of a list would be taken for the whole."""
    detail = (
        "The EHR sent the list of medications in pages, and not all of them could be read. What was not read was not checked,"
        " and what is not told here may still hold. Whoever runs the EHR can send all of them, or let them be fetched."
    )
    return _plain_card(
        NOT_COMPLETE, "Only a part of the medication list was sent; the rest was not checked", detail, report
    )


def _is_same_thing(one: Note, other: Note) -> bool:
    if not one.drugs or not other.drugs:
        return False
    shared = not set(one.drugs).isdisjoint(other.drugs)
    return set(one.drugs) == set(other.drugs) or (shared and bool(one.actions) and one.actions == other.actions)


def _content(group: Sequence[Note], report: Report, scope: Scope, service: Medrisk) -> Json:
    lead = group[0]
    card: Json = {
        "uuid": new_id(lead.rule),
        "summary": _summary(group),
        "indicator": _indicator(group),
        "detail": "\n\n".join([*(_section(note, note is not lead, scope) for note in group), _footer(report, service)]),
        "source": _source(lead, scope, service.knowledge),
        "overrideReasons": OVERRIDE_REASONS,
    }
    if links := list(_links(group, scope, service.knowledge)):
        card["links"] = links
    if scope.wants_issues:
        card |= _suggestions(group, scope, service)
    return card


def _plain_card(rule: str, summary: str, detail: str, report: Report) -> Card:
    content = {
        "uuid": new_id(rule), "summary": summary, "indicator": "info", "detail": f"{detail}\n\n{_versions(report)}",
        "source": {"label": f"medrisk: {DRAFT}"},
    }  # fmt: skip
    return Card(content, rule)


def _summary(group: Sequence[Note]) -> str:
    more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
    return cut(group[0].summary, _LONGEST_SUMMARY - len(more)) + more


def cut(text: str, longest: int) -> str:
    """The text, or as many whole words of it as fit with an ellipsis."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return f"{head[: head.rfind(' ')].rstrip(' ,;:(') if ' ' in head else head}…"


def _indicator(group: Sequence[Note]) -> str:
    if any(note.tier is Tier.URGENT or note.severity is Severity.CONTRAINDICATED for note in group):
        return "critical"
    is_warning = any(note.interruptive or note.tier is Tier.REVIEW or note.severity is Severity.MAJOR for note in group)
    return "warning" if is_warning else "info"


def _section(note: Note, with_heading: bool, scope: Scope) -> str:
    severity = f"{note.severity.value}, " if note.severity else ""
    heading = f"### {_escaped(note.summary)}\n\n" if with_heading or len(note.summary) > _LONGEST_SUMMARY else ""
    parts = [
        ("Why", [_words(words, scope) for words in note.why]),
        ("Consider", [_words(words, scope) for words in note.actions]),
        ("Would change it", [_words(words, scope) for words in note.would_change]),
        (f"Sources ({severity}evidence {note.evidence or 'not graded'}{'' if note.verified else ', unverified'})", [_cited(note, n) for n in range(len(note.sources))]),
    ]  # fmt: skip
    listed = (f"**{title}**\n\n" + "\n".join(f"- {item}" for item in items) for title, items in parts if items)
    return heading + "\n\n".join(listed)


def _cited(note: Note, number: int) -> str:
    cited = note.sources[number]
    where = f"; {cited.where}" if cited.where else ""
    return _escaped(f"{cited.citation}{where}") + ("" if cited.verified else " (unverified)")


def _footer(report: Report, service: Medrisk) -> str:
    notice = review_notice(service.knowledge)
    return f"---\n\n**{sentence(DRAFT)}.** {notice} {_versions(report)} Rules of {service.settings.jurisdiction}."


def _versions(report: Report) -> str:
    versions = report.versions
    release = f", release {versions.vocabulary_release}" if versions.vocabulary_release else ""
    site = f", site table {versions.site_table}" if versions.site_table else ""
    return f"medrisk {versions.program}, knowledge {versions.knowledge}, names from the {versions.vocabulary}{release}{site}."


def _source(note: Note, scope: Scope, knowledge: KnowledgeBase) -> Json:
    source: Json = {"label": f"medrisk: {DRAFT}"}
    if page := _page_of(note, scope, knowledge):
        source["url"] = page
    source["topic"] = {"system": "urn:medrisk:note-kind", "code": note.kind, "display": note.kind.replace("_", " ")}
    return source


def _page_of(note: Note, scope: Scope, knowledge: KnowledgeBase) -> str:
    kind, id_ = entry_of(knowledge, note.kind, note.rule).partition("/")[::2]
    return f"{scope.base}/knowledge/{_PAGES[kind]}/{id_}" if kind in _PAGES else ""


def _links(group: Sequence[Note], scope: Scope, knowledge: KnowledgeBase) -> Iterator[Json]:
    """The pages of the other rules of a card; that of the first is its source."""
    first = _page_of(group[0], scope, knowledge)
    for url, note in {_page_of(note, scope, knowledge): note for note in reversed(group)}.items():
        if url and url != first:
            yield {"label": cut(note.summary, 80), "url": url, "type": "absolute"}


def _suggestions(group: Sequence[Note], scope: Scope, service: Medrisk) -> Json:
    """A record of the notes. No suggestion ever touches an order: what to do is the prescriber's to decide."""
    actions = [
        {
            "type": "create",
            "description": f"Record: {note.summary}",
            "resource": write_issue(note, scope.read, service, scope.base),
        }
        for note in group
    ]
    suggestion = {"label": "Record as a detected issue", "uuid": new_id(group[0].rule), "actions": actions}
    return {"suggestions": [suggestion], "selectionBehavior": "any"}


def _words(text: str, scope: Scope) -> str:
    """Text of a note, with lines named as the reader of a card knows them."""

    def named(found: re.Match[str]) -> str:
        name = "this order" if int(found[2]) in (scope.focus or ()) else "on the list"
        return sentence(name) if found[1] == "L" else name

    return _escaped(_LINE.sub(named, text))


def _escaped(text: str) -> str:
    """So that a markdown reader shows what stands there."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
