"""Readers of workbooks, Parquet, NDJSON, FHIR and OMOP: each row used or told, and what it became."""

from __future__ import annotations

import errno
import gzip
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from medrisk.audit.inputs import open_sources
from medrisk.audit.rows import ReadOptions, Reject
from medrisk.errors import InputError


def _read(*paths: Path, patients: Path | None = None) -> tuple[pl.DataFrame, list[Reject]]:
    frames, rejects = [], []
    for source in open_sources(paths, ReadOptions(), patients):
        blocks = list(source.blocks())
        for number, block in enumerate(blocks):
            assert block.read == block.rows.height + len(block.rejects)
            json.dumps(dict(block.next))
            assert len(list(source.blocks(block.next))) == len(blocks) - number - 1
            frames.append(block.rows)
            rejects += block.rejects
    return pl.concat(frames).with_columns(pl.col("start", "end").cast(pl.Date)), rejects


def _lines(path: Path, *records: Any) -> Path:
    path.write_text(
        "".join(f"{record if isinstance(record, str) else json.dumps(record)}\n" for record in records),
        encoding="utf-8",
    )
    return path


def _table(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_every_sheet_with_the_columns_is_read_with_the_lines_that_excel_shows(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name in ("north", "south", "notes"):
            sheet = book.add_worksheet(name)
            if name == "notes":
                sheet.write_row(0, 0, ["exported on", "by"])
                continue
            sheet.write(1, 0, "A title above the table")
            sheet.write_row(2, 0, ["MRN", "Drug name", "NDC", "Fill date", "Days supply"])
            sheet.write_row(3, 0, [17, "aspirin 100 mg", "00006074031", 45658, 30])
            sheet.write_row(5, 0, ["018", "digoxin", None, "2025-01-02", 10])
            sheet.write_datetime(3, 3, datetime(2025, 1, 1), day)
            sheet.write_row(6, 0, ["019", "digoxin", None, 45658, None])
            sheet.write_row(7, 0, ["020", None, None, "2025-01-02", 10])
    rows, rejects = _read(tmp_path / "list.xlsx")
    assert rows["line"].to_list() == [4, 6, 7] * 2
    assert rows["patient"].to_list() == ["17", "018", "019"] * 2
    assert rows["text"][0] == "aspirin 100 mg, NDC 00006074031"
    assert rows["start"].to_list()[:3] == [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 1)]
    assert rows["end"].to_list()[:3] == [date(2025, 1, 30), date(2025, 1, 11), None]
    assert [reject.line for reject in rejects] == [8, 8]


def test_parquet_of_any_types_in_a_folder(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"person_id": [1, 2, 3], "medication": ["aspirin", None, None], "ndc": [6074031.0, 6074031.0, None], "rxcui": [None, 1191, None],
         "start_date": [date(2025, 1, 1)] * 3, "days_supply": [30.0, None, 5.0], "diagnoses": [["gout", "asthma"], [], None]}
    )  # fmt: skip
    frame.write_parquet(tmp_path / "b.parquet", row_group_size=2)
    frame.head(1).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "_SUCCESS").touch()
    rows, rejects = _read(tmp_path)
    assert rows["line"].to_list() == [1, 1, 2]
    assert rows.row(1)[1:5] == ("1", "aspirin", date(2025, 1, 1), date(2025, 1, 30))
    assert rows["text"][2] == "RxCUI 1191"
    assert rows["facts"][0] == "gout; asthma"
    assert [reject.line for reject in rejects] == [3]
    (tmp_path / "b.parquet").write_bytes((tmp_path / "b.parquet").read_bytes()[:300])
    with pytest.raises(InputError, match="cut short"):
        _read(tmp_path)


def test_parquet_of_bytes_and_of_records(tmp_path: Path) -> None:
    frame = pl.DataFrame({"patient": [b"a", b"b", b"c"], "drug": [b"aspirin", "Ibuprofène".encode("cp1252"), b"\x81"]})
    frame.write_parquet(tmp_path / "bytes.parquet")
    rows, rejects = _read(tmp_path / "bytes.parquet")
    assert rows["text"].to_list() == ["aspirin", "Ibuprofène"]
    assert [reject.line for reject in rejects] == [3]
    for drug in ({"text": "aspirin"}, [{"text": "aspirin"}], [["aspirin"]]):
        pl.DataFrame({"patient": ["a"], "drug": [drug]}).write_parquet(tmp_path / "records.parquet")
        with pytest.raises(InputError, match="the column drug holds records") as told:
            _read(tmp_path / "records.parquet")
        assert "--map" in told.value.hint
    pl.DataFrame({"patient": ["a"], "drug": [["aspirin", "digoxin"]]}, schema_overrides={"drug": pl.Array(pl.String, 2)}).write_parquet(tmp_path / "list.parquet")
    assert _read(tmp_path / "list.parquet")[0]["text"].to_list() == ["aspirin; digoxin"]


