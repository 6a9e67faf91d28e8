"""RxCUIs, NDCs and full product names -> drugs with their strengths, from the formulary and an installed release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import marisa_trie

from medrisk.core.name_keys import name_key
from medrisk.core.name_table import Term, TermKind
from medrisk.core.names import CodedDrug, CodeSystem
from medrisk.core.units import Quantity
from medrisk.vocabulary.release_terms import with_medicine
from medrisk.vocabulary.rxnorm.answers import Component, IngredientRef, NdcAnswer, Product

if TYPE_CHECKING:
    from medrisk.vocabulary.rxnorm.release import Release

_NO_RELEASE = "an NDC can be looked up only where an RxNorm release is installed"
_KEPT_ANSWERS = 10_000
# Several products of a pack or of an unclear NDC beyond this are not listed one by one.
_MOST_ALTERNATIVES = 6


class Codes:
    """Answers for codes. ``names`` gives an ingredient's name for its RxCUI, as the vocabulary calls it.

    ``product_names`` holds the RxCUIs of the release's products by their full names, as ``index_products`` makes it.
    """

    def __init__(
        self, names: Mapping[str, str], release: Release | None = None, product_names: marisa_trie.RecordTrie | None = None
    ) -> None:
        self.names = names
        self.product_names = product_names
        self._release = release
        self._kept = lru_cache(maxsize=_KEPT_ANSWERS)(self._answer)

    def by_code(self, system: CodeSystem, code: str) -> CodedDrug | None:
        """What an RxCUI or NDC stands for; None for one that is not known."""
        return self._kept(system, code)

    def by_product_name(self, key: str) -> CodedDrug | None:
        """The product of this full name. Where several have it, all their drugs."""
        rxcuis = self.product_names.get(key) if self.product_names is not None else None
        drugs = [drug for (rxcui,) in rxcuis or () if (drug := self.by_code("rxcui", str(rxcui)))]
        terms = {frozenset(term.ingredients): term for drug in drugs for term in drug.terms}
        if len(terms) > 1:
            return CodedDrug(tuple(terms.values()), reason="products of different drugs have this name")
        return drugs[0] if terms else None

    def _answer(self, system: CodeSystem, code: str) -> CodedDrug | None:
        return self._ndc(code) if system == "ndc" else self._rxcui(code)

    def _rxcui(self, code: str) -> CodedDrug | None:
        """The drug of an RxCUI; None where neither formulary nor release knows it."""
        concept = self._release.concept(code) if self._release else None
        if concept is None:
            name = self.names.get(code)
            return None if name is None else CodedDrug((Term(name, (name,), "ingredient"),), name, code)
        if not concept.ingredients:
            words = "; ".join(concept.trail) or f"RxCUI {code} ({concept.name}) has no ingredient in this release"
            return CodedDrug((), concept.name, concept.rxcui, reason=words)
        return self._drug(concept.rxcui, concept.name, concept.ingredients, concept.trail)

    def _ndc(self, code: str) -> CodedDrug | None:
        """The product of an NDC in any layout. Zeros lost at its start are said and never guessed."""
        if self._release is None:
            return CodedDrug((), reason=_NO_RELEASE)
        answer = self._release.ndc(code)
        if answer.rxcui is not None:
            return self._rxcui(answer.rxcui)
        terms = self._alternatives(answer)
        return CodedDrug(terms if len(terms) > 1 or answer.status == "ambiguous" else (), reason=f"NDC: {answer.reason}")

    def _alternatives(self, answer: NdcAnswer) -> tuple[Term, ...]:
        found = [self._rxcui(rxcui) for _, rxcui in answer.candidates[:_MOST_ALTERNATIVES]]
        terms = {frozenset(term.ingredients): term for drug in found if drug for term in drug.terms}
        return tuple(terms.values())

    def _drug(self, rxcui: str, name: str, refs: Sequence[IngredientRef], trail: tuple[str, ...]) -> CodedDrug:
        product = self._release.product(rxcui) if self._release else None
        contents = tuple(dict.fromkeys(self._name(ref) for ref in with_medicine(refs)))
        if product is None:
            kind: TermKind = "ingredient" if len(contents) == 1 else "product"
            return CodedDrug((Term(name, contents, kind),), name, rxcui, trail=trail)
        strengths, per_volume = _strengths(product)
        if len(strengths) not in {0, 1, len(contents)}:
            strengths = ()
        term = Term(name, contents, "product", product.route)
        return CodedDrug((term,), name, rxcui, strengths, per_volume, product.form, trail)

    def _name(self, ref: IngredientRef) -> str:
        return self.names.get(ref.rxcui, ref.name)


# What is dispensed. Components and groups ("lisinopril 20 MG", "Lipitor Pill") are read by their name and directions.
_DISPENSED = frozenset({"SCD", "SBD", "GPCK", "BPCK"})


def index_products(release: Release) -> marisa_trie.RecordTrie:
    """Full names of products, in the form of ``name_key``, with their RxCUIs."""
    names = [found for found in release.product_names() if found.tty in _DISPENSED]
    return marisa_trie.RecordTrie("<I", [(name_key(found.text), (int(found.rxcui),)) for found in names])


def _strengths(product: Product) -> tuple[tuple[Quantity, ...], Quantity | None]:
    """The strengths of one unit of the product in the order of its ingredients, or its concentration.

    Nothing where a strength is missing, and nothing for a pack, whose days differ.
    """
    parts: Sequence[Component] = product.components
    if not parts or any(part.strength is None for part in parts):
        return (), None
    amounts = [part.strength for part in parts if part.strength is not None]
    if all(part.per in {"", "actuation"} for part in parts):
        return tuple(amounts), None
    if len(parts) > 1:
        return (), None
    if parts[0].per == "hour":
        return (), Quantity(amounts[0].value * 24, f"{amounts[0].unit}/day")
    if parts[0].per == "mL":
        return (), Quantity(amounts[0].value, f"{amounts[0].unit}/mL")
    return (), None
