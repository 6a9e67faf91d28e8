"""The vocabulary kept between runs: names as JSON, the index of misspellings as bytes that processes share.

Like the knowledge cache, this only ever saves time: without a folder, or with a damaged file, all is built anew.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from medrisk import __version__
from medrisk.core import matching, near, text, words
from medrisk.core.matching import NameIndex
from medrisk.core.model import Ingredient
from medrisk.core.names import Vocabulary
from medrisk.files import write_whole
from medrisk.vocabulary import formulary
from medrisk.vocabulary.formulary import build_vocabulary, ingredients_by_code

# What is kept depends on this code and its lists of words as well as on the data.
_MAKERS = (matching, near, text, words, formulary)
KEPT_FILES = 4

_FILE_NAME = re.compile(r"(?:names|near)-[0-9a-f]{12}-[^/]+")


def load_vocabulary(
    version: str,
    areas: Iterable[Mapping[str, Any]],
    abbreviations: Mapping[str, Mapping[str, Any]],
    class_words: Sequence[str],
    look_alikes: Iterable[tuple[str, ...]],
    cache_dir: Path | None,
) -> Vocabulary:
    """The vocabulary of this version of the data, from ``cache_dir`` where it was kept."""
    if cache_dir is None:
        return build_vocabulary(areas, abbreviations, class_words, look_alikes)
    suffix = f"{version}-{__version__}-{_code_mark()}"
    path = cache_dir / f"names-{suffix}.json"
    store = NearFile(cache_dir / f"near-{suffix}.bin")
    with suppress(OSError, ValueError, KeyError, TypeError):
        return _from_plain(json.loads(path.read_bytes()), store)
    plain = _to_plain(build_vocabulary(areas, abbreviations, class_words, look_alikes))
    with suppress(OSError):
        write_whole(path, json.dumps(plain, ensure_ascii=False).encode())
        _drop_old(cache_dir)
    return _from_plain(plain, store)


def _code_mark() -> str:
    """A checksum of the code that makes what is kept, so that files of older code are not taken for new ones."""
    mark = 0
    for module in (*_MAKERS, sys.modules[__name__]):
        mark = crc32(Path(str(module.__file__)).read_bytes(), mark)
    return f"{mark:08x}"


class NearFile:
    """The index of misspellings in a file, mapped so that workers on one machine hold it once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> memoryview | None:
        with suppress(OSError, ValueError), self._path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return None

    def write(self, content: bytes) -> None:
        with suppress(OSError):
            write_whole(self._path, content)


def _to_plain(vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "index": vocabulary.index.to_plain(),
        "ingredients": {name: found.rxcui for name, found in vocabulary.ingredients.items()},
        "routes": vocabulary.routes,
        "units": vocabulary.units,
        "class_words": vocabulary.class_words,
        "products": sorted(sorted(product) for product in vocabulary.products),
    }


def _from_plain(plain: Mapping[str, Any], store: NearFile) -> Vocabulary:
    ingredients = {name: Ingredient(name, rxcui) for name, rxcui in plain["ingredients"].items()}
    return Vocabulary(
        index=NameIndex.from_plain(plain["index"], store),
        ingredients=ingredients,
        routes=plain["routes"],
        units=plain["units"],
        class_words=plain["class_words"],
        by_code=ingredients_by_code(ingredients).get,
        products=frozenset(map(frozenset, plain["products"])),
    )


def _drop_old(cache_dir: Path) -> None:
    files = [path for path in cache_dir.iterdir() if _FILE_NAME.fullmatch(path.name)]
    for path in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)[KEPT_FILES:]:
        path.unlink(missing_ok=True)
