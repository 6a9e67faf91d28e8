"""The parts that classes, rules and red flags share."""

from __future__ import annotations

from medrisk.core.routes import ROUTE_GROUPS
from medrisk.core.rules import Claim, Evidence, Examples, Grade, SourceRef
from medrisk.knowledge.documents import Document


def build_refs(refs: list[Document]) -> tuple[SourceRef, ...]:
    return tuple(SourceRef(id=ref["id"], where=ref["where"], verified=ref["verified"]) for ref in refs)


def build_evidence(entry: Document) -> Evidence:
    return Evidence(grade=Grade(entry["grade"]), sources=build_refs(entry["sources"]))


def build_claim(entry: Document) -> Claim:
    """A claim is verified when it says so itself or when one of its sources is."""
    refs = build_refs(entry["sources"])
    verified = bool(entry.get("verified")) or any(ref.verified for ref in refs)
    return Claim(text=entry["text"], sources=refs, verified=verified)


def build_examples(entry: Document) -> Examples:
    return Examples(notes=tuple(entry["notes"]), silent=tuple(entry["silent"]), unchecked=tuple(entry["unchecked"]))


def build_routes(names: list[str]) -> frozenset[str]:
    """Single routes, with the groups ``systemic`` and ``local`` taken apart."""
    return frozenset().union(*(ROUTE_GROUPS.get(name, {name}) for name in names))
