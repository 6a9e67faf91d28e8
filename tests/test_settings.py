"""Settings from the environment: defaults, bounds, and refusals that name the variable and not its value."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from medrisk.errors import SettingsError
from medrisk.settings import Settings, environment_for

# Each field of Settings and the variable that sets it.
VARIABLES = {
    "knowledge_dir": "MEDRISK_KNOWLEDGE_DIR",
    "data_dir": "MEDRISK_DATA_DIR",
    "jurisdiction": "MEDRISK_JURISDICTION",
    "max_text_bytes": "MEDRISK_MAX_TEXT_BYTES",
    "max_lines": "MEDRISK_MAX_LINES",
    "host": "MEDRISK_HOST",
    "port": "PORT",
    "workers": "MEDRISK_WORKERS",
    "interactions": "MEDRISK_INTERACTIONS",
    "rxnav": "MEDRISK_RXNAV",
    "rxnav_url": "MEDRISK_RXNAV_URL",
    "trusted_user_header": "MEDRISK_TRUSTED_USER_HEADER",
    "trusted_proxies": "MEDRISK_TRUSTED_PROXIES",
    "allowed_hosts": "MEDRISK_ALLOWED_HOSTS",
    "cors_origins": "MEDRISK_CORS_ORIGINS",
    "rate_limit": "MEDRISK_RATE_LIMIT",
    "public_url": "MEDRISK_PUBLIC_URL",
    "cds_loudness": "MEDRISK_CDS_LOUDNESS",
    "cds_clients": "MEDRISK_CDS_CLIENTS",
    "cds_fhir_servers": "MEDRISK_CDS_FHIR_SERVERS",
    "cds_feedback_comments": "MEDRISK_CDS_FEEDBACK_COMMENTS",
    "pseudonym_key_file": "MEDRISK_PSEUDONYM_KEY_FILE",
    "spark_submit": "PYSPARK_GATEWAY_PORT",
    "audits": "MEDRISK_AUDITS",
    "audit_max_bytes": "MEDRISK_AUDIT_MAX_BYTES",
    "audit_jobs": "MEDRISK_AUDIT_JOBS",
    "audit_hours": "MEDRISK_AUDIT_HOURS",
}


def test_every_setting_has_its_variable(tmp_path: Path) -> None:
    assert {field.name for field in fields(Settings)} == VARIABLES.keys()
    given = {
        "MEDRISK_KNOWLEDGE_DIR": str(tmp_path),
        "MEDRISK_DATA_DIR": str(tmp_path / "kept"),
        "MEDRISK_JURISDICTION": "uk",
        "MEDRISK_MAX_TEXT_BYTES": "5000",
        "MEDRISK_MAX_LINES": "50",
        "MEDRISK_HOST": "127.0.0.2",
        "PORT": "9000",
        "MEDRISK_WORKERS": "4",
        "MEDRISK_INTERACTIONS": __file__,
        "MEDRISK_RXNAV": "on",
        "MEDRISK_RXNAV_URL": "http://127.0.0.1:4000/REST/",
        "MEDRISK_TRUSTED_USER_HEADER": "X-Remote-User",
        "MEDRISK_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16,::1",
        "MEDRISK_ALLOWED_HOSTS": "medrisk.example.org,[::1]",
        "MEDRISK_CORS_ORIGINS": "chrome-extension://abcdef, moz-extension://0a-1b, https://ehr.example.org:8443",
        "MEDRISK_RATE_LIMIT": "0",
        "MEDRISK_PUBLIC_URL": "https://medrisk.example.org/",
        "MEDRISK_CDS_LOUDNESS": "Review",
        "MEDRISK_CDS_CLIENTS": __file__,
        "MEDRISK_CDS_FHIR_SERVERS": "https://ehr.example.org/fhir/, http://127.0.0.1:8080/fhir",
        "MEDRISK_CDS_FEEDBACK_COMMENTS": "on",
        "MEDRISK_PSEUDONYM_KEY_FILE": str(tmp_path / "key"),
        "PYSPARK_GATEWAY_PORT": "40000",
        "MEDRISK_AUDITS": "on",
        "MEDRISK_AUDIT_MAX_BYTES": "5000000",
        "MEDRISK_AUDIT_JOBS": "3",
        "MEDRISK_AUDIT_HOURS": "2",
    }
    audits = (True, 5_000_000, 3, 2)
    site = (Path(__file__), True, "http://127.0.0.1:4000/REST")
    access = (
        "X-Remote-User", ("10.0.0.1", "10.1.0.0/16", "::1"), ("medrisk.example.org", "[::1]"),
        ("chrome-extension://abcdef", "moz-extension://0a-1b", "https://ehr.example.org:8443"), 0,
    )  # fmt: skip
    cds = (
        "https://medrisk.example.org", "review", Path(__file__), ("https://ehr.example.org/fhir", "http://127.0.0.1:8080/fhir"), True,
        tmp_path / "key", True,
    )  # fmt: skip
    assert Settings.from_env(given) == Settings(tmp_path, tmp_path / "kept", "UK", 5000, 50, "127.0.0.2", 9000, 4, *site, *access, *cds, *audits)


@pytest.mark.parametrize(
    ("given", "is_local"),
    [
        ({}, True),
        ({"MEDRISK_HOST": "::1"}, True),
        ({"MEDRISK_HOST": "localhost", "MEDRISK_ALLOWED_HOSTS": "localhost,127.0.0.1"}, True),
        ({"MEDRISK_HOST": "0.0.0.0"}, False),  # noqa: S104 - what needs a sign-in
        ({"MEDRISK_HOST": "127.0.0.1.example.org"}, False),
        ({"MEDRISK_ALLOWED_HOSTS": "medrisk.example.org"}, False),
        ({"MEDRISK_TRUSTED_USER_HEADER": "X-User", "MEDRISK_TRUSTED_PROXIES": "127.0.0.1"}, False),
    ],
)
def test_a_server_behind_a_proxy_is_not_local_whatever_it_listens_on(given: dict[str, str], is_local: bool) -> None:
    assert Settings.from_env(given).is_local is is_local


@pytest.mark.parametrize("name", ["MEDRISK_TRUSTED_USER_HEADER", "MEDRISK_TRUSTED_PROXIES"])
def test_a_trusted_header_and_its_proxies_are_set_together(name: str) -> None:
    value = {"MEDRISK_TRUSTED_USER_HEADER": "X-User", "MEDRISK_TRUSTED_PROXIES": "10.0.0.1"}[name]
    with pytest.raises(SettingsError):
        Settings.from_env({name: value})


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_env({})
    assert (settings.jurisdiction, settings.host, settings.port) == ("US", "127.0.0.1", 8000)
    assert (settings.knowledge_dir / "drug_classes").is_dir()


def test_nothing_is_asked_online_unless_somebody_says_so() -> None:
    settings = Settings.from_env({})
    assert (settings.rxnav, settings.rxnav_url) == (False, "https://rxnav.nlm.nih.gov/REST")
    assert not Settings.from_env({"MEDRISK_RXNAV_URL": "https://example.org/REST"}).rxnav


def test_cds_hooks_is_quiet_and_asks_nobody_unless_somebody_says_so() -> None:
    settings = Settings.from_env({})
    assert (settings.cds_loudness, settings.cds_clients, settings.cds_fhir_servers, settings.cds_feedback_comments) == ("major", None, (), False)


@pytest.mark.parametrize("url", ["https://example.org/REST", "http://127.0.0.1:4000/REST", "http://[::1]:4000/REST", "http://rxnav.hospital/REST"])
def test_an_address_of_ones_own_may_be_plain_http(url: str) -> None:
    assert Settings.from_env({"MEDRISK_RXNAV_URL": f"{url}/"}).rxnav_url == url


def test_no_file_is_taken_in_unless_somebody_says_so() -> None:
    assert not Settings.from_env({}).audits


def test_another_process_is_given_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDRISK_JURISDICTION", "UK")
    given = Settings.from_env({"MEDRISK_DATA_DIR": str(tmp_path), "MEDRISK_RXNAV": "on", "MEDRISK_INTERACTIONS": __file__, "MEDRISK_AUDIT_HOURS": "3"})
    taken = Settings.from_env(environment_for(given))
    names = ("data_dir", "knowledge_dir", "jurisdiction", "rxnav", "rxnav_url", "interactions", "audit_hours")
    assert [getattr(taken, name) for name in names] == [getattr(given, name) for name in names]


def test_an_empty_value_is_no_value() -> None:
    assert Settings.from_env(dict.fromkeys(VARIABLES.values(), "")) == Settings.from_env({})


def test_what_medrisk_keeps_lies_in_the_users_data_folder() -> None:
    assert Settings.from_env({"XDG_DATA_HOME": "/somewhere"}).data_dir == Path("/somewhere/medrisk")
    assert Settings.from_env({}).data_dir.is_relative_to(Path.home())
    assert Settings.from_env({"MEDRISK_DATA_DIR": "/kept"}).cache_dir == Path("/kept/cache")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "80.5"),
        ("PORT", "８０"),
        ("PORT", " 80"),
        ("MEDRISK_WORKERS", "0"),
        ("MEDRISK_WORKERS", "65"),
        ("MEDRISK_MAX_LINES", "none"),
        ("MEDRISK_MAX_TEXT_BYTES", "999"),
        ("MEDRISK_JURISDICTION", "ATLANTIS"),
        ("MEDRISK_KNOWLEDGE_DIR", "/no/such/folder"),
        ("MEDRISK_RXNAV", "perhaps"),
        ("MEDRISK_RXNAV", "https://rxnav.nlm.nih.gov/REST"),
        ("MEDRISK_RXNAV_URL", "rxnav.nlm.nih.gov/REST"),
        ("MEDRISK_RXNAV_URL", "ftp://rxnav.nlm.nih.gov/REST"),
        ("MEDRISK_RXNAV_URL", "file:///etc/passwd"),
        ("MEDRISK_RXNAV_URL", "https:///REST"),
        ("MEDRISK_RXNAV_URL", "https://who:secret@example.org/REST"),
        ("MEDRISK_RXNAV_URL", "https://example.org/REST?key=1"),
        ("MEDRISK_RXNAV_URL", "https://example.org/REST#top"),
        ("MEDRISK_RXNAV_URL", "https://example.org:99999/REST"),
        ("MEDRISK_RXNAV_URL", "https://[::1/REST"),
        ("MEDRISK_RXNAV_URL", "https://example.org/a b"),
        ("MEDRISK_RXNAV_URL", "https://example.org/\nREST"),
        ("MEDRISK_RXNAV_URL", "http://rxnav.nlm.nih.gov/REST"),
        ("MEDRISK_TRUSTED_USER_HEADER", "X User"),
        ("MEDRISK_TRUSTED_USER_HEADER", "X_User"),
        ("MEDRISK_TRUSTED_PROXIES", "proxy.example.org"),
        ("MEDRISK_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("MEDRISK_ALLOWED_HOSTS", "*"),
        ("MEDRISK_ALLOWED_HOSTS", "example.org:8000"),
        ("MEDRISK_ALLOWED_HOSTS", "https://example.org"),
        ("MEDRISK_CORS_ORIGINS", "*"),
        ("MEDRISK_CORS_ORIGINS", "null"),
        ("MEDRISK_CORS_ORIGINS", "https://example.org/"),
        ("MEDRISK_CORS_ORIGINS", "https://*.example.org"),
        ("MEDRISK_CORS_ORIGINS", "chrome-extension:abcdef"),
        ("MEDRISK_RATE_LIMIT", "-1"),
        ("MEDRISK_RATE_LIMIT", "10 per minute"),
        ("MEDRISK_PUBLIC_URL", "medrisk.example.org"),
        ("MEDRISK_PUBLIC_URL", "https://who:secret@medrisk.example.org"),
        ("MEDRISK_PUBLIC_URL", "https://medrisk.example.org/?a=1"),
        ("MEDRISK_CDS_LOUDNESS", "silent"),
        ("MEDRISK_CDS_CLIENTS", "/no/such/file.json"),
        ("MEDRISK_CDS_FHIR_SERVERS", "*"),
        ("MEDRISK_CDS_FHIR_SERVERS", "https://*.example.org/fhir"),
        ("MEDRISK_CDS_FHIR_SERVERS", "https://who:secret@ehr.example.org/fhir"),
        ("MEDRISK_CDS_FHIR_SERVERS", "file:///etc"),
        ("MEDRISK_CDS_FEEDBACK_COMMENTS", "perhaps"),
        ("MEDRISK_AUDITS", "sometimes"),
        ("MEDRISK_AUDIT_MAX_BYTES", "1 GB"),
        ("MEDRISK_AUDIT_JOBS", "17"),
        ("MEDRISK_AUDIT_HOURS", "0.5"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({name: value})
    assert caught.value.field == name
    assert name in caught.value.message
    assert caught.value.hint
    assert value not in caught.value.message


@pytest.mark.parametrize(("name", "least", "most"), [("PORT", 1, 65_535), ("MEDRISK_WORKERS", 1, 64), ("MEDRISK_MAX_LINES", 1, 100_000)])
def test_the_bounds_themselves_are_allowed(name: str, least: int, most: int) -> None:
    for value in (least, most):
        Settings.from_env({name: str(value)})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings.from_env({}).port = 1  # type: ignore[misc]
