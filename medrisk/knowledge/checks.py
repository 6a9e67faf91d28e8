"""What must hold beyond the form of a single entry: ids, evidence, sign-off, and that the files agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from medrisk.core.rules import Grade
from medrisk.errors import Fault
from medrisk.knowledge.documents import Document
from medrisk.knowledge.entries import Entries, Entry, join
from medrisk.knowledge.lab_checks import check_lab, check_lab_tests
from medrisk.knowledge.references import check_references, known_ids
from medrisk.knowledge.rule_checks import check_rule, check_supersedes
from medrisk.knowledge.scale_checks import check_scale, check_scale_labs

# Roles under which the engine writes no note of the class itself, so no example of one can be given.
_SILENT_ROLES = frozenset({"grouping", "treatment", "look_alike"})


def check_entries(entries: Entries, ingredients: frozenset[str]) -> list[Fault]:
    """All faults between entries. ``ingredients`` are the names that the formulary knows."""
    lone_checks: dict[str, tuple[Callable[[Entry, Document], Iterator[Fault]], ...]] = {
        "classes": (_check_file_name, _check_sign_off, _check_class),
        "rules": (_check_file_name, _check_sign_off, _check_rule_examples, check_rule),
        "red_flags": (_check_sign_off, _check_rule_examples),
        "labs": (check_lab,),
        "scales": (_check_sign_off, check_scale),
    }
    found = [
        check(entry, document)
        for kind, checks in lone_checks.items()
        for entry, document in entries.valid(kind)
        for check in checks
    ]
    return [
        *_check_duplicates(entries),
        *chain.from_iterable(found),
        *_check_rxcuis(entries),
        *_check_evidence(entries),
        *check_references(entries, known_ids(entries, ingredients)),
        *check_lab_tests(entries),
        *check_scale_labs(entries),
        *check_supersedes(entries),
    ]


def _check_duplicates(entries: Entries) -> Iterator[Fault]:
    for kind in entries.by_kind:
        first: dict[str, Entry] = {}
        for entry in entries.of(kind):
            earlier = first.setdefault(entry.id, entry)
            if earlier is not entry:
                yield entry.fault("", f"{entry.id} stands in {earlier.file} already")


def _check_rxcuis(entries: Entries) -> Iterator[Fault]:
    """One code for two ingredients means that one of them is wrong."""
    first: dict[str, Entry] = {}
    for entry, document in entries.valid("ingredients"):
        if "rxcui" in document and first.setdefault(document["rxcui"], entry) is not entry:
            yield entry.fault("rxcui", f"is the code of {first[document['rxcui']].id} too")


def _check_file_name(entry: Entry, document: Document) -> Iterator[Fault]:
    if document["id"] != entry.id:
        yield entry.fault("id", f"{document['id']} is not the name of the file")


def _check_sign_off(entry: Entry, document: Document) -> Iterator[Fault]:
    status = document["status"]
    if status == "reviewed" and not document["checked_by"]:
        yield entry.fault("checked_by", "is missing: reviewed needs the name of the pharmacist who signed")
    if status == "draft" and document["checked_by"]:
        yield entry.fault("checked_by", "must be null while the status is draft")
    if status == "retired" and "retired_because" not in document:
        yield entry.fault("retired_because", "is missing: a retired entry says why")
    if status != "retired" and "retired_because" in document:
        yield entry.fault("retired_because", "stands only beside status: retired")


def _check_class(entry: Entry, document: Document) -> Iterator[Fault]:
    members = set(document["members"])
    for index, effect in enumerate(document["effects"]):
        for name in effect["members"]:
            if name not in members:
                yield entry.fault(f"effects[{index}].members", f"{name} is not a member of the class")
    if document["role"] not in _SILENT_ROLES and not document["examples"]["notes"]:
        yield entry.fault("examples.notes", "at least one example that gives a note is expected")
    if not document["examples"]["silent"]:
        yield entry.fault("examples.silent", "at least one example that stays silent is expected")
    if len(members) < len(document["members"]):
        yield entry.fault("members", "a name stands twice")


def _check_rule_examples(entry: Entry, document: Document) -> Iterator[Fault]:
    for kind in ("notes", "silent"):
        if not document["examples"][kind]:
            yield entry.fault(f"examples.{kind}", "at least one example is expected")


def _check_evidence(entries: Entries) -> Iterator[Fault]:
    """``established`` needs a source that was read; nobody has read what comes from memory."""
    unread = {entry.id for entry, source in entries.valid("sources") if source["checked"] == "background"}
    for entry, document in entries.valid("classes", "rules", "red_flags", "symptoms", "conditions", "labs", "scales"):
        for path, holder in _with_sources(document):
            refs = holder["sources"]
            if holder.get("grade") == Grade.ESTABLISHED and not is_verified(refs):
                yield entry.fault(join(path, "grade"), "established needs at least one verified source")
            if refs and holder.get("verified") and not is_verified(refs):
                yield entry.fault(join(path, "verified"), "true, but none of its sources is verified")
            for index, ref in enumerate(refs):
                if ref["verified"] and ref["id"] in unread:
                    yield entry.fault(join(path, f"sources[{index}]"), f"{ref['id']} was not read by anyone")


def is_verified(refs: list[Document]) -> bool:
    return any(ref["verified"] for ref in refs)


def _with_sources(value: object, path: str = "") -> Iterator[tuple[str, Document]]:
    """Every mapping that names sources, with its field path."""
    if isinstance(value, dict):
        if "sources" in value:
            yield path, value
        for key, inner in value.items():
            yield from _with_sources(inner, join(path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _with_sources(inner, f"{path}[{index}]")
