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

ALL_ROUTES = SYSTEMIC_ROUTES | LOCAL_ROUTES

ROUTE_GROUPS = {"systemic": SYSTEMIC_ROUTES, "local": LOCAL_ROUTES}
