"""The names that the reader knows, as one value: the index, the facts of ingredients, codes, and the words for whole classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from medrisk.core.matching import NameIndex
from medrisk.core.model import Candidate, Ingredient
from medrisk.core.name_table import Term
from medrisk.core.units import Quantity

CodeSystem = Literal["rxcui", "ndc"]


@dataclass(frozen=True, slots=True)
class CodedDrug:
    """What a code, or the full name of a product, stands for.

    ``terms`` holds one drug when it is known, several when the code may stand for any of them, none when it stands for
    nothing known; ``reason`` then says why. ``rxcui`` and ``name`` are those of the concept or product. ``strengths``
    stand in the order of the ingredients and are empty where the product does not tell them. ``trail`` says in words what
    was done with the code on the way (remapped, zeros filled in).
    """

    terms: tuple[Term, ...]
    name: str = ""
    rxcui: str | None = None
    strengths: tuple[Quantity, ...] = ()
    per_volume: Quantity | None = None
    form: str | None = None
    trail: tuple[str, ...] = ()
    reason: str = ""


class CodeBook(Protocol):
    """Where codes are looked up."""

    def by_code(self, system: CodeSystem, code: str) -> CodedDrug | None:
        """What an RxCUI or NDC stands for; None for one that is not known."""

    def by_product_name(self, key: str) -> CodedDrug | None:
        """The product whose full name this is, in the form of ``name_key``."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader needs to know of names: the index, ingredient facts, and words that name only a class.

    ``class_words`` are in the form of ``name_key``, filed by their first word, longest first. ``codes`` resolves what stands for a drug
    without being its name. ``products`` holds the
    ingredient sets of known fixed-dose products. ``units`` holds the strength unit of an ingredient whose strengths come in one unit only.
    ``release`` names the RxNorm release that the names come from beside the formulary, None without one.
    """

    index: NameIndex
    ingredients: dict[str, Ingredient]
    routes: dict[str, str]
    units: dict[str, str]
    class_words: dict[str, tuple[str, ...]]
    codes: CodeBook
    products: frozenset[frozenset[str]] = frozenset()
    release: str | None = None


def candidate_of(term: Term, score: float, vocabulary: Vocabulary) -> Candidate:
    """Named by its ingredients, since that is what must be told apart."""
    return Candidate(" / ".join(term.ingredients), ingredients_of(term, vocabulary), score)


def ingredients_of(term: Term, vocabulary: Vocabulary) -> tuple[Ingredient, ...]:
    return tuple(vocabulary.ingredients.get(name, Ingredient(name)) for name in term.ingredients)
