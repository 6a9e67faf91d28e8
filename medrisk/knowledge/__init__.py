"""From the YAML files under ``data/`` to checked knowledge, with every fault reported at once."""

from medrisk.knowledge.build import build_knowledge
from medrisk.knowledge.documents import Documents
from medrisk.knowledge.load import check_knowledge, load_documents, load_knowledge

__all__ = ["Documents", "build_knowledge", "check_knowledge", "load_documents", "load_knowledge"]
