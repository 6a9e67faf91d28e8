"""A download that breaks off goes on where it stopped, and two versions of a file are never mixed."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from small_release import write_release

from medrisk.errors import ChecksumError, DownloadError, InstallBusyError, ReleaseFileError, RxNormError
from medrisk.vocabulary.rxnorm import fetch
from medrisk.vocabulary.rxnorm.current import installed
from medrisk.vocabulary.rxnorm.download import Fetched, download
from medrisk.vocabulary.rxnorm.fetch import fetch_and_install, md5_on_page
from medrisk.vocabulary.rxnorm.places import Places
from medrisk.vocabulary.rxnorm.source import FILES_PAGE

# Makes the zip some pieces long, and is the same each time.
_NOISE = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(8_000))
_PIECE = 1 << 14


@dataclass
class Site:
    """A server of one file, told how to misbehave."""

    content: bytes
    url: str = ""
    etag: str = '"one"'
    break_after: list[int] = field(
        default_factory=list
    )  # bytes that each of the next answers sends before it breaks off
    statuses: list[int] = field(default_factory=list)  # of the next answers
    headers: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # ".sha256": text
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)  # the Range of each request for the file


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site, path = self.site, self.path
        if not path.endswith(".zip"):
            return self._answer(
                200 if (text := site.beside.get(path[path.rindex(".") :])) else 404, (text or "no").encode()
            )
        wanted = self.headers.get("Range")
        site.asked.append(wanted)
        if site.statuses:
            return self._answer(site.statuses.pop(0), b"not now")
        start = 0
        if wanted and site.ranges and self.headers.get("If-Range") == site.etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(site.content):
                return self._answer(416, b"", {"Content-Range": f"bytes */{len(site.content)}"})
        rest = site.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(site.content) - 1}/{len(site.content)}")
        for name, value in {"ETag": site.etag, "Content-Length": str(len(rest)), **site.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        most = site.break_after.pop(0) if site.break_after else len(rest)
        self.wfile.write(rest[:most])
        self.close_connection = True
        return None

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    found = Site(write_release(tmp_path / "source.zip", also={"filler": _NOISE}).read_bytes())
    handler = type("Handler", (_Handler,), {"site": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/rxnorm/RxNorm_full_prescribe_07062026.zip"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


class _Pauses(list[float]):
    """Takes the place of time.sleep."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def _quiet(step: str, done: int, total: int) -> None:
    """Progress that is not looked at."""


