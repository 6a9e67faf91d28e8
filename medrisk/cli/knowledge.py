"""``medrisk knowledge``: whether the knowledge files hold together, and what one entry of them says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from medrisk.cli.burden import burden
from medrisk.cli.knowledge_report import report
from medrisk.cli.output import to_json
from medrisk.errors import UnknownIdError
from medrisk.settings import Settings

if TYPE_CHECKING:
    from medrisk.core.rules import KnowledgeBase

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def knowledge() -> None:
    """Check the knowledge files, show an entry, count what the rules ask of readers, or write it all out for review."""


knowledge.add_command(burden)
knowledge.add_command(report)


@knowledge.command("check")
@_FORMAT
def check_files(form: str) -> None:
    """Read every file anew, past any cache. Prints all faults (exit 2), or what there is."""
    from medrisk.cli.knowledge_text import count_all, write_counts

    counts = count_all(load_base(fresh=True))
    click.echo(to_json(counts, indent=2) if form == "json" else write_counts(counts))


@knowledge.command("show")
@click.argument("entry_id", metavar="ID")
@_FORMAT
def show(entry_id: str, form: str) -> None:
    """Print the class, rule, red flag, source, symptom, condition, lab or effect of this ID as it was understood."""
    from medrisk.cli.knowledge_text import write_entries
    from medrisk.cli.page import page_width
    from medrisk.presentation import as_plain

    base = load_base()
    found = _find(base, entry_id)
    if form == "json":
        entries = [{"kind": kind, **as_plain(entry)} for kind, entry in found]
        click.echo(to_json({"id": entry_id, "entries": entries}, indent=2))
    else:
        click.echo(write_entries(found, base, page_width()))


def load_base(*, fresh: bool = False) -> KnowledgeBase:
    """The knowledge of the settings, without names or service."""
    # Imported here: the knowledge takes time that `medrisk --help` should not.
    from medrisk.knowledge import load_knowledge

    settings = Settings.from_env()
    return load_knowledge(settings.knowledge_dir, cache_dir=None if fresh else settings.cache_dir)


def _find(base: KnowledgeBase, entry_id: str) -> list[tuple[str, Any]]:
    """Every entry of this id: a symptom and an effect may share one."""
    kinds = {
        "drug class": base.classes,
        "rule": base.rules,
        "red flag": {flag.id: flag for flag in base.red_flags},
        "source": base.sources,
        "symptom": base.symptoms,
        "condition": base.conditions,
        "lab": base.labs,
        "effect": base.effects,
    }
    found = [(kind, entries[entry_id]) for kind, entries in kinds.items() if entry_id in entries]
    if not found:
        raise UnknownIdError("No entry of the knowledge has this id.", hint=_hint(entry_id, kinds.values()), field="id")
    return found


def _hint(entry_id: str, kinds: Any) -> str:
    from difflib import get_close_matches

    near = get_close_matches(entry_id, sorted({key for entries in kinds for key in entries}), n=4)
    return f"Near to it: {', '.join(near)}." if near else "Ids are the names of the files under data/, without .yaml."
