"""``medrisk knowledge burden``: over many lists, which rules fire and how many notes interrupt. Counts only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from medrisk.cli.inputs import read_text
from medrisk.cli.output import to_json
from medrisk.cli.overrides import interactions_option, jurisdiction_option, settings_with
from medrisk.cli.start import start_service
from medrisk.errors import InputError

if TYPE_CHECKING:
    from medrisk.burden import Burden, RuleBurden, Spread
    from medrisk.core.model import Report
    from medrisk.service import Medrisk

_NEXT_PATIENT = re.compile(r"^[ \t]*={3,}[ \t]*\r?$", re.MULTILINE)
# Many patients stand in one file; beyond this it should be split.
_MOST_BYTES = 64_000_000
_NUMBER_WIDTH = 8


def _some_files(_ctx: click.Context, _param: click.Parameter, files: tuple[str, ...]) -> tuple[str, ...]:
    if not files:
        raise click.UsageError("Give one FILE or more, or - for standard input.")
    return files


@click.command("burden")
@click.argument("files", nargs=-1, metavar="FILE...", callback=_some_files)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@jurisdiction_option
@interactions_option
def burden(files: tuple[str, ...], form: str, jurisdiction: str | None, interactions: str | None) -> None:
    """Count how often each rule fires over lists, and how many interruptive notes a patient gets.

    Each FILE is one patient's list, or holds several parted by lines of ===. Nothing of the lists is printed.
    """
    from medrisk.burden import count_burden

    settings = settings_with(jurisdiction, interactions)
    texts = [list(split_patients(read_text(file, _MOST_BYTES))) for file in files]
    service = start_service(settings)
    found = count_burden(_reports(texts, service), service.knowledge)
    click.echo(to_json(as_plain(found, service), indent=2) if form == "json" else _write(found, service))


def split_patients(text: str) -> Iterator[str]:
    """The lists of one file. What is blank between two lines of === is no patient."""
    for part in _NEXT_PATIENT.split(text):
        if part.strip():
            yield part


def as_plain(found: Burden, service: Medrisk) -> dict[str, object]:
    from dataclasses import asdict

    from medrisk.presentation import versions_to_dict

    plain = asdict(found)
    plain["rules"] = [rule for rule in plain["rules"] if rule["kind"] != "drug_class"]
    plain["drug_classes"] = [asdict(rule) for rule in found.rules if rule.kind == "drug_class"]
    return {**plain, "jurisdiction": service.settings.jurisdiction, "versions": versions_to_dict(service.versions)}


def _reports(texts: list[list[str]], service: Medrisk) -> Iterator[Report]:
    for file_number, patients in enumerate(texts, start=1):
        if not patients:
            hint = "Give files with one medication list, or several parted by lines of ===."
            raise InputError(f"File {file_number} holds no list.", hint=hint, field="file")
        for number, text in enumerate(patients, start=1):
            try:
                yield service.check(text)
            except InputError as error:
                where = f"List {number} of file {file_number}"
                raise InputError(f"{where}: {error.message}", hint=error.hint, field=error.field) from None


def _write(found: Burden, service: Medrisk) -> str:
    from medrisk.cli.page import Page, page_width
    from medrisk.status import review_notice

    page = Page(page_width())
    noun = "patient" if found.patients == 1 else "patients"
    page.text(f"{found.patients} {noun}. {review_notice(service.knowledge)}", bold=True)
    page.bullets([
        f"interruptive notes a patient: {_spread(found.interruptive)}",
        f"{found.interrupted} of {found.patients} ({_share(found.interrupted, found.patients)}) get at least one",
        f"notes of every kind a patient: {_spread(found.notes)}",
    ])  # fmt: skip
    for title, rows in (
        ("RULES AND RED FLAGS", [r for r in found.rules if r.kind != "drug_class"]),
        ("DRUG CLASSES", [r for r in found.rules if r.kind == "drug_class"]),
    ):
        page.heading(title)
        head = ("id", "patients", "notes", "interr.", "other")
        widths = (page.width - 4 * (_NUMBER_WIDTH + 2), *[_NUMBER_WIDTH] * 3)
        page.table(head, [_row(rule) for rule in rows], widths)
    page.gap()
    page.text(
        f'{found.silent} rules and red flags gave no note. "interr.": notes that interrupt. "other": notes that a rule'
        " could not be checked, or that only another authority holds it; they are not among the notes before them."
    )
    versions = service.versions
    site = f", the site's own table {versions.site_table}" if versions.site_table else ""
    page.text(f"Knowledge {versions.knowledge}, rules of {service.settings.jurisdiction}{site}.")
    return str(page)


def _row(rule: RuleBurden) -> tuple[str, ...]:
    numbers = (rule.patients, rule.notes, rule.interruptive, rule.unchecked + rule.elsewhere)
    return (rule.id, *(str(number) if number else "-" for number in numbers))


def _spread(spread: Spread) -> str:
    return f"at least {spread.least}, median {spread.median:g}, at most {spread.most}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
