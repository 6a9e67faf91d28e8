"""An audit on Spark gives the files that an audit on this machine gives, byte for byte.

One session for all tests here. Where there is no PySpark or no Java they are left out, and the run says so.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prescription_rows import write_rows
from pyspark.sql import SparkSession

from medrisk.audit import run
from medrisk.audit.engines import Engine
from medrisk.audit.inputs import open_sources
from medrisk.audit.options import AuditOptions
from medrisk.audit.pseudonyms import Pseudonyms
from medrisk.audit.readings import Reading
from medrisk.audit.rows import ReadOptions
from medrisk.audit.run import run_audit
from medrisk.audit.spark.engine import SparkEngine
from medrisk.audit.spark.session import start_session
from medrisk.errors import AuditError
from medrisk.service import Medrisk

TABLES = ("findings.csv", "findings.parquet", "patients.parquet", "unmatched.csv", "rejects.csv")
PIECE_BYTES = 6_000
OMOP = {
    "drug_exposure.csv": [
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,days_supply,drug_source_value",
        "1,7,11,2024-01-01,30,a", "2,7,0,2024-01-10,30,Zocor 20 mg", "3,8,0,2024-01-01,,",
    ],
    "concept.csv": ["concept_id\tconcept_name\tvocabulary_id\tconcept_code", "11\tamlodipine 5 MG Oral Tablet\tRxNorm\t197361"],
    "person.csv": ["person_id,year_of_birth,gender_concept_id", "7,1950,8532"],
}  # fmt: skip


@pytest.fixture(scope="module")
def session(service: Medrisk) -> Iterator[SparkSession]:
    chosen = {"spark.master": "local[2]", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "1g"}
    started = start_session(service.settings, **chosen)
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def many_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files fall into several buckets, as large ones do."""
    monkeypatch.setattr(run, "_BUCKET_BYTES", 12_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A plain file that is cut into pieces, a packed one, one that says something of the patients, and OMOP tables."""
    folder = tmp_path_factory.mktemp("files")
    plain, other = write_rows(folder / "a.csv", 700, 1), write_rows(folder / "b.csv", 80, 2)
    packed = folder / "b.csv.gz"
    packed.write_bytes(gzip.compress(other.read_bytes()))
    facts = folder / "c.csv"
    lines = [f"P{n},furosemide 40 mg,{20 + n},{'FM'[n % 2]},{'gout' if n % 3 else 'asthma'}" for n in range(60)]
    facts.write_text("\n".join(["patient_id,drug_name,age,sex,conditions", *lines, ""]), encoding="utf-8")
    omop = folder / "omop"
    omop.mkdir()
    for name, lines in OMOP.items():
        (omop / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [plain, packed, facts, omop]


def _audit(service: Medrisk, files: Sequence[Path], out: Path, engine: Engine | None, **options: Any) -> dict[str, Any]:
    pseudonyms = options.pop("pseudonyms", None)
    return run_audit(
        service, open_sources(files, ReadOptions()), out, AuditOptions(**options), pseudonyms=pseudonyms, engine=engine
    )


def _tables(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "overlap", "aliases": {"zorvimab 5 mg, twice daily": "furosemide"}},
        {"mode": "ever", "pseudonymise": True, "pseudonyms": Pseudonyms(b"k" * 32)},
    ],
    ids=["overlap", "ever"],
)
def test_the_tables_are_those_of_an_audit_on_this_machine(
    service: Medrisk, session: SparkSession, files: list[Path], tmp_path: Path, options: dict[str, Any]
) -> None:
    here = _audit(service, files, tmp_path / "here", None, **options)
    on_spark = _audit(service, files, tmp_path / "spark", SparkEngine(session, PIECE_BYTES), **options)
    assert _tables(tmp_path / "spark") == _tables(tmp_path / "here")
    assert on_spark["counts"] == here["counts"]
    assert on_spark["inputs"] == here["inputs"]
    counts = here["counts"]
    assert counts["rows_in"] == 843
    assert min(counts[name] for name in ("rejects", "patients", "findings", "unknown_rows", "ambiguous_rows")) > 10


def test_a_run_that_was_cut_short_goes_on_where_it_was(
    service: Medrisk, session: SparkSession, files: list[Path], tmp_path: Path
) -> None:
    class Stopped(SparkEngine):
        def read(self, *_: object) -> list[Reading]:
            raise KeyboardInterrupt

    staged = tmp_path / "out" / ".work" / "staged"
    with pytest.raises(KeyboardInterrupt):
        _audit(service, files, tmp_path / "out", Stopped(session, PIECE_BYTES), mode="ever")
    first = {path.name: path.stat().st_mtime_ns for path in staged.iterdir()}
    (lost,) = [path for path in staged.iterdir() if path.name.startswith("piece-000000")]
    lost.unlink()
    seen: list[set[str]] = []

    class GoingOn(SparkEngine):
        def read(self, service: Medrisk, texts: Sequence[str], tell: Callable[[int], None]) -> list[Reading]:
            seen.append({path.name for path in staged.iterdir() if first.get(path.name) == path.stat().st_mtime_ns})
            return super().read(service, texts, tell)

    _audit(service, files, tmp_path / "out", GoingOn(session, PIECE_BYTES), mode="ever")
    assert seen == [set(first) - {lost.name}]
    _audit(service, files, tmp_path / "here", None, mode="ever")
    assert _tables(tmp_path / "out") == _tables(tmp_path / "here")
    assert not staged.exists()


def test_executors_with_other_knowledge_stop_the_run(service: Medrisk, session: SparkSession) -> None:
    other = SimpleNamespace(settings=service.settings, versions=replace(service.versions, knowledge="another"))
    with pytest.raises(AuditError, match="other knowledge"):
        SparkEngine(session).read(other, ["furosemide 40 mg"], lambda done: None)  # type: ignore[arg-type]


def test_files_without_a_row_give_empty_tables(service: Medrisk, session: SparkSession, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("patient_id,drug_name\n,furosemide\n", encoding="utf-8")
    manifest = _audit(service, [file], tmp_path / "spark", SparkEngine(session))
    assert manifest["counts"]["rejects"] == 1
    _audit(service, [file], tmp_path / "here", None)
    assert _tables(tmp_path / "spark") == _tables(tmp_path / "here")
    told = json.loads((tmp_path / "spark" / "manifest.json").read_text(encoding="utf-8"))
    assert told["counts"]["patients"] == 0
