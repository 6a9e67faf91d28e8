"""``medrisk audit diff``: every change told once, with the cause that the manifests and the hashes of the patients prove."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from audit_folders import LISTS, Folder, Patient, some_patients, write_folder
from click.testing import CliRunner, Result

from medrisk.audit import diff as module
from medrisk.audit import tables
from medrisk.cli.audit_diff import diff
from medrisk.errors import InputError
from medrisk.service import Medrisk

PATIENTS = some_patients(30)


def finish(folder: Folder, **options: Any) -> Folder:
    folder.manifest["options"] |= options
    (folder.path / tables.MANIFEST).write_text(json.dumps(folder.manifest), encoding="utf-8")
    return folder


def retier(folder: Folder, rule: str, tier: str) -> Folder:
    """As a rule of other knowledge would have it."""
    changed = pl.when(pl.col("rule") == rule).then(pl.lit(tier)).otherwise(pl.col("tier")).alias("tier")
    folder.findings.with_columns(changed).write_parquet(folder.path / tables.FINDINGS)
    return folder


@pytest.fixture
def before(service: Medrisk, tmp_path: Path) -> Folder:
    return finish(write_folder(tmp_path / "before", service, PATIENTS))


def run(before: Folder, after: Folder, *more: str) -> Result:
    result = CliRunner().invoke(diff, [str(before.path), str(after.path), *more])
    if isinstance(result.exception, InputError):
        raise result.exception
    return result


def changes(before: Folder, after: Folder) -> list[dict[str, str]]:
    assert run(before, after).exit_code == 0
    with (after.path / "diff.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_two_runs_of_the_same_do_not_differ(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = finish(write_folder(tmp_path / "after", service, PATIENTS))
    assert changes(before, after) == []
    assert f"0 findings differ, {before.findings.height:,} the same" in run(before, after).output


def test_other_lines_of_a_patient_are_the_data(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    changed = Patient(PATIENTS[0].id, LISTS[1], PATIENTS[0].start, PATIENTS[0].age)
    new = Patient("MRN-new", LISTS[0])
    after = finish(write_folder(tmp_path / "after", service, [changed, *PATIENTS[2:], new], input_hash="b" * 64))
    rows = changes(before, after)
    assert {row["cause"] for row in rows} == {"data"}
    assert {row["patient_id"] for row in rows} == {PATIENTS[0].id, PATIENTS[1].id, "MRN-new"}
    assert {row["change"] for row in rows if row["patient_id"] == "MRN-new"} == {"new"}
    assert {row["change"] for row in rows if row["patient_id"] == PATIENTS[1].id} == {"gone"}
    expected = {(p, n) for p, n in before.findings.select("patient_id", "note_id").rows()}
    expected ^= {(p, n) for p, n in after.findings.select("patient_id", "note_id").rows()}
    assert {(row["patient_id"], row["note_id"]) for row in rows} == expected


def test_the_same_lines_under_other_knowledge_are_the_knowledge(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = retier(finish(write_folder(tmp_path / "after", service, PATIENTS, knowledge="other", input_hash="b" * 64)), "statin", "monitor")
    rows = changes(before, after)
    assert rows
    assert {(row["change"], row["cause"], row["rule"]) for row in rows} == {("changed", "knowledge", "statin")}
    assert {(row["tier_before"], row["tier_after"]) for row in rows} == {("info", "monitor")}


def test_data_and_knowledge_are_told_apart_in_one_diff(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    patients = [Patient(PATIENTS[0].id, LISTS[3], PATIENTS[0].start, PATIENTS[0].age), *PATIENTS[1:]]
    after = retier(finish(write_folder(tmp_path / "after", service, patients, knowledge="other", input_hash="b" * 64)), "statin", "monitor")
    for row in changes(before, after):
        assert row["cause"] == ("data" if row["patient_id"] == PATIENTS[0].id else "knowledge")
    assert "the knowledge differs as well" in " ".join(run(before, after).output.split())


@pytest.mark.parametrize("how", ["release", "aliases", "other aliases"])
def test_the_same_files_read_with_other_names_are_the_vocabulary(service: Medrisk, before: Folder, tmp_path: Path, how: str) -> None:
    """A release or aliases match texts that nobody could match before."""
    patients = [Patient(p.id, p.text.replace("zzqxv tablets 10 mg", "amlodipine 5 mg"), p.start, p.age) for p in PATIENTS]
    if how == "other aliases":
        # As many as before: only the hash tells.
        finish(before, aliases=2, aliases_sha256="c" * 64)
    after = write_folder(tmp_path / "after", service, patients)
    finish(after, **({"aliases": 2, "aliases_sha256": "d" * 64} if how != "release" else {}))
    if how == "release":
        after.manifest["versions"]["vocabulary_release"] = "2026-11-02"
        finish(after)
    rows = changes(before, after)
    assert {row["cause"] for row in rows} == {"vocabulary"}
    assert {row["change"] for row in rows} == {"new"}
    assert f"options that differ: {'none' if how == 'release' else 'aliases'}" in run(before, after).output


def test_patients_without_lines_or_facts_are_the_same_in_both(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    """What a patient does not have has no hash: that is no change."""
    after = retier(finish(write_folder(tmp_path / "after", service, PATIENTS, knowledge="other")), "statin", "monitor")
    for folder, name in ((before, "facts_hash"), (after, "facts_hash")):
        folder.patients.with_columns(pl.lit(None, pl.String()).alias(name)).write_parquet(folder.path / tables.PATIENTS)
    assert {row["cause"] for row in changes(before, after)} == {"knowledge"}
    assert "30 read the same, 0 not the same" in " ".join(run(before, after).output.split())


def test_the_same_texts_read_with_another_release_are_the_vocabulary(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = retier(write_folder(tmp_path / "after", service, PATIENTS), "statin", "monitor")
    after.manifest["versions"]["vocabulary_release"] = "2026-11-02"
    assert {row["cause"] for row in changes(before, finish(after))} == {"vocabulary"}
    after.manifest["versions"]["knowledge"] = "other"
    assert {row["cause"] for row in changes(before, finish(after))} == {"knowledge or vocabulary"}


@pytest.mark.parametrize(("name", "value"), [("mode", "ever"), ("jurisdiction", "UK")])
def test_another_way_of_judging_is_the_options(service: Medrisk, before: Folder, tmp_path: Path, name: str, value: str) -> None:
    after = retier(finish(write_folder(tmp_path / "after", service, PATIENTS), **{name: value}), "statin", "monitor")
    assert {row["cause"] for row in changes(before, after)} == {"options"}
    assert f"options that differ: {name}" in run(before, after).output


@pytest.mark.parametrize(("name", "value"), [("dates", "mdy"), ("delimiter", ";"), ("encoding", "cp1252"), ("mapped", {"patient": "mrn"})])
def test_another_way_of_reading_is_the_options(service: Medrisk, before: Folder, tmp_path: Path, name: str, value: Any) -> None:
    """The same file, of which other lines were read."""
    finish(before, **{name: None})
    patients = [Patient(PATIENTS[0].id, LISTS[1], PATIENTS[0].start, PATIENTS[0].age), *PATIENTS[1:]]
    after = finish(write_folder(tmp_path / "after", service, patients), **{name: value})
    assert {(row["patient_id"], row["cause"]) for row in changes(before, after)} == {(PATIENTS[0].id, "options")}


def test_what_an_earlier_version_did_not_write_down_is_blamed_for_nothing(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    del before.manifest["options"]["jurisdiction"]
    after = retier(finish(write_folder(tmp_path / "after", service, PATIENTS), dates="dmy"), "statin", "monitor")
    assert {row["cause"] for row in changes(finish(before), after)} == {"unexplained"}


def test_names_looked_up_online_are_the_vocabulary(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = retier(write_folder(tmp_path / "after", service, PATIENTS), "statin", "monitor")
    after.manifest["versions"]["online"] = "RxNav"
    assert {row["cause"] for row in changes(before, finish(after))} == {"vocabulary"}
    assert "then embedded formulary with RxNav" in " ".join(run(before, after).output.split())


def test_what_nothing_explains_is_not_blamed_on_anything(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = retier(finish(write_folder(tmp_path / "after", service, PATIENTS)), "statin", "monitor")
    assert {row["cause"] for row in changes(before, after)} == {"unexplained"}


def test_json_holds_what_the_table_holds_and_shares_change_nothing(
    service: Medrisk, before: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = finish(write_folder(tmp_path / "after", service, PATIENTS[3:], input_hash="b" * 64, knowledge="other"))
    whole = json.loads(run(before, after, "--format", "json", "-o", str(tmp_path / "one")).output)
    monkeypatch.setattr(module, "_ROWS_A_PASS", 20)
    assert json.loads(run(before, after, "--format", "json", "-o", str(tmp_path / "many")).output) == whole
    assert whole["patients"] == {"same": 27, "changed": 0, "new": 0, "gone": 3}
    assert whole["changed"] == sum(change["findings"] for change in whole["changes"]) == sum(rule["findings"] for rule in whole["rules"])
    one, many = ((tmp_path / name / "diff.csv").read_text(encoding="utf-8").splitlines() for name in ("one", "many"))
    assert (one[0], sorted(one)) == (many[0], sorted(many))
    assert len(one) == whole["changed"] + 1


def test_folders_that_hold_no_audit_are_refused_without_their_names(before: Folder, tmp_path: Path) -> None:
    empty = Folder(tmp_path / "zzcanaryzz", {}, before.findings, before.patients)
    with pytest.raises(InputError, match="OUT2 holds no finished audit") as refused:
        run(before, empty)
    assert "zzcanaryzz" not in refused.value.message + refused.value.hint
    empty.path.mkdir()
    (empty.path / tables.MANIFEST).write_text('{"versions": {}}', encoding="utf-8")
    with pytest.raises(InputError, match="OUT1 holds no finished audit"):
        run(empty, before)


def test_patients_under_other_pseudonyms_are_not_compared(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = finish(write_folder(tmp_path / "after", service, PATIENTS), pseudonymise=True, key_name="1" * 16)
    with pytest.raises(InputError, match="name patients differently"):
        run(before, after)


def test_a_place_that_cannot_be_written_is_an_error(service: Medrisk, before: Folder, tmp_path: Path) -> None:
    after = finish(write_folder(tmp_path / "after", service, PATIENTS))
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(InputError, match=r"diff.csv cannot be written"):
        run(before, after, "-o", str(tmp_path / "file"))
