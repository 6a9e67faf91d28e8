"""``medrisk audit diff``: what changed between two runs, and whether data, knowledge, vocabulary or options caused it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medrisk.cli.output import to_json

if TYPE_CHECKING:
    from medrisk.audit.diff import Diff

_MOST_RULES = 15
_NUMBER_WIDTH = 12
_CAUSES = {
    "data": "what was read of the patient is not the same, and the files are not",
    "vocabulary": "the same files were read with other drug names or aliases",
    "knowledge": "the same was read of the patient; rules and classes are others",
    "options": "the runs were made with other options",
    "program": "nothing but the version of medrisk is another",
    "unexplained": "nothing that the manifests tell; please report it",
}


@click.command("diff")
@click.argument("before", metavar="OUT1", type=click.Path(path_type=Path))
@click.argument("after", metavar="OUT2", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="FOLDER", type=click.Path(path_type=Path), help="Where to write diff.csv; OUT2 without it.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def diff(before: Path, after: Path, output: Path | None, form: str) -> None:
    """Compare the output folders of two audits: which findings are new, gone or changed, and what caused it.

    Every change is written to diff.csv; counts are printed. The exit code is 0 whatever changed.
    """
    # Imported here: polars takes time that `medrisk --help` should not.
    from medrisk.audit.diff import compare

    found = compare(before, after, output or after)
    click.echo(to_json(as_plain(found), indent=2) if form == "json" else write_text(found))


def as_plain(found: Diff) -> dict[str, object]:
    differs = found.differences
    return {
        "same": found.same,
        "changed": found.changed,
        "changes": [{"change": change, "cause": cause, "findings": count} for change, cause, count in found.changes],
        "rules": [{"rule": rule, "change": change, "cause": cause, "findings": count} for rule, change, cause, count in found.rules],
        "patients": {state: found.patients.get(state, 0) for state in ("same", "changed", "new", "gone")},
        "differences": {"data": differs.data, "knowledge": differs.knowledge, "vocabulary": differs.vocabulary,
                        "options": list(differs.options), "program": differs.program},
        "versions": {"before": found.before["versions"], "after": found.after["versions"]},
    }  # fmt: skip


def write_text(found: Diff) -> str:
    from medrisk.cli.page import Page, page_width

    page = Page(page_width())
    noun = "finding differs" if found.changed == 1 else "findings differ"
    page.text(f"{found.changed:,} {noun}, {found.same:,} the same. Draft knowledge, for pharmacist review.", bold=True)
    page.bullets(_between(found))
    if found.changes:
        page.heading("WHAT CHANGED")
        rows: list[tuple[str, ...]] = [(change, f"{count:,}", cause) for change, cause, count in found.changes]
        page.table(("change", "findings", "cause"), rows, [_NUMBER_WIDTH] * 2)
        page.heading("BY RULE")
        rows = [(rule, change, f"{count:,}", cause) for rule, change, cause, count in found.rules[:_MOST_RULES]]
        page.table(("rule", "change", "findings", "cause"), rows, (page.width - 3 * (_NUMBER_WIDTH + 2), *[_NUMBER_WIDTH] * 2))
        if len(found.rules) > _MOST_RULES:
            page.text(f"{len(found.rules) - _MOST_RULES:,} more rows: --format json shows all.")
        page.heading("CAUSES")
        page.bullets(_causes(found))
    page.gap()
    page.text("Each change stands in diff.csv.")
    return str(page)


def _between(found: Diff) -> list[str]:
    """In what the runs differ, and the patients."""
    differs = found.differences
    said = [f"files: {'others' if differs.data else 'the same'}"]
    for name, words, differ in (
        ("knowledge", "knowledge", differs.knowledge), ("vocabulary", "vocabulary", differs.vocabulary), ("program", "medrisk", differs.program),
    ):  # fmt: skip
        before, after = (_version(manifest["versions"], name) for manifest in (found.before, found.after))
        said.append(f"{words}: {before}, then {after}" if differ else f"{words}: {after}, both times")
    said.append(f"options that differ: {', '.join(differs.options) or 'none'}")
    people = {state: f"{found.patients.get(state, 0):,}" for state in ("same", "changed", "new", "gone")}
    said.append(f"patients: {people['same']} read the same, {people['changed']} not the same, {people['new']} new, {people['gone']} gone")
    return said


def _version(versions: dict[str, str | None], name: str) -> str:
    more = {"knowledge": ("site_table",), "vocabulary": ("vocabulary_release", "online")}.get(name, ())
    said = " and ".join(str(versions[one]) for one in more if versions.get(one))
    return f"{versions.get(name)}{f' with {said}' if said else ''}"


def _causes(found: Diff) -> list[str]:
    named = {name for _, cause, _ in found.changes for name in cause.split(" or ")}
    words = [f"{name}: {meaning}" for name, meaning in _CAUSES.items() if name in named]
    if "data" in named and found.differences.knowledge:
        words.append("the knowledge differs as well, so it may have had a part in what is told as data")
    return words
