"""Entries without faults -> documents."""

from __future__ import annotations

from pathlib import PurePosixPath

from medrisk.knowledge.documents import Document, Documents
from medrisk.knowledge.entries import Entries


def collect_documents(version: str, entries: Entries) -> Documents:
    """Put the documents of all entries in their places."""
    return Documents(
        version=version,
        classes=_by_id(entries, "classes"),
        rules=_by_id(entries, "rules"),
        red_flags=_in_order(entries, "red_flags"),
        sources=_by_id(entries, "sources"),
        effects=_by_id(entries, "effects"),
        symptoms=_in_order(entries, "symptoms"),
        conditions=_in_order(entries, "conditions"),
        labs=_in_order(entries, "labs"),
        look_alikes=_in_order(entries, "look_alikes"),
        scales=_in_order(entries, "scales"),
        formulary=_by_file(entries),
        abbreviations=_by_id(entries, "abbreviations"),
        class_words=[entry["word"] for entry in _in_order(entries, "class_words")],
    )


def _by_id(entries: Entries, kind: str) -> dict[str, Document]:
    return {entry.id: document for entry, document in entries.valid(kind)}


def _in_order(entries: Entries, kind: str) -> list[Document]:
    return [document for _, document in entries.valid(kind)]


def _by_file(entries: Entries) -> list[Document]:
    files: dict[str, Document] = {}
    for kind in ("ingredients", "products"):
        for entry, document in entries.valid(kind):
            empty: Document = {"area": PurePosixPath(entry.file).stem, "ingredients": {}, "products": {}}
            files.setdefault(entry.file, empty)[kind][entry.id] = document
    return list(files.values())
