"""The embedded formulary (``data/formulary``) as a vocabulary: every name a list may use, and what it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medrisk.core.matching import NameIndex, names_of, pair_look_alikes
from medrisk.core.model import Ingredient
from medrisk.core.name_keys import name_key
from medrisk.core.name_table import NameTable, Term
from medrisk.core.names import Vocabulary
from medrisk.vocabulary.codes import Codes, index_products
from medrisk.vocabulary.release_terms import release_terms

if TYPE_CHECKING:
    from medrisk.vocabulary.rxnorm.release import Release

# Plain, validated documents as medrisk.knowledge hands them on.
Area = Mapping[str, Any]


def build_vocabulary(
    areas: Iterable[Area],
    abbreviations: Mapping[str, Mapping[str, Any]],
    class_words: Sequence[str],
    look_alikes: Iterable[tuple[str, ...]] = (),
    release: Release | None = None,
) -> Vocabulary:
    """Index every name of the formulary's areas, its abbreviations, and the words that name only a class.

    The names of a release stand beside them: where both have a name, the formulary's reading stands.
    """
    areas = list(areas)
    entries = {name: facts or {} for area in areas for name, facts in area.get("ingredients", {}).items()}
    ingredients = {name: Ingredient(name, facts.get("rxcui")) for name, facts in entries.items()}
    products = [item for area in areas for item in (area.get("products") or {}).items()]
    # Names of drugs come before abbreviations, so that an exact name never loses to a short form of another.
    terms = [
        *(term for name, facts in entries.items() for term in _ingredient_terms(name, facts)),
        *(term for name, facts in products for term in _product_terms(name, facts)),
    ]
    unsafe = {name_key(text) for text, facts in abbreviations.items() if facts.get("unsafe")}
    terms = [term._replace(unsafe=True) if name_key(term.name) in unsafe else term for term in terms]
    known = {name_key(term.name) for term in terms}
    terms += [
        term
        for text, facts in abbreviations.items()
        if name_key(text) not in known
        for term in _abbreviation_terms(text, facts)
    ]
    names = names_of(terms)
    added = release_terms(release.drug_names() if release else (), names, ingredients)
    names |= names_of(added.terms)
    ingredients |= added.ingredients
    sets = {frozenset(facts["ingredients"]) for _, facts in products} | added.products
    codes = Codes(added.codes, release, index_products(release) if release else None)
    return Vocabulary(
        index=NameIndex(NameTable.build(names), pair_look_alikes(look_alikes)),
        ingredients=ingredients,
        routes={name: facts["route"] for name, facts in entries.items() if facts.get("route")},
        units={name: facts["unit"] for name, facts in entries.items() if facts.get("unit")},
        class_words=_by_first_word(name_key(word) for word in class_words),
        codes=codes,
        products=frozenset(sets),
        release=release.version if release else None,
    )


def _by_first_word(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    filed: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        filed.setdefault(word.split(" ", 1)[0], []).append(word)
    return {first: tuple(found) for first, found in filed.items()}


def _ingredient_terms(name: str, facts: Mapping[str, Any]) -> Iterator[Term]:
    route = facts.get("route")
    yield Term(name, (name,), "ingredient", route)
    for synonym in facts.get("synonyms", ()):
        yield Term(synonym, (name,), "synonym", route)
    routes = facts.get("brand_routes", {})
    for brand in facts.get("brands", ()):
        yield Term(brand, (name,), "brand", routes.get(brand, route))
    for brand in routes.keys() - set(facts.get("brands", ())):
        yield Term(brand, (name,), "brand", routes[brand])


def _product_terms(name: str, facts: Mapping[str, Any]) -> Iterator[Term]:
    ingredients = tuple(facts["ingredients"])
    for text in (name, *facts.get("synonyms", ())):
        yield Term(text, ingredients, "product", facts.get("route"))


def _abbreviation_terms(text: str, facts: Mapping[str, Any]) -> Iterator[Term]:
    for ingredients in facts["means"]:
        yield Term(text, tuple(ingredients), "abbreviation", facts.get("route"), bool(facts.get("unsafe", False)))
