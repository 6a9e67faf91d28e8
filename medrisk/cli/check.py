"""``medrisk check``: one paste in, the whole answer out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from medrisk.cli.inputs import file_argument, read_text
from medrisk.cli.output import to_json
from medrisk.cli.overrides import interactions_option, jurisdiction_option, settings_with
from medrisk.cli.start import start_service

if TYPE_CHECKING:
    from medrisk.core.model import Note, Report
    from medrisk.service import Medrisk

# From the least to the most pressing. A red flag has no severity and outranks every interaction.
LEVELS = ("minor", "moderate", "major", "contraindicated", "urgent")


@click.command()
@file_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "show_all", is_flag=True, help="Text: show every note and step of reckoning in full.")
@click.option("--fail-on", type=click.Choice(LEVELS[::-1]), help="Exit with 1 when a note is at this level or above.")
@jurisdiction_option
@interactions_option
@click.pass_context
def check(
    ctx: click.Context,
    file: str,
    form: str,
    show_all: bool,
    fail_on: str | None,
    jurisdiction: str | None,
    interactions: str | None,
) -> None:
    """Assess one patient's list: drugs, symptoms, conditions and labs as they were typed.

    FILE is a text file, or - for standard input. Lines that were not understood are listed as such; silence about a
    drug does not mean that it is safe.
    """
    settings = settings_with(jurisdiction, interactions)
    text = read_text(file, settings.max_text_bytes)
    service = start_service(settings)
    report = service.check(text)
    click.echo(_as_json(report) if form == "json" else _as_text(report, service, show_all))
    if fail_on and reaches(report.notes, fail_on):
        ctx.exit(1)


def reaches(notes: Iterable[Note], level: str) -> bool:
    """Whether a note stands at this level or above."""
    return any(_level(note) >= LEVELS.index(level) for note in notes)


def _level(note: Note) -> int:
    if note.kind == "missing_information":  # nothing was found yet: it is asked for
        return -1
    if note.tier.value == "urgent":
        return LEVELS.index("urgent")
    return LEVELS.index(note.severity.value) if note.severity else -1


def _as_json(report: Report) -> str:
    from medrisk.presentation import report_to_dict

    return to_json(report_to_dict(report), indent=2)


def _as_text(report: Report, service: Medrisk, show_all: bool) -> str:
    from medrisk.cli.page import page_width
    from medrisk.cli.report_text import write_report

    return write_report(report, service, page_width(), show_all=show_all)
