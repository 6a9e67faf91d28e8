"""The names of an RxNorm release as terms beside the formulary's, whose reading of a name always stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from medrisk.core.model import Ingredient
from medrisk.core.name_keys import name_key
from medrisk.core.name_table import Term, TermKind
from medrisk.vocabulary.rxnorm.answers import DrugName, IngredientRef

# Names of a release that on a pasted list are nearly always something else: a laboratory value, an ordinary word, a first name.
_OTHERWISE_MEANT = frozenset(
    {
        *"acetate amylase lipase trypsin chymotrypsin protease prothrombin plasminogen glutamate pyruvate lactate".split(),
        *"nitrogen radium strontium ammonia starch bran cellulose gelatin talc turpentine stye".split(),
        *"align propel perform react thrive pronto dragon julie kirsty curae clarus inova flac".split(),
        *("protein s", "factor vii", "intrinsic factor", "luteinizing hormone", "liver extract", "carbon dioxide"),
        *("my way", "new day", "my choice", "take action", "freeze it", "sea soft", "healthy mama", "kids choice"),
    }
)
# Tablets of a pack that hold no medicine; RxNorm counts what is in them as an ingredient.
NO_MEDICINE = "inert ingredients"
_KINDS: dict[str, TermKind] = {"IN": "ingredient", "MIN": "product", "BN": "brand"}


@dataclass(slots=True)
class ReleaseTerms:
    """What a release adds: terms, its ingredients by name, the name of each IN by RxCUI, and fixed-dose products."""

    terms: list[Term] = field(default_factory=list)
    ingredients: dict[str, Ingredient] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    products: set[frozenset[str]] = field(default_factory=set)


def release_terms(
    names: Iterable[DrugName], known: Mapping[str, Sequence[Term]], ingredients: Mapping[str, Ingredient]
) -> ReleaseTerms:
    """The names that the formulary, whose names are ``known``, does not hold."""
    added = ReleaseTerms(codes={found.rxcui: name for name, found in ingredients.items() if found.rxcui})
    for name in names:
        refs = with_medicine(name.ingredients)
        contents = tuple(dict.fromkeys(_name_of(ref, known, ingredients, added) for ref in refs))
        if len(contents) > 1:
            added.products.add(frozenset(contents))
        key = name_key(name.text)
        if contents and not _is_held(key, known) and not is_otherwise_meant(key):
            kind = _KINDS.get(name.kind, "synonym" if len(contents) == 1 else "product")
            added.terms.append(Term(" ".join(name.text.split()), contents, kind, name.route))
    return added


def with_medicine(refs: Sequence[IngredientRef]) -> tuple[IngredientRef, ...]:
    """The ingredients without the inert ones of the pack's other tablets."""
    return tuple(ref for ref in refs if ref.name != NO_MEDICINE)


def _is_held(key: str, known: Mapping[str, Sequence[Term]]) -> bool:
    """Whether the formulary has the name, or has it without the number at its end ("Prevnar 20" beside "Prevnar")."""
    start, _, end = key.rpartition(" ")
    return key in known or (end.isdigit() and start in known)


def is_otherwise_meant(key: str) -> bool:
    """Whether a name of RxNorm's, in the form of ``name_key``, on a pasted list is hardly ever a drug."""
    return key in _OTHERWISE_MEANT or all(len(word) == 1 for word in key.split())


def _name_of(
    ref: IngredientRef, known: Mapping[str, Sequence[Term]], ingredients: Mapping[str, Ingredient], added: ReleaseTerms
) -> str:
    """The ingredient as the formulary calls it, by RxCUI or by name; else as the release does."""
    name = added.codes.get(ref.rxcui)
    if name is None:
        terms = known.get(name_key(ref.name), ())
        name = our_name(terms) or plain_name(ref.name)
        added.codes[ref.rxcui] = name
        # A formulary ingredient keeps the number it was confirmed with, and is given one where it has none.
        if ingredients.get(name, Ingredient(name)).rxcui is None and name not in added.ingredients:
            added.ingredients[name] = Ingredient(name, ref.rxcui)
    return name


def our_name(terms: Sequence[Term]) -> str | None:
    """The one ingredient that a name stands for, as the formulary calls it."""
    is_ours = len(terms) == 1 and len(terms[0].ingredients) == 1 and terms[0].kind != "abbreviation"
    return terms[0].ingredients[0] if is_ours else None


def plain_name(name: str) -> str:
    """In small letters, like the formulary, unless letters within it are capitals for a reason."""
    return name if any(letter.isupper() for letter in name[1:]) else name.lower()
