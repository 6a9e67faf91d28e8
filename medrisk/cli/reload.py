"""``medrisk reload``: running servers take up changed knowledge or another RxNorm release."""

from __future__ import annotations

import click

from medrisk.errors import SettingsError
from medrisk.settings import Settings


@click.command()
def reload() -> None:
    """Have running servers take up changed knowledge or another RxNorm release, without dropping a request.

    What is new is read here first: with a fault in it nothing is changed.
    """
    from medrisk.reloading import ask_for_reload
    from medrisk.service import build_service

    settings = Settings.from_env()
    versions = build_service(settings).versions
    try:
        ask_for_reload(settings.data_dir)
    except OSError as error:
        raise SettingsError(
            f"The data folder cannot be written: {(error.strerror or 'unknown reason').lower()}.",
            hint="Run this as the user that medrisk runs as, with the same MEDRISK_DATA_DIR.",
            field="MEDRISK_DATA_DIR",
        ) from None
    names = versions.vocabulary if versions.vocabulary_release is None else f"{versions.vocabulary} {versions.vocabulary_release}"
    click.echo(f"Servers with this data folder take up knowledge {versions.knowledge}, {names}, within seconds.")
