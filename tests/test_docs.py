"""What is not documented fails here: settings, commands and their options, decisions, and links that lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import medrisk
from medrisk.cli import cli
from medrisk.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Every name that settings.py looks up in the environment.
VARIABLES = re.findall(r'"(MEDRISK_[A-Z_]+|HOST|PORT|XDG_[A-Z_]+|PROMETHEUS_[A-Z_]+)"', (ROOT / "medrisk" / "settings.py").read_text(encoding="utf-8"))
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")


def _commands(group: click.Group, prefix: str = "medrisk") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        title = f"{prefix} {name}"
        found |= _commands(command, title) if isinstance(command, click.Group) else {title: command}
    return found


COMMANDS = _commands(cli)


@pytest.mark.parametrize("title", COMMANDS)
def test_every_command_and_option_stands_in_the_readme(title: str) -> None:
    assert title in README
    for parameter in COMMANDS[title].params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in README, f"{title} {parameter.opts[0]}"


@pytest.mark.parametrize("variable", sorted(set(VARIABLES)))
def test_every_setting_is_documented(variable: str) -> None:
    assert f"`{variable}`" in SETTINGS


def test_the_documented_defaults_are_the_real_ones() -> None:
    defaults = Settings.from_env({})
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", SETTINGS, re.MULTILINE))
    for name in ("jurisdiction", "max_text_bytes", "max_lines", "workers", "audit_max_bytes", "audit_jobs", "audit_hours"):
        assert rows[f"MEDRISK_{name.upper()}"] == f"`{getattr(defaults, name)}`"
    assert (rows["MEDRISK_AUDITS"], defaults.audits) == ("`off`", False)
    assert (rows["MEDRISK_RXNAV"], rows["MEDRISK_RXNAV_URL"]) == ("`off`", f"`{defaults.rxnav_url}`")
    assert (rows["MEDRISK_CDS_LOUDNESS"], rows["MEDRISK_CDS_FEEDBACK_COMMENTS"]) == (f"`{defaults.cds_loudness}`", "`off`")
    assert (rows["MEDRISK_HOST"], rows["PORT"]) == (f"`{defaults.host}`", f"`{defaults.port}`")


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_its_headings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {int(path.name[:4])}\. ", text)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert re.search(r"^Status: (accepted|superseded by \d{4})$", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(medrisk.__version__)}\] - \d{{4}}-\d{{2}}-\d{{2}}$", changelog, re.MULTILINE)


def test_the_readme_says_that_nothing_is_reviewed() -> None:
    assert "no clinician has reviewed" in " ".join(README.split())
