"""Settings from the environment; the only reader of ``os.environ``. A bad value is refused at start."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medrisk.errors import SettingsError

_JURISDICTIONS = ("US", "UK", "EU", "FR", "CA", "AU")
_LOUDNESS = ("INTERRUPTIVE", "MAJOR", "REVIEW", "ALL")
_PUBLIC_RXNAV = "https://rxnav.nlm.nih.gov/REST"
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """How this medrisk runs. docs/settings.md lists the variables."""

    knowledge_dir: Path
    data_dir: Path
    jurisdiction: str = "US"
    max_text_bytes: int = 200_000
    max_lines: int = 2_000
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    interactions: Path | None = None
    rxnav: bool = False
    rxnav_url: str = _PUBLIC_RXNAV
    trusted_user_header: str = ""
    trusted_proxies: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    rate_limit: int | None = None
    public_url: str = ""
    cds_loudness: str = "major"
    cds_clients: Path | None = None
    cds_fhir_servers: tuple[str, ...] = ()
    cds_feedback_comments: bool = False
    pseudonym_key_file: Path | None = None
    spark_submit: bool = False
    audits: bool = False
    audit_max_bytes: int = 1_000_000_000
    audit_jobs: int = 1
    audit_hours: int = 24

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises SettingsError, naming the variable, for a value that cannot be used."""
        env = os.environ if environ is None else environ
        header = _words(env, "MEDRISK_TRUSTED_USER_HEADER", _is_header, "Give one name of a header, such as X-Remote-User.")
        proxies = _words(env, "MEDRISK_TRUSTED_PROXIES", _is_network, "Give addresses or networks, such as 127.0.0.1, 10.0.0.0/24.")
        if len(header) > 1 or bool(header) != bool(proxies):
            raise SettingsError(
                "MEDRISK_TRUSTED_USER_HEADER and MEDRISK_TRUSTED_PROXIES are set together or not at all",
                hint="Name one header, and the addresses of the proxies that may send it.",
                field="MEDRISK_TRUSTED_USER_HEADER",
            )
        clients, public_url = _file(env, "MEDRISK_CDS_CLIENTS", "a JSON file"), _address(env, "MEDRISK_PUBLIC_URL")
        if clients and not public_url:
            raise SettingsError(
                "MEDRISK_CDS_CLIENTS needs MEDRISK_PUBLIC_URL beside it: what a client signs is meant for one address",
                hint="Give the address that the EHR calls, such as https://medrisk.example.org.",
                field="MEDRISK_PUBLIC_URL",
            )
        return cls(
            knowledge_dir=_folder(env, "MEDRISK_KNOWLEDGE_DIR", _REPOSITORY / "data"),
            data_dir=Path(env.get("MEDRISK_DATA_DIR") or _user_data_dir(env)).expanduser(),
            jurisdiction=_choice(env, "MEDRISK_JURISDICTION", "US", _JURISDICTIONS),
            max_text_bytes=_number(env, "MEDRISK_MAX_TEXT_BYTES", 200_000, 1_000, 10_000_000),
            max_lines=_number(env, "MEDRISK_MAX_LINES", 2_000, 1, 100_000),
            host=env.get("MEDRISK_HOST") or "127.0.0.1",
            port=_number(env, "PORT", 8000, 1, 65_535),
            workers=_number(env, "MEDRISK_WORKERS", 2, 1, 64),
            interactions=_file(env, "MEDRISK_INTERACTIONS", "a CSV file"),
            # Made where it is missing, so it need not exist.
            pseudonym_key_file=Path(env["MEDRISK_PSEUDONYM_KEY_FILE"]).expanduser() if env.get("MEDRISK_PSEUDONYM_KEY_FILE") else None,
            rxnav=_choice(env, "MEDRISK_RXNAV", "OFF", ("ON", "OFF")) == "ON",
            rxnav_url=_rxnav_address(env, "MEDRISK_RXNAV_URL"),
            trusted_user_header="".join(header),
            trusted_proxies=proxies,
            allowed_hosts=_words(env, "MEDRISK_ALLOWED_HOSTS", _is_host, "Give names without a port, such as medrisk.example.org."),
            cors_origins=_words(env, "MEDRISK_CORS_ORIGINS", _is_origin, "Give whole origins, such as chrome-extension://abc."),
            # Set by spark-submit for the program that it runs.
            spark_submit=bool(env.get("PYSPARK_GATEWAY_PORT")),
            rate_limit=_number(env, "MEDRISK_RATE_LIMIT", 0, 0, 1_000_000) if env.get("MEDRISK_RATE_LIMIT") else None,
            public_url=public_url,
            cds_loudness=_choice(env, "MEDRISK_CDS_LOUDNESS", "MAJOR", _LOUDNESS).lower(),
            cds_clients=clients,
            cds_fhir_servers=tuple(
                server.rstrip("/")
                for server in _words(env, "MEDRISK_CDS_FHIR_SERVERS", _is_address, "Give base addresses, such as https://ehr.example.org/fhir.")
            ),
            cds_feedback_comments=_choice(env, "MEDRISK_CDS_FEEDBACK_COMMENTS", "OFF", ("ON", "OFF")) == "ON",
            audits=_choice(env, "MEDRISK_AUDITS", "OFF", ("ON", "OFF")) == "ON",
            audit_max_bytes=_number(env, "MEDRISK_AUDIT_MAX_BYTES", 1_000_000_000, 1_000, 1_000_000_000_000),
            audit_jobs=_number(env, "MEDRISK_AUDIT_JOBS", 1, 1, 16),
            audit_hours=_number(env, "MEDRISK_AUDIT_HOURS", 24, 1, 8_760),
        )

    @property
    def cache_dir(self) -> Path:
        return self.data_dir / "cache"

    @property
    def pseudonym_key(self) -> Path:
        """The file with the key for pseudonyms of an audit, where a command names no other."""
        return self.pseudonym_key_file or self.data_dir / "pseudonyms.key"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server, so that nobody has to sign in.

        Another host name or a header that names a user mean that a proxy stands before it, whatever it listens on.
        """
        names = all(is_loopback(name) for name in self.allowed_hosts)
        return is_loopback(self.host) and names and not self.trusted_user_header


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    name = host.lower().rstrip(".")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def hand_to_workers(**variables: str) -> None:
    """Set variables for the processes that this one starts, which read them as it did."""
    os.environ.update(variables)


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment of a process that is to answer as these settings say, whatever this one's says."""
    return os.environ | {
        "MEDRISK_KNOWLEDGE_DIR": str(settings.knowledge_dir),
        "MEDRISK_DATA_DIR": str(settings.data_dir),
        "MEDRISK_JURISDICTION": settings.jurisdiction,
        "MEDRISK_INTERACTIONS": str(settings.interactions or ""),
        "MEDRISK_RXNAV": "ON" if settings.rxnav else "OFF",
        "MEDRISK_RXNAV_URL": settings.rxnav_url,
        "MEDRISK_AUDIT_HOURS": str(settings.audit_hours),
    }


