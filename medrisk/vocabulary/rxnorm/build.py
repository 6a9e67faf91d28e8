"""A release's zip -> one SQLite file that is only read from then on."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medrisk import __version__
from medrisk.vocabulary.rxnorm.gather import Gathered, Progress, gather
from medrisk.vocabulary.rxnorm.ingredients import Ingredients
from medrisk.vocabulary.rxnorm.kinds import PRODUCT_KINDS
from medrisk.vocabulary.rxnorm.products import Products, local_only
from medrisk.vocabulary.rxnorm.rrf import RrfZip
from medrisk.vocabulary.rxnorm.schema import FORMAT, TABLES
from medrisk.vocabulary.rxnorm.stamp import ReleaseStamp

_PAGE_SIZE = 8192


@dataclass(frozen=True, slots=True)
class Built:
    """What went into the file, to be told to whoever asked for it."""

    counts: dict[str, int]
    rows_read: dict[str, int]
    dropped: tuple[str, ...]
    ndcs: int
    without_ingredients: dict[str, int]
    read_from_name: dict[str, int]


def build(release: RrfZip, stamp: ReleaseStamp, sha256: str, target: Path, progress: Progress) -> Built:
    """Write ``target``, which must not exist. Raises what zipfile and sqlite3 raise."""
    found = gather(release, progress)
    progress("writing", 0, 1)
    ingredients = Ingredients(found)
    products = Products(found, ingredients)
    with closing(sqlite3.connect(target, isolation_level=None)) as store:
        store.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        store.execute("PRAGMA journal_mode = OFF")
        store.execute("PRAGMA synchronous = OFF")  # the whole file is synced once, when it is complete
        store.executescript(TABLES)
        store.execute("BEGIN")
        _write_concepts(store, found, ingredients)
        _write_products(store, found, products)
        _write_brands(store, found, ingredients, products)
        _write_history(store, found, ingredients)
        store.executemany("INSERT INTO ndc VALUES (?, ?)", sorted(found.ndcs.items()))
        built = _summary(release, found, ingredients)
        _write_meta(store, built, stamp, sha256)
        store.execute("COMMIT")
        store.execute("ANALYZE")
        store.execute("VACUUM")
    progress("writing", 1, 1)
    return built


def _packed(codes: tuple[int, ...]) -> str:
    return " ".join(map(str, codes))


def _write_concepts(store: sqlite3.Connection, found: Gathered, ingredients: Ingredients) -> None:
    rows = [(code, kind, name, _packed(ingredients.of(code))) for code, (kind, name) in sorted(found.concepts.items())]
    store.executemany("INSERT INTO concept VALUES (?, ?, ?, ?)", rows)
    used = {code for rxcui in (*found.concepts, *found.withdrawn) for code in ingredients.of(rxcui)}
    store.executemany("INSERT INTO ingredient VALUES (?, ?)", [(code, found.named(code)[1]) for code in sorted(used)])
    store.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", sorted(_other_names(found)))


def _other_names(found: Gathered) -> Iterator[tuple[int, str, str]]:
    """Names beside the first; FDA's substance names only where they differ from it in more than capitals."""
    for code, kind, text in found.names:
        concept = found.concepts.get(code)
        if concept is None:
            continue
        if kind != "SU":
            yield code, kind, text
        elif concept[0] in {"IN", "PIN"} and text.casefold() != concept[1].casefold():
            yield code, kind, text


def _write_products(store: sqlite3.Connection, found: Gathered, products: Products) -> None:
    store.executemany("INSERT INTO product VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _product_rows(found, products))


def _product_rows(found: Gathered, products: Products) -> Iterator[tuple[Any, ...]]:
    kinds = frozenset(PRODUCT_KINDS)
    for code in sorted(found.concepts):
        if found.concepts[code][0] in kinds:
            made = products.of(code)
            amount, unit = made.quantity or (None, None)
            components, parts = (json.dumps(value, ensure_ascii=False) for value in (made.components, made.parts))
            yield code, made.form, made.route, made.brand, amount, unit, made.hours, components, parts


def _write_brands(store: sqlite3.Connection, found: Gathered, ingredients: Ingredients, products: Products) -> None:
    """Brands with a concept of their own, and those that only stand in the names of their products."""
    rows: list[tuple[str, int | None, str, str | None]] = []
    named: dict[str, list[int]] = {}
    for code, (kind, name) in found.concepts.items():
        if kind == "BN":
            rows.append((name, code, _packed(ingredients.of(code)), products.brand_route(code)))
        elif kind in {"SBD", "BPCK"} and name.endswith("]"):
            named.setdefault(name[name.rindex("[") + 1 : -1].strip(), []).append(code)
    known = {row[0].casefold() for row in rows}
    for brand, codes in named.items():
        contents = [ingredients.of(code) for code in codes]
        if brand.casefold() not in known and contents[0] and len({frozenset(each) for each in contents}) == 1:
            rows.append((brand, None, _packed(contents[0]), local_only([products.route_of(code) for code in codes])))
    rows.sort(key=_by_name)
    store.executemany("INSERT INTO brand VALUES (?, ?, ?, ?)", rows)


def _by_name(row: tuple[str, int | None, str, str | None]) -> tuple[str, int]:
    return row[0], row[1] or 0


def _write_history(store: sqlite3.Connection, found: Gathered, ingredients: Ingredients) -> None:
    gone = (found.withdrawn.keys() | found.archived.keys() | found.successors.keys()) - found.concepts.keys()
    rows = []
    for code in sorted(gone):
        kind, name = found.withdrawn.get(code) or found.archived.get(code) or ("", "")
        rows.append((code, kind, name, _packed(ingredients.of(code)), _packed(tuple(found.successors.get(code, ())))))
    store.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?)", rows)


def _summary(release: RrfZip, found: Gathered, ingredients: Ingredients) -> Built:
    counts = Counter(kind for kind, _ in found.concepts.values())
    empty = Counter(
        kind for code, (kind, _) in found.concepts.items() if kind not in {"DF", "DFG"} and not ingredients.of(code)
    )
    return Built(
        counts=dict(sorted(counts.items())),
        rows_read=dict(release.read),
        dropped=tuple(map(str, release.dropped)),
        ndcs=len(found.ndcs),
        without_ingredients=dict(sorted(empty.items())),
        read_from_name=dict(sorted(ingredients.read_from_name.items())),
    )


def _write_meta(store: sqlite3.Connection, built: Built, stamp: ReleaseStamp, sha256: str) -> None:
    values: dict[str, Any] = {
        "format": FORMAT,
        "program": __version__,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "date": stamp.date,
        "date_from": stamp.found_in,
        "kind": stamp.kind,
        "sha256": sha256,
        "counts": built.counts,
        "ndcs": built.ndcs,
        "rows_read": built.rows_read,
        "dropped": built.dropped,
        "without_ingredients": built.without_ingredients,
    }
    store.executemany(
        "INSERT INTO meta VALUES (?, ?)", [(key, json.dumps(value)) for key, value in sorted(values.items())]
    )
