"""``medrisk scale``: published scales, answered on the command line. What is not answered is said to be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from medrisk.cli.knowledge import load_base
from medrisk.cli.output import to_json
from medrisk.errors import InputError, UnknownIdError

if TYPE_CHECKING:
    from medrisk.core.rules import KnowledgeBase
    from medrisk.core.scale_model import Scale

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def scale() -> None:
    """List published scales, show one, or score answers to it."""


@scale.command("list")
@_FORMAT
def list_scales(form: str) -> None:
    """What there is, and of which the names of the results were read."""
    from medrisk.cli.page import page_width
    from medrisk.cli.scale_text import overview, write_overview

    scales = tuple(load_base().scales.values())
    click.echo(to_json([overview(one) for one in scales], indent=2) if form == "json" else write_overview(scales, page_width()))


@scale.command("show")
@click.argument("scale_id", metavar="ID")
@_FORMAT
def show(scale_id: str, form: str) -> None:
    """The questions of one scale, the answers to choose from, and where it was read."""
    from medrisk.cli.page import page_width
    from medrisk.cli.scale_text import write_scale
    from medrisk.presentation import as_plain

    base = load_base()
    found = _find(base, scale_id)
    click.echo(to_json(as_plain(found), indent=2) if form == "json" else write_scale(found, base, page_width()))


@scale.command("score")
@click.argument("scale_id", metavar="ID")
@click.argument("answers", nargs=-1, metavar="ITEM=ANSWER...")
@_FORMAT
def score(scale_id: str, answers: tuple[str, ...], form: str) -> None:
    """The result of these answers, or what is missing for one. Leave out what is not known.

    A multiple of an upper limit is written creatine_kinase=12xULN, or 2400/200 as value and limit.
    """
    from medrisk.cli.page import page_width
    from medrisk.cli.scale_text import result_object, write_result
    from medrisk.core.scales import score as score_answers

    base = load_base()
    found = _find(base, scale_id)
    result = score_answers(found, _read_answers(answers))
    if form == "json":
        click.echo(to_json(result_object(found, result, base), indent=2))
    else:
        click.echo(write_result(found, result, base, page_width()))


def _find(base: KnowledgeBase, scale_id: str) -> Scale:
    if scale_id not in base.scales:
        raise UnknownIdError("No scale has this id.", hint=f"There are: {', '.join(base.scales)}.", field="id")
    return base.scales[scale_id]


def _read_answers(arguments: tuple[str, ...]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for number, argument in enumerate(arguments, start=1):
        item, sign, answer = argument.partition("=")
        if not sign:
            raise InputError(f"Answer {number} has no '='.", hint="Write ITEM=ANSWER, such as timing=plausible.", field="answers")
        if item.strip() in answers:
            raise InputError(f"Answer {number} answers an item a second time.", hint="Give each item once.", field="answers")
        answers[item.strip()] = answer
    return answers
