"""Whole audits, as their users run them: from files on disk to the folder that comes out."""

from __future__ import annotations

import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from prescription_rows import write_rows

from medrisk.audit import gather, run
from medrisk.cli import cli
from medrisk.service import Medrisk

TABLES = ("findings.csv", "findings.parquet", "patients.parquet", "unmatched.csv", "rejects.csv")
LISTS = {
    "p1": ("simvastatin 40 mg nightly", "amlodipine 5 mg daily", "hydrochlorothiazide 25 mg daily"),
    "p2": ("warfarin 5 mg daily", "=zzqxw 5 mg", "fluconazole 150 mg"),
    "p3": ("paracetamol 500 mg",),
}


@pytest.fixture
def audit(service: Medrisk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs the command and gives the manifest; ``fails`` gives what it said instead."""
    monkeypatch.setenv("MEDRISK_DATA_DIR", str(service.settings.data_dir))

    def audit(*words: object, out: Path, fails: bool = False) -> Any:
        done = CliRunner().invoke(cli, ["audit", *(str(word) for word in words), "-o", str(out)])
        assert done.exit_code == (2 if fails else 0), done.output
        return done.output if fails else json.loads((out / "manifest.json").read_text(encoding="utf-8"))

    return audit


def _write(path: Path, lists: dict[str, tuple[str, ...]] = LISTS, more: str = "") -> Path:
    rows = [f"{patient},{text}" for patient, texts in lists.items() for text in texts]
    path.write_text("\n".join(["patient_id,drug_name", *rows, ""]) + more, encoding="utf-8")
    return path


def _hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {name: manifest["outputs"][name] for name in TABLES}


def test_a_patient_of_a_file_gets_the_notes_of_the_list(service: Medrisk, audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    audit(_write(tmp_path / "lists.csv"), out=tmp_path / "out")
    findings = pl.read_parquet(tmp_path / "out/findings.parquet")
    for patient, texts in LISTS.items():
        told = findings.filter(pl.col("patient_id") == patient).select("note_id", "tier", "severity", "interruptive", "summary").rows()
        notes = service.check("\n".join(texts)).notes
        assert told == [(n.id, n.tier.value, n.severity.value if n.severity else None, n.interruptive, n.summary) for n in notes]
    assert pl.read_csv(tmp_path / "out/findings.csv").height == findings.height
    patients = {row["patient_id"]: row for row in pl.read_parquet(tmp_path / "out/patients.parquet").iter_rows(named=True)}
    assert set(patients) == set(LISTS)
    assert (patients["p2"]["lines"], patients["p2"]["unknown"]) == (3, 1)


def test_every_row_is_used_or_told(audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    file = write_rows(tmp_path / "broken.csv", 900, seed=3)
    counts = audit(file, out=tmp_path / "out")["counts"]
    with (tmp_path / "out/rejects.csv").open(encoding="utf-8", newline="") as opened:
        rejects = list(csv.DictReader(opened))
    assert counts["rejects"] == len(rejects) > 20
    assert counts["rows_in"] == counts["rows_used"] + counts["rejects"]
    assert sum(counts[f"{status}_rows"] for status in ("matched", "ambiguous", "unknown", "ignored")) == counts["rows_used"]
    assert all(row["reason"] and int(row["line"]) > 1 for row in rejects)


def test_what_nobody_could_match_is_a_worklist_that_the_next_run_takes(audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    file = _write(tmp_path / "lists.csv")
    audit(file, out=tmp_path / "first")
    worklist = tmp_path / "first/unmatched.csv"
    with worklist.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["text"], row["status"], row["rows"]) for row in rows] == [("'=zzqxw 5 mg", "unknown", "1")]
    answered = tmp_path / "answered.csv"
    with answered.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows({**row, "meant": "ibuprofen 400 mg"} for row in rows)
    second = audit(file, "--aliases", answered, out=tmp_path / "second")
    assert second["counts"]["unknown_rows"] == 0
    assert "warfarin-nsaid" in second["counts"]["findings_by_rule"]
    # As many aliases, which say another thing: the manifest tells them apart without holding them.
    answered.write_text(answered.read_text(encoding="utf-8").replace("ibuprofen 400", "naproxen 250"), encoding="utf-8")
    third = audit(file, "--aliases", answered, out=tmp_path / "third")
    assert second["options"]["aliases"] == third["options"]["aliases"] == 1
    assert second["options"]["aliases_sha256"] != third["options"]["aliases_sha256"]
    assert not any(word in json.dumps(third["options"]) for word in ("zzqxw", "naproxen"))


def test_drugs_that_are_never_taken_on_the_same_day_are_no_pair(audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    rows = ["a,warfarin 5 mg,2024-01-01,30", "a,ibuprofen 400 mg,2024-03-01,10", "b,warfarin 5 mg,2024-01-01,30", "b,ibuprofen 400 mg,2024-01-25,10"]
    file.write_text("\n".join(["patient_id,drug,fill_date,days_supply", *rows, ""]), encoding="utf-8")
    assert audit(file, out=tmp_path / "days")["options"]["mode"] == "overlap"
    found = pl.read_parquet(tmp_path / "days/findings.parquet").filter(pl.col("rule") == "warfarin-nsaid")
    assert found.select("patient_id", pl.col("first_date", "last_date").cast(pl.String), "days").rows() == [("b", "2024-01-25", "2024-01-30", 6)]
    audit(file, "--ever", out=tmp_path / "ever")
    ever = pl.read_parquet(tmp_path / "ever/findings.parquet").filter(pl.col("rule") == "warfarin-nsaid")
    assert set(ever["patient_id"]) == {"a", "b"}


def test_the_order_of_rows_and_the_number_of_buckets_change_nothing(
    audit: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_rows(tmp_path / "rows.csv", 400, seed=5)
    whole = audit(file, out=tmp_path / "whole")
    monkeypatch.setattr(run, "_BUCKET_BYTES", 2_000)
    monkeypatch.setattr(gather, "_MOST_HELD", 50)
    in_buckets = audit(file, out=tmp_path / "buckets")
    assert _hashes(in_buckets) == _hashes(whole)
    header, *rows = file.read_text(encoding="utf-8").replace('1 daily\nfor cramps', "1 daily for cramps").splitlines()
    random.Random(1).shuffle(rows)
    rows = [row for row in rows if '"furosemide' not in row]  # the quote that is never closed takes in what follows
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    once = audit(file, out=tmp_path / "once")
    random.Random(2).shuffle(rows)
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    again = audit(file, out=tmp_path / "again")
    assert {**_hashes(once), "rejects.csv": ""} == {**_hashes(again), "rejects.csv": ""}


def test_a_run_that_is_killed_again_and_again_ends_as_one_that_was_not(service: Medrisk, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "rows.csv", 600, seed=8)
    environ = {**os.environ, "MEDRISK_DATA_DIR": str(service.settings.data_dir)}
    command = [sys.executable, str(Path(__file__).with_name("interrupted.py")), str(file)]
    whole = subprocess.run([*command, str(tmp_path / "whole")], env=environ, capture_output=True, text=True, check=True)
    steps = len(whole.stdout.splitlines())
    assert steps > 20
    chance, kills = random.Random(4), 0
    while not (tmp_path / "killed/manifest.json").exists():
        with subprocess.Popen([*command, str(tmp_path / "killed")], env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, max(2, steps // 6)) if kills < 10 else steps):
                if not process.stdout.readline():
                    break
            if kills < 10:
                process.send_signal(signal.SIGKILL)
                kills += 1
            else:
                process.communicate()
                assert process.returncode == 0
    assert kills == 10
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8")) for name in ("whole", "killed")]
    assert _hashes(manifests[0]) == _hashes(manifests[1])
    assert manifests[0]["counts"] == manifests[1]["counts"]
    assert not (tmp_path / "killed/.work").exists()


def test_a_run_is_not_gone_on_with_under_other_knowledge_or_options(
    audit: Callable[..., Any], make_service: Callable[..., Medrisk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = _write(tmp_path / "lists.csv"), tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(run, "_tables", _stop)
        CliRunner().invoke(cli, ["audit", str(file), "-o", str(out)])
    assert (out / ".work/state.json").exists()
    said = audit(file, "--ever", out=out, fails=True)
    assert "unfinished" in said
    assert "--restart" in said
    assert "the options changed" in audit(file, "--jurisdiction", "UK", out=out, fails=True)
    options = audit(file, "--ever", "--jurisdiction", "UK", "--dates", "dmy", "--delimiter", ",", "--encoding", "cp1252", "--restart", out=out)["options"]
    chosen = {"mode": "ever", "jurisdiction": "UK", "dates": "dmy", "delimiter": ",", "encoding": "cp1252"}
    assert {name: options[name] for name in chosen} == chosen


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    audit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = _write(tmp_path / "lists.csv"), tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(run, "_tables", _full)
        said = audit(file, out=out, fails=True)
    assert "A file could not be read or written: no space left on device." in said
    assert "start it again in the same way" in said
    assert audit(file, out=out)["counts"]["rows_used"] == sum(map(len, LISTS.values()))


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_pseudonyms_stand_everywhere_in_place_of_identifiers(audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    file = _write(tmp_path / "lists.csv", {"very-secret-id": LISTS["p1"]})
    key = tmp_path / "key"
    first = audit(file, "--pseudonymise-key", key, "--detected-issues", out=tmp_path / "out")
    assert first["options"]["pseudonymise"]
    assert all(b"very-secret-id" not in path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert _hashes(audit(file, "--pseudonymise-key", key, "--detected-issues", out=tmp_path / "again")) == _hashes(first)
    (name,) = set(pl.read_parquet(tmp_path / "out/patients.parquet")["patient_id"])
    assert len(name) == 32


def test_columns_are_shown_and_can_be_named(audit: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("who;what\na;warfarin 5 mg\n", encoding="utf-8")
    assert "--map" in audit(file, out=tmp_path / "out", fails=True)
    manifest = audit(file, "--map", "patient=who", "--map", "drug=what", out=tmp_path / "out")
    assert manifest["inputs"][0]["taken_for"] == {"patient": "who", "drug": "what"}
    assert "who, what" in audit(file, "--map", "patient=nobody", "--map", "drug=what", out=tmp_path / "other", fails=True)


def test_facts_of_a_second_file_and_of_directions_count(audit: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("patient_id,drug_name,sig\na,furosemide 40 mg,1 daily\nb,quinine 200 mg,at night for leg cramps\n", encoding="utf-8")
    about = tmp_path / "about.csv"
    about.write_text('patient_id,age,sex,labs,symptoms\na,81,F,"potassium 2.9 mmol/L",leg cramps\n', encoding="utf-8")
    audit(file, "--patients", about, out=tmp_path / "out")
    tiers = {(p, r): t for p, r, t in pl.read_parquet(tmp_path / "out/findings.parquet").select("patient_id", "rule", "tier").iter_rows()}
    assert tiers["a", "loop_diuretic"] == "review"
    patients = {row["patient_id"]: row for row in pl.read_parquet(tmp_path / "out/patients.parquet").iter_rows(named=True)}
    assert (patients["a"]["age"], patients["a"]["sex"]) == (81.0, "female")
