"""The real knowledge, read once for all tests that are parametrised with it while they are collected."""

from __future__ import annotations

from medrisk.knowledge import build_knowledge, load_documents
from medrisk.settings import Settings

KNOWLEDGE_DIR = Settings.from_env({}).knowledge_dir
DOCUMENTS = load_documents(KNOWLEDGE_DIR)
KNOWLEDGE = build_knowledge(DOCUMENTS)
