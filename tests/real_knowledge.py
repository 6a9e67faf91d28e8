"""The real knowledge, read once for all tests: to read and check its files takes seconds."""

from __future__ import annotations

from pathlib import Path

from medrisk.knowledge import build_knowledge, load_documents
from medrisk.knowledge.cache import write_cache
from medrisk.settings import Settings

KNOWLEDGE_DIR = Settings.from_env({}).knowledge_dir
DOCUMENTS = load_documents(KNOWLEDGE_DIR)
KNOWLEDGE = build_knowledge(DOCUMENTS)


def keep_knowledge(data_dir: Path) -> None:
    """Puts it where a service with this data folder looks for what was read before."""
    write_cache(Settings.from_env({"MEDRISK_DATA_DIR": str(data_dir)}).cache_dir, DOCUMENTS)
