"""A release is in use whole or not at all, and a file that is none is refused with a reason."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from small_release import CONSO, HISTORY, PRESCRIBABLE, atom, small_tables, write_release

from medrisk.errors import ChecksumError, InstallBusyError, MedriskError, ReleaseDamagedError, ReleaseFileError
from medrisk.vocabulary.rxnorm.current import installed, status
from medrisk.vocabulary.rxnorm.install import install, remove
from medrisk.vocabulary.rxnorm.places import Places

# Installs argv[1] into argv[2], and stops for good at step argv[3], saying so by making the file argv[4].
_STOPPING = """
import sys, time
from pathlib import Path
from medrisk.vocabulary.rxnorm.install import install
def progress(step, done, total):
    if step == sys.argv[3]:
        Path(sys.argv[4]).touch()
        time.sleep(60)
install(Path(sys.argv[1]), Path(sys.argv[2]), progress)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_release(tmp_path / "RxNorm_full_prescribe_07062026.zip")


def _version(data_dir: Path) -> str | None:
    release = installed(data_dir)
    return None if release is None else release.version


def _files(data_dir: Path) -> list[str]:
    return sorted(path.name for path in Places(data_dir).folder.iterdir() if path.name not in {"lock", "current"})


def test_a_prescribable_release_has_three_tables_and_is_enough(source: Path, data_dir: Path) -> None:
    done = install(source, data_dir)
    assert done.version == "2026-07-06 prescribable"
    assert set(done.built.rows_read) == set(PRESCRIBABLE)
    assert done.built.ndcs == 5
    assert done.checked == ("the checksums inside the zip",)
    assert _files(data_dir) == [done.path.name]


def test_a_full_release_is_read_from_its_own_folder(tmp_path: Path, data_dir: Path) -> None:
    inner = {
        "prescribe/rrf/RXNCONSO.RRF": atom(1, "IN", "the wrong one") + "\n",
        "prescribe/Readme_Full_Prescribe_01012020.txt": "x",
    }
    source = write_release(
        tmp_path / "RxNorm_full.zip", small_tables() | HISTORY, readme="Readme_Full_07062026.txt", also=inner
    )
    done = install(source, data_dir)
    assert (done.version, done.stamp.found_in) == ("2026-07-06 full", "RXNSAB")
    release = installed(data_dir)
    assert release is not None
    assert release.concept("1").name == "metoprolol"  # type: ignore[union-attr]


