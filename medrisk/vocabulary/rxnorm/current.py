"""The release in use: which one it is, and whether it is whole. Light to import, because every start asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medrisk.errors import RxNormError
from medrisk.vocabulary.rxnorm.places import Places

if TYPE_CHECKING:
    from medrisk.vocabulary.rxnorm.release import Release


@dataclass(frozen=True, slots=True)
class Status:
    """``state``: none, installed or damaged; ``problem`` says what is wrong with a damaged one."""

    state: str
    path: Path | None = None
    size: int = 0
    release: Release | None = None
    problem: str = ""


def installed(data_dir: Path) -> Release | None:
    """The release in use; None where none is installed, and where it is damaged (``status`` tells which)."""
    return status(data_dir).release


def status(data_dir: Path, *, thorough: bool = False) -> Status:
    """What is installed. ``thorough`` reads the whole file and compares its checksum."""
    places = Places(data_dir)
    try:
        pointer = places.read_pointer()
    except ValueError:
        return Status("damaged", places.pointer, problem="the file that names the release in use cannot be read")
    if pointer is None:
        return Status("none")
    path = places.folder / pointer.file
    try:
        size = path.stat().st_size
    except OSError:
        return Status("damaged", path, problem="its file is missing")
    if size != pointer.size:
        return Status("damaged", path, size, problem=f"its file has {size} bytes and should have {pointer.size}")
    try:
        if thorough and sha256_of(path) != pointer.sha256:
            return Status("damaged", path, size, problem="its file was changed after it was installed")
    except OSError:
        return Status("damaged", path, size, problem="its file cannot be read")
    from medrisk.vocabulary.rxnorm.release import Release  # here, because it brings in sqlite3

    try:
        return Status("installed", path, size, Release(path))
    except RxNormError as error:
        return Status("damaged", path, size, problem=error.message)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
