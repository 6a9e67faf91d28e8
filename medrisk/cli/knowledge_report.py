"""``medrisk knowledge report``: the whole knowledge base as one page to read, print and sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medrisk import __version__
from medrisk.errors import InputError
from medrisk.settings import Settings

if TYPE_CHECKING:
    from medrisk.knowledge import Documents
    from medrisk.report import Retired


@click.command("report")
@click.option("-o", "--output", metavar="FILE", help="Where to write the page; standard output without it.")
def report(output: str | None) -> None:
    """Write the whole knowledge as one HTML page for a reviewing pharmacist: what it says, on what, and who signs."""
    # Imported here: the templates and the knowledge take time that `medrisk --help` should not.
    from medrisk.knowledge import build_knowledge, load_documents
    from medrisk.knowledge_words import in_words
    from medrisk.report import write_report

    settings = Settings.from_env()
    documents = load_documents(settings.knowledge_dir, settings.cache_dir)
    page = write_report(build_knowledge(documents), retired_of(documents), __version__, in_words)
    content = page.encode("utf-8")
    if output is None or output == "-":
        click.echo(content)  # as bytes: the page says that it is UTF-8, whatever the terminal is
        return
    try:
        Path(output).write_bytes(content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        hint = "Give a file in a folder that exists and can be written."
        raise InputError(f"The report cannot be written: {reason}.", hint=hint, field="output") from None


def retired_of(documents: Documents) -> list[Retired]:
    """Classes, rules and red flags that no longer hold, with the reason."""
    from medrisk.report import Retired

    kinds = {
        "drug class": documents.classes.values(),
        "rule": documents.rules.values(),
        "red flag": documents.red_flags,
    }
    return [
        Retired(kind, entry["id"], entry["name"], entry.get("retired_because", "no reason given"))
        for kind, entries in kinds.items()
        for entry in entries
        if entry["status"] == "retired"
    ]
