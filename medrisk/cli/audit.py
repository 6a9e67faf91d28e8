"""``medrisk audit``: prescription files in, findings, worklist and a report out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from medrisk.cli.audit_diff import diff
from medrisk.cli.overrides import interactions_option, jurisdiction_option, settings_with
from medrisk.cli.start import start_service
from medrisk.errors import AuditError, InputError

if TYPE_CHECKING:
    from medrisk.audit.engines import Engine
    from medrisk.audit.pseudonyms import Pseudonyms
    from medrisk.audit.rows import Source
    from medrisk.settings import Settings

_BAR = 1000
_SECONDS_BETWEEN_LINES = 3.0


class _AuditGroup(click.Group):
    """``medrisk audit FILE...`` runs an audit; ``medrisk audit diff`` and other words of the group are commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_AuditGroup, subcommand_metavar="FILE... -o OUT [OPTIONS] | diff OUT1 OUT2")
def audit() -> None:
    """Audit prescription files, from a thousand rows to a billion.

    `medrisk audit run --help` lists the options of a run; the word run may be left out.
    """


audit.add_command(diff)


@audit.command("run")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder for all that comes out.")
@click.option("--map", "mapped", multiple=True, metavar="NAME=COLUMN", help="Which column holds what, e.g. patient=mrn. Repeat it.")
@click.option("--patients", type=click.Path(path_type=Path), metavar="FILE", help="A second file: age, sex, conditions, labs, symptoms.")
@click.option("--overlap", "mode", flag_value="overlap", help="Drugs count together on the days on which both are taken. The usual way where the files give days.")
@click.option("--ever", "mode", flag_value="ever", help="All drugs of a patient count together, whenever they were taken.")
@click.option("--aliases", type=click.Path(path_type=Path), metavar="FILE", help="unmatched.csv of an earlier run with its column meant filled in.")
@click.option("--pseudonymise", is_flag=True, help="Put a keyed hash in place of every patient's identifier.")
@click.option("--pseudonymise-key", type=click.Path(path_type=Path), metavar="FILE", help="The key for it; made where there is none.")
@click.option("--detected-issues", is_flag=True, help="Also write FHIR R4 DetectedIssue resources, one a line.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Whether the day or the month comes first in 03/04/2026.")
@click.option("--delimiter", metavar="CHAR", help="What stands between the columns of a CSV file, where it is found wrongly.")
@click.option("--encoding", metavar="NAME", help="How a CSV file is written, e.g. cp1252, where it is found wrongly.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", help="Who does the work: this machine's cores, or Spark (docs/spark.md).")
@click.option("--dry-run", is_flag=True, help="Show which column is taken for what, and stop.")
@click.option("--restart", is_flag=True, help="Begin anew, and drop what an interrupted run left in the folder.")
@jurisdiction_option
@interactions_option
def run_files(
    files: tuple[Path, ...],
    out: Path,
    mapped: tuple[str, ...],
    patients: Path | None,
    mode: Literal["overlap", "ever"] | None,
    aliases: Path | None,
    pseudonymise: bool,
    pseudonymise_key: Path | None,
    detected_issues: bool,
    dates: Literal["dmy", "mdy"] | None,
    delimiter: str | None,
    encoding: str | None,
    engine: Literal["local", "spark"],
    dry_run: bool,
    restart: bool,
    jurisdiction: str | None,
    interactions: str | None,
) -> None:
    """Check every patient of the files, by the same rules as every other door.

    FILE is CSV, TSV, xlsx, Parquet, NDJSON, FHIR or OMOP, packed or not; a folder or a pattern stands for all files in it.
    A run that was interrupted goes on where it was when it is started again in the same way.
    """
    from medrisk.audit.aliases import read_aliases
    from medrisk.audit.inputs import open_sources
    from medrisk.audit.options import AuditOptions
    from medrisk.audit.rows import ReadOptions
    from medrisk.audit.run import run_audit

    settings = settings_with(jurisdiction, interactions)
    columns = _columns(mapped)
    reading = ReadOptions(columns, delimiter, encoding, dates, codes=_has_release(settings))
    sources = open_sources(files, reading, patients)
    _show_columns(sources)
    if dry_run:
        return
    options = AuditOptions(
        mode, columns, read_aliases(aliases) if aliases else {}, pseudonymise or pseudonymise_key is not None, detected_issues,
        dates, delimiter, encoding,
    )  # fmt: skip
    service = start_service(settings)
    _make_folder(out)
    pseudonyms = _key(options.pseudonymise, pseudonymise_key, settings)
    with _told_where_it_stops(out), _engine(engine, settings) as chosen, _shown() as progress:
        manifest = run_audit(service, sources, out, options, pseudonyms=pseudonyms, restart=restart, progress=progress, engine=chosen)
    click.echo(_told(manifest, out))


