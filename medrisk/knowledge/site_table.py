"""A site's own interaction table (CSV) as rules beside medrisk's: a licensed or local list of pairs.

It is checked like all knowledge, every fault at once. Its rules are pairs of status ``site``; they carry the site's own
source and no grade of ours, and they replace nothing. ``docs/site-table.md`` says how to write one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from medrisk.core.names import Vocabulary
from medrisk.core.rules import (
    Evidence,
    Examples,
    Grade,
    KnowledgeBase,
    Rule,
    Selector,
    Severity,
    Slot,
    Source,
    SourceRef,
)
from medrisk.core.site import SITE_STATUS
from medrisk.core.text import ascii_lower
from medrisk.errors import Fault, InputError, SiteTableError
from medrisk.knowledge.site_cells import Drug, check_text, find_drug, read_choice, read_routes
from medrisk.knowledge.site_rows import CellFault, Row, read_rows
from medrisk.knowledge.version import VERSION_LENGTH

# A licensed compendium of pairs stays far below; a file over this is something else.
_MOST_BYTES = 64_000_000
_WHERE = "the site's own interaction table"
_INTERRUPTIVE = {"yes": True, "no": False}
_SEVERITIES = {severity.value: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class SiteTable:
    """A table without faults. ``version`` is a hash of the file."""

    version: str
    rules: tuple[Rule, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A row as understood, before it has an id."""

    line: int
    drugs: tuple[Drug, Drug]
    severity: Severity
    interruptive: bool
    cells: dict[str, str]


def load_site_table(path: Path, vocabulary: Vocabulary) -> SiteTable:
    """The table in this file. Raises SiteTableError with every fault, and InputError for a file that cannot be read."""
    content = _read(path)
    rows, faults = read_rows(content)
    pairs = [pair for row in rows if (pair := _read_pair(row, vocabulary, faults)) is not None]
    faults += _check_duplicates(pairs)
    if faults:
        raise SiteTableError([_fault(path.name, fault) for fault in sorted(set(faults))])
    version = hashlib.sha256(content).hexdigest()[:VERSION_LENGTH]
    return SiteTable(version, tuple(_build_rules(pairs)), tuple(_build_sources(pairs)))


def with_site_table(knowledge: KnowledgeBase, table: SiteTable) -> KnowledgeBase:
    """The knowledge with the site's rules after its own, none of which is touched."""
    rules = {rule.id: rule for rule in table.rules}
    sources = {source.id: source for source in table.sources}
    clashing = (rules.keys() & knowledge.rules.keys()) | (sources.keys() & knowledge.sources.keys())
    if clashing:
        faults = [
            Fault("the site's table", key, "the knowledge files have an entry of this id") for key in sorted(clashing)
        ]
        raise SiteTableError(faults)
    return replace(
        knowledge,
        rules={**knowledge.rules, **rules},
        sources={**knowledge.sources, **sources},
        site_table=table.version,
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        hint = "--interactions and MEDRISK_INTERACTIONS take the path of a CSV file."
        raise InputError(f"The interaction table cannot be read: {reason}.", hint=hint, field="interactions") from None
    if len(content) > _MOST_BYTES:
        hint = "docs/site-table.md says what the table may hold."
        raise InputError("The interaction table is too long.", hint=hint, field="interactions")
    return content


def _read_pair(row: Row, vocabulary: Vocabulary, faults: list[CellFault]) -> _Pair | None:
    """The row as a pair; None, with all that is wrong with it among the faults, where it is none."""
    cells, found = row.cells, list(check_text(row))
    first, second = (find_drug(row, side, vocabulary, found) for side in ("a", "b"))
    first, second = (read_routes(row, side, drug, found) for side, drug in (("a", first), ("b", second)))
    severity = read_choice(row, "severity", _SEVERITIES, found)
    interruptive = read_choice(row, "interruptive", _INTERRUPTIVE, found)
    if first and second and first.name == second.name:
        found.append(CellFault(row.line, "drug_b", "is the same drug as drug_a"))
    faults += found
    if found or first is None or second is None or severity is None or interruptive is None:
        return None
    return _Pair(row.line, (first, second), severity, interruptive, cells)


def _check_duplicates(pairs: list[_Pair]) -> Iterator[CellFault]:
    """Two rows on the same drugs by the same routes would say two things of one pair."""
    seen: dict[frozenset[str], list[_Pair]] = defaultdict(list)
    for pair in pairs:
        key = frozenset(drug.name for drug in pair.drugs)
        other = next((p for p in seen[key] if _overlap(p, pair)), None)
        if other is not None:
            yield CellFault(pair.line, "drug_a", f"the pair stands in line {other.line} already, by the same routes")
        seen[key].append(pair)


def _overlap(one: _Pair, other: _Pair) -> bool:
    routes = {drug.name: drug.routes for drug in other.drugs}
    return all(not drug.routes.isdisjoint(routes[drug.name]) for drug in one.drugs)


def _build_rules(pairs: list[_Pair]) -> Iterator[Rule]:
    taken: set[str] = set()
    for pair in pairs:
        rule_id = _rule_id(pair)
        # The same drugs by other routes, or names that differ in punctuation alone.
        rule_id = rule_id if rule_id not in taken else f"{rule_id}-line-{pair.line}"
        taken.add(rule_id)
        yield _build_rule(rule_id, pair)


def _build_rule(rule_id: str, pair: _Pair) -> Rule:
    cells = pair.cells
    ref = SourceRef(id=_source_id(cells["source"]), where=f"interaction table, line {pair.line}", verified=False)
    return Rule(
        id=rule_id,
        status=SITE_STATUS,
        kind="pair",
        name=_one_line(cells["summary"]),
        participants=tuple(Slot((Selector(ingredient=drug.name),), drug.routes) for drug in pair.drugs),
        severity=pair.severity,
        interruptive=pair.interruptive,
        effects=(),
        mechanism=f"From {_WHERE}, not from medrisk's knowledge; it names as its source: {_one_line(cells['source'])}",
        action=tuple(_one_line(line) for line in cells["action"].splitlines() if line.strip()),
        jurisdiction=frozenset({"any"}),
        # The grade stands for none: no door shows it for a site's rule.
        evidence=Evidence(Grade.POSSIBLE, (ref,)),
        examples=Examples((), ()),
        authored_by=_one_line(cells["source"]),
    )


def _build_sources(pairs: list[_Pair]) -> Iterator[Source]:
    for citation in sorted({_one_line(pair.cells["source"]) for pair in pairs}):
        yield Source(_source_id(citation), citation, "site", _WHERE, "site", None, None)


def _rule_id(pair: _Pair) -> str:
    names = sorted(re.sub(r"[^a-z0-9]+", "-", ascii_lower(drug.name)).strip("-") for drug in pair.drugs)
    return f"site-{'-'.join(names)}"


def _source_id(citation: str) -> str:
    """The same for the same words, wherever they stand in the table."""
    return f"site-source-{hashlib.sha256(_one_line(citation).encode()).hexdigest()[:8]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fault(file: str, fault: CellFault) -> Fault:
    return Fault(file, f"line {fault.line}, {fault.column}" if fault.column else f"line {fault.line}", fault.message)
