"""Which files are knowledge, and a name for exactly these bytes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

# Long enough that two versions never meet by chance, short enough to be read out over the telephone.
VERSION_LENGTH = 12


def read_data_files(data_dir: Path) -> dict[str, bytes]:
    """The content of every data file by its path below ``data_dir``, in the order of the paths.

    All are read at once, so that the version names the very bytes that are then parsed. Hidden files, what an
    editor leaves behind and Markdown are not data.
    """
    paths = {path.relative_to(data_dir).as_posix(): path for path in data_dir.rglob("*") if path.is_file()}
    return {name: paths[name].read_bytes() for name in sorted(paths) if _is_data(name)}


def version_of(files: Mapping[str, bytes]) -> str:
    """A short hash over the paths and bytes of all files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:VERSION_LENGTH]


def _is_data(name: str) -> bool:
    is_hidden = any(part.startswith(".") for part in name.split("/"))
    return not is_hidden and not name.endswith(("~", ".md"))
