"""The cache saves time and is never needed: with it, without it and with a broken one the knowledge is the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medrisk import __version__
from medrisk.errors import KnowledgeError
from medrisk.knowledge import cache, load_documents, load_knowledge, strict_yaml
from medrisk.knowledge.version import read_data_files, version_of


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "knowledge"


@pytest.fixture
def no_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(content: bytes) -> None:
        raise AssertionError("YAML was parsed although the cache has the documents")

    monkeypatch.setattr("medrisk.knowledge.read.parse_yaml", refuse)
    assert strict_yaml.parse_yaml is not refuse


def test_the_cache_is_written_under_both_versions(data_dir: Path, cache_dir: Path) -> None:
    documents = load_documents(data_dir, cache_dir)
    assert [path.name for path in cache_dir.iterdir()] == [f"{documents.version}-{__version__}.json"]


def test_the_second_load_is_equal_and_needs_no_yaml(
    data_dir: Path, cache_dir: Path, request: pytest.FixtureRequest
) -> None:
    first = load_knowledge(data_dir, cache_dir=cache_dir)
    request.getfixturevalue("no_yaml")
    assert load_knowledge(data_dir, cache_dir=cache_dir) == first


def test_a_hit_imports_neither_yaml_nor_marshmallow(data_dir: Path, cache_dir: Path) -> None:
    load_documents(data_dir, cache_dir)
    code = (
        "import sys; from pathlib import Path; from medrisk.knowledge import load_knowledge\n"
        f"load_knowledge(Path({str(data_dir)!r}), cache_dir=Path({str(cache_dir)!r}))\n"
        "print({'yaml', 'marshmallow'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_changed_file_is_a_new_version(data_dir: Path, cache_dir: Path) -> None:
    before = load_documents(data_dir, cache_dir)
    path = data_dir / "effects.yaml"
    path.write_text(path.read_text().replace("Low potassium", "Potassium too low"))
    after = load_documents(data_dir, cache_dir)
    assert after.version != before.version
    assert after.effects["hypokalaemia"]["name"] == "Potassium too low"


def test_the_version_depends_on_names_and_bytes_alone() -> None:
    files = {"a.yaml": b"1", "b.yaml": b"2"}
    assert version_of(files) == version_of(dict(reversed(files.items())))
    others = [{"a.yaml": b"12", "b.yaml": b""}, {"a.yaml": b"1", "c.yaml": b"2"}, {"a.yaml": b"1"}]
    assert len({version_of(other) for other in [files, *others]}) == 4


def test_the_version_is_twelve_hex_digits(data_dir: Path) -> None:
    version = version_of(read_data_files(data_dir))
    assert len(version) == 12
    int(version, 16)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", '{"format": 1}', '{"format": 1, "documents": {"version": "x"}}', "\x00"]
)
def test_a_damaged_file_is_replaced(data_dir: Path, cache_dir: Path, damage: str) -> None:
    first = load_documents(data_dir, cache_dir)
    (path,) = cache_dir.iterdir()
    path.write_text(damage)
    assert load_documents(data_dir, cache_dir) == first
    assert json.loads(path.read_text())["documents"]["version"] == first.version


def test_a_file_of_another_format_is_replaced(data_dir: Path, cache_dir: Path) -> None:
    first = load_documents(data_dir, cache_dir)
    (path,) = cache_dir.iterdir()
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "format": 0}))
    assert load_documents(data_dir, cache_dir) == first
    assert json.loads(path.read_text())["format"] == cache.FORMAT


def test_a_folder_that_cannot_be_written_is_no_fault(data_dir: Path, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("a file where the folder should be")
    assert load_documents(data_dir, blocker / "cache") == load_documents(data_dir)


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    data_dir: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("medrisk.files.os.replace", fail)
    assert load_documents(data_dir, cache_dir).version
    assert list(cache_dir.iterdir()) == []


def test_only_the_newest_files_are_kept_and_no_other_file_is_touched(data_dir: Path, cache_dir: Path) -> None:
    cache_dir.mkdir(parents=True)
    (cache_dir / "notes.json").write_text("mine")
    path = data_dir / "effects.yaml"
    for number in range(cache.KEPT_FILES + 3):
        path.write_text(path.read_text() + f"# {number}\n")
        newest = load_documents(data_dir, cache_dir).version
    names = {file.name for file in cache_dir.iterdir()}
    assert "notes.json" in names
    assert f"{newest}-{__version__}.json" in names
    assert len(names) == cache.KEPT_FILES + 1


def test_faulty_data_is_never_cached(data_dir: Path, cache_dir: Path) -> None:
    (data_dir / "labs.yaml").unlink()
    with pytest.raises(KnowledgeError):
        load_documents(data_dir, cache_dir)
    assert not cache_dir.exists()
