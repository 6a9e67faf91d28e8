"""Audits over the API: files sent, jobs followed, results fetched, and nobody else's business."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medrisk.audit.jobs import runner, starting
from medrisk.audit.jobs.model import Status
from medrisk.audit.jobs.store import JobStore
from medrisk.cli import cli
from medrisk.errors import UnknownIdError
from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.tokens import Tokens
from medrisk.web import create_app

from .api_contract import API, Contract
from .fakes import FakeService

AUDITS = f"{API}/audits"
HOST = "medrisk.example.org"
PATIENT, DRUG = "Quackenbush-1951", "canarimycin"
ROWS = f"""\
patient_id,drug_name,sig,fill_date,days_supply
{PATIENT},simvastatin 40 mg,1 at night,2026-01-01,30
{PATIENT},amlodipine 5 mg,1 daily,2026-01-10,30
B2,{DRUG} 5 mg,1 daily,2026-01-10,30
C3,furosemide 40 mg,1 daily,{PATIENT},30
"""
ALIASES = f"text,status,reason,rows,candidates,meant\n{DRUG} 5 mg; 1 daily,unknown,,1,,ibuprofen 5 mg\n"


@dataclass
class Started:
    """Stands for processes: keeps the locks that they would hold, until they ``die``."""

    jobs: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def start(self, _settings: Settings, job_id: str, locks: tuple[int, ...]) -> None:
        self.jobs.append(job_id)
        self.held += [os.dup(lock) for lock in locks]

    def die(self) -> None:
        while self.held:
            os.close(self.held.pop())


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    made = Started()
    monkeypatch.setattr(starting, "start_process", made.start)
    yield made
    made.die()


@pytest.fixture
def on(settings: Settings) -> Settings:
    return replace(settings, audits=True, audit_max_bytes=20_000)


@pytest.fixture
def store(on: Settings) -> JobStore:
    return starting.store_of(on)


@pytest.fixture
def door(fake: FakeService, on: Settings, started: Started) -> FlaskClient:
    """Takes files in, and nothing works on them."""
    assert not started.jobs
    return client_of(fake, on)


def client_of(service: Any, settings: Settings) -> FlaskClient:
    return create_app(service, settings).test_client()


def part(name: str = "rx.csv", text: str = ROWS) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def post(client: FlaskClient, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
    return client.post(AUDITS, data={"file": part()} | fields, headers=headers, content_type="multipart/form-data")


def left_over(settings: Settings) -> list[Path]:
    """What of anything that was sent lies on the disk."""
    return [path for path in (settings.data_dir / "audits").rglob("*") if not path.name.startswith("place-")]


# The switch.


def test_it_is_off_unless_switched_on(client: FlaskClient, settings: Settings) -> None:
    for method, address in (
        ("POST", AUDITS),
        ("GET", AUDITS),
        ("GET", f"{AUDITS}/{'0' * 32}"),
        ("DELETE", f"{AUDITS}/{'0' * 32}"),
    ):
        response = client.open(address, method=method, data={"file": part()} if method == "POST" else None)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert "audits" not in client.get(f"{API}/openapi.json").text
    assert "Audits" not in client.get(f"{API}/docs").text
    assert left_over(settings) == []


def test_the_document_and_its_page_name_it_where_it_is_on(door: FlaskClient) -> None:
    document = door.get(f"{API}/openapi.json").get_json()
    assert {"post", "get"} <= document["paths"][AUDITS].keys()
    assert document["paths"][AUDITS]["post"]["responses"]["202"]["headers"]["Location"]["required"]
    assert "kept until" in document["info"]["description"]
    page = door.get(f"{API}/docs").text
    assert '<h3 id="make_audit">' in page
    assert '<h3 id="remove_audit">' in page


# Files in.


def test_files_become_a_job_that_can_be_followed(
    door: FlaskClient, on: Settings, store: JobStore, started: Started
) -> None:
    contract = Contract(door)
    response = post(
        door,
        mode="ever",
        map=["drug=drug_name", "patient=patient_id"],
        pseudonymise="true",
        aliases=part("mine.csv", ALIASES),
    )
    contract.hold("POST", AUDITS, response)
    job = response.get_json()
    assert (response.status_code, response.location, job["state"]) == (202, job["href"], "waiting")
    assert door.get(job["href"]).get_json() == job
    assert door.get(AUDITS).get_json() == {"audits": [job]}
    for path in (AUDITS, job["href"]):
        contract.hold("GET", path, door.get(path))
    assert started.jobs == [job["id"]]
    kept = store.read(job["id"])
    assert kept is not None
    assert kept.options == {
        "mode": "ever", "dates": None, "delimiter": None, "encoding": None, "pseudonymise": True, "detected_issues": False,
        "mapped": {"drug": "drug_name", "patient": "patient_id"},
    }  # fmt: skip
    assert [(upload.role, upload.stored, upload.name) for upload in kept.uploads] == [
        ("file", "file-1.csv", "rx.csv"), ("aliases", "aliases-1.csv", "mine.csv"),
    ]  # fmt: skip
    assert (store.path(job["id"]) / "inputs" / "file-1.csv").read_text() == ROWS
    for folder in (store.folder, store.path(job["id"])):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_may_be_the_whole_body(door: FlaskClient, store: JobStore) -> None:
    for content_type in ("text/csv", "application/octet-stream"):
        headers = {"Content-Disposition": 'attachment; filename="rx.csv"', "Content-Type": content_type}
        job = door.post(AUDITS, data=ROWS, headers=headers).get_json()
        assert (store.path(job["id"]) / "inputs" / "file-1.csv").read_text() == ROWS


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../../escaped.csv", "file-1.csv"), ("/etc/passwd", "file-1"), ("..\\..\\rx.CSV.gz", "file-1.csv.gz"),
        ("a\0b.csv/..", "file-1"), ("rx.csv\n", "file-1.csv"), (".bashrc", "file-1.bashrc"), ("x" * 500 + ".csv", "file-1.csv"),
        ("omop_drug_exposure.csv.gz", "drug_exposure.csv.gz"), ("DRUG_EXPOSURE.parquet", "drug_exposure.parquet"),
    ],
)  # fmt: skip
def test_a_file_name_is_no_path(door: FlaskClient, on: Settings, store: JobStore, name: str, stored: str) -> None:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + b"rows\r\n--b--\r\n"
    )
    response = door.post(AUDITS, data=body, content_type="multipart/form-data; boundary=b")
    if "\n" in name or "\0" in name:  # a head of a part that is not one may also be refused
        assert response.status_code in {202, 400}
        return
    job = response.get_json()
    assert [path.name for path in (store.path(job["id"]) / "inputs").iterdir()] == [stored]
    assert {path.name for path in on.data_dir.iterdir()} == {"audits"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"file": "patient,drug"}, "file"),
        ({"mode": PATIENT}, "mode"),
        ({"map": PATIENT}, "map"),
        ({"dates": "ymd"}, "dates"),
        ({"pseudonymise": PATIENT}, "pseudonymise"),
        ({"mode": ["ever", "ever"]}, ""),
        ({PATIENT: DRUG}, ""),
        ({DRUG: part()}, ""),
        ({"aliases": [part("a.csv"), part("b.csv")]}, "aliases"),
        ({"file": [part("rx.csv"), part("rx.csv")]}, "file"),
        ({"encoding": "../" + DRUG}, "encoding"),
        ({"encoding": "zlib"}, "encoding"),
        ({"encoding": "a\0b"}, "encoding"),
        ({"encoding": "utf-32"}, "encoding"),
        ({"delimiter": DRUG}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"delimiter": "¦"}, "delimiter"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_used_is_refused_and_nothing_is_kept(
    door: FlaskClient, on: Settings, fields: dict[str, Any], field: str
) -> None:
    response = post(door, **fields)
    assert response.status_code == 400
    problem = response.get_json()
    assert problem["hint"]
    assert problem.get("field", "").startswith(field)
    for word in (PATIENT, DRUG):
        assert word not in response.text
    assert left_over(on) == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": b"", "content_type": "multipart/form-data"}, 400),
        ({"data": b"--b\r\nbroken", "content_type": "multipart/form-data; boundary=b"}, 400),
        ({"data": {"mode": "ever"}, "content_type": "multipart/form-data"}, 400),
        ({"data": ROWS, "content_type": "text/csv"}, 400),
        ({"data": b"", "content_type": "text/csv", "headers": {"Content-Disposition": "attachment; filename=rx.csv"}}, 400),
        ({"json": {"file": ROWS}}, 415),
        ({"data": {"file": part()}, "headers": {"Content-Encoding": "gzip"}}, 415),
        ({"data": {"file": part()}, "headers": {"Accept": "image/png"}}, 406),
        ({"data": {"file": part()}, "query_string": "mode=ever"}, 400),
    ],
)  # fmt: skip
def test_a_body_that_holds_no_file_is_refused_as_the_document_says(
    door: FlaskClient, on: Settings, options: dict[str, Any], status: int
) -> None:
    response = door.post(AUDITS, **options)
    assert response.status_code == status
    Contract(door).hold("POST", AUDITS, response)
    assert left_over(on) == []


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
@pytest.mark.parametrize("whole", [True, False], ids=["body", "form"])
def test_too_large_is_refused_and_leaves_nothing(door: FlaskClient, on: Settings, told: bool, whole: bool) -> None:
    rows = ROWS.encode() + b"x" * 30_000
    body = (
        rows
        if whole
        else b'--b\r\nContent-Disposition: form-data; name="file"; filename="rx.csv"\r\n\r\n' + rows + b"\r\n--b--\r\n"
    )
    kind = "text/csv" if whole else "multipart/form-data; boundary=b"
    length = {"CONTENT_LENGTH": str(len(body))} if told else {"wsgi.input_terminated": True}
    response = door.post(
        AUDITS, input_stream=io.BytesIO(body), content_type=kind, headers={"Content-Disposition": "attachment; filename=rx.csv"}, environ_overrides=length
    )  # fmt: skip
    assert response.status_code == 413
    assert "20,000 bytes" in response.get_json()["detail"]
    Contract(door).hold("POST", AUDITS, response)
    assert left_over(on) == []


def test_a_full_disk_is_said_and_nothing_is_kept(
    door: FlaskClient, on: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    response = post(door)
    assert response.status_code == 507
    Contract(door).hold("POST", AUDITS, response)
    assert left_over(on) == []


def test_so_many_of_one_client_and_no_more(door: FlaskClient, on: Settings) -> None:
    jobs = [post(door) for _ in range(20)]
    assert {response.status_code for response in jobs} == {202}
    response = post(door)
    assert response.status_code == 409
    Contract(door).hold("POST", AUDITS, response)
    assert door.delete(jobs[0].location).status_code == 204
    assert post(door).status_code == 202


# Whose they are.


def test_nobody_sees_another_clients_job(fake: FakeService, on: Settings, started: Started, store: JobStore) -> None:
    far = replace(on, allowed_hosts=(HOST,))
    tokens = Tokens(far.data_dir)
    mine, other = (
        {"Authorization": f"Bearer {tokens.add(name)}", "Host": HOST} for name in ("front-desk", "back-desk")
    )
    client = client_of(fake, far)
    address = post(client, mine).location
    store.end(started.jobs[0], Status("done", results=({"name": "findings.csv", "bytes": 1, "sha256": "a"},)))
    for method, path in (("GET", address), ("DELETE", address), ("GET", f"{address}/results/findings.csv")):
        for headers, status in ((other, 404), ({"Host": HOST}, 401)):
            response = client.open(path, method=method, headers=headers)
            assert response.status_code == status
            Contract(door_of(fake, on)).hold(method, path, response)
    unknown = client.get(f"{AUDITS}/{'0' * 32}", headers=mine)
    assert unknown.get_json() == client.get(address, headers=other).get_json(), (
        "nobody may learn whether there is such a job"
    )
    assert client.get(AUDITS, headers=other).get_json() == {"audits": []}
    assert client.get(address, headers=mine).status_code == 200


def door_of(fake: FakeService, settings: Settings) -> FlaskClient:
    """Where the document can be read without a sign-in."""
    return client_of(fake, settings)


@pytest.mark.parametrize(
    "name",
    ["job.json", "status.json", "..", "../job.json", "%2e%2e%2fjob.json", "findings.csv/../../job.json", "lock", ""],
)
def test_only_results_are_given_out(door: FlaskClient, started: Started, store: JobStore, name: str) -> None:
    address = post(door).location
    early = door.get(f"{address}/results/findings.csv")
    assert (early.status_code, early.get_json()["title"]) == (409, "The audit has no results")
    out = store.path(started.jobs[0]) / "out"
    out.mkdir()
    (out / "findings.csv").write_text("=rows")
    store.end(started.jobs[0], Status("done", results=({"name": "findings.csv", "bytes": 5, "sha256": "a"},)))
    assert door.get(f"{address}/results/{name}").status_code == 404
    given = door.get(f"{address}/results/findings.csv")
    assert (given.status_code, given.text, given.mimetype) == (200, "=rows", "application/octet-stream")
    assert given.headers["Content-Disposition"] == "attachment; filename=findings.csv"
    assert given.headers["Cache-Control"] == "no-store"


# Who works on them.


def test_jobs_are_worked_on_in_order_and_no_more_at_a_time_than_there_are_places(
    door: FlaskClient, on: Settings, store: JobStore, started: Started
) -> None:
    ids = [post(door).get_json()["id"] for _ in range(3)]
    assert started.jobs == ids[:1], "one place"
    assert starting.take_up(store, on) == 0
    two = replace(on, audit_jobs=2)
    assert starting.take_up(store, two) == 1
    assert started.jobs == ids[:2]
    store.end(ids[0], Status("done"))
    (store.folder / ("a" * 32)).mkdir()
    (store.folder / ("a" * 32) / "job.json").write_text('{"kept": "by another version"}')
    started.die()
    assert starting.take_up(store, two) == 2, "the second, whose process died, and the third"
    assert started.jobs[2:] == ids[1:]


def test_results_expire(fake: FakeService, on: Settings, started: Started) -> None:
    clock = datetime(2026, 11, 22, tzinfo=UTC)
    store = JobStore(on.data_dir / "audits", 24, lambda: clock)
    app = create_app(fake, on)  # type: ignore[arg-type]  # the fake has what the doors use
    app.extensions["medrisk.audits"] = (store, on)
    client = app.test_client()
    address = post(client).location
    clock += timedelta(days=9)
    store.sweep()
    assert client.get(address).get_json()["expires"] is None, "what waits does not expire"
    store.end(started.jobs[0], Status("done"))
    assert client.get(address).get_json()["expires"] == "2026-12-02T00:00:00+00:00"
    clock += timedelta(hours=24, seconds=-1)
    store.sweep()
    assert client.get(address).status_code == 200
    clock += timedelta(seconds=1)
    assert client.get(address).status_code == 404, "also before anybody has swept"
    assert client.get(AUDITS).get_json() == {"audits": []}
    store.sweep()
    assert left_over(on) == []


def test_what_died_while_it_arrived_is_swept_away_and_what_still_arrives_is_not(
    on: Settings, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.receive() as arriving:
        abandoned = store.folder / "new-abandoned"
        abandoned.mkdir()
        (abandoned / "rows").write_text(ROWS)
        store.sweep()
        assert abandoned.exists(), "it may have begun just now"
        monkeypatch.setattr("medrisk.audit.jobs.store._SECONDS_TO_BEGIN", -1)
        store.sweep()
        assert [path.name for path in store.folder.iterdir()] == [arriving.name]
    assert left_over(on) == []


# The work itself, in this process.


@pytest.fixture
def real(service: Medrisk) -> Iterator[Settings]:
    """Settings around the shared knowledge and its cache."""
    settings = replace(service.settings, audits=True)
    yield settings
    store = starting.store_of(settings)
    for job in store.jobs():
        store.remove(job.id)


def work(service: Medrisk, settings: Settings, **fields: Any) -> tuple[FlaskClient, dict[str, Any], str]:
    """Send, and work on it here. Gives the job as it is told at its end, and what would be logged."""
    client = client_of(service, settings)
    address = post(client, **fields).location
    store = starting.store_of(settings)
    job = store.read(address.rsplit("/", 1)[1])
    assert job is not None
    place = runner.work_on(store, job, settings)
    told = client.get(address)
    Contract(client).hold("GET", address, told)
    return client, told.get_json(), place


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    ("file", "fields", "detail", "hint"),
    [
        (part("rx.csv", "a,b\n1,2\n"), {}, "rx.csv: no column that holds the patient was found.", "map=patient=COLUMN"),
        (part("rx.csv"), {"map": "patient=mrn"}, "rx.csv: there is no column mrn.", "patient_id"),
        (part("rx.doc"), {}, "rx.doc: this format is not known.", ".csv"),
        (part("rx.xlsx"), {}, "rx.xlsx: this is no workbook that can be read.", "xlsx"),
        (part("rx.csv"), {"aliases": part("a.csv")}, "The file of aliases has no columns text and meant.", "unmatched.csv"),
        (part("rx.csv"), {"patients": part("people.csv", "x,y\n1,2\n")}, "people.csv: no column that holds the patient was found.", "x, y"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_audited_is_told_in_the_words_of_the_command_line(
    service: Medrisk, real: Settings, file: Any, fields: dict[str, Any], detail: str, hint: str
) -> None:
    client, job, place = work(service, real, file=file, **fields)
    assert (job["state"], job["problem"]["status"], job["problem"]["detail"], place) == ("failed", 400, detail, "")
    assert hint in job["problem"]["hint"]
    assert "--" not in job["problem"]["hint"]
    assert job["results"] == []
    refused = client.get(f"{job['href']}/results/findings.csv")
    assert (refused.status_code, refused.get_json()["detail"]) == (409, detail)
    assert {path.name for path in (real.data_dir / "audits" / job["id"]).iterdir()} == {
        "job.json",
        "status.json",
        "lock",
    }


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(DRUG),
        OSError(28, "No space left on device", DRUG),
        MemoryError(DRUG),
        type("Panic", (BaseException,), {})(DRUG),
    ],
)
def test_a_failure_inside_is_told_without_what_stood_in_the_file(
    service: Medrisk, real: Settings, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(runner, "run_audit", fail)
    _, job, place = work(service, real)
    assert (job["state"], job["problem"]["status"]) == ("failed", 507 if isinstance(error, OSError) else 500)
    assert DRUG not in json.dumps(job) + place
    assert ("fail:" in place) != isinstance(error, OSError), "whoever mends it must learn where it broke"


@pytest.mark.usefixtures("started")
def test_a_job_whose_processes_always_die_is_given_up(service: Medrisk, real: Settings) -> None:
    client = client_of(service, real)
    address = post(client).location
    store = starting.store_of(real)
    job = store.jobs()[0]
    for _ in range(5):
        assert store.begin(job.id).state == "running"
    runner.work_on(store, job, real)
    problem = client.get(address).get_json()["problem"]
    assert (problem["status"], "memory" in problem["hint"]) == (500, True)


@pytest.mark.usefixtures("started")
def test_a_job_that_is_removed_while_it_is_worked_on_leaves_nothing(
    service: Medrisk, real: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(service, real)
    address = post(client).location
    store = starting.store_of(real)
    job = store.jobs()[0]
    monkeypatch.setattr(
        runner, "run_audit", lambda *_, **__: client.delete(address) and Path("/no/such/file").read_text()
    )
    with pytest.raises(FileNotFoundError):
        runner.work_on(store, job, real)
    assert left_over(real) == []


# Processes of their own.


def wait_for(what: Callable[[], Any]) -> Any:
    """Its first true answer; fails after a time that no machine needs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came true")


