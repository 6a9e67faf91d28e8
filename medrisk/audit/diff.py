"""What changed between two runs: findings that are new, gone, or of another tier or severity, and what caused each.

The cause is worked out, not guessed: the manifests say in what the runs differ (files, knowledge, vocabulary, options,
program), and two hashes of each patient whether what was read of that patient is the same in both. Both tables are read in
shares of their patients, so that memory does not grow with them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from medrisk.audit import tables
from medrisk.audit.harmless import harmless_frame
from medrisk.errors import InputError

DIFF = "diff.csv"
UNEXPLAINED = "unexplained"
# So many findings of both runs together are compared at a time.
_ROWS_A_PASS = 2_000_000
# Options that change nothing in what is found, and those that change only what is read.
_OF_NAMES = frozenset({"pseudonymise", "key_name", "detected_issues"})
_OF_READING = frozenset({"mapped", "dates", "delimiter", "encoding"})
# What the user said that texts mean: more names, not another way of judging. Their number, and a hash of them.
_ALIASES = "aliases"
_ALIASES_HASH = "aliases_sha256"
_SHOWN = ("rule", "drugs", "summary", "tier", "severity", "interruptive")
_COLUMNS = (
    "patient_id", "change", "cause", "rule", "drugs", "summary", "tier_before", "tier_after", "severity_before", "severity_after",
    "interruptive_before", "interruptive_after", "note_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Differences:
    """In what two runs differ, as their manifests say."""

    data: bool
    knowledge: bool
    vocabulary: bool
    options: tuple[str, ...]
    program: bool

    def cause_of(self, *, lines: bool, facts: bool) -> str:
        """The cause of a change on a patient whose lines, or facts, are the same in both runs or not."""
        names = ("data", "knowledge", "vocabulary", "options", "program")
        reading = any(name in _OF_READING for name in self.options)
        judging = any(name not in _OF_READING and name != _ALIASES for name in self.options)
        if not lines:
            differs = (self.data, False, self.vocabulary, reading, self.program)
        elif not facts:
            # Symptoms, conditions and laboratory values are recognised by the words of the knowledge.
            differs = (self.data, self.knowledge and not self.data, False, reading, self.program)
        else:
            # The same texts, which other names may have been read from.
            differs = (False, self.knowledge, self.vocabulary, judging, self.program)
        # The program is named where nothing else differs: a new version changes what is found only by mistake or on purpose, and rarely.
        found = [name for name, does in zip(names[:4], differs[:4], strict=True) if does] or (["program"] if self.program else [])
        return " or ".join(found) or UNEXPLAINED


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes counted: ``changes`` by change and cause, ``rules`` by rule, change and cause, the most frequent first."""

    differences: Differences
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    same: int
    changes: tuple[tuple[str, str, int], ...]
    rules: tuple[tuple[str, str, str, int], ...]
    patients: Mapping[str, int]

    @property
    def changed(self) -> int:
        return sum(count for _, _, count in self.changes)


def compare(before: Path, after: Path, to: Path) -> Diff:
    """Compare the output folders of two runs and write each change to ``to`` / diff.csv, whole or not at all.

    Raises InputError when a folder holds no finished audit, when patients stand under other names in one than in the other,
    or when the file cannot be written.
    """
    manifests = read_manifest(before, "OUT1"), read_manifest(after, "OUT2")
    _refuse_other_names(*manifests)
    differences = _differences(*manifests)
    comparison = _Comparison(before, after, differences)
    path, part = to / DIFF, to / f"{DIFF}.part"
    try:
        to.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            comparison.run(file)
        os.replace(part, path)  # noqa: PTH105 - the atomic call, named in full
    except OSError as error:
        hint = "Name a folder that can be written with -o."
        raise InputError(f"{DIFF} cannot be written: {error.strerror or 'the folder cannot be used'}.", hint=hint, field="output") from None
    return comparison.result(*manifests)


def read_manifest(out: Path, name: str) -> dict[str, Any]:
    """The manifest of a finished audit. ``name`` is what an error calls the folder."""
    try:
        manifest = json.loads((out / tables.MANIFEST).read_text(encoding="utf-8"))
        complete = all(isinstance(manifest[part], expected) for part, expected in
                       (("versions", dict), ("options", dict), ("inputs", list), ("counts", dict)))  # fmt: skip
        complete = complete and all((out / table).is_file() for table in (tables.FINDINGS, tables.PATIENTS))
    except (OSError, ValueError, KeyError, TypeError):
        complete = False
    if not complete:
        hint = "Name the folder that `medrisk audit ... -o FOLDER` wrote, after it has ended."
        raise InputError(f"{name} holds no finished audit.", hint=hint, field=name)
    whole: dict[str, Any] = manifest
    return whole


