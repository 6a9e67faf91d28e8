"""Which file holds what, and how each kind of entry is checked by itself."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from marshmallow import Schema

from medrisk.knowledge import fields, rule_schemas, scale_schemas, schemas


@dataclass(frozen=True, slots=True)
class Section:
    """Where entries of one kind stand in a file: the whole file (no key), or a mapping or list under a key."""

    kind: str
    key: str = ""
    shape: Literal["file", "mapping", "list"] = "file"


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files of one sort. ``own_keys`` say something about the file itself and hold plain text."""

    pattern: str
    sections: tuple[Section, ...]
    own_keys: frozenset[str] = frozenset()


def _mapping(kind: str) -> Section:
    return Section(kind, kind, "mapping")


def _list(kind: str) -> Section:
    return Section(kind, kind, "list")


# The first pattern that fits decides.
LAYOUT = (
    FileKind("drug_classes/*.yaml", (Section("classes"),)),
    FileKind("interactions/*.yaml", (Section("rules"),)),
    FileKind("sources/*.yaml", (_mapping("sources"),)),
    FileKind("formulary/abbreviations.yaml", (_mapping("abbreviations"),)),
    FileKind("formulary/class_words.yaml", (_list("class_words"),)),
    FileKind("formulary/*.yaml", (_mapping("ingredients"), _mapping("products")), frozenset({"area"})),
    FileKind("effects.yaml", (_mapping("effects"),)),
    FileKind("symptoms.yaml", (_list("symptoms"),)),
    FileKind("conditions.yaml", (_list("conditions"),)),
    FileKind("labs.yaml", (_list("labs"),)),
    FileKind("red_flags.yaml", (_list("red_flags"),)),
    FileKind("look_alikes.yaml", (_list("look_alikes"),)),
    FileKind("scales.yaml", (_list("scales"),)),
)

SCHEMAS: dict[str, Schema] = {
    "classes": schemas.DrugClassSchema(),
    "rules": rule_schemas.RuleSchema(),
    "red_flags": rule_schemas.RedFlagSchema(),
    "sources": schemas.SourceSchema(),
    "effects": schemas.EffectSchema(),
    "symptoms": schemas.SymptomSchema(),
    "conditions": schemas.ConditionSchema(),
    "labs": schemas.LabSchema(),
    "look_alikes": schemas.LookAlikeSchema(),
    "scales": scale_schemas.ScaleSchema(),
    "ingredients": schemas.IngredientSchema(),
    "products": schemas.ProductSchema(),
    "abbreviations": schemas.AbbreviationSchema(),
    "class_words": schemas.ClassWordSchema(),
}

# The ids of these stand as keys, where no schema sees them.
CHECKED_KEYS = {"sources": fields.check_kebab, "effects": fields.check_snake}


def find_file_kind(name: str) -> FileKind | None:
    """What the file at this path below ``data/`` holds; None for a file that nothing would read."""
    return next((kind for kind in LAYOUT if _fits(name, kind.pattern)), None)


def _fits(name: str, pattern: str) -> bool:
    return name.count("/") == pattern.count("/") and fnmatchcase(name, pattern)
