"""``medrisk classify``: names in, their classes and effects out."""

from __future__ import annotations

import click

from medrisk.cli.output import say_attributions, to_json
from medrisk.cli.start import start_service
from medrisk.settings import Settings


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def classify(names: tuple[str, ...]) -> None:
    """Print the drug classes and effects of each NAME, one JSON line for each ingredient of it."""
    from medrisk.presentation import classify_name

    service = start_service(Settings.from_env())
    say_attributions(service.versions)
    for name in names:
        # A name that came in a broken encoding must still print as valid JSON.
        for answer in classify_name(service, name.encode("utf-8", "replace").decode()):
            click.echo(to_json(answer))
