"""An installed RxNorm release, read-only: names, concepts, products, NDCs."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from medrisk.core.units import Quantity
from medrisk.errors import ReleaseDamagedError
from medrisk.vocabulary.rxnorm.answers import (
    Component,
    ConceptAnswer,
    DrugName,
    IngredientRef,
    NdcAnswer,
    PackPart,
    Product,
    ProductName,
)
from medrisk.vocabulary.rxnorm.kinds import PRODUCT_KINDS
from medrisk.vocabulary.rxnorm.ndc import NdcReading, read_ndc
from medrisk.vocabulary.rxnorm.schema import FORMAT

_MAPPED_BYTES = 1 << 30
_MOST_HOPS = 50
_LONGEST_CODE = 10

_CONCEPT = "SELECT tty, name, ingredients FROM concept WHERE rxcui = ?"
_HISTORY = "SELECT tty, name, ingredients, successors FROM history WHERE rxcui = ?"
_PRODUCT = (
    "SELECT c.tty, c.name, c.ingredients, p.form, p.route, p.brand, p.quantity, p.quantity_unit, p.hours, p.components, p.parts"
    " FROM concept c JOIN product p ON p.rxcui = c.rxcui WHERE c.rxcui = ?"
)
_NDC = "SELECT rxcui FROM ndc WHERE code = ?"
_DRUG_NAMES = (
    "SELECT name, tty, rxcui, ingredients, NULL, tty FROM concept WHERE tty IN ('IN', 'PIN', 'MIN')"
    " UNION ALL SELECT name, 'BN', rxcui, ingredients, route, 'BN' FROM brand"
    " UNION ALL SELECT n.text, c.tty, c.rxcui, c.ingredients, b.route, n.kind FROM name n JOIN concept c ON c.rxcui = n.rxcui"
    " LEFT JOIN brand b ON c.tty = 'BN' AND b.rxcui = c.rxcui WHERE c.tty IN ('IN', 'PIN', 'MIN', 'BN')"
)
_KINDS = ", ".join(f"'{kind}'" for kind in PRODUCT_KINDS)
_PRODUCT_NAMES = (
    f"SELECT name, rxcui, tty FROM concept WHERE tty IN ({_KINDS})"  # noqa: S608 - constants of this package
    f" UNION ALL SELECT n.text, n.rxcui, c.tty FROM name n JOIN concept c ON c.rxcui = n.rxcui WHERE c.tty IN ({_KINDS})"
)


class Release:
    """Answers from the file of one release. May be shared between threads, and used on after a fork."""

    def __init__(self, path: Path) -> None:
        """Raises ReleaseDamagedError for a file that is missing, not complete, or of another format."""
        self.path = path
        self._lock = threading.Lock()
        self._process = 0
        self._store: sqlite3.Connection
        self._names: dict[str, IngredientRef] | None = None
        self._connect()
        self.meta: dict[str, Any] = self._read_meta()
        if self.meta.get("format") != FORMAT:
            self.close()
            raise ReleaseDamagedError(
                "The installed RxNorm release was made by another version of medrisk.",
                hint="Run `medrisk rxnorm install` again.",
            )

    @property
    def version(self) -> str:
        """The name of the release for answers: its date and kind."""
        if self.meta["date"]:
            return f"{self.meta['date']} {self.meta['kind']}"
        return f"{self.meta['sha256'][:12]} {self.meta['kind']}, of unknown date"

    @property
    def sha256(self) -> str:
        """The checksum of the file that the release was made from, in hexadecimal."""
        return str(self.meta["sha256"])

    @property
    def counts(self) -> dict[str, int]:
        """How many concepts of each kind there are."""
        return dict(self.meta["counts"])

    def drug_names(self) -> Iterator[DrugName]:
        """Every name by which a list may call a drug: ingredients, salts, several ingredients, brands, synonyms."""
        for text, tty, rxcui, packed, route, kind in self._all(_DRUG_NAMES):
            yield DrugName(text, tty, str(rxcui or ""), self._unpack(packed), route, kind)

    def product_names(self) -> Iterator[ProductName]:
        """Every name of every product, for strings that name one exactly."""
        for text, rxcui, tty in self._all(_PRODUCT_NAMES):
            yield ProductName(text, str(rxcui), tty)

    def concept(self, rxcui: str) -> ConceptAnswer | None:
        """What an RxCUI stands for, by way of remaps; None where the release has never heard of it."""
        code = _number(rxcui)
        if code is None:
            return None
        row = self._one(_CONCEPT, code)
        if row is not None:
            return ConceptAnswer("active", rxcui, row[1], row[0], self._unpack(row[2]), ())
        past = self._one(_HISTORY, code)
        return None if past is None else self._follow(code, past)

    def product(self, rxcui: str) -> Product | None:
        """A product, component or pack; None for any other concept. Remaps are not followed: ask ``concept`` first."""
        code = _number(rxcui)
        row = None if code is None else self._one(_PRODUCT, code)
        if row is None:
            return None
        tty, name, packed, form, route, brand, amount, unit, hours, components, parts = row
        return Product(
            rxcui=rxcui,
            tty=tty,
            name=name,
            ingredients=self._unpack(packed),
            components=tuple(map(self._component, json.loads(components))),
            form=form,
            route=route,
            brand=brand,
            quantity=None if amount is None else Quantity(amount, unit),
            hours=hours,
            parts=tuple(PackPart(str(part), self._name_of(part), count) for part, count in json.loads(parts)),
        )

    def ndc(self, text: str) -> NdcAnswer:
        """What an NDC stands for, in any of its layouts. Where more than one reading is known, none is chosen."""
        reading = read_ndc(text)
        if reading.problem:
            return NdcAnswer("malformed", None, None, reading.problem)
        known = [
            (code, layout, row[0]) for code, layout in reading.codes if (row := self._one(_NDC, int(code))) is not None
        ]
        candidates = tuple(dict.fromkeys((code, str(rxcui)) for code, _, rxcui in known))
        if reading.lost_zeros:
            return NdcAnswer("lost_zeros", None, None, _lost_zeros_words(candidates), candidates)
        if len(known) == 1:
            code, layout, rxcui = known[0]
            return NdcAnswer("found", code, str(rxcui), layout)
        if known:
            return NdcAnswer("ambiguous", None, None, "10 digits without hyphens fit more than one NDC", candidates)
        return _unknown(reading)

    def close(self) -> None:
        if self._process == os.getpid():
            self._store.close()

    def _follow(self, asked: int, past: tuple[Any, ...]) -> ConceptAnswer:
        """Go from remap to remap until a concept is active, gone for good, split, or met twice."""
        trail: list[str] = []
        seen, code = {asked}, asked
        while len(trail) < _MOST_HOPS:
            _, name, _, packed = past
            successors = [int(part) for part in packed.split()]
            if not successors:
                trail.append(f"RxCUI {code}{_called(name)} was retired")
                break
            if len(successors) > 1:
                trail.append(f"RxCUI {code}{_called(name)} was split into {', '.join(map(str, successors))}")
                break
            code, before = successors[0], code
            trail.append(f"RxCUI {before} was remapped to {code}")
            row = self._one(_CONCEPT, code)
            if row is not None:
                return ConceptAnswer("remapped", str(code), row[1], row[0], self._unpack(row[2]), tuple(trail))
            next_past = self._one(_HISTORY, code)
            if next_past is None:
                trail.append(f"RxCUI {code} is not in this release")
                break
            if code in seen:
                trail.append(f"the remaps lead back to RxCUI {code}")
                break
            seen.add(code)
            past = next_past
        tty, name, packed, _ = past
        return ConceptAnswer("retired", str(asked), name, tty, self._unpack(packed), tuple(trail))

    def _component(self, values: list[Any]) -> Component:
        code, called, low, high, unit, per = values
        return Component(self._ref(str(code)), called, None if low is None else Quantity(low, unit, high), per)

    def _name_of(self, code: int) -> str:
        row = self._one(_CONCEPT, code) or self._one(_HISTORY, code)
        return "" if row is None else row[1]

    def _unpack(self, packed: str) -> tuple[IngredientRef, ...]:
        names = self._names or self._load_names()
        return tuple([names[code] for code in packed.split()])

    def _ref(self, code: str) -> IngredientRef:
        return (self._names or self._load_names())[code]

    def _load_names(self) -> dict[str, IngredientRef]:
        rows = self._all("SELECT rxcui, name FROM ingredient")
        self._names = {str(code): IngredientRef(name, str(code)) for code, name in rows}
        return self._names

    def _connect(self) -> None:
        """Open the file. A connection may not be used across a fork, so that each process has its own."""
        try:
            if not self.path.is_file():
                raise sqlite3.OperationalError("no such file")
            store = sqlite3.connect(
                f"file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                cached_statements=32,
            )
            store.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
            store.execute("PRAGMA query_only = 1")
        except sqlite3.Error as error:
            raise _damaged() from error
        self._store, self._lock, self._process = store, threading.Lock(), os.getpid()

    def _one(self, sql: str, code: int) -> tuple[Any, ...] | None:
        if self._process != os.getpid():
            self._connect()
        try:
            with self._lock:
                row: tuple[Any, ...] | None = self._store.execute(sql, (code,)).fetchone()
            return row
        except sqlite3.Error as error:
            raise _damaged() from error

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        if self._process != os.getpid():
            self._connect()
        try:
            with self._lock:
                return self._store.execute(sql).fetchall()
        except sqlite3.Error as error:
            raise _damaged() from error

    def _read_meta(self) -> dict[str, Any]:
        try:
            return {key: json.loads(value) for key, value in self._all("SELECT key, value FROM meta")}
        except ValueError as error:
            raise _damaged() from error


def _damaged() -> ReleaseDamagedError:
    return ReleaseDamagedError(
        "The installed RxNorm release cannot be read.", hint="Run `medrisk rxnorm install` again."
    )


def _number(rxcui: str) -> int | None:
    if rxcui.isascii() and rxcui.isdigit() and len(rxcui) <= _LONGEST_CODE and rxcui[0] != "0":
        return int(rxcui)
    return None


def _called(name: str) -> str:
    return f" ({name})" if name else ""


def _unknown(reading: NdcReading) -> NdcAnswer:
    if len(reading.codes) == 1:
        code, layout = reading.codes[0]
        return NdcAnswer("unknown", code, None, f"{layout}: not in this release")
    return NdcAnswer("unknown", None, None, "10 digits without hyphens: none of the three layouts is in this release")


def _lost_zeros_words(candidates: tuple[tuple[str, str], ...]) -> str:
    words = "too few digits for an NDC, as a spreadsheet leaves it when it drops zeros at the start"
    return f"{words}; it may stand for a known one" if candidates else f"{words}; no known NDC fits"
