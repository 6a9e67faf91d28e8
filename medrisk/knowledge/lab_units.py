"""The units a lab may be compared in, each with its factor to the lab's canonical unit."""

from __future__ import annotations

from medrisk.core.units import canonical_unit
from medrisk.knowledge.documents import Document

# A multiple of the upper limit of normal: for labs that have one, or whose reports give nothing else.
UPPER_LIMIT_UNIT = "xULN"


def lab_factors(lab: Document) -> dict[str, float]:
    """Unit, spelt as ``parse_quantity`` spells it -> what one of it is in the canonical unit."""
    factors = {canonical_unit(unit) or unit: float(factor) for unit, factor in lab["units"].items()}
    if lab.get("high") is not None:
        factors.setdefault(UPPER_LIMIT_UNIT, lab["high"])
    return factors
