"""The names of one drug and the words around them -> one line, with route, strength and daily doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from medrisk.core.dosing import daily_doses
from medrisk.core.listing import Entry
from medrisk.core.mentions import Mention
from medrisk.core.model import ONLINE, DailyDose, Ingredient, Line, LineContext, Sig
from medrisk.core.names import Vocabulary, candidate_of
from medrisk.core.routes import FLUID_ROUTE
from medrisk.core.sig import parse_sig, with_product

_REASONS: dict[LineContext, str] = {
    "allergy": "named as an allergy or intolerance",
    "none": "spoken of, but not taken by the patient",
    "active": "", "planned": "", "stopped": "",
}  # fmt: skip


def line_of(
    group: list[Mention],
    entry: Entry,
    piece: str,
    is_bare: bool,
    context: LineContext,
    vocabulary: Vocabulary,
    known_sig: Sig | None = None,
) -> Line:
    """One line from the names of one drug and the words around them."""
    is_taken = context not in {"allergy", "none"}
    ambiguous = next((m for m in group if m.is_ambiguous), None) or _look_alikes(group, vocabulary)
    if ambiguous is not None:
        terms = tuple(dict.fromkeys(t for m in group for t in m.terms))
        offered = ambiguous.candidates if len(group) == 1 else ()
        return Line(
            entry.number, entry.raw.strip(), "ambiguous" if is_taken else "ignored", context,
            candidates=offered or tuple(candidate_of(term, 100.0, vocabulary) for term in terms), method=group[0].method,
            score=group[0].score, sig=parse_sig(piece),
            reason=_REASONS[context] or ambiguous.reason or "the name stands for more than one drug",
            warnings=_warnings(group),
        )  # fmt: skip
    names = tuple(dict.fromkeys(name for m in group for name in m.terms[0].ingredients))
    worst, first = min(group, key=lambda m: m.score), group[0].terms[0]
    sig = known_sig or parse_sig(piece, len(names))
    if sig.bare_numbers and not is_bare:
        sig = replace(sig, bare_numbers=())
    coded = next((m.coded for m in group if m.coded and m.coded.terms), None)
    if coded is not None:
        sig = with_product(sig, coded.strengths, coded.per_volume, coded.form)
    known_route = next((m.terms[0].route for m in group if m.terms[0].route), None)
    route = route_of(sig, known_route, names, vocabulary)
    return Line(
        entry.number, entry.raw.strip(), "matched" if is_taken else "ignored", context,
        ingredients=tuple(vocabulary.ingredients.get(name, Ingredient(name)) for name in names),
        candidates=worst.candidates if worst.method in {"corrected", ONLINE} else (), method=worst.method, score=worst.score,
        product=first.name if first.kind in {"brand", "product"} else None, rxcui=coded.rxcui if coded else None, sig=sig,
        route=route, daily_doses=doses_of(sig, names, route, vocabulary),
        reason=_REASONS[context], warnings=_warnings(group),
    )  # fmt: skip


_INJECTED = frozenset({"subcutaneous", "intramuscular", "intravenous", "injection", "implant", "intrathecal"})


def doses_of(sig: Sig, names: tuple[str, ...], route: str, vocabulary: Vocabulary) -> tuple[DailyDose | None, ...]:
    """The day's amounts. Injections without a frequency are given once or rarely, so nothing is assumed of them."""
    if route in _INJECTED and sig.frequency is None and not sig.by_time:
        return (None,) * len(names)
    return daily_doses(sig, len(names), tuple(vocabulary.units.get(name) for name in names))


def _look_alikes(group: Sequence[Mention], vocabulary: Vocabulary) -> Mention | None:
    """ "quinine/quinidine": two look-alikes written as if either were meant."""
    for a, b in pairwise(group):
        if vocabulary.index.are_look_alikes(a.terms[0], b.terms[0]):
            return replace(a, reason="two look-alike names stand together")
    return None


def _warnings(group: Sequence[Mention]) -> tuple[str, ...]:
    found = []
    for mention in group:
        term = mention.terms[0]
        if term.unsafe:
            found.append(f"{term.name} is an error-prone abbreviation: confirm which drug is meant")
        if mention.coded is not None:
            found += [*mention.coded.trail, *([mention.coded.reason] if mention.coded.reason else [])]
    return tuple(found)


def route_of(sig: Sig, known: str | None, names: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """The route as written; else as the product or ingredient has it; else unknown. "tablet" never overrides a brand."""
    usual = known or (vocabulary.routes.get(names[0]) if names else None)
    if sig.route is None or usual == FLUID_ROUTE:
        return usual or "unknown"
    if sig.route == "oral" and sig.frequency is None and usual and usual != "oral":
        return usual
    if sig.route == "topical" and usual == "vaginal":
        return usual
    return sig.route