def test_ndjson_without_a_record_is_told_and_one_record_may_be_called_json(tmp_path: Path) -> None:
    for lines in ((), ("[1]", "5")):
        with pytest.raises(InputError, match="there is no record in the file"):
            _read(_lines(tmp_path / "none.ndjson", *lines))
    assert _read(_lines(tmp_path / "one.json", {"patient": "a", "drug": "aspirin"}))[0]["text"].to_list() == ["aspirin"]


def test_ndjson_of_flat_records(tmp_path: Path) -> None:
    path = _lines(
        tmp_path / "a.ndjson",
        {"patient_id": 7, "drug": "aspirin"},
        "",
        "{no json",
        '"words"',
        {"patient_id": "08", "drug": "digoxin", "qty": 1.0},
        {"drug": "x"},
    )
    rows, rejects = _read(path)
    assert rows.select("line", "patient", "text").rows() == [(1, "7", "aspirin"), (5, "08", "digoxin")]
    assert [reject.line for reject in rejects] == [3, 4, 6]


def _request(**fields: Any) -> dict[str, Any]:
    concept = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1191", "display": "aspirin"}]
    }
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": concept,
        "authoredOn": "2025-01-01T10:00:00Z",
    } | fields


def test_fhir_of_many_patients_line_by_line_and_as_a_bundle(tmp_path: Path) -> None:
    by_reference = {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m1"}}
    dosage = [{"text": "1 tablet daily"}]
    supply = {"expectedSupplyDuration": {"value": 30, "code": "d"}}
    resources = [
        {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-06-01"},
        {"resourceType": "Medication", "id": "m1", "code": {"text": "digoxin 125 mcg tablet"}},
        _request(dosageInstruction=dosage, dispenseRequest=supply),
        _request(**by_reference),
        _request(status="entered-in-error"),
        _request(doNotPerform=True),
        _request(intent="plan"),
        _request(status="completed", authoredOn="2025-02"),
        {"resourceType": "MedicationAdministration", "status": "completed", "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "heparin"}, "effectiveDateTime": "2025-03-01"},
        {"resourceType": "MedicationDispense", "status": "completed", "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "senna"}, "whenHandedOver": "2025-03-01", "daysSupply": {"value": 10}},
        {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "code": {"text": "gout"}},
        {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"}, "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]}, "valueQuantity": {"value": 3.1, "unit": "mmol/L"}},
        {"resourceType": "Claim"},
        _request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/elsewhere"}),
    ]  # fmt: skip
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]}))
    answers = [_read(_lines(tmp_path / "all.ndjson", *resources)), _read(bundle)]
    for rows, rejects in answers:
        assert rows.select("line", "text", "facts").rows() == [
            (1, None, None), (3, "aspirin, 1 tablet daily, RxCUI 1191", None), (4, "digoxin 125 mcg tablet", None),
            (8, "aspirin, RxCUI 1191", None), (9, "heparin", None), (10, "senna", None), (11, None, "gout"),
            (12, None, "potassium 3.1 mmol/L"),
        ]  # fmt: skip
        drugs = rows.filter(pl.col("text").is_not_null())
        assert set(drugs.select("patient", "age", "sex").rows()) == {("p1", 74.0, "female")}
        assert drugs["start"].to_list() == [
            date(2025, 1, 1),
            date(2025, 1, 1),
            date(2025, 2, 1),
            date(2025, 3, 1),
            date(2025, 3, 1),
        ]
        assert drugs["end"].to_list() == [date(2025, 1, 30), None, None, date(2025, 3, 1), date(2025, 3, 10)]
        assert [reject.line for reject in rejects] == [5, 6, 7, 13, 14]
        assert rejects[0].reason == "not taken: status entered-in-error"


def test_bulk_fhir_finds_its_medications_in_the_file_beside_it(tmp_path: Path) -> None:
    _lines(tmp_path / "Medication.ndjson", {"resourceType": "Medication", "id": "m1", "code": {"text": "digoxin"}})
    _lines(
        tmp_path / "MedicationRequest.ndjson",
        _request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"}),
    )
    rows, rejects = _read(tmp_path / "MedicationRequest.ndjson")
    assert (rows["text"].to_list(), rejects) == (["digoxin"], [])
    rows, rejects = _read(tmp_path)
    assert (rows["text"].to_list(), rejects) == (["digoxin"], [])