class _Comparison:
    """The changes, share by share; counts what it writes."""

    def __init__(self, before: Path, after: Path, differences: Differences) -> None:
        self._differences = differences
        self._findings = tuple(_strings(out / tables.FINDINGS, ("patient_id", "note_id", *_SHOWN)) for out in (before, after))
        self._patients = tuple(_strings(out / tables.PATIENTS, ("patient_id", "lines_hash", "facts_hash")) for out in (before, after))
        self._same = 0
        self._rules: Counter[tuple[str, str, str]] = Counter()
        self._people: Counter[str] = Counter()

    def run(self, file: BinaryIO) -> None:
        rows = sum(int(table.select(pl.len()).collect(engine="streaming").item()) for table in (*self._findings, *self._patients))
        shares = max(1, ceil(rows / _ROWS_A_PASS))
        for number in range(shares):
            changes = self._changes(pl.col("patient_id").hash() % shares == number)
            harmless_frame(changes.lazy()).collect().write_csv(file, include_header=number == 0)
            for rule, change, cause, count in changes.group_by("rule", "change", "cause").len().iter_rows():
                self._rules[rule, change, cause] += count

    def result(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
        changes: Counter[tuple[str, str]] = Counter()
        for (_, change, cause), count in self._rules.items():
            changes[change, cause] += count
        return Diff(
            self._differences, before, after, self._same,
            tuple((*key, count) for key, count in sorted(changes.items(), key=lambda item: (-item[1], item[0]))),
            tuple((*key, count) for key, count in sorted(self._rules.items(), key=lambda item: (-item[1], item[0]))),
            dict(self._people),
        )  # fmt: skip

    def _changes(self, share: pl.Expr) -> pl.DataFrame:
        before, after = (table.filter(share).collect(engine="streaming") for table in self._findings)
        pairs = before.join(after, on=["patient_id", "note_id"], how="full", suffix="_after", coalesce=True)
        is_same = pl.all_horizontal([pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in ("tier", "severity", "interruptive")])
        changes = pairs.filter(~is_same)
        self._same += pairs.height - changes.height
        change = pl.when(pl.col("tier").is_null()).then(pl.lit("new")).when(pl.col("tier_after").is_null()).then(pl.lit("gone"))
        told = changes.join(self._causes(share), on="patient_id", how="left").with_columns(
            change.otherwise(pl.lit("changed")).alias("change"), *[pl.coalesce(f"{name}_after", name).alias(name) for name in _SHOWN[:3]],
            *[pl.col(name).alias(f"{name}_before") for name in _SHOWN[3:]],
        )  # fmt: skip
        return told.select(_COLUMNS).sort("patient_id", "rule", "note_id")

    def _causes(self, share: pl.Expr) -> pl.DataFrame:
        """Each patient of the share with what a change of their findings comes from."""
        there = pl.lit(value=True).alias("there")
        before, after = (table.filter(share).with_columns(there).collect(engine="streaming") for table in self._patients)
        both = before.join(after, on="patient_id", how="full", suffix="_after", coalesce=True)
        # Of a patient who is in one run only there is nothing to compare: what was read differs. One without lines or facts has no hash.
        is_in_both = pl.col("there").is_not_null() & pl.col("there_after").is_not_null()
        lines = is_in_both & pl.col("lines_hash").eq_missing(pl.col("lines_hash_after"))
        facts = is_in_both & pl.col("facts_hash").eq_missing(pl.col("facts_hash_after"))
        state = (
            pl.when(pl.col("there").is_null()).then(pl.lit("new")).when(pl.col("there_after").is_null()).then(pl.lit("gone"))
            .when(lines & facts).then(pl.lit("same")).otherwise(pl.lit("changed"))
        )  # fmt: skip
        for name, count in both.group_by(state.alias("state")).len().iter_rows():
            self._people[name] += count
        cause = self._differences.cause_of
        causes = pl.when(~lines).then(pl.lit(cause(lines=False, facts=True))).when(~facts).then(pl.lit(cause(lines=True, facts=False)))
        return both.select("patient_id", causes.otherwise(pl.lit(cause(lines=True, facts=True))).alias("cause"))


def _strings(path: Path, columns: tuple[str, ...]) -> pl.LazyFrame:
    """Columns of a table as text, in whatever way each run stored it, so that the two can be compared."""
    return pl.scan_parquet(path).select(pl.col(columns).cast(pl.String()))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    names = ("knowledge", "site_table", "vocabulary", "vocabulary_release", "online", "program")
    versions = [(before["versions"].get(name), after["versions"].get(name)) for name in names]
    knowledge, site, vocabulary, release, online, program = (one != other for one, other in versions)
    options = before["options"], after["options"]
    aliases = any(options[0].get(name) != options[1].get(name) for name in (_ALIASES, _ALIASES_HASH))
    # What an earlier version did not write down is not known to differ.
    both = (options[0].keys() & options[1].keys()) - _OF_NAMES - {_ALIASES, _ALIASES_HASH}
    differ = [name for name in both if options[0][name] != options[1][name]]
    return Differences(
        data=_hashes(before) != _hashes(after), knowledge=knowledge or site, vocabulary=vocabulary or release or online or aliases,
        options=tuple(sorted([*differ, *([_ALIASES] if aliases else [])])), program=program,
    )  # fmt: skip


def _hashes(manifest: Mapping[str, Any]) -> list[str]:
    return sorted(one["sha256"] for one in manifest["inputs"])


def _refuse_other_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    names = [(options.get("pseudonymise", False), options.get("key_name")) for options in (before["options"], after["options"])]
    if names[0] != names[1]:
        raise InputError(
            "The two runs name patients differently: under identifiers and pseudonyms, or pseudonyms of two keys.",
            hint="Make one of them again with the same key, or both without pseudonyms.", field="OUT2",
        )  # fmt: skip