def test_a_file_arrives_whole(site: Site, folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    fetched = download(site.url, folder, lambda *state: seen.append(state))
    assert fetched.path.name == "RxNorm_full_prescribe_07062026.zip"
    assert fetched.path.read_bytes() == site.content
    assert seen[-1] == ("download", len(site.content), len(site.content))
    assert [path.name for path in folder.iterdir()] == [fetched.path.name]


def test_a_connection_that_breaks_twice_is_taken_up_again(site: Site, folder: Path) -> None:
    site.break_after = [2 * _PIECE + 100, _PIECE]
    pauses = _Pauses()
    fetched = download(site.url, folder, _quiet, pause=pauses)
    assert fetched.path.read_bytes() == site.content
    assert site.asked == [None, f"bytes={2 * _PIECE}-", f"bytes={3 * _PIECE}-"]
    assert pauses == [1.0, 1.0]


def test_a_later_run_goes_on_where_the_first_gave_up(site: Site, folder: Path) -> None:
    site.break_after = [_PIECE, 0, 0, 0, 0, 0]
    with pytest.raises(DownloadError, match="could not be read"):
        download(site.url, folder, _quiet, pause=_Pauses())
    site.asked.clear()
    site.break_after.clear()
    assert download(site.url, folder, _quiet).path.read_bytes() == site.content
    assert site.asked == [f"bytes={_PIECE}-"]


def test_a_part_of_an_older_release_is_thrown_away(site: Site, folder: Path, tmp_path: Path) -> None:
    site.break_after = [_PIECE, 0, 0, 0, 0]
    with pytest.raises(DownloadError):
        download(site.url, folder, _quiet, pause=_Pauses())
    site.content = write_release(tmp_path / "newer.zip", readme="Readme_Full_Prescribe_08032026.txt").read_bytes()
    site.etag = '"two"'
    assert download(site.url, folder, _quiet).path.read_bytes() == site.content


def test_a_server_without_ranges_starts_anew(site: Site, folder: Path) -> None:
    site.ranges = False
    site.break_after = [_PIECE]
    assert download(site.url, folder, _quiet, pause=_Pauses()).path.read_bytes() == site.content


def test_a_part_that_is_whole_already_is_enough(site: Site, folder: Path) -> None:
    site.break_after = [_PIECE, 0, 0, 0, 0]
    with pytest.raises(DownloadError):
        download(site.url, folder, _quiet, pause=_Pauses())
    (part,) = folder.glob("*.part")
    part.write_bytes(site.content)
    assert download(site.url, folder, _quiet).path.read_bytes() == site.content


def test_a_busy_server_is_asked_again(site: Site, folder: Path) -> None:
    site.statuses = [503, 429]
    pauses = _Pauses()
    assert download(site.url, folder, _quiet, pause=pauses).path.read_bytes() == site.content
    assert pauses == [1.0, 2.0]


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_not_asked_again(site: Site, folder: Path, status: int) -> None:
    site.statuses = [status]
    with pytest.raises(DownloadError, match=f"status {status}"):
        download(site.url, folder, _quiet, pause=_Pauses())
    assert len(site.asked) == 1


def test_a_web_page_in_place_of_the_file_is_refused(site: Site, folder: Path) -> None:
    site.headers = {"Content-Type": "text/html; charset=utf-8"}
    with pytest.raises(DownloadError, match="web page"):
        download(site.url, folder, _quiet)


@pytest.mark.parametrize("url", ["ftp://example.org/a.zip", "/a.zip", "file:///a.zip", "https://"])
def test_an_address_of_another_kind_is_refused(folder: Path, url: str) -> None:
    with pytest.raises(DownloadError, match="https://"):
        download(url, folder, _quiet)


def test_without_a_network_the_other_way_is_said(folder: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        download("http://127.0.0.1:9/a.zip", folder, _quiet, pause=_Pauses())
    assert "--from" in caught.value.hint


def test_fetch_and_install_leaves_only_the_release(site: Site, data_dir: Path) -> None:
    site.beside = {".sha256": f"{hashlib.sha256(site.content).hexdigest()}  a.zip"}
    site.headers = {"x-goog-hash": f"crc32c=AAAAAA==, md5={base64.b64encode(_md5(site.content)).decode()}"}
    done = fetch_and_install(site.url, data_dir, _quiet, _quiet)
    assert done.checked == (
        "md5 (the server)",
        "sha256 (127.0.0.1/rxnorm/RxNorm_full_prescribe_07062026.zip.sha256)",
        "the checksums inside the zip",
    )
    assert list(Places(data_dir).downloads.iterdir()) == []
    release = installed(data_dir)
    assert release is not None
    assert release.version == done.version


@pytest.mark.parametrize("how", ["server", "beside", "given"])
def test_a_file_with_another_checksum_is_not_installed(site: Site, data_dir: Path, how: str) -> None:
    if how == "server":
        site.headers = {"Content-MD5": base64.b64encode(b"0" * 16).decode()}
    elif how == "beside":
        site.beside = {".md5": "0" * 32}
    with pytest.raises(ChecksumError):
        fetch_and_install(site.url, data_dir, _quiet, _quiet, sha256="0" * 64 if how == "given" else None)
    assert installed(data_dir) is None
    assert list(Places(data_dir).downloads.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(site: Site, data_dir: Path) -> None:
    data_dir.write_text("in the way", encoding="utf-8")
    with pytest.raises(RxNormError, match="cannot be written"):
        fetch_and_install(site.url, data_dir, _quiet, _quiet)


def test_two_downloads_at_once_are_refused(site: Site, data_dir: Path) -> None:
    with Places(data_dir).locked("download-lock"), pytest.raises(InstallBusyError):
        fetch_and_install(site.url, data_dir, _quiet, _quiet)


def test_a_file_that_is_no_release_is_not_kept(site: Site, data_dir: Path) -> None:
    site.content = b"hello"
    with pytest.raises(ReleaseFileError, match="not a zip"):
        fetch_and_install(site.url, data_dir, _quiet, _quiet)
    assert list(Places(data_dir).downloads.iterdir()) == []


@pytest.mark.parametrize(("right", "known"), [(True, True), (False, True), (True, False)])
def test_what_nlm_publishes_of_the_release_inside_is_held_against_it(
    site: Site, data_dir: Path, monkeypatch: pytest.MonkeyPatch, right: bool, known: bool
) -> None:
    value = _md5(site.content).hex() if right else "0" * 32
    page = f"RxNorm_full_prescribe_07062026.zip MD5 checksum: {value}" if known else ""

    def arrived(url: str, folder: Path, progress: object) -> Fetched:
        folder.mkdir(parents=True)
        path = folder / url.rsplit("/", 1)[-1]
        path.write_bytes(site.content)
        return Fetched(path, None)

    monkeypatch.setattr(fetch, "download", arrived)
    monkeypatch.setattr(fetch, "_text", lambda session, url, most: page if url == FILES_PAGE else "")
    if right:
        done = fetch_and_install(fetch.CURRENT_URL, data_dir, _quiet, _quiet)
        assert (f"md5 ({FILES_PAGE})" in done.checked) is known
    else:
        with pytest.raises(ChecksumError):
            fetch_and_install(fetch.CURRENT_URL, data_dir, _quiet, _quiet)


def test_the_page_of_checksums_is_read_for_the_right_file() -> None:
    page = (
        "<td><a href='RxNorm_full_07062026.zip'>RxNorm_full_07062026.zip</a><br>MD5 checksum: " + "a" * 32 + "</td>"
        "<td><a href='x'>RxNorm_full_prescribe_07062026.zip</a>&nbsp;(no license required)<br/>MD5 checksum: <b>"
        + "B"
        * 32
        + "</b></td>"
        "<td>RxNorm_weekly_07082026.zip and no sum</td><td>RxNorm_other.zip MD5 checksum: " + "c" * 32 + "</td>"
    )
    assert md5_on_page(page, "RxNorm_full_prescribe_07062026.zip") == "b" * 32
    assert md5_on_page(page, "RxNorm_full_07062026.zip") == "a" * 32
    assert md5_on_page(page, "RxNorm_weekly_07082026.zip") is None
    assert md5_on_page("", "RxNorm_full_07062026.zip") is None


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
