"""Where an installed release lies, and how the one in use is named, changed and locked.

<data folder>/rxnorm/
  current              JSON: the file in use, its size and checksum, and the file before it
  2025-10-06-ab12....sqlite
  building-...         only while an install runs; what a killed one left is cleared by the next
  downloads/           files being fetched
  lock
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from medrisk.errors import InstallBusyError
from medrisk.vocabulary.rxnorm.schema import SUFFIX

_BUILDING = "building-"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The release in use: its file, what that file must be, and the file that was in use before."""

    file: str
    size: int
    sha256: str
    before: str | None = None


class Places:
    """The folder of releases under one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "rxnorm"
        self.pointer = self.folder / "current"
        self.downloads = self.folder / "downloads"

    def read_pointer(self) -> Pointer | None:
        """None where nothing is installed. Raises ValueError for a pointer that cannot be read."""
        try:
            values = json.loads(self.pointer.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ValueError(str(error)) from error
        try:
            pointer = Pointer(**values)
        except TypeError as error:
            raise ValueError("not a pointer") from error
        if not isinstance(pointer.file, str) or Path(pointer.file).name != pointer.file:
            raise ValueError("not a file of this folder")
        return pointer

    def write_pointer(self, pointer: Pointer) -> None:
        """Change over in one step: another process sees the old release or the new one."""
        handle, name = tempfile.mkstemp(prefix=_BUILDING, dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(asdict(pointer)).encode())
            sync(file)
        Path(name).chmod(0o644)  # a service may run as another user than the one who installs
        Path(name).replace(self.pointer)
        self.sync_folder()

    def new_building(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=_BUILDING, dir=self.folder))

    def clear_leftovers(self) -> None:
        """What an install that was killed left behind."""
        for path in self.folder.glob(f"{_BUILDING}*"):
            _drop(path)

    def keep_only(self, *files: str | None) -> None:
        for path in self.folder.glob(f"*{SUFFIX}"):
            if path.name not in files:
                _drop(path)

    def sync_folder(self) -> None:
        if sys.platform != "win32":
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """One install or removal (or download) at a time. The lock goes with its process, also with one that was killed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("a+b") as file:
            if not _take(file):
                raise InstallBusyError(
                    f"Another process is changing the RxNorm release in {self.folder}.",
                    hint="Wait until it is done, then try again.",
                )
            yield


def sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _take(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
