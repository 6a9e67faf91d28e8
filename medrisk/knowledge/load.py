"""The way in: the data folder -> checked documents -> knowledge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from medrisk.core.rules import KnowledgeBase
from medrisk.errors import Fault, KnowledgeError
from medrisk.knowledge.build import build_knowledge
from medrisk.knowledge.cache import read_cache, write_cache
from medrisk.knowledge.documents import Documents
from medrisk.knowledge.version import read_data_files, version_of

if TYPE_CHECKING:
    from medrisk.knowledge.entries import Entries


def load_knowledge(data_dir: Path, *, cache_dir: Path | None = None) -> KnowledgeBase:
    """The knowledge under ``data_dir``. Raises KnowledgeError with every fault when it does not hold together."""
    return build_knowledge(load_documents(data_dir, cache_dir))


def load_documents(data_dir: Path, cache_dir: Path | None = None) -> Documents:
    """The checked documents under ``data_dir``, the formulary's among them, from the cache where it has them."""
    files = read_data_files(data_dir)
    version = version_of(files)
    cached = read_cache(cache_dir, version) if cache_dir else None
    if cached is not None:
        return cached
    documents = _read_documents(version, files)
    if cache_dir:
        write_cache(cache_dir, documents)
    return documents


def check_knowledge(data_dir: Path) -> list[Fault]:
    """Every fault of the files under ``data_dir``, by file. Never looks at a cache."""
    return _read_and_check(read_data_files(data_dir))[1]


def _read_documents(version: str, files: Mapping[str, bytes]) -> Documents:
    from medrisk.knowledge.collect import collect_documents

    entries, faults = _read_and_check(files)
    if faults:
        raise KnowledgeError(faults)
    return collect_documents(version, entries)


def _read_and_check(files: Mapping[str, bytes]) -> tuple[Entries, list[Fault]]:
    # Imported here because yaml and marshmallow cost more than the whole load when the cache has the documents.
    from medrisk.knowledge.checks import check_entries
    from medrisk.knowledge.read import read_entries

    entries = read_entries(files)
    ingredients = frozenset(entry.id for entry in entries.of("ingredients"))
    faults = [*entries.faults, *check_entries(entries, ingredients)]
    return entries, sorted(faults, key=lambda fault: fault.file)
