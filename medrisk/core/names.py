"""The names that the reader knows, as one value: the index, the facts of ingredients, codes, and the words for whole classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
class OnlineDrug:
    """A drug as an online service knows it; its ingredients are called as the vocabulary calls them."""

    name: str
    rxcui: str
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True)
class OnlineAnswer:
    """What an online service said. Without drugs it knows none, unless ``not_checked`` says why it was not asked or gave no answer.

    ``has_more``: there are more names as near as these. ``trail`` says in words what became of a code on the way.
    """

    drugs: tuple[OnlineDrug, ...] = ()
    has_more: bool = False
    trail: tuple[str, ...] = ()
    not_checked: str = ""


@dataclass(frozen=True, slots=True)
class OnlineClasses:
    """The classes that a drug has elsewhere, each in words with where it was read; ``not_checked`` as above."""

    classes: tuple[str, ...] = ()
    not_checked: str = ""


class OnlineNames(Protocol):
    """A service that is asked about drugs the vocabulary does not know. Nothing raises; whatever fails was not checked."""

    @property
    def label(self) -> str:
        """Which service it is, for the versions of an answer."""

    def for_one_check(self) -> OnlineNames:
        """The same, with the look-ups and the time that one check may spend."""

    def named(self, name: str) -> OnlineAnswer:
        """The drugs of exactly this name."""

    def near(self, name: str) -> OnlineAnswer:
        """Drugs whose names lie near this one."""

    def by_code(self, system: CodeSystem, code: str) -> OnlineAnswer:
        """The drug of an RxCUI or NDC, also of one that is no longer in use."""

    def classes_of(self, rxcui: str) -> OnlineClasses:
        """The classes that the service lists an ingredient in."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader needs to know of names: the index, ingredient facts, and words that name only a class.

    ``class_words`` are in the form of ``name_key``, filed by their first word, longest first. ``codes`` resolves what stands for a drug
    without being its name. ``products`` holds the
    ingredient sets of known fixed-dose products. ``units`` holds the strength unit of an ingredient whose strengths come in one unit only.
    ``release`` names the RxNorm release that the names come from beside the formulary, None without one. ``online`` is asked about names
    that all of this does not know, None where nobody switched it on.
    """

    index: NameIndex
    ingredients: dict[str, Ingredient]
    routes: dict[str, str]
    units: dict[str, str]
    class_words: dict[str, tuple[str, ...]]
    codes: CodeBook
    products: frozenset[frozenset[str]] = frozenset()
    release: str | None = None
    online: OnlineNames | None = None

    def for_one_check(self) -> Vocabulary:
        """The same, with what one check may spend on looking up names online."""
        return self if self.online is None else replace(self, online=self.online.for_one_check())


def candidate_of(term: Term, score: float, vocabulary: Vocabulary) -> Candidate:
    """Named by its ingredients, since that is what must be told apart."""
    return Candidate(" / ".join(term.ingredients), ingredients_of(term, vocabulary), score)


def ingredients_of(term: Term, vocabulary: Vocabulary) -> tuple[Ingredient, ...]:
    return tuple(vocabulary.ingredients.get(name, Ingredient(name)) for name in term.ingredients)
