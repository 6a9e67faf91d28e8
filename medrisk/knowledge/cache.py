"""Checked documents as JSON, so that a start need not parse and check a few hundred YAML files again.

The cache only ever saves time. Whatever is wrong with it, a full disk or a half-written file, the knowledge is read
from ``data/`` as if there were none.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

from medrisk import __version__
from medrisk.files import write_whole
from medrisk.knowledge.documents import Documents

# Raise it when the documents change their shape, so that older files are not taken for new ones.
FORMAT = 2
# The current version, and a few to go back and forth between branches.
KEPT_FILES = 4

_FILE_NAME = re.compile(r"[0-9a-f]{12}-[^/]+\.json")


def read_cache(cache_dir: Path, version: str) -> Documents | None:
    """The documents of this version, or None when they are not there in one piece."""
    try:
        held = json.loads(_path(cache_dir, version).read_bytes())
        documents = Documents(**held["documents"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return documents if held.get("format") == FORMAT and documents.version == version else None


def write_cache(cache_dir: Path, documents: Documents) -> None:
    """Keep the documents. A folder that cannot be written is no fault: the next start is slower, that is all."""
    content = json.dumps({"format": FORMAT, "documents": documents.as_plain()}, ensure_ascii=False)
    with suppress(OSError):
        write_whole(_path(cache_dir, documents.version), content.encode())
        _drop_old(cache_dir)


def _path(cache_dir: Path, version: str) -> Path:
    return cache_dir / f"{version}-{__version__}.json"


def _drop_old(cache_dir: Path) -> None:
    files = [path for path in cache_dir.iterdir() if _FILE_NAME.fullmatch(path.name)]
    for path in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)[KEPT_FILES:]:
        path.unlink(missing_ok=True)
