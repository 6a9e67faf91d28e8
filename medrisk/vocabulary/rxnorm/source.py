"""Whether a file is an RxNorm release, whole and unchanged, before anything is built from it."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from medrisk.errors import ChecksumError, ReleaseFileError
from medrisk.vocabulary.rxnorm.rrf import NEEDED, RrfZip

FILES_PAGE = "https://www.nlm.nih.gov/research/umls/rxnorm/docs/rxnormfiles.html"

_GET_IT = f"Download the Current Prescribable Content (RxNorm_full_prescribe_MMDDYYYY.zip, no licence needed) from {FILES_PAGE}."
_AGAIN = "Download it again; the size of the file should be what the site says."
_CHUNK = 1 << 20
_LARGEST_TABLE = 8 << 30
_ENCRYPTED = 0x1
_HEX = re.compile(r"\b[0-9a-fA-F]+\b")
_LENGTHS = {"sha256": 64, "md5": 32}


@dataclass(frozen=True, slots=True)
class Digests:
    """Checksums of a file, of one reading."""

    sha256: str
    md5: str


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum that a file must have: ``kind`` is sha256 or md5, ``where`` says who published it."""

    kind: str
    value: str
    where: str


def open_source(path: Path) -> RrfZip:
    """The tables of a release. Raises ReleaseFileError, which says what the file is instead."""
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise ReleaseFileError(
            f"{path} cannot be read: {_words(error)}.", hint="Give the path of the zip file."
        ) from None
    if not start:
        raise ReleaseFileError(f"{path} is empty.", hint=_AGAIN)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise ReleaseFileError(
            f"{path} is a web page, not a zip: a login or error page was saved in its place.", hint=_GET_IT
        )
    if not start.startswith(b"PK"):
        raise ReleaseFileError(f"{path} is not a zip file.", hint=_GET_IT)
    try:
        release = RrfZip(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ReleaseFileError(
            f"{path} is cut short or damaged: the directory at its end is missing.", hint=_AGAIN
        ) from None
    with_fault = _fault(release)
    if with_fault is not None:
        release.__exit__(None, None, None)
        raise with_fault
    return release


def damaged(path: Path, table: str) -> ReleaseFileError:
    """The error for a zip that turned out to be damaged while it was read."""
    return ReleaseFileError(
        f"{path} is damaged: {table} does not come out whole (its checksum in the zip is another).", hint=_AGAIN
    )


def digest(path: Path) -> Digests:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
    return Digests(sha256.hexdigest(), md5.hexdigest())


def compare(digests: Digests, expected: Checksum) -> None:
    """Raises ChecksumError where the file is not the one that ``expected`` was published for."""
    actual, wanted = getattr(digests, expected.kind), expected.value.strip().lower()
    if wanted != actual:
        raise ChecksumError(
            f"The file is not the one that was published: its {expected.kind} is {actual}, {expected.where} says {wanted}.",
            hint="Do not use it. Download it again; if it stays so, ask whoever gave it to you.",
        )


def checksums_beside(path: Path) -> list[Checksum]:
    """Checksums kept beside the file, in FILE.sha256 or FILE.md5."""
    found = []
    for kind in _LENGTHS:
        beside = path.with_name(f"{path.name}.{kind}")
        if beside.is_file():
            value = find_checksum(beside.read_text(encoding="utf-8", errors="replace"), kind)
            if value is None:
                raise ChecksumError(f"{beside} holds no {kind} checksum.", hint="Mend it, or move it away.")
            found.append(Checksum(kind, value, str(beside)))
    return found


def find_checksum(text: str, kind: str) -> str | None:
    """The first checksum of this kind in a text such as ``sha256sum`` writes."""
    return next((word for word in _HEX.findall(text) if len(word) == _LENGTHS[kind]), None)


def _fault(release: RrfZip) -> ReleaseFileError | None:
    path = release.path
    missing = [table for table in NEEDED if table not in release.tables]
    names = {PurePosixPath(info.filename).name.upper() for info in release.members}
    if missing and any(name.startswith("MRCONSO") for name in names):
        return ReleaseFileError(f"{path} is a release of the whole UMLS, not of RxNorm.", hint=_GET_IT)
    if len(missing) == len(NEEDED):
        return ReleaseFileError(f"{path} is a zip, but no RxNorm release: it has no rrf/RXNCONSO.RRF.", hint=_GET_IT)
    if missing:
        return ReleaseFileError(f"{path} is not a whole RxNorm release: {', '.join(missing)} is missing.", hint=_GET_IT)
    tables = [info for info in release.members if info.filename in release.tables.values()]
    if any(info.flag_bits & _ENCRYPTED for info in tables):
        return ReleaseFileError(f"{path} is locked with a password.", hint=_GET_IT)
    if any(info.file_size > _LARGEST_TABLE for info in tables):
        return ReleaseFileError(f"{path} unpacks to more than any RxNorm release holds.", hint=_GET_IT)
    if any("weekly" in name.lower() for name in (path.name, *names)):
        return ReleaseFileError(
            f"{path} is a weekly update: it holds only what changed since the monthly release.", hint=_GET_IT
        )
    return None


def _words(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
