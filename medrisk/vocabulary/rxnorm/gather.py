"""One pass over each table of a release: the concepts, names, ways down and attributes that medrisk uses.

RXNREL reads ``RXCUI2 RELA RXCUI1``: of a row, the fifth field is what the relation belongs to and the first what it
leads to. Rows whose RUI starts with "CX" are links that NLM does not ship and are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from medrisk.vocabulary.rxnorm.kinds import CONCEPT_KINDS, OTHER_NAMES
from medrisk.vocabulary.rxnorm.ndc import code_of_table
from medrisk.vocabulary.rxnorm.rrf import RrfZip

Progress = Callable[[str, int, int], None]

# Relations that lead from a concept down to what it contains.
DOWN = frozenset({
    "tradename_of", "consists_of", "has_ingredient", "has_ingredients", "has_precise_ingredient", "has_part", "form_of",
    "contains", "isa", "has_dose_form", "quantified_form_of",
})  # fmt: skip

_WANTED_RELATIONS = re.compile(rb"\|(?:" + b"|".join(sorted(name.encode() for name in DOWN)) + rb")\|")
_WANTED_ATTRIBUTES = re.compile(rb"\|(?:NDC|RXN_STRENGTH|RXN_AVAILABLE_STRENGTH|RXN_QUANTITY|RXTERM_FORM)\|")
_WANTED_ATOMS = re.compile(rb"\|(?:RXNORM|MTHSPL\|SU)\|")
_LATER_CODES = 9_999_999_999


@dataclass(slots=True)
class Gathered:
    """What was read. RxCUIs are whole numbers here."""

    concepts: dict[int, tuple[str, str]] = field(default_factory=dict)  # RxCUI -> kind, name
    withdrawn: dict[int, tuple[str, str]] = field(
        default_factory=dict
    )  # the same, of concepts with suppressed names only
    names: list[tuple[int, str, str]] = field(default_factory=list)  # RxCUI, kind of name, name
    down: dict[int, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    strengths: dict[int, str] = field(default_factory=dict)
    available: dict[int, str] = field(default_factory=dict)
    short_forms: dict[int, str] = field(default_factory=dict)
    ndcs: dict[int, int] = field(default_factory=dict)
    successors: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    archived: dict[int, tuple[str, str]] = field(default_factory=dict)

    def named(self, rxcui: int) -> tuple[str, str]:
        """Kind and name of a concept, current or withdrawn."""
        return self.concepts.get(rxcui) or self.withdrawn.get(rxcui) or ("", "")


def gather(release: RrfZip, progress: Progress) -> Gathered:
    """Read every table once. ``progress`` is told the table and how far it is."""
    found = Gathered()
    steps = (
        ("RXNCONSO", _read_names), ("RXNREL", _read_relations), ("RXNSAT", _read_attributes),
        ("RXNCUI", _read_remaps), ("RXNCUICHANGES", _read_changes), ("RXNATOMARCHIVE", _read_archive),
    )  # fmt: skip
    total = release.bytes_to_read(tuple(table for table, _ in steps))
    done = 0
    for table, read in steps:
        progress(table, done, total)
        release.tick = partial(_report, progress, done, total)
        read(release, found)
        done += release.bytes_to_read((table,))
    progress("done", total, total)
    return found


def _report(progress: Progress, before: int, total: int, table: str, done: int) -> None:
    progress(table, before + done, total)


def _code(text: str) -> int | None:
    """An RxCUI as a number; None for what is none."""
    if text.isascii() and text.isdigit():
        code = int(text)
        return code if 0 < code < _LATER_CODES else None
    return None


def _read_names(release: RrfZip, found: Gathered) -> None:
    table = "RXNCONSO"
    for row in release.rows(table, _WANTED_ATOMS):
        code, language, source, kind, text, suppressed = (
            _code(row[0]),
            row[1],
            row[11],
            row[12],
            row[14].strip(),
            row[16],
        )
        if source != "RXNORM" and (source, kind) != ("MTHSPL", "SU"):
            continue
        if code is None or not text:
            release.drop(table, "no RxCUI or no name")
        elif language != "ENG":
            release.drop(table, "not English")
        elif suppressed not in {"N", ""}:
            release.drop(table, "suppressed")
            if source == "RXNORM" and kind in CONCEPT_KINDS:
                found.withdrawn.setdefault(code, (kind, text))
        elif kind in OTHER_NAMES or kind == "SU":
            found.names.append((code, kind, text))
        elif kind in CONCEPT_KINDS:
            found.concepts.setdefault(code, (kind, text))
    for code in found.concepts.keys() & found.withdrawn.keys():
        del found.withdrawn[code]


def _read_relations(release: RrfZip, found: Gathered) -> None:
    down = found.down
    for row in release.rows("RXNREL", _WANTED_RELATIONS):
        if row[7] in DOWN and row[10] == "RXNORM" and not row[8].startswith("CX"):
            lower, upper = _code(row[0]), _code(row[4])
            if lower is None or upper is None:
                if row[2] == "CUI":
                    release.drop("RXNREL", "no RxCUI")
            elif row[14] in {"O", "Y", "E"}:
                release.drop("RXNREL", "suppressed")
            else:
                down[upper].append((row[7], lower))


def _read_attributes(release: RrfZip, found: Gathered) -> None:
    table = "RXNSAT"
    kept = {
        "RXN_STRENGTH": found.strengths,
        "RXN_AVAILABLE_STRENGTH": found.available,
        "RXTERM_FORM": found.short_forms,
    }
    from_labels: dict[int, int] = {}
    for row in release.rows(table, _WANTED_ATTRIBUTES):
        name, source, value = row[8], row[9], row[10].strip()
        if source not in {"RXNORM", "MTHSPL"} or row[11] in {"O", "Y", "E"}:
            continue
        code = _code(row[0])
        if code is None:
            release.drop(table, "no RxCUI")
        elif name == "NDC":
            ndc = code_of_table(value)
            if ndc is None:
                release.drop(table, "an NDC that is not of 11 digits")
            elif (found.ndcs if source == "RXNORM" else from_labels).setdefault(ndc, code) != code:
                release.drop(table, "an NDC of two RxCUIs, the first kept")
        elif name in kept and source == "RXNORM":
            kept[name].setdefault(code, value)
    # RxNorm's own NDCs win; those of the labels fill what it has not.
    for ndc, code in from_labels.items():
        if code in found.concepts:
            found.ndcs.setdefault(ndc, code)


def _read_remaps(release: RrfZip, found: Gathered) -> None:
    """RXNCUI: an old concept, and the one that has its place; the same or none where it was retired."""
    for row in release.rows("RXNCUI"):
        old, new = _code(row[0]), _code(row[4])
        if old is None:
            release.drop("RXNCUI", "no RxCUI")
        else:
            _follow(found, old, new)


def _read_changes(release: RrfZip, found: Gathered) -> None:
    """RXNCUICHANGES: a name that moved to another concept. Says something of concepts that are no more."""
    for row in release.rows("RXNCUICHANGES"):
        old, new = _code(row[5]), _code(row[6])
        if old is None:
            release.drop("RXNCUICHANGES", "no RxCUI")
            continue
        if row[2] == "RXNORM" and old not in found.concepts:
            _follow(found, old, new)
            if row[3] in CONCEPT_KINDS:
                found.archived.setdefault(old, (row[3], row[4]))


def _read_archive(release: RrfZip, found: Gathered) -> None:
    """RXNATOMARCHIVE: names that are no longer in the release, the last of each concept kept."""
    last: dict[int, tuple[bool, str]] = {}
    for row in release.rows("RXNATOMARCHIVE"):
        old, new = _code(row[12]), _code(row[15])
        if old is None:
            release.drop("RXNATOMARCHIVE", "no RxCUI")
        elif row[13] == "RXNORM" and old not in found.concepts:
            rank = (row[14] in CONCEPT_KINDS, _year_first(row[9]))
            if row[2].strip() and rank >= last.get(old, (False, "")):
                last[old] = rank
                found.archived[old] = (row[14], row[2].strip())
            if new is not None and new != old:
                _follow(found, old, new)


def _year_first(text: str) -> str:
    """ "10062025" and "2024" as text that sorts by time."""
    return text[4:] + text[:4] if len(text) == 8 else text


def _follow(found: Gathered, old: int, new: int | None) -> None:
    if old in found.concepts:
        return
    successors = found.successors[old]
    if new is not None and new != old and new not in successors:
        successors.append(new)
