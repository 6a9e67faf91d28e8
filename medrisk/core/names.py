"""The names that the reader knows, as one value: the index, the facts of ingredients, and the words for whole classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medrisk.core.matching import NameIndex
from medrisk.core.model import Candidate, Ingredient
from medrisk.core.name_table import Term


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader needs to know of names: the index, ingredient facts, and words that name only a class.

    ``class_words`` are in the form of ``name_key``, filed by their first word, longest first. ``by_code`` resolves an RxCUI that was typed;
    ``products`` holds the ingredient sets of known fixed-dose products. ``units`` holds the strength unit of an ingredient whose strengths
    come in one unit only.
    """

    index: NameIndex
    ingredients: dict[str, Ingredient]
    routes: dict[str, str]
    units: dict[str, str]
    class_words: dict[str, tuple[str, ...]]
    by_code: Callable[[str], Term | None]
    products: frozenset[frozenset[str]] = frozenset()
    release: str | None = None


def candidate_of(term: Term, score: float, vocabulary: Vocabulary) -> Candidate:
    """Named by its ingredients, since that is what must be told apart."""
    return Candidate(" / ".join(term.ingredients), ingredients_of(term, vocabulary), score)


def ingredients_of(term: Term, vocabulary: Vocabulary) -> tuple[Ingredient, ...]:
    return tuple(vocabulary.ingredients.get(name, Ingredient(name)) for name in term.ingredients)
