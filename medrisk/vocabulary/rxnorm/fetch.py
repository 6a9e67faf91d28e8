"""Download, checksum, install, in one step.

NLM publishes an MD5 of each dated zip on its page of RxNorm files, and none beside the file itself; a mirror may have
one beside it. Where none can be read, the checksums inside the zip still tell a broken download.
"""

from __future__ import annotations

import html
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import requests

from medrisk.errors import ReleaseFileError
from medrisk.vocabulary.rxnorm.download import download, new_session
from medrisk.vocabulary.rxnorm.gather import Progress
from medrisk.vocabulary.rxnorm.install import Installed, cannot_write, install
from medrisk.vocabulary.rxnorm.places import Places
from medrisk.vocabulary.rxnorm.source import FILES_PAGE, Checksum, find_checksum, open_source
from medrisk.vocabulary.rxnorm.stamp import read_stamp

# The newest Current Prescribable Content, without login or licence.
CURRENT_URL = "https://download.nlm.nih.gov/rxnorm/RxNorm_full_prescribe_current.zip"

_TIMEOUT = (10, 30)
_CHUNK = 1 << 14
_LARGEST_PAGE = 2_000_000
_LARGEST_SUM = 10_000
_TAG = re.compile(r"<[^>]*>")


def fetch_and_install(
    url: str, data_dir: Path, downloading: Progress, reading: Progress, *, sha256: str | None = None
) -> Installed:
    """Fetch the release at ``url`` and take it into use. The zip is deleted once it is installed, or found to be wrong."""
    places = Places(data_dir)
    try:
        with places.locked("download-lock"):
            fetched = download(url, places.downloads, downloading)
            try:
                published = _published(url, fetched.path, fetched.md5)
                done = install(fetched.path, data_dir, reading, sha256=sha256, published=published)
            except ReleaseFileError:
                fetched.path.unlink(missing_ok=True)
                raise
            fetched.path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(error, places) from None
    return done


def md5_on_page(page: str, name: str) -> str | None:
    """The MD5 that NLM's page gives for the zip of this name."""
    text = html.unescape(_TAG.sub(" ", page))
    found = re.search(
        rf"{re.escape(name)}(?:(?!\.zip).){{0,300}}?MD5 checksum:\s*([0-9a-fA-F]{{32}})\b", text, re.DOTALL
    )
    return found[1].lower() if found else None


def _published(url: str, path: Path, md5: str | None) -> tuple[Checksum, ...]:
    found = [Checksum("md5", md5, "the server")] if md5 else []
    with new_session() as session:
        if (urlsplit(url).hostname or "").endswith("nlm.nih.gov"):
            name = _dated_name(path)
            value = md5_on_page(_text(session, FILES_PAGE, _LARGEST_PAGE), name) if name else None
            found += [Checksum("md5", value, FILES_PAGE)] if value else []
        else:
            address = urlsplit(url)
            for kind in ("sha256", "md5"):
                beside = address._replace(path=f"{address.path}.{kind}")
                value = find_checksum(_text(session, urlunsplit(beside), _LARGEST_SUM), kind)
                # Without user, password and query, which are nobody else's business.
                found += [Checksum(kind, value, f"{address.hostname}{beside.path}")] if value else []
    return tuple(found)


def _dated_name(path: Path) -> str | None:
    """The name that NLM lists the release under: "current" is no name there, the date inside tells it."""
    with open_source(path) as release:
        stamp = read_stamp(release)
    if not stamp.date:
        return None
    year, month, day = stamp.date.split("-")
    kind = "full_prescribe" if stamp.kind == "prescribable" else "full"
    return f"RxNorm_{kind}_{month}{day}{year}.zip"


def _text(session: requests.Session, url: str, most: int) -> str:
    """What stands at ``url``, empty where nothing can be read there: a checksum is a help, not a need."""
    content = b""
    with suppress(requests.exceptions.RequestException), session.get(url, timeout=_TIMEOUT, stream=True) as answer:
        if answer.status_code == requests.codes.ok:
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > most:
                    return ""
    return content.decode("utf-8", errors="replace")
