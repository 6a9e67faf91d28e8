"""Kinds of concepts (term types, TTY) of RxNorm, and what medrisk does with each."""

from __future__ import annotations

CONCEPT_KINDS = frozenset({
    "IN", "PIN", "MIN", "BN", "SCD", "SBD", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG", "SCDFP", "SBDFP", "SCDGP",
    "GPCK", "BPCK", "DF", "DFG",
})  # fmt: skip

# Further names of a concept: synonym, tall-man synonym, prescribable name.
OTHER_NAMES = frozenset({"SY", "TMSY", "PSN"})

# What a list may call a drug by: the ingredient, its salt, several ingredients, a brand.
DRUG_KINDS = ("IN", "PIN", "MIN", "BN")
PRODUCT_KINDS = ("SCD", "SBD", "GPCK", "BPCK", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG")
PACK_KINDS = frozenset({"GPCK", "BPCK"})
