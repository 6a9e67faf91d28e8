"""Ways to run the command line: in this process on the shared service, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from real_knowledge import keep_knowledge

from medrisk.cli import cli
from medrisk.service import Medrisk
from medrisk.settings import Settings

Run = Callable[..., Result]
RunProcess = Callable[..., "subprocess.CompletedProcess[bytes]"]

# A list with something of everything: a cap, a correction, an ambiguous and an unknown line, a stopped drug.
LIST = """\
simvastatin 40 mg nightly
amlodipine 5 mg daily
hydroclorothiazide 25 mg every morning
omeprazole 20 mg daily
salmeterol 50 mcg inhaled twice daily
hydralazine/hydroxyzine 25 mg
zzqxv tablets 10 mg
Allergies: penicillin

c/o leg cramps at night, no dark urine
K 3.1
"""


@pytest.fixture(scope="session")
def _services(make_service: Callable[..., Medrisk]) -> Callable[[Settings], Medrisk]:
    built: dict[str, Medrisk] = {}

    def service_for(settings: Settings) -> Medrisk:
        place = settings.jurisdiction
        if place not in built:
            built[place] = make_service(MEDRISK_JURISDICTION=place)
        return built[place]

    return service_for


@pytest.fixture(scope="session")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("medrisk-kept")
    keep_knowledge(data_dir)
    return data_dir


@pytest.fixture(autouse=True)
def _clean_environment(_kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests; what medrisk keeps goes into a folder of theirs."""
    for name in [name for name in os.environ if name.startswith("MEDRISK_") or name == "PORT"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEDRISK_DATA_DIR", str(_kept))


@pytest.fixture
def run(_services: Callable[[Settings], Medrisk], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process; the service is built once for all tests."""
    monkeypatch.setattr("medrisk.service.build_service", _services)

    def invoke(*arguments: str, typed: str | bytes = "") -> Result:
        return CliRunner().invoke(cli, arguments, input=typed)

    return invoke


@pytest.fixture
def run_process() -> RunProcess:
    """Runs a command as its own process."""

    def start(*arguments: str, typed: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "medrisk", *arguments]
        env = os.environ | environ
        return subprocess.run(command, input=typed, capture_output=True, env=env, timeout=60, check=False)

    return start