@contextmanager
def _engine(name: str, settings: Settings) -> Iterator[Engine | None]:
    """None for this machine's cores. PySpark is only loaded where it was asked for, and its session ends with the run."""
    if name == "local":
        yield None
        return
    from medrisk.audit.spark.session import start_session

    session = start_session(settings)
    from medrisk.audit.spark.engine import SparkEngine

    try:
        yield SparkEngine(session)
    finally:
        session.stop()


@contextmanager
def _told_where_it_stops(out: Path) -> Iterator[None]:
    """A full disk, or a folder that cannot be written, is no mistake of medrisk's own."""
    try:
        yield
    except (ConnectionError, InterruptedError):
        raise
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        hint = f"Look at the room and at who may write in {out}. What is done is kept: start it again in the same way."
        raise AuditError(f"A file could not be read or written: {reason}.", hint=hint, field="out") from None


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(f"{out}: the folder cannot be made: {reason}.", hint="Give another folder with -o.", field="out") from None


def _columns(mapped: Sequence[str]) -> dict[str, str]:
    columns = {}
    for word in mapped:
        name, sign, column = word.partition("=")
        if not sign or not name.strip() or not column.strip():
            raise click.UsageError("--map is given as NAME=COLUMN, e.g. --map patient=mrn.")
        columns[name.strip().lower()] = column.strip()
    return columns


def _has_release(settings: Settings) -> bool:
    from medrisk.vocabulary.rxnorm.current import installed

    return installed(settings.data_dir) is not None


def _key(wanted: bool, path: Path | None, settings: Settings) -> Pseudonyms | None:
    from medrisk.audit.pseudonyms import read_key

    return read_key(path or settings.pseudonym_key) if wanted else None


def _show_columns(sources: Sequence[Source]) -> None:
    """What was taken for what, files of one kind together."""
    kinds: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for source in sources:
        kinds.setdefault(tuple(source.taken_for.items()), []).append(source.name)
    for taken, names in kinds.items():
        click.echo(names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else ""), err=True)
        for name, column in taken:
            click.echo(f"  {name}: {column}", err=True)


def _told(manifest: dict[str, Any], out: Path) -> str:
    counts, mode = manifest["counts"], manifest["options"]["mode"]
    tiers = ", ".join(f"{tier} {count:,}" for tier, count in counts["findings_by_tier"].items())
    ways = {"overlap": "on the days on which they overlap", "ever": "whenever they were taken"}
    unmatched = counts["ambiguous_rows"] + counts["unknown_rows"]
    lines = [
        f"{counts['rows_in']:,} rows read: {counts['rows_used']:,} used, {counts['rejects']:,} in rejects.csv.",
        f"{counts['patients']:,} patients; drugs counted together {ways[mode]}.",
        f"{counts['findings']:,} findings: {tiers}.",
        f"{unmatched:,} rows name a drug that was not recognised and were not checked: unmatched.csv is the worklist.",
        f"{manifest['seconds']['whole']:.1f} seconds. Open {out / 'report.html'}.",
        "Draft knowledge, for pharmacist review: no clinician has reviewed it yet.",
    ]
    return "\n".join(lines)


@contextmanager
def _shown() -> Iterator[Any]:
    """A bar with rate and time left; where none can be drawn, a line every few seconds."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    with click.progressbar(length=_BAR, label="Audit", file=sys.stderr, show_eta=True, item_show_func=lambda item: item) as bar:
        shown, began = 0, time.monotonic()

        def move(step: str, share: float, rows: int) -> None:
            nonlocal shown
            place = int(_BAR * _whole(step, share))
            rate = rows / max(0.1, time.monotonic() - began)
            bar.update(max(0, place - shown), f"{step}, {rows:,} rows, {rate:,.0f} rows/s")
            shown = max(shown, place)

        yield move


class _Lines:
    """Progress where no bar can be drawn."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def __call__(self, step: str, share: float, rows: int) -> None:
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            done = _whole(step, share)
            left = f", {(now - self._began) * (1 - done) / done:,.0f} s left" if done > 0 else ""
            click.echo(f"{step}: {100 * done:.0f} %, {rows:,} rows, {rows / (now - self._began):,.0f} rows/s{left}", err=True)


def _whole(step: str, share: float) -> float:
    from medrisk.audit.progress import whole_share

    return whole_share(step, share)
