"""NLM's RxNav service, asked for names that medrisk does not know. Off by default; docs/rxnav.md says what is sent.

Importing this package is cheap: what talks to the network is imported when the first question is asked.
"""

from medrisk.attribution import ATTRIBUTION
from medrisk.vocabulary.rxnav.answers import (
    ConceptStatus,
    History,
    Lookup,
    NdcState,
    NdcStatus,
    NearName,
    RxClass,
    Status,
    Successor,
)
from medrisk.vocabulary.rxnav.client import RxNav
from medrisk.vocabulary.rxnav.limits import Limits
from medrisk.vocabulary.rxnav.sendable import why_not_sent

__all__ = [
    "ATTRIBUTION",
    "ConceptStatus",
    "History",
    "Limits",
    "Lookup",
    "NdcState",
    "NdcStatus",
    "NearName",
    "RxClass",
    "RxNav",
    "Status",
    "Successor",
    "why_not_sent",
]
