"""Knowledge as readable text and as plain objects for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from medrisk.cli.page import Page
from medrisk.core.rules import KnowledgeBase, SourceRef
from medrisk.knowledge_words import in_words
from medrisk.status import count_knowledge, count_sources


def count_all(base: KnowledgeBase) -> dict[str, Any]:
    """What there is, how much of it was read in a source, and how much a clinician has signed."""
    kinds = count_knowledge(base)
    return {
        "version": base.version,
        "classes": len(base.classes),
        "members": len({name for drug_class in base.classes.values() for name in drug_class.members}),
        "rules": len(base.rules),
        "rules_by_kind": dict(sorted(Counter(rule.kind for rule in base.rules.values()).items())),
        "red_flags": len(base.red_flags),
        "sources": len(base.sources),
        "sources_by_check": dict(sorted(count_sources(base).items())),
        "symptoms": len(base.symptoms),
        "conditions": len(base.conditions),
        "labs": len(base.labs),
        "scales": len(base.scales),
        "entries": sum(kind.total for kind in kinds),
        "verified": sum(kind.verified for kind in kinds),
        "reviewed": sum(kind.reviewed for kind in kinds),
    }


def write_counts(counts: dict[str, Any]) -> str:
    share = round(100 * counts["verified"] / max(counts["entries"], 1))
    page = Page()
    page.text(f"No fault. Knowledge version {counts['version']}.")
    page.bullets([
        f"{counts['classes']} drug classes with {counts['members']} member ingredients",
        f"{counts['rules']} rules: {_listed(counts['rules_by_kind'])}",
        f"{counts['red_flags']} red flags",
        f"{counts['symptoms']} symptoms, {counts['conditions']} conditions, {counts['labs']} labs",
        f"{counts['scales']} published scales",
        f"{counts['sources']} sources: {_listed(counts['sources_by_check'])}",
        f"{counts['verified']} of {counts['entries']} classes, rules and red flags ({share} %) rest on a source read",
        f"{counts['reviewed']} of {counts['entries']} are reviewed by a clinician; the rest are drafts",
    ])  # fmt: skip
    return str(page)


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in numbers.items())


def write_entries(entries: Sequence[tuple[str, Any]], base: KnowledgeBase, width: int) -> str:
    page = Page(width)
    for kind, entry in entries:
        page.heading(f"{kind[0].upper()}{kind[1:]} {entry.id}")
        _add_fields(page, entry, 2, skip={"id"})
        _add_sources(page, entry, base)
    return str(page)


def _add_fields(page: Page, value: Any, indent: int, skip: frozenset[str] | set[str] = frozenset()) -> None:
    for field in fields(value):
        if field.name not in skip:
            _add_field(page, field.name.replace("_", " "), getattr(value, field.name), indent)


def _add_field(page: Page, label: str, value: Any, indent: int) -> None:
    """A field that says nothing is left out; one that can be said in words is one paragraph; the rest is nested."""
    if value is None or value == "" or (isinstance(value, (tuple, frozenset)) and not value):
        return
    words = in_words(value)
    if words is not None:
        page.text(words, indent=indent, lead=f"{label}: ")
    elif isinstance(value, tuple):
        page.text(f"{label}:", indent=indent)
        for item in value:
            _add_item(page, item, indent + 2)
    else:
        page.text(f"{label}:", indent=indent)
        _add_fields(page, value, indent + 2)


def _add_item(page: Page, item: Any, indent: int) -> None:
    words = in_words(item)
    if words is not None:
        page.text(words, indent=indent, lead="- ")
        return
    first = fields(item)[0]
    page.text(in_words(getattr(item, first.name)) or "", indent=indent, lead="- ")
    _add_fields(page, item, indent + 4, skip={first.name})


def _add_sources(page: Page, entry: Any, base: KnowledgeBase) -> None:
    cited = {ref.id for ref in _refs(entry)}
    if cited:
        page.text("cited:", indent=2)
    for source in (base.sources[key] for key in sorted(cited) if key in base.sources):
        page.text(f"{source.id}: {source.citation} [{source.checked}] {source.locator}", indent=4, lead="- ")


def _refs(value: Any) -> Iterator[SourceRef]:
    if isinstance(value, SourceRef):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _refs(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _refs(getattr(value, field.name))
