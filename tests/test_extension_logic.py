"""What the extension does without a browser, tested by Node's own test runner; and what its files must hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import system_node

import medrisk

EXTENSION = Path(__file__).parents[1] / "extension"
PACKAGE = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
MODULES = sorted((EXTENSION / "src").rglob("*.js"))


if shutil.which("node"):

    def test_the_logic_of_the_extension() -> None:
        done = subprocess.run(["node", "--test"], cwd=EXTENSION, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


if not system_node.missing():

    def test_the_same_sources_give_the_same_zips(tmp_path: Path) -> None:
        built = []
        for name in ("first", "second"):
            subprocess.run(
                ["node", "build.js", "--out", str(tmp_path / name)], cwd=EXTENSION, check=True, capture_output=True
            )
            built.append({path.name: path.read_bytes() for path in (tmp_path / name).glob("*.zip")})
        assert len(built[0]) == 2
        assert built[0] == built[1]
        page_script = (tmp_path / "first" / "chromium" / "content.js").read_text(encoding="utf-8")
        assert 'mode: "closed"' in page_script
        assert "fetch(" not in page_script


def test_it_has_the_version_of_medrisk() -> None:
    assert PACKAGE["version"] == medrisk.__version__


def test_its_tools_are_pinned_and_the_lock_file_names_no_registry() -> None:
    assert [
        version for version in PACKAGE["devDependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    ] == []
    assert "dependencies" not in PACKAGE
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(EXTENSION)))
def test_a_module_is_short_says_why_it_exists_and_keeps_to_its_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert len(text.splitlines()) <= 300
    # The network is the background's alone; settings.js reads the extension's own profiles.
    assert "fetch(" not in text or path.relative_to(EXTENSION / "src").as_posix() in {
        "background/server.js",
        "shared/settings.js",
    }
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|console\.", text)
