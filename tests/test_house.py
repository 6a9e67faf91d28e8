"""The house itself: floors, files where they belong, modules of a readable length, pinned requirements."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "medrisk").rglob("*.py"))
LONGEST_MODULE = 500


def test_the_floors_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "requirements-spark.txt", "wsgi.py",
        ".gitignore", ".ci/run", "data/drug_classes", "data/interactions", "data/formulary", "data/sources",
        "docs/knowledge-guide.md", "docs/architecture.md", "docs/glossary.md", "docs/settings.md", "docs/adr",
        "docs/running.md", "docs/extension.md", "docs/cds-hooks.md", "docs/audit-files.md", "docs/audit-report.md", "docs/spark.md",
        "deploy/Dockerfile", "deploy/medrisk.service",
        "bench/names.py", "bench/check.py", "bench/serve.py", "bench/cds.py", "bench/audit.py",
    ],
)  # fmt: skip
def test_what_everybody_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_ci_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
    assert "set -euo pipefail" in script
    assert "make test" in script
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-spark.txt"])
def test_requirements_are_pinned(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert wanted
    assert [line for line in wanted if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_why_it_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) <= LONGEST_MODULE


def test_only_settings_read_the_environment() -> None:
    readers = [path.name for path in MODULES if re.search(r"\benviron\b|\bgetenv\b", path.read_text(encoding="utf-8"))]
    assert readers == ["settings.py"]
