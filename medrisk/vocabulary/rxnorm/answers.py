"""What a release answers. All of it is frozen, and RxCUIs are text, as everywhere else in medrisk."""

from __future__ import annotations

from typing import NamedTuple

from medrisk.core.units import Quantity


class IngredientRef(NamedTuple):
    """One ingredient (IN): its name in the release and its RxCUI."""

    name: str
    rxcui: str


class DrugName(NamedTuple):
    """A name by which a list may call a drug.

    ``tty`` is the kind of concept (IN, PIN, MIN, BN) and ``kind`` the kind of name: the same for the first name, else
    SY, TMSY, PSN or SU (FDA's substance name). ``rxcui`` is empty for a brand that only stands in the names of its
    products. ``route`` is that of a brand whose products all share one local route.
    """

    text: str
    tty: str
    rxcui: str
    ingredients: tuple[IngredientRef, ...]
    route: str | None
    kind: str


class ProductName(NamedTuple):
    """A name of a product, its RxCUI, and the kind of its concept (SCD, SBD, GPCK, SCDC, ...)."""

    text: str
    rxcui: str
    tty: str


class ConceptAnswer(NamedTuple):
    """What an RxCUI stands for. ``status``: active, remapped (``rxcui`` is the one in its place) or retired.

    A retired concept has its last name; its ingredients are empty unless the release still tells them. ``trail`` says in
    words what became of the RxCUI that was asked.
    """

    status: str
    rxcui: str
    name: str
    tty: str
    ingredients: tuple[IngredientRef, ...]
    trail: tuple[str, ...]


class Component(NamedTuple):
    """One ingredient of a product: ``called`` as the product names it (metoprolol succinate), with its strength.

    ``per`` is what the strength is counted by: "mL", "hour", "actuation", "mg"; empty for one unit of the product.
    """

    ingredient: IngredientRef
    called: str
    strength: Quantity | None
    per: str


class PackPart(NamedTuple):
    """A product in a pack, and how many of it; None where the name does not tell."""

    rxcui: str
    name: str
    number: float | None


class Product(NamedTuple):
    """A product. ``quantity`` is what one unit of it holds (0.5 mL), ``hours`` over how long it is released."""

    rxcui: str
    tty: str
    name: str
    ingredients: tuple[IngredientRef, ...]
    components: tuple[Component, ...]
    form: str | None
    route: str | None
    brand: str | None
    quantity: Quantity | None
    hours: float | None
    parts: tuple[PackPart, ...]


class NdcAnswer(NamedTuple):
    """What an NDC stands for. ``status``: found, ambiguous, unknown, malformed or lost_zeros.

    ``candidates`` are the known codes, each with its RxCUI, that an ambiguous or shortened text may stand for: to be
    asked, never chosen. ``reason`` says in words how the text was read.
    """

    status: str
    code11: str | None
    rxcui: str | None
    reason: str
    candidates: tuple[tuple[str, str], ...] = ()