def test_omop_names_its_drugs_from_concept_and_its_patients_from_person(tmp_path: Path) -> None:
    exposure = _table(
        tmp_path / "drug_exposure.csv.gz",
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,days_supply,drug_source_value\n"
        "1,1,11,2025-01-01,2025-01-31,,a\n2,1,0,2025-01-01,,10,Zocor 20 mg\n3,2,12,2025-01-01,,,c\n4,2,0,2025-01-01,,,\n",
    )
    with pytest.raises(InputError, match="concept"):
        _read(exposure)
    _table(
        tmp_path / "concept.csv",
        'concept_id\tconcept_name\tvocabulary_id\tconcept_code\n11\taspirin 100 MG Oral Tablet\tRxNorm\t1191\n12\t5" tube of senna\tdm+d\t77\n',
    )
    _table(tmp_path / "person.csv", "person_id,year_of_birth,gender_concept_id\n1,1950,8532\n")
    rows, rejects = _read(tmp_path)
    assert rows.select("text", "age", "sex").rows() == [
        ("aspirin 100 MG Oral Tablet, RxCUI 1191", 74.0, "female"), ("Zocor 20 mg", 74.0, "female"), ('5" tube of senna', None, None),
    ]  # fmt: skip
    assert rows["end"].to_list() == [date(2025, 1, 31), date(2025, 1, 10), None]
    assert [reject.line for reject in rejects] == [5]


def test_a_second_file_says_more_of_the_patients(tmp_path: Path) -> None:
    drugs = _table(
        tmp_path / "medications.csv",
        "START,STOP,PATIENT,CODE,DESCRIPTION,DISPENSES\n2025-01-01T10:00:00Z,,u1,1191,aspirin,1\n",
    )
    patients = _table(tmp_path / "patients.csv", "Id,BIRTHDATE,DEATHDATE,GENDER\nu1,1950-06-01,,F\nu2,1990-06-01,,M\n")
    rows, rejects = _read(drugs, patients=patients)
    assert rejects == []
    assert rows.select("patient", "text", "age", "sex").rows() == [
        ("u1", None, None, "female"),
        ("u2", None, None, "male"),
        ("u1", "aspirin, RxCUI 1191", 74.0, None),
    ]


def test_a_folder_that_cannot_be_read_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may read everything, so the system's answer is put in its place."""
    (tmp_path / "closed").mkdir()
    for place in (tmp_path, tmp_path / "closed"):
        _table(place / "a.csv", "patient,drug\n1,aspirin\n")
    scan = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"closed: this cannot be read: Permission denied") as told:
        open_sources([tmp_path], ReadOptions())
    assert "who may read it" in told.value.hint


def test_paths_open_in_a_stable_order_and_say_what_is_wrong(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.pdf"):
        _table(tmp_path / name, "patient,drug\n1,aspirin\n")
    assert [Path(s.name).name for s in open_sources([tmp_path], ReadOptions())] == ["a.csv", "b.csv"]
    assert [Path(s.name).name for s in open_sources([tmp_path / "b.csv", tmp_path / "*.csv"], ReadOptions())] == [
        "b.csv",
        "a.csv",
    ]
    for path, said in (
        (tmp_path / "c.pdf", "not known"),
        (tmp_path / "none.csv", "no such file"),
        (tmp_path / "*.tsv", "pattern"),
    ):
        with pytest.raises(InputError, match=said):
            open_sources([path], ReadOptions())


@pytest.mark.parametrize(
    ("verification", "said"),
    [("confirmed", "Asthma"), ("refuted", "no Asthma"), ("provisional", "possible Asthma"), ("unconfirmed", "possible Asthma")],
)
def test_a_condition_of_fhir_is_as_sure_as_it_was_said(tmp_path: Path, verification: str, said: str) -> None:
    condition = {
        "resourceType": "Condition", "subject": {"reference": "Patient/a"}, "code": {"text": "Asthma"},
        "verificationStatus": {"coding": [{"code": verification}]},
    }  # fmt: skip
    order = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/a"},
        "medicationCodeableConcept": {"text": "propranolol 40 mg"},
    }  # fmt: skip
    rows, _ = _read(_lines(tmp_path / "resources.ndjson", order, condition))
    assert rows["facts"].drop_nulls().to_list() == [said]