def running(client: FlaskClient, address: str) -> Any:
    return wait_for(lambda: client.get(address).get_json()["state"] == "running" and starting._started[-1])


def test_a_job_is_taken_up_again_and_gives_what_the_command_line_gives(
    service: Medrisk,
    real: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_of(service, real)
    address = post(
        client, aliases=part("mine.csv", ALIASES), detected_issues="true", mode="overlap", pseudonymise="true"
    ).location
    first = running(client, address)
    first.kill()
    first.wait(60)
    assert client.get(address).get_json()["state"] == "running"
    assert starting.take_up(starting.store_of(real), real) == 1, (
        "as each server of the data folder does every two seconds"
    )
    wait_for(lambda: client.get(address).get_json()["state"] not in {"waiting", "running"})
    starting._started[-1].wait(60)
    job = client.get(address).get_json()
    assert (job["state"], job["problem"], job["progress"]["share"], job["counts"]["rows_in"]) == ("done", None, 1.0, 4)
    results = {result["name"]: client.get(result["href"]).data for result in job["results"]}
    assert not (real.data_dir / "audits" / job["id"] / "inputs").exists(), (
        "what was sent is deleted as soon as the job is done"
    )
    logged = "".join(capfd.readouterr()) + caplog.text

    monkeypatch.chdir(tmp_path)
    Path("rx.csv").write_text(ROWS)
    Path("mine.csv").write_text(ALIASES)
    command = [
        "audit",
        "rx.csv",
        "-o",
        "out",
        "--overlap",
        "--aliases",
        "mine.csv",
        "--detected-issues",
        "--pseudonymise",
    ]
    done = CliRunner().invoke(cli, command, env={"MEDRISK_DATA_DIR": str(real.data_dir)})
    assert done.exit_code == 0, done.output
    expected = {path.name: path.read_bytes() for path in Path("out").iterdir() if path.is_file()}
    assert results.keys() == expected.keys()
    ours, theirs = json.loads(results.pop("manifest.json")), json.loads(expected.pop("manifest.json"))
    assert results == expected
    assert ours | {"seconds": None} == theirs | {"seconds": None}
    for word in (PATIENT, DRUG, "rx.csv"):
        assert word not in logged


def test_cancelling_ends_the_process(service: Medrisk, real: Settings) -> None:
    client = client_of(service, real)
    address = post(client).location
    process = running(client, address)
    response = client.delete(address)
    assert (response.status_code, response.data) == (204, b"")
    assert client.get(address).status_code == 404
    process.wait(60)
    assert left_over(real) == []
    with pytest.raises(UnknownIdError):
        starting.store_of(real).find(address.rsplit("/", 1)[1], "local ")
