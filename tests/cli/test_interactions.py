"""``--interactions`` and ``MEDRISK_INTERACTIONS``: a site's own pairs through every door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_knowledge import small_service, write_small

from medrisk.cli import cli
from medrisk.errors import SettingsError
from medrisk.settings import Settings
from medrisk.web import create_app

HEADER = "drug_a,drug_b,severity,interruptive,summary,action,source\n"
TABLE = HEADER + "Coumadin,simvastatin,major,yes,Local note,ask the prescriber,Local policy 7\n"
LIST = "warfarin 5 mg daily\nsimvastatin 10 mg daily\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDRISK_KNOWLEDGE_DIR", str(write_small(tmp_path / "data")))
    path = tmp_path / "site.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def _check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "-", *arguments], input=LIST)


def _rules(result: Result) -> list[str]:
    return [note["rule"] for note in json.loads(result.stdout)["notes"]]


def test_the_option_adds_the_sites_notes_and_the_version_of_its_table(table: Path) -> None:
    assert _rules(_check("--format", "json")) == ["statin"]
    result = _check("--format", "json", "--interactions", str(table))
    assert _rules(result) == ["site-simvastatin-warfarin", "statin"]
    assert len(json.loads(result.stdout)["versions"]["site_table"]) == 12


def test_the_setting_does_the_same_and_the_option_wins(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDRISK_INTERACTIONS", str(table))
    assert _check("--format", "json").stdout == _check("--format", "json", "--interactions", str(table)).stdout
    other = tmp_path / "other.csv"
    other.write_text(TABLE.replace("simvastatin", "amlodipine"), encoding="utf-8")
    assert _rules(_check("--format", "json", "--interactions", str(other))) == ["statin"]


def test_the_text_names_the_source_and_the_table(table: Path) -> None:
    text = " ".join(_check("--interactions", str(table)).stdout.split())
    assert "[major] Local note: warfarin and simvastatin" in text
    assert "names as its source: Local policy 7" in text
    assert "the site's own table" in text
    assert "evidence: the site's own, not graded, unverified" in text


def test_it_counts_for_fail_on(table: Path) -> None:
    assert _check("--fail-on", "major").exit_code == 0
    assert _check("--fail-on", "major", "--interactions", str(table)).exit_code == 1


def test_every_fault_is_told_however_many_and_nothing_is_answered(table: Path) -> None:
    table.write_text(HEADER + "zzcanaryzz,simvastatin,major,yes,s,a,x\n" * 30, encoding="utf-8")
    result = _check("--interactions", str(table))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("drug_a: no drug of this name") == 30
    assert "docs/site-table.md" in result.stderr
    assert "zzcanaryzz" not in result.stderr


def test_a_file_that_is_not_there_stops_the_start(table: Path, tmp_path: Path) -> None:
    result = _check("--interactions", str(tmp_path / "zznowhere.csv"))
    assert result.exit_code == 2
    assert "The interaction table cannot be read" in result.stderr
    assert "zznowhere" not in result.stderr
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"MEDRISK_INTERACTIONS": str(tmp_path / "zznowhere.csv")})
    assert caught.value.field == "MEDRISK_INTERACTIONS"


def test_the_page_and_the_api_show_it(table: Path, tmp_path: Path) -> None:
    service = small_service(tmp_path / "data", table)
    client = create_app(service, service.settings).test_client()
    notes = client.post("/api/v1/check", json={"text": LIST}).get_json()["notes"]
    assert [note["rule"] for note in notes] == ["site-simvastatin-warfarin", "statin"]
    page = client.post("/", data={"text": LIST}).text
    assert "Local note" in page and "Local policy 7" in page
    assert f"site table {service.versions.site_table}" in page
