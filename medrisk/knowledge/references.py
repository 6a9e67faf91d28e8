"""Every id that one entry uses of another must exist.

The same keys mean the same thing in every file, so the references are found by their key wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from medrisk.errors import Fault
from medrisk.knowledge.entries import Entries, join

# Key -> the kind whose ids it holds: one id, a list of ids, or a list of lists.
_REFERENCES = {
    "class": "classes",
    "ingredient": "ingredients",
    "ingredients": "ingredients",
    "members": "ingredients",
    "except": "ingredients",
    "means": "ingredients",
    "effect": "effects",
    "effects": "effects",
    "explained_by": "effects",
    "low_effect": "effects",
    "high_effect": "effects",
    "symptom": "symptoms",
    "indication": "symptoms",
    "explains": "symptoms",
    "condition": "conditions",
    "lab": "labs",
    "asks_for": "labs",
    "supersedes": "rules",
}
_NOUNS = {
    "classes": "class",
    "ingredients": "ingredient",
    "effects": "effect",
    "symptoms": "symptom",
    "conditions": "condition",
    "labs": "lab",
    "rules": "rule",
    "sources": "source",
}
# Beside labs and conditions, what a rule may be unable to do without.
_MISSABLE = frozenset({"dose", "age", "sex"})

Known = Mapping[str, frozenset[str] | None]


def known_ids(entries: Entries, ingredients: frozenset[str]) -> Known:
    """The ids that may be named, by kind; None where a file could not be read, so that nothing can be said.

    What is retired is kept on file but may not be named by what is in force.
    """
    known: dict[str, frozenset[str] | None] = {kind: frozenset(_live_ids(entries, kind)) for kind in _NOUNS}
    known["ingredients"] = ingredients
    known.update(dict.fromkeys(entries.unreadable & set(_NOUNS)))
    return known


def check_references(entries: Entries, known: Known) -> Iterator[Fault]:
    """A fault for each id that nothing has."""
    for entry, document in entries.valid():
        if document.get("status") == "retired":
            continue
        for path, kind, name in _find_references(document):
            if _is_unknown(known, kind, name):
                yield entry.fault(path, f"unknown {_NOUNS[kind]} {name}")
        for index, name in enumerate(document.get("unchecked_without", [])):
            if name not in _MISSABLE and _is_unknown(known, "labs", name) and _is_unknown(known, "conditions", name):
                yield entry.fault(f"unchecked_without[{index}]", f"{name} is not dose, age, sex, a lab or a condition")


def _live_ids(entries: Entries, kind: str) -> Iterator[str]:
    for entry in entries.of(kind):
        if entry.document is None or entry.document.get("status") != "retired":
            yield entry.id


def _is_unknown(known: Known, kind: str, name: str) -> bool:
    ids = known[kind]
    return ids is not None and name not in ids


def _find_references(value: object, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(field path, kind, id) of everything that the document names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            step = join(path, key)
            if key in _REFERENCES:
                yield from ((where, _REFERENCES[key], name) for where, name in _names(inner, step))
            elif key == "sources":
                yield from ((f"{step}[{i}].id", "sources", ref["id"]) for i, ref in enumerate(inner))
            yield from _find_references(inner, step)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _find_references(inner, f"{path}[{index}]")


def _names(value: object, path: str) -> Iterator[tuple[str, str]]:
    """The texts of a text, a list or a list of lists; mappings among them are not references.

    A list of one has no index in the path: most were written as a single value.
    """
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list) and len(value) == 1:
        yield from _names(value[0], path)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _names(inner, f"{path}[{index}]")