@pytest.mark.parametrize("folder", ["", "rrf/", "RxNorm_full_prescribe_07062026/rrf/"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_layouts_that_unpacking_and_packing_again_leaves(
    tmp_path: Path, data_dir: Path, folder: str, newline: str
) -> None:
    install(write_release(tmp_path / "a.zip", folder=folder, newline=newline), data_dir)
    release = installed(data_dir)
    assert release is not None
    assert release.concept("20").name.endswith("Tablet")  # type: ignore[union-attr]
    assert release.ndc("00111222233").rxcui == "20"


@pytest.mark.parametrize(
    ("readme", "name", "date", "where"),
    [
        ("Readme_Full_Prescribe_07062026.txt", "x.zip", "2026-07-06", "Readme_Full_Prescribe_07062026.txt"),
        (None, "RxNorm_full_prescribe_07062026.zip", "2026-07-06", "the name of the file"),
        ("Readme_of_99992026.txt", "x.zip", "", "nothing in the release tells it"),
    ],
)
def test_where_the_date_was_read(
    tmp_path: Path, data_dir: Path, readme: str | None, name: str, date: str, where: str
) -> None:
    done = install(write_release(tmp_path / name, readme=readme), data_dir)
    assert (done.stamp.date, done.stamp.found_in) == (date, where)
    assert (_version(data_dir) or "").endswith("prescribable, of unknown date") is not bool(date)


def test_rows_that_cannot_be_used_are_counted_with_their_first_line(tmp_path: Path, data_dir: Path) -> None:
    tables = small_tables()
    tables["RXNCONSO"] = ["1|ENG|too few|", *CONSO, "", atom(60, "IN", "with|a bar"), atom(61, "IN", "\udcff")]
    path = write_release(tmp_path / "a.zip", {table: rows for table, rows in tables.items() if table != "RXNCONSO"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "rrf/RXNCONSO.RRF", "".join(row + "\n" for row in tables["RXNCONSO"]).encode(errors="surrogateescape")
        )
    dropped = install(path, data_dir).built.dropped
    assert "RXNCONSO: 2 dropped, wrong number of fields (first in line 1)" in dropped
    assert any(text.startswith("RXNCONSO: 1 dropped, not UTF-8") for text in dropped)
    assert any(text.startswith("RXNCONSO: 2 dropped, suppressed") for text in dropped)
    assert any(text.startswith("RXNCONSO: 1 dropped, no RxCUI or no name") for text in dropped)
    assert any(text.startswith("RXNSAT: 1 dropped, an NDC that is not of 11 digits") for text in dropped)


def _page(path: Path) -> None:
    path.write_text("\n <!DOCTYPE html><html>Please sign in</html>", encoding="utf-8")


def _text(path: Path) -> None:
    path.write_text("hello", encoding="utf-8")


def _empty(path: Path) -> None:
    path.touch()


def _cut(path: Path) -> None:
    write_release(path)
    path.write_bytes(path.read_bytes()[:-200])


def _tampered(path: Path) -> None:
    """One byte of a compressed table is changed; the directory still fits."""
    write_release(path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("rrf/RXNREL.RRF")
    content[info.header_offset + 60 + info.compress_size // 2] ^= 0xFF
    path.write_bytes(content)


def _other_zip(path: Path) -> None:
    write_release(path, {}, also={"letter.txt": "dear all"})


def _umls(path: Path) -> None:
    write_release(path, {}, also={"2026AA/META/MRCONSO.RRF": "x"})


def _part(path: Path) -> None:
    write_release(path, {"RXNCONSO": CONSO})


def _weekly(path: Path) -> None:
    write_release(path, readme="Readme_Weekly_Prescribe_07082026.txt")


def _hollow(path: Path) -> None:
    write_release(path, {table: [] for table in PRESCRIBABLE})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_page, "is a web page"), (_text, "is not a zip file"), (_empty, "is empty"), (_cut, "cut short"), (_tampered, "damaged"),
        (_other_zip, "no RxNorm release"), (_umls, "whole UMLS"), (_part, "RXNREL, RXNSAT is missing"), (_weekly, "weekly update"),
        (_hollow, "no ingredients or no products"),
    ],
)  # fmt: skip
def test_what_is_no_release_is_refused_and_the_one_in_use_stays(
    tmp_path: Path, source: Path, data_dir: Path, make, words: str
) -> None:  # type: ignore[no-untyped-def]
    install(source, data_dir)
    wrong = tmp_path / "wrong.zip"
    make(wrong)
    with pytest.raises(ReleaseFileError, match=words) as caught:
        install(wrong, data_dir)
    assert str(wrong) in caught.value.message
    assert caught.value.hint
    assert _version(data_dir) == "2026-07-06 prescribable"
    assert len(_files(data_dir)) == 1


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, data_dir: Path) -> None:
    with pytest.raises(ReleaseFileError, match="cannot be read: no such file"):
        install(tmp_path / "nowhere.zip", data_dir)
    assert not data_dir.exists()


def test_checksums_are_held_against_the_file(source: Path, data_dir: Path) -> None:
    right = hashlib.sha256(source.read_bytes()).hexdigest()
    assert install(source, data_dir, sha256=right.upper()).checked[0] == "sha256 (the one given)"
    with pytest.raises(ChecksumError, match="not the one that was published"):
        install(source, data_dir, sha256="0" * 64)
    beside = source.with_name(source.name + ".md5")
    beside.write_text(f"{'0' * 32}  {source.name}\n", encoding="utf-8")
    with pytest.raises(ChecksumError, match="md5"):
        install(source, data_dir)
    beside.write_text("nothing", encoding="utf-8")
    with pytest.raises(ChecksumError, match="holds no md5"):
        install(source, data_dir)
    beside.write_text(hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest(), encoding="utf-8")
    assert install(source, data_dir).checked[0] == f"md5 ({beside})"


def test_the_current_release_and_the_one_before_are_kept(tmp_path: Path, data_dir: Path) -> None:
    for date in ("04062026", "05042026", "06012026"):
        install(write_release(tmp_path / f"{date}.zip", readme=f"Readme_Full_Prescribe_{date}.txt"), data_dir)
    assert _version(data_dir) == "2026-06-01 prescribable"
    assert [name[:10] for name in _files(data_dir)] == ["2026-05-04", "2026-06-01"]
    install(tmp_path / "06012026.zip", data_dir)
    assert [name[:10] for name in _files(data_dir)] == ["2026-05-04", "2026-06-01"]


def test_a_reader_of_the_old_release_is_not_disturbed_by_a_new_one(
    tmp_path: Path, source: Path, data_dir: Path
) -> None:
    install(source, data_dir)
    old = installed(data_dir)
    assert old is not None
    for date in ("08032026", "09072026"):
        install(write_release(tmp_path / f"{date}.zip", readme=f"Readme_Full_Prescribe_{date}.txt"), data_dir)
    assert old.concept("20") is not None
    assert old.version == "2026-07-06 prescribable"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("step", ["RXNREL", "writing"])
def test_an_install_that_is_killed_leaves_the_old_release_and_its_leftovers_go(
    tmp_path: Path, source: Path, data_dir: Path, step: str
) -> None:
    old = write_release(tmp_path / "old.zip", readme="Readme_Full_Prescribe_05042026.txt")
    install(old, data_dir)
    reached = tmp_path / "reached"
    process = subprocess.Popen([sys.executable, "-c", _STOPPING, str(source), str(data_dir), step, str(reached)])
    try:
        deadline = time.monotonic() + 30
        while not reached.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(InstallBusyError):
            install(source, data_dir)
    finally:
        process.kill()
        process.wait()
    assert _version(data_dir) == "2026-05-04 prescribable"
    assert any(name.startswith("building-") for name in _files(data_dir))
    install(source, data_dir)
    assert _version(data_dir) == "2026-07-06 prescribable"
    assert [name[:10] for name in _files(data_dir)] == ["2026-05-04", "2026-07-06"]


def test_nothing_is_installed_at_first(data_dir: Path) -> None:
    assert installed(data_dir) is None
    assert status(data_dir).state == "none"
    assert remove(data_dir) is False
    assert not data_dir.exists()


def _break_pointer(places: Places, file: Path) -> None:
    places.pointer.write_text("{", encoding="utf-8")


def _point_outside(places: Places, file: Path) -> None:
    places.pointer.write_text(json.dumps({"file": "../x", "size": 1, "sha256": ""}), encoding="utf-8")


def _delete_file(places: Places, file: Path) -> None:
    file.unlink()


def _cut_file(places: Places, file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _overwrite_start(places: Places, file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\0" * 4096)


@pytest.mark.parametrize("spoil", [_break_pointer, _point_outside, _delete_file, _cut_file, _overwrite_start])
def test_a_damaged_release_is_not_used_and_status_says_so(source: Path, data_dir: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    path = install(source, data_dir).path
    spoil(Places(data_dir), path)
    assert installed(data_dir) is None
    found = status(data_dir)
    assert (found.state, bool(found.problem)) == ("damaged", True)
    install(source, data_dir)
    assert status(data_dir, thorough=True).state == "installed"


def test_a_thorough_look_finds_a_changed_byte(source: Path, data_dir: Path) -> None:
    path = install(source, data_dir).path
    content = bytearray(path.read_bytes())
    content[-100] ^= 0xFF
    path.write_bytes(content)
    assert status(data_dir, thorough=True).problem == "its file was changed after it was installed"


def test_damage_that_shows_while_asking_is_an_error_of_medrisks_own(source: Path, data_dir: Path) -> None:
    path = install(source, data_dir).path
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(ReleaseDamagedError):
        release = installed(data_dir)
        if release is None:
            raise ReleaseDamagedError("seen at the start")
        list(release.drug_names())


def test_remove_takes_everything_away(source: Path, data_dir: Path) -> None:
    install(source, data_dir)
    assert remove(data_dir) is True
    assert installed(data_dir) is None
    assert _files(data_dir) == []


def test_a_file_in_the_way_of_the_folder_is_said(source: Path, data_dir: Path) -> None:
    data_dir.write_text("in the way", encoding="utf-8")
    with pytest.raises(MedriskError, match="cannot be written"):
        install(source, data_dir)
    assert status(data_dir).state == "none"


def test_the_same_zip_gives_the_same_answers_twice(source: Path, tmp_path: Path) -> None:
    copy = shutil.copy(source, tmp_path / "copy.zip")
    first, second = (installed_names(path, tmp_path / name) for path, name in ((source, "a"), (Path(copy), "b")))
    assert first == second


def installed_names(source: Path, data_dir: Path) -> list[object]:
    install(source, data_dir)
    release = installed(data_dir)
    assert release is not None
    return [*release.drug_names(), *release.product_names()]
