"""Options that stand above a setting of the environment, for the commands that build a service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from medrisk.settings import Settings

jurisdiction_option = click.option(
    "--jurisdiction", metavar="CODE", help="Whose rules count: US, UK, EU, FR, CA or AU."
)
interactions_option = click.option(
    "--interactions", metavar="FILE", help="The site's own interaction table (CSV), beside medrisk's rules."
)


def settings_with(jurisdiction: str | None, interactions: str | None) -> Settings:
    """The settings of the environment, with what the options say in their place."""
    settings = Settings.from_env()
    if interactions is not None:
        settings = replace(settings, interactions=Path(interactions))
    if jurisdiction is None:
        return settings
    from medrisk.core.engine import JURISDICTIONS

    if jurisdiction.upper() not in JURISDICTIONS:
        raise click.UsageError(f"--jurisdiction is one of {', '.join(JURISDICTIONS)}.")
    return replace(settings, jurisdiction=jurisdiction.upper())
