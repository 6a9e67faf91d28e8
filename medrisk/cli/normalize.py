"""``medrisk normalize``: one answer for each line of a file, in order."""

from __future__ import annotations

import re

import click

from medrisk.cli.inputs import file_argument, read_text
from medrisk.cli.output import say_attributions, to_json
from medrisk.cli.start import start_service
from medrisk.settings import Settings

# Only these end a line: a form feed or a Unicode separator inside one must not shift the numbers of all that follow.
_LINE_END = re.compile(r"\r\n|\n|\r")
# A file of names is not one patient's list and may be long; beyond this it should be split.
_MOST_BYTES = 64_000_000


@click.command()
@file_argument
@click.option("--format", "form", type=click.Choice(["jsonl", "text"]), default="jsonl", show_default=True)
def normalize(file: str, form: str) -> None:
    """Say which drugs stand on each line of FILE (- for standard input), every line by itself.

    Prints exactly one answer for each input line, in order, also for a blank one.
    """
    lines = split_lines(read_text(file, _MOST_BYTES))
    service = start_service(Settings.from_env())
    say_attributions(service.versions)
    read = (service.normalize(line, number) for number, line in enumerate(lines, start=1))
    if form == "text":
        from medrisk.cli.lines_text import write_lines
        from medrisk.cli.page import page_width

        click.echo(write_lines(list(read), page_width()))
        return
    from medrisk.presentation import line_to_dict

    for line in read:
        click.echo(to_json(line_to_dict(line)))


def split_lines(text: str) -> list[str]:
    """The lines of a text; the end of the last line does not begin another."""
    lines = _LINE_END.split(text)
    return lines[:-1] if lines[-1] == "" else lines
