"""``medrisk rxnorm``: install an RxNorm release, see which one is installed, remove it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medrisk.attribution import ATTRIBUTION
from medrisk.cli.output import to_json
from medrisk.settings import Settings

if TYPE_CHECKING:
    from medrisk.vocabulary.rxnorm.current import Status
    from medrisk.vocabulary.rxnorm.gather import Progress
    from medrisk.vocabulary.rxnorm.install import Installed

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_BAR = 1000
_SECONDS_BETWEEN_LINES = 3.0


@click.group()
def rxnorm() -> None:
    """Install an RxNorm release, see which one is installed, or remove it."""


@rxnorm.command("install")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), help="A zip that was downloaded before; needs no network."
)
@click.option("--url", help="Download from here instead of from NLM.")
@click.option("--sha256", metavar="HEX", help="The checksum that the zip must have.")
def install_release(source: Path | None, url: str | None, sha256: str | None) -> None:
    """Download NLM's Current Prescribable Content (no licence, no login), or take a zip, and put it into use."""
    from medrisk.vocabulary.rxnorm.install import install

    if source is not None and url is not None:
        raise click.UsageError("Give --from or --url, not both.")
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise click.BadParameter("a sha256 is 64 hexadecimal digits", param_hint="--sha256")
    data_dir = Settings.from_env().data_dir
    if source is not None:
        with _shown("Reading") as reading:
            done = install(source, data_dir, reading, sha256=sha256)
    else:
        from medrisk.vocabulary.rxnorm.fetch import CURRENT_URL, fetch_and_install

        with _shown("Installing", download=True) as progress:
            done = fetch_and_install(url or CURRENT_URL, data_dir, progress, progress, sha256=sha256)
    click.echo(_write_installed(done, _index_names()))


@rxnorm.command("status")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show_status(form: str) -> None:
    """Say which release is installed, what it holds and where it lies."""
    from medrisk.vocabulary.rxnorm.current import status

    found = status(Settings.from_env().data_dir, thorough=True)
    click.echo(to_json(_plain_status(found), indent=2) if form == "json" else _write_status(found))


@rxnorm.command("remove")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_release(yes: bool) -> None:
    """Delete the installed release; drug names then come from the embedded formulary."""
    from medrisk.vocabulary.rxnorm.current import status
    from medrisk.vocabulary.rxnorm.install import remove

    data_dir = Settings.from_env().data_dir
    if status(data_dir).state == "none":
        remove(data_dir)  # what a killed install or a broken download left
        click.echo("No RxNorm release is installed.")
        return
    if not yes:
        click.confirm("Delete the installed RxNorm release?", abort=True)
    remove(data_dir)
    click.echo("Removed. Drug names come from the embedded formulary.")


@contextmanager
def _shown(label: str, *, download: bool = False) -> Iterator[Progress]:
    """A bar on a terminal, half of it for a download; elsewhere a plain line every few seconds. Both on standard error."""
    if not sys.stderr.isatty():
        yield _Lines(label)
        return
    with click.progressbar(length=_BAR, label=label, file=sys.stderr) as bar:
        shown = 0

        def move(step: str, done: int, total: int) -> None:
            nonlocal shown
            share = done / total if total and step != "writing" else 0.0
            if download:
                share = share / 2 if step == "download" else 0.5 + share / 2
            bar.update(max(0, int(_BAR * share) - shown))
            shown = max(shown, int(_BAR * share))

        yield move


class _Lines:
    """Progress where no bar can be drawn."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._last = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            share = f", {100 * done // total} %" if total else f", {done >> 20} MB"
            click.echo(f"{self._label}: {step}{share}", err=True)


def _index_names() -> int:
    """Make the index of names now, so that no later start has to; how many names it has."""
    from medrisk.service import build_service

    return len(build_service(Settings.from_env()).vocabulary.index)


def _write_installed(done: Installed, names: int) -> str:
    built = done.built
    rows = "; ".join(f"{table} {count:,}" for table, count in built.rows_read.items())
    lines = [
        f"RxNorm {done.version} is installed (date from {done.stamp.found_in}).",
        f"Checked: {', '.join(done.checked)}.",
        f"Rows read: {rows}.",
        f"Rows dropped: {'; '.join(built.dropped) or 'none'}.",
        f"Concepts: {_write_counts(built.counts)}; NDCs {built.ndcs:,}.",
    ]
    if built.without_ingredients:
        lines.append(f"Without ingredients in the release: {_write_counts(built.without_ingredients)}.")
    lines.append(f"Indexed with the embedded formulary: {names:,} names. `medrisk reload` takes them into a running service.")
    return "\n".join([*lines, f"{done.path}, {done.seconds:.1f} seconds.", "", ATTRIBUTION])


def _write_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in counts.items())


def _write_status(found: Status) -> str:
    if found.state == "none":
        return "No RxNorm release is installed; drug names come from the embedded formulary. `medrisk rxnorm install` installs one."
    if found.release is None:
        return f"The RxNorm release in {found.path} is damaged: {found.problem}\nRun `medrisk rxnorm install` again; until then it is not used."
    meta = found.release.meta
    lines = [
        f"RxNorm {found.release.version} (date from {meta['date_from']}).",
        f"Concepts: {_write_counts(meta['counts'])}; NDCs {meta['ndcs']:,}.",
        f"Rows dropped: {'; '.join(meta['dropped']) or 'none'}.",
        f"Installed {meta['built_at']} by medrisk {meta['program']}, from a zip of sha256 {meta['sha256']}.",
        f"{found.path}, {found.size / 1e6:.1f} MB, its checksum is right.",
    ]
    return "\n".join([*lines, "", ATTRIBUTION])


def _plain_status(found: Status) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "state": found.state,
        "path": None if found.path is None else str(found.path),
        "size": found.size,
    }
    if found.release is not None:
        plain |= {"version": found.release.version, **found.release.meta}
    elif found.state == "none":
        plain["hint"] = "medrisk rxnorm install"
    else:
        plain |= {"problem": found.problem, "hint": "medrisk rxnorm install"}
    return plain
