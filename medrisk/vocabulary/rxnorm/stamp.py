"""When a release was made and which kind it is, and where that was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from medrisk.vocabulary.rxnorm.rrf import RrfZip

# "RXNORM_20AA_200706F": year, month, day; "Readme_Full_Prescribe_07062026.txt", "README: RxNorm 07/06/2026".
_IN_SOURCES = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[A-Z]?$")
_IN_NAME = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_IN_TEXT = re.compile(r"RxNorm\D{0,40}?(\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReleaseStamp:
    """``date`` is ISO or empty where nothing tells it; ``kind`` is prescribable or full."""

    date: str
    found_in: str
    kind: str


def read_stamp(release: RrfZip) -> ReleaseStamp:
    found, where = _read_date(release)
    return ReleaseStamp(found, where, _read_kind(release))


def _read_date(release: RrfZip) -> tuple[str, str]:
    for row in release.rows("RXNSAB"):
        if (
            row[3] == "RXNORM"
            and (match := _IN_SOURCES.search(row[2]))
            and (day := _iso(2000 + int(match[1]), match[2], match[3]))
        ):
            return day, "RXNSAB"
    for name in _readmes(release):
        if (match := _IN_NAME.search(PurePosixPath(name).name)) and (day := _iso(int(match[3]), match[1], match[2])):
            return day, PurePosixPath(name).name
        if (match := _IN_TEXT.search(release.read_start(name))) and (day := _iso(int(match[3]), match[1], match[2])):
            return day, PurePosixPath(name).name
    if (match := _IN_NAME.search(release.path.name)) and (day := _iso(int(match[3]), match[1], match[2])):
        return day, "the name of the file"
    return "", "nothing in the release tells it"


def _readmes(release: RrfZip) -> list[str]:
    """Those at the top first: a full release has a prescribable one inside, with a Readme of its own."""
    names = [
        info.filename for info in release.members if PurePosixPath(info.filename).name.lower().startswith("readme")
    ]
    return sorted(names, key=lambda name: ("prescribe/" in name.lower(), name.count("/"), name))


def _read_kind(release: RrfZip) -> str:
    names = [release.path.name, *(name for name in _readmes(release) if "prescribe/" not in name.lower())]
    if any("prescribe" in PurePosixPath(name).name.lower() for name in names):
        return "prescribable"
    return "full" if "RXNATOMARCHIVE" in release.tables else "prescribable"


def _iso(year: int, month: str, day: str) -> str:
    try:
        return date(year, int(month), int(day)).isoformat()
    except ValueError:
        return ""