def metrics_folder() -> Path | None:
    """The folder that the workers of one server count in together; the name of its variable is prometheus-client's."""
    name = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(name) if name else None


def _user_data_dir(env: Mapping[str, str]) -> Path:
    """The user's data folder as the XDG Base Directory Specification has it."""
    base = env.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "medrisk"


def _folder(env: Mapping[str, str], name: str, default: Path) -> Path:
    path = Path(env[name]).expanduser() if env.get(name) else default
    if not path.is_dir():
        raise SettingsError(
            f"{name} names a folder that does not exist", hint="Give the folder that holds drug_classes/.", field=name
        )
    return path


def _file(env: Mapping[str, str], name: str, kind: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name]).expanduser()
    if not path.is_file():
        raise SettingsError(f"{name} names a file that does not exist", hint=f"Give the path of {kind}.", field=name)
    return path


def _choice(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = (env.get(name) or default).upper()
    if value not in allowed:
        raise SettingsError(f"{name} has no usable value", hint=f"Use one of {', '.join(allowed)}.", field=name)
    return value


def _address(env: Mapping[str, str], name: str, default: str = "") -> str:
    """The address of a service, without the stroke at its end. A name and password in it would end up in error texts."""
    text = (env.get(name) or default).rstrip("/")
    if text and not _is_address(text):
        raise SettingsError(
            f"{name} has no usable value",
            hint="Give the address of a service, such as http://127.0.0.1:4000/REST, without a name, password or question mark.",
            field=name,
        )
    return text


def _rxnav_address(env: Mapping[str, str], name: str) -> str:
    text = _address(env, name, _PUBLIC_RXNAV)
    parts = urlsplit(text)
    if parts.scheme == "http" and str(parts.hostname).endswith("nlm.nih.gov"):
        raise SettingsError(f"{name} must begin with https for the public service", hint=f"Use {_PUBLIC_RXNAV}.", field=name)
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and text.isascii() and text.isprintable() and not set(text) & set(" @?#*\\\"<>")


def _words(env: Mapping[str, str], name: str, is_good: Callable[[str], bool], hint: str) -> tuple[str, ...]:
    """The parts of a list with commas."""
    words = tuple(word.strip() for word in (env.get(name) or "").split(",") if word.strip())
    if not all(is_good(word) for word in words):
        raise SettingsError(f"{name} has no usable value", hint=hint, field=name)
    return words


def _is_header(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", text) is not None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]+\]", text, re.IGNORECASE) is not None


def _is_origin(text: str) -> bool:
    """Scheme, host and port and nothing more: what a browser sends, to be compared letter by letter."""
    return re.fullmatch(r"[a-z][a-z0-9+.-]*://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", text) is not None


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(
            f"{name} has no usable value", hint=f"Use a whole number from {least} to {most}.", field=name
        )
    return int(text)
