"""Files -> entries, each checked against its schema by itself.

An entry that breaks its schema keeps its id but loses its document: so one bad class does not make every rule that
names it look wrong too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from marshmallow import ValidationError

from medrisk.errors import Fault
from medrisk.knowledge.documents import Document
from medrisk.knowledge.entries import Entries, Entry, join
from medrisk.knowledge.layout import CHECKED_KEYS, LAYOUT, SCHEMAS, FileKind, Section, find_file_kind
from medrisk.knowledge.strict_yaml import parse_yaml
from medrisk.knowledge.text_checks import find_markup


def read_entries(files: Mapping[str, bytes]) -> Entries:
    """Everything in the data files, with the faults of form that each file has."""
    entries = Entries()
    kinds = {name: find_file_kind(name) for name in files}
    for name, kind in kinds.items():
        if kind is None:
            entries.faults.append(Fault(name, "", "nothing reads this file: is it misspelt or in the wrong folder?"))
        else:
            _read_file(name, files[name], kind, entries)
    # With a file missing medrisk would run and stay silent, so its absence must not pass for an empty list.
    for kind in LAYOUT:
        if kind not in kinds.values():
            entries.faults.append(Fault(kind.pattern, "", "the file is missing"))
            entries.unreadable.update(section.kind for section in kind.sections)
    return entries


def _read_file(name: str, content: bytes, kind: FileKind, entries: Entries) -> None:
    parsed = parse_yaml(content)
    entries.faults.extend(Fault(name, f"line {p.line}" if p.line else "", p.message) for p in parsed.problems)
    if not isinstance(parsed.document, dict):
        entries.unreadable.update(section.kind for section in kind.sections)
        if not parsed.problems:
            entries.faults.append(Fault(name, "", "a mapping of keys to values is expected"))
        return
    entries.faults.extend(Fault(name, path, message) for path, message in find_markup(parsed.document))
    entries.faults.extend(_check_top_keys(name, parsed.document, kind))
    for section in kind.sections:
        _read_section(name, parsed.document, section, entries)


def _check_top_keys(name: str, document: Document, kind: FileKind) -> Iterator[Fault]:
    keys = {section.key for section in kind.sections}
    if keys == {""}:
        return
    for key in document.keys() - keys - kind.own_keys:
        yield Fault(name, key, "unknown key")
    if not any(document.get(key) for key in keys):
        yield Fault(name, "", "nothing is here: " + " or ".join(sorted(keys)) + " is expected")


def _read_section(name: str, document: Document, section: Section, entries: Entries) -> None:
    for entry_id, prefix, raw in _raw_entries(name, document, section, entries):
        checked, faults = _apply_schema(section.kind, entry_id, raw)
        entry = Entry(section.kind, entry_id, name, prefix, checked)
        entries.by_kind[section.kind].append(entry)
        entries.faults.extend(entry.fault(path, message) for path, message in faults)


def _raw_entries(
    name: str, document: Document, section: Section, entries: Entries
) -> Iterator[tuple[str, str, object]]:
    """The id, field path and content of each entry of a section."""
    if section.shape == "file":
        yield name.rsplit("/", 1)[-1].removesuffix(".yaml"), "", document
        return
    held = document.get(section.key)
    if section.shape == "mapping" and isinstance(held, dict):
        for key, raw in held.items():
            yield key, join(section.key, key), raw
    elif section.shape == "list" and isinstance(held, list):
        for index, raw in enumerate(held):
            entry_id = raw.get("id", index) if isinstance(raw, dict) else index
            yield str(entry_id), f"{section.key}[{index}]", raw
    elif held is not None:
        entries.unreadable.add(section.kind)
        entries.faults.append(Fault(name, section.key, f"a {section.shape} is expected"))


def _apply_schema(kind: str, entry_id: str, raw: object) -> tuple[Document | None, list[tuple[str, str]]]:
    try:
        if kind in CHECKED_KEYS:
            CHECKED_KEYS[kind](entry_id)
        return SCHEMAS[kind].load(raw), []  # type: ignore[arg-type]
    except ValidationError as error:
        return None, list(_flatten(error.messages))


def _flatten(messages: object, path: str = "") -> Iterator[tuple[str, str]]:
    """marshmallow's nested messages as (field path, message)."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = f"[{key}]" if isinstance(key, int) else str(key)
            yield from _flatten(inner, path if key == "_schema" else join(path, step))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flatten(message, path)
    else:
        yield path, str(messages)
