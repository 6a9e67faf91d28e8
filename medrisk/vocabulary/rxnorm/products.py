"""What a product is made of: strengths, dose form, route, brand, and the parts of a pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from medrisk.core.routes import LOCAL_ROUTES
from medrisk.vocabulary.rxnorm.forms import route_of_form
from medrisk.vocabulary.rxnorm.gather import Gathered
from medrisk.vocabulary.rxnorm.ingredients import Ingredients
from medrisk.vocabulary.rxnorm.kinds import PACK_KINDS
from medrisk.vocabulary.rxnorm.naming import ProductTitle, pack_key, read_pack, read_strength, read_title

_COMPONENT_KINDS = frozenset({"SCDC", "SBDC"})
_WITH_STRENGTH = frozenset({"SCD", "SBD", "SCDC", "SBDC"})
_TO_COMPONENTS = {
    "SCD": (("consists_of", "SCDC"),),
    "SBD": (("consists_of", "SCDC"), ("tradename_of", "SCD")),
    "SBDC": (("tradename_of", "SCDC"), ("consists_of", "SCDC")),
}


class MadeComponent(NamedTuple):
    """One ingredient of a product, ready for its row."""

    ingredient: int
    called: str
    low: float | None
    high: float | None
    unit: str
    per: str


@dataclass(slots=True)
class Made:
    """One product, ready for its row."""

    form: str | None = None
    route: str | None = None
    brand: str | None = None
    quantity: tuple[float, str] | None = None
    hours: float | None = None
    components: list[MadeComponent] = field(default_factory=list)
    parts: list[tuple[int, float | None]] = field(default_factory=list)


class Products:
    """Works out the products of one release."""

    def __init__(self, found: Gathered, ingredients: Ingredients) -> None:
        self._found = found
        self._ingredients = ingredients
        self._routes: dict[int, str | None] = {}

    def of(self, rxcui: int) -> Made:
        kind, name = self._found.named(rxcui)
        title = read_title(name)
        if kind in PACK_KINDS:
            parts = self._parts(rxcui, name)
            return Made("Pack", _shared([self.route_of(part) for part, _ in parts]), title.brand, parts=parts)
        made = Made(brand=title.brand, quantity=title.quantity, hours=title.hours)
        if kind in _WITH_STRENGTH:
            made.components = self._components(rxcui, kind, title)
        if kind not in _COMPONENT_KINDS:
            made.form = self._form(rxcui, kind, title)
            made.route = route_of_form(made.form) if made.form else None
        return made

    def route_of(self, rxcui: int) -> str | None:
        if rxcui not in self._routes:
            self._routes[rxcui] = None
            self._routes[rxcui] = self.of(rxcui).route
        return self._routes[rxcui]

    def brand_route(self, brand: int) -> str | None:
        """The local route that every product of the brand shares, else None."""
        return local_only([self.route_of(product) for product in self._ingredients.products_of(brand)])

    def _components(self, rxcui: int, kind: str, title: ProductTitle) -> list[MadeComponent]:
        """From the components that the product is linked to; from its name where a link is missing."""
        whole = self._ingredients.of(rxcui)
        linked = [rxcui] if kind == "SCDC" else self._linked(rxcui, kind)
        made = [made for part in linked if (made := self._component(part)) is not None]
        if len(made) >= len(title.parts) and {each.ingredient for each in made} == set(whole):
            return made
        named = [(self._ingredients.of_name(part.called), part) for part in title.parts]
        if whole and {code for code, _ in named} == set(whole):
            return [
                MadeComponent(code, part.called, *read_strength(part.strength))
                for code, part in named
                if code is not None
            ]
        if len(whole) == len(title.parts):
            return [
                MadeComponent(code, part.called, *read_strength(part.strength))
                for code, part in zip(whole, title.parts, strict=True)
            ]
        return self._from_available(rxcui, whole)

    def _linked(self, rxcui: int, kind: str) -> list[int]:
        for relation, target in _TO_COMPONENTS.get(kind, ()):
            parts = self._ingredients.parts(rxcui, relation, frozenset({target}))
            if parts:
                return self._linked(parts[0], target) if target == "SCD" else parts
        return []

    def _component(self, part: int) -> MadeComponent | None:
        contents = self._ingredients.of(part)
        if len(contents) != 1:
            return None
        named = read_title(self._found.named(part)[1]).parts[0]
        strength = read_strength(named.strength)
        if strength.low is None:
            strength = read_strength(self._found.strengths.get(part, ""))
        return MadeComponent(contents[0], named.called, *strength)

    def _from_available(self, rxcui: int, whole: tuple[int, ...]) -> list[MadeComponent]:
        """The strengths that the release gives beside the product, if there is one for each ingredient."""
        texts = self._found.available.get(rxcui, "").split(" / ")
        if len(texts) != len(whole):
            texts = [""] * len(whole)
        return [
            MadeComponent(code, self._found.named(code)[1], *read_strength(text))
            for code, text in zip(whole, texts, strict=True)
        ]

    def _form(self, rxcui: int, kind: str, title: ProductTitle) -> str | None:
        forms = self._ingredients.parts(rxcui, "has_dose_form", frozenset({"DF", "DFG"}))
        if forms:
            return self._found.named(forms[0])[1]
        found = title.form if kind in _WITH_STRENGTH else self._after_names(rxcui, kind, title)
        return found or self._found.short_forms.get(rxcui)

    def _after_names(self, rxcui: int, kind: str, title: ProductTitle) -> str | None:
        """ "amlodipine Oral Tablet", "Lipitor Pill": what follows the last ingredient, or the brand."""
        last = title.parts[-1].called
        names = [self._found.named(code)[1] for code in self._ingredients.of(rxcui)]
        if kind == "SBDG":
            links = self._found.down.get(rxcui, ())
            names = [self._found.named(code)[1] for relation, code in links if relation == "has_ingredient"]
        names.sort(key=len, reverse=True)
        return next((last[len(name) + 1 :] for name in names if last.lower().startswith(name.lower() + " ")), None)

    def _parts(self, rxcui: int, name: str) -> list[tuple[int, float | None]]:
        """The products of a pack in the order of its name, with how many of each."""
        parts = self._ingredients.parts(rxcui, "contains", frozenset({"SCD", "SBD"}))
        if not parts:
            generic = self._ingredients.parts(rxcui, "tradename_of", frozenset({"GPCK"}))
            return self._parts(generic[0], self._found.named(generic[0])[1]) if generic else []
        counts = read_pack(name)
        order = {text: place for place, text in enumerate(counts)}
        named = [(part, pack_key(self._found.named(part)[1])) for part in parts]
        named.sort(key=lambda part: order.get(part[1], len(order)))
        return [(part, counts.get(text)) for part, text in named]


def local_only(routes: list[str | None]) -> str | None:
    route = _shared(routes)
    return route if route in LOCAL_ROUTES else None


def _shared(routes: list[str | None]) -> str | None:
    found = set(routes)
    return found.pop() if len(found) == 1 else None
