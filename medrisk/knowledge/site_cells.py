"""The cells of a site's table as values: a drug, its routes, one of a few words, plain text.

Messages name what was expected and, for a drug, what lies near; they never repeat the cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from medrisk.core.name_keys import name_key
from medrisk.core.name_table import Term
from medrisk.core.names import Vocabulary
from medrisk.core.routes import ALL_ROUTES, ROUTE_GROUPS, SYSTEMIC_ROUTES
from medrisk.core.words import SALT_WORDS
from medrisk.knowledge.build_parts import build_routes
from medrisk.knowledge.site_rows import REQUIRED, CellFault, Row
from medrisk.knowledge.text_checks import find_markup

# A note is read in a moment; a longer cell is a monograph, or a quotation mark that was not closed.
_LONGEST = 1_000
_LONGEST_NAME = 200
_MOST_NEAR = 3

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Drug:
    """An ingredient and the routes by which it takes part."""

    name: str
    routes: frozenset[str]


def find_drug(row: Row, side: str, vocabulary: Vocabulary, faults: list[CellFault]) -> Drug | None:
    """The one ingredient that a name stands for; by its only route too, where it has one (salmeterol: inhaled)."""
    column = f"drug_{side}"
    if not row.cells[column] or len(row.cells[column]) > _LONGEST_NAME:
        return None  # said by check_text
    terms = _lookup(row.cells[column], vocabulary)
    meanings = {frozenset(term.ingredients) for term in terms}
    message = _unusable(terms, meanings) if terms else _unknown(row.cells[column], vocabulary)
    if message:
        faults.append(CellFault(row.line, column, message))
        return None
    own = {term.route for term in terms if term.route}
    return Drug(terms[0].ingredients[0], SYSTEMIC_ROUTES | own)


def read_routes(row: Row, side: str, drug: Drug | None, faults: list[CellFault]) -> Drug | None:
    """The drug with the routes that the table gives, if it gives any."""
    column = f"route_{side}"
    words = row.cells.get(column, "").replace("|", ";").lower()
    names = ["_".join(word.split()) for word in words.split(";") if word.strip()]
    if any(name not in ALL_ROUTES and name not in ROUTE_GROUPS for name in names):
        faults.append(
            CellFault(row.line, column, "unknown route: systemic, local or routes such as oral; topical are expected")
        )
        return None
    return replace(drug, routes=build_routes(names)) if drug and names else drug


def read_choice(row: Row, column: str, choices: Mapping[str, Value], faults: list[CellFault]) -> Value | None:
    """The value that a word stands for."""
    word = row.cells[column].lower()
    if word and word not in choices:
        faults.append(CellFault(row.line, column, f"one of {', '.join(choices)} is expected"))
    return choices.get(word)


def check_text(row: Row) -> Iterator[CellFault]:
    """Cells that are empty, too long, or more than plain text."""
    for column, text in row.cells.items():
        longest = _LONGEST_NAME if column.startswith(("drug_", "route_")) else _LONGEST
        if not text and column in REQUIRED:
            yield CellFault(row.line, column, "is missing")
        elif len(text) > longest:
            yield CellFault(row.line, column, f"is longer than {longest:,} characters")
        for _, message in find_markup(text.replace("\r\n", "\n").replace("\t", " ")):
            yield CellFault(row.line, column, message)


def _lookup(name: str, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """The terms of a name, with or without the salt at its end ("warfarin sodium"). Never a corrected spelling."""
    words = name_key(name).split()
    while words:
        terms = vocabulary.index.lookup(" ".join(words))
        if terms or words[-1] not in SALT_WORDS:
            return terms
        words.pop()
    return ()


def _unusable(terms: tuple[Term, ...], meanings: set[frozenset[str]]) -> str:
    if any(term.unsafe for term in terms):
        return "is an abbreviation that is known for mix-ups: write the name of the drug"
    if len(meanings) > 1:
        return "stands for more than one drug: write the ingredient that is meant"
    if len(next(iter(meanings))) > 1:
        return f"is a product of several drugs ({', '.join(terms[0].ingredients)}): write the one that is meant"
    return ""


def _unknown(name: str, vocabulary: Vocabulary) -> str:
    near = dict.fromkeys(term.name for found in vocabulary.index.nearest(name_key(name)) for term in (found.term,))
    hint = f"; near to it: {', '.join(list(near)[:_MOST_NEAR])}" if near else ""
    return f"no drug of this name is known{hint}"
