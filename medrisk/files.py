"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` so that another process sees the old file or the new one, never half of it.

    Raises OSError when the folder cannot be written.
    """
    import tempfile  # here, because a start that finds its cache does not need it

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)  # noqa: PTH105 - the atomic call, named in full
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def write_folder_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of files at ``folder`` in one step. One that stands there, whole or damaged, gives way.

    Raises OSError when the place cannot be written.
    """
    import tempfile

    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=folder.name, suffix=".part", dir=folder.parent))
    try:
        for name, content in files.items():
            (made / name).write_bytes(content)
        made.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
