"""Routes of administration, and which of them reach the whole body."""

from __future__ import annotations

# An unwritten route counts as systemic: missing it would hide an interaction, and most lists leave "oral" out.
SYSTEMIC_ROUTES = frozenset({
    "oral", "sublingual", "buccal", "intravenous", "intramuscular", "subcutaneous", "transdermal", "rectal",
    "injection", "implant", "intrathecal", "epidural", "unknown",
})  # fmt: skip

LOCAL_ROUTES = frozenset({
    "topical", "ophthalmic", "otic", "nasal", "inhaled", "nebulised", "vaginal", "intrauterine", "intra_articular",
    "intravitreal", "oromucosal", "irrigation", "intravesical",
})  # fmt: skip

# A fluid given into a vein in which electrolytes stand about as in plasma (Ringer's lactate): nobody's supplement, so that
# only a rule that names this route looks at it.
FLUID_ROUTE = "infusion_fluid"

ALL_ROUTES = SYSTEMIC_ROUTES | LOCAL_ROUTES | {FLUID_ROUTE}

ROUTE_GROUPS = {"systemic": SYSTEMIC_ROUTES, "local": LOCAL_ROUTES}
