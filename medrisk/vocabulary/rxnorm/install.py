"""Installing, finding and removing a release. A release is in use whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from medrisk.errors import MedriskError, ReleaseFileError, RxNormError
from medrisk.vocabulary.rxnorm.build import Built, build
from medrisk.vocabulary.rxnorm.current import sha256_of
from medrisk.vocabulary.rxnorm.gather import Progress
from medrisk.vocabulary.rxnorm.places import Places, Pointer, sync
from medrisk.vocabulary.rxnorm.release import Release
from medrisk.vocabulary.rxnorm.rrf import RrfZip
from medrisk.vocabulary.rxnorm.schema import SUFFIX
from medrisk.vocabulary.rxnorm.source import Checksum, Digests, checksums_beside, compare, damaged, digest, open_source
from medrisk.vocabulary.rxnorm.stamp import ReleaseStamp, read_stamp

# What a damaged zip makes zipfile raise while it is read.
_UNZIP_ERRORS = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error)


@dataclass(frozen=True, slots=True)
class Installed:
    """What an install did. ``checked`` says which checksums the file was held against."""

    version: str
    stamp: ReleaseStamp
    path: Path
    built: Built
    checked: tuple[str, ...]
    seconds: float


def install(
    source: Path,
    data_dir: Path,
    progress: Progress = lambda step, done, total: None,
    *,
    sha256: str | None = None,
    published: Iterable[Checksum] = (),
) -> Installed:
    """Build ``source`` (NLM's zip) into ``data_dir`` and take it into use.

    ``published`` are checksums that were read elsewhere. Raises an RxNormError that says what is wrong and how to mend it;
    the release in use until then stays.
    """
    started = time.monotonic()
    places = Places(data_dir)
    with open_source(source) as release:
        try:
            with places.locked():
                places.clear_leftovers()
                sums = digest(source)
                checked = _check(source, sums, sha256, published)
                stamp, built, path = _build(release, sums.sha256, places, progress)
                version = _take_into_use(path, places)
        except MedriskError:
            raise
        except _UNZIP_ERRORS:
            raise damaged(source, "a table") from None
        except (OSError, sqlite3.Error) as error:
            raise cannot_write(error, places) from None
    return Installed(version, stamp, path, built, checked, time.monotonic() - started)


def remove(data_dir: Path) -> bool:
    """Take the release out of use and delete its files. False where there was none."""
    places = Places(data_dir)
    if not places.folder.is_dir():
        return False
    try:
        with places.locked():
            there = places.pointer.exists()
            places.pointer.unlink(missing_ok=True)
            places.clear_leftovers()
            places.keep_only()
            shutil.rmtree(places.downloads, ignore_errors=True)
    except OSError as error:
        raise cannot_write(error, places) from None
    return there


def _check(source: Path, sums: Digests, sha256: str | None, published: Iterable[Checksum]) -> tuple[str, ...]:
    """Hold the file against every checksum there is for it. Returns which."""
    wanted = [Checksum("sha256", sha256, "the one given")] if sha256 is not None else []
    wanted += [*published, *checksums_beside(source)]
    for checksum in wanted:
        compare(sums, checksum)
    return (*(f"{checksum.kind} ({checksum.where})" for checksum in wanted), "the checksums inside the zip")


def _build(release: RrfZip, sha256: str, places: Places, progress: Progress) -> tuple[ReleaseStamp, Built, Path]:
    stamp = read_stamp(release)
    building = places.new_building()
    try:
        target = building / f"{stamp.date or 'undated'}-{sha256[:12]}{SUFFIX}"
        built = build(release, stamp, sha256, target, progress)
        if not built.counts.get("IN") or not (built.counts.get("SCD") or built.counts.get("SBD")):
            raise ReleaseFileError(
                f"{release.path} holds no ingredients or no products of RxNorm: it is no release, or in another layout.",
                hint="Give the zip as NLM publishes it, with the tables in its folder rrf/.",
            )
        Release(target).close()
        final = places.folder / target.name
        with target.open("r+b") as file:
            sync(file)
        target.replace(final)
        places.sync_folder()
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return stamp, built, final


def _take_into_use(path: Path, places: Places) -> str:
    before = None
    with suppress(ValueError):
        old = places.read_pointer()
        before = None if old is None else old.before if old.file == path.name else old.file
    places.write_pointer(Pointer(path.name, path.stat().st_size, sha256_of(path), before))
    places.keep_only(path.name, before)
    release = Release(path)
    version = release.version
    release.close()
    return version





def cannot_write(error: Exception, places: Places) -> RxNormError:
    """The error for a folder of releases that is full, or may not be written."""
    reason = getattr(error, "strerror", None) or str(error)
    return RxNormError(
        f"The RxNorm release in {places.folder} cannot be written: {reason.lower()}.",
        hint="Make room there, or set MEDRISK_DATA_DIR to a folder that can be written. What was in use stays.",
    )
