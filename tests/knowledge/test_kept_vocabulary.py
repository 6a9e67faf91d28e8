"""The vocabulary kept between runs: read back the same, built anew when damaged, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_knowledge import small_vocabulary, write_small

from medrisk.core.names import Vocabulary
from medrisk.vocabulary import kept, load_vocabulary

_VERSION = "0123456789ab"


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    return small_vocabulary(write_small(tmp_path / "data"))


def _never() -> Vocabulary:
    raise AssertionError("built again although it was kept")


def _facts(vocabulary: Vocabulary) -> object:
    index = vocabulary.index
    names = {key: index.lookup(key) for key in index.table}
    by_code = {i.rxcui: vocabulary.codes.by_code("rxcui", i.rxcui) for i in vocabulary.ingredients.values() if i.rxcui}
    words = {first: list(found) for first, found in vocabulary.class_words.items()}
    return names, dict(index.look_alikes), vocabulary.ingredients, vocabulary.routes, words, by_code, vocabulary.products


def test_what_is_read_back_is_what_was_built(tmp_path: Path, vocabulary: Vocabulary) -> None:
    built = _facts(vocabulary)
    assert _facts(load_vocabulary(_VERSION, lambda: vocabulary, tmp_path / "kept")) == built
    again = load_vocabulary(_VERSION, _never, tmp_path / "kept")
    assert _facts(again) == built
    word = f"{max(again.index.table, key=len)}x"
    assert again.index.match(word) == vocabulary.index.match(word)


@pytest.mark.parametrize("name", ["facts.json", "names.marisa", "rows.bin", "near.bin"])
@pytest.mark.parametrize("damage", [b"", b"nothing of use", None])
def test_a_damaged_file_is_built_anew(tmp_path: Path, vocabulary: Vocabulary, name: str, damage: bytes | None) -> None:
    cache = tmp_path / "kept"
    load_vocabulary(_VERSION, lambda: vocabulary, cache)
    (file,) = cache.glob(f"names-*/{name}")
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage)
    assert _facts(load_vocabulary(_VERSION, lambda: vocabulary, cache)) == _facts(vocabulary)
    assert _facts(load_vocabulary(_VERSION, _never, cache)) == _facts(vocabulary)


def test_a_place_that_cannot_be_written_costs_time_only(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "file").write_text("in the way")
    assert load_vocabulary(_VERSION, lambda: vocabulary, tmp_path / "file" / "kept") is vocabulary
    assert load_vocabulary(_VERSION, lambda: vocabulary, None) is vocabulary


def test_old_ones_are_dropped_and_nothing_else(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "mine").mkdir()
    for number in range(kept.KEPT_FOLDERS + 2):
        load_vocabulary(f"{number:012x}", lambda: vocabulary, tmp_path)
    assert len(list(tmp_path.glob("names-*"))) == kept.KEPT_FOLDERS
    assert (tmp_path / "mine").is_dir()
