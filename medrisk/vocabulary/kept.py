"""The vocabulary kept between runs: a folder of files that processes map and share.

Like the knowledge cache, this only ever saves time: without a folder, or with a damaged file, all is built anew.
"""

from __future__ import annotations

import json
import mmap
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import marisa_trie

from medrisk import __version__
from medrisk.core import matching, name_keys, name_table, near, text, words
from medrisk.core.matching import NameIndex
from medrisk.core.model import Ingredient
from medrisk.core.name_table import NameTable
from medrisk.core.names import Vocabulary
from medrisk.core.near import NearIndex
from medrisk.files import write_folder_whole
from medrisk.vocabulary import codes as codes_module
from medrisk.vocabulary import formulary, release_terms
from medrisk.vocabulary.codes import Codes

if TYPE_CHECKING:
    from medrisk.vocabulary.rxnorm.release import Release

# What is kept depends on this code and its lists of words as well as on the data.
_MAKERS = (matching, name_keys, name_table, near, text, words, formulary, release_terms, codes_module)
KEPT_FOLDERS = 3
_FOLDER_NAME = re.compile(r"names-[0-9a-f]{12}-[^/]+")
_FACTS, _TRIE, _ROWS, _NEAR = "facts.json", "names.marisa", "rows.bin", "near.bin"
_PRODUCTS = "products.marisa"


def load_vocabulary(
    version: str, build: Callable[[], Vocabulary], cache_dir: Path | None, release: Release | None = None
) -> Vocabulary:
    """The vocabulary of this version of the data, from ``cache_dir`` where it was kept, else as ``build`` makes it.

    ``release`` must be the one that ``build`` uses.
    """
    if cache_dir is None:
        return build()
    mark = f"{_code_mark()}-{release.sha256[:12]}" if release else _code_mark()
    folder = cache_dir / f"names-{version}-{__version__}-{mark}"
    with suppress(OSError, ValueError, KeyError, TypeError, RuntimeError):
        return _open(folder, release)
    vocabulary = build()
    with suppress(OSError):
        write_folder_whole(folder, _files(vocabulary))
        _drop_old(cache_dir)
        return _open(folder, release)
    return vocabulary


def _code_mark() -> str:
    """A checksum of the code that makes what is kept, so that files of older code are not taken for new ones."""
    mark = 0
    for module in (*_MAKERS, sys.modules[__name__]):
        mark = crc32(Path(str(module.__file__)).read_bytes(), mark)
    return f"{mark:08x}"


def _files(vocabulary: Vocabulary) -> Mapping[str, bytes]:
    trie, rows = vocabulary.index.table.content
    codes = cast("Codes", vocabulary.codes)
    facts = {
        "look_alikes": {name: sorted(others) for name, others in vocabulary.index.look_alikes.items()},
        "ingredients": {name: found.rxcui for name, found in vocabulary.ingredients.items()},
        "routes": vocabulary.routes,
        "units": vocabulary.units,
        "class_words": vocabulary.class_words,
        "products": sorted(sorted(product) for product in vocabulary.products),
        "codes": codes.names,
    }
    return {
        _FACTS: json.dumps(facts, ensure_ascii=False).encode(),
        _TRIE: trie,
        _ROWS: rows,
        _NEAR: vocabulary.index.near.content,
        **({} if codes.product_names is None else {_PRODUCTS: codes.product_names.tobytes()}),
    }


def _open(folder: Path, release: Release | None) -> Vocabulary:
    facts: Mapping[str, Any] = json.loads((folder / _FACTS).read_bytes())
    table = NameTable(marisa_trie.Trie().mmap(str(folder / _TRIE)), _mapped(folder / _ROWS))
    look_alikes = {name: frozenset(others) for name, others in facts["look_alikes"].items()}
    ingredients = {name: Ingredient(name, rxcui) for name, rxcui in facts["ingredients"].items()}
    product_names = marisa_trie.RecordTrie("<I").mmap(str(folder / _PRODUCTS)) if release else None
    return Vocabulary(
        index=NameIndex(table, look_alikes, NearIndex(_mapped(folder / _NEAR))),
        ingredients=ingredients,
        routes=facts["routes"],
        units=facts["units"],
        class_words=facts["class_words"],
        codes=Codes(facts["codes"], release, product_names),
        products=frozenset(map(frozenset, facts["products"])),
        release=release.version if release else None,
    )


def _mapped(path: Path) -> memoryview:
    """The bytes of a file, held once by all processes that read it. Raises OSError or ValueError."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _drop_old(cache_dir: Path) -> None:
    folders = [path for path in cache_dir.iterdir() if _FOLDER_NAME.fullmatch(path.name)]
    for path in sorted(folders, key=lambda folder: folder.stat().st_mtime_ns, reverse=True)[KEPT_FOLDERS:]:
        shutil.rmtree(path, ignore_errors=True)
