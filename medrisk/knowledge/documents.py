"""Everything under ``data/`` as checked plain documents: what is kept in the cache and what the rest is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Documents:
    """Checked documents by kind. Those with ids are mappings by id; retired ones are still here.

    ``formulary`` has one document a file, with ``area``, ``ingredients`` and ``products``. Lists that the guide calls
    optional are always there; single values that were left out are absent.
    """

    version: str
    classes: dict[str, Document]
    rules: dict[str, Document]
    red_flags: list[Document]
    sources: dict[str, Document]
    effects: dict[str, Document]
    symptoms: list[Document]
    conditions: list[Document]
    labs: list[Document]
    look_alikes: list[Document]
    scales: list[Document]
    formulary: list[Document]
    abbreviations: dict[str, Document]
    class_words: list[str]

    def as_plain(self) -> Document:
        """For JSON; ``Documents(**plain)`` is the way back."""
        return {name: getattr(self, name) for name in self.__slots__}
