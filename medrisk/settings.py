"""Settings from the environment; the only reader of ``os.environ``. A bad value is refused at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medrisk.errors import SettingsError

_JURISDICTIONS = ("US", "UK", "EU", "FR", "CA", "AU")
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

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises SettingsError, naming the variable, for a value that cannot be used."""
        env = os.environ if environ is None else environ
        return cls(
            knowledge_dir=_folder(env, "MEDRISK_KNOWLEDGE_DIR", _REPOSITORY / "data"),
            data_dir=Path(env.get("MEDRISK_DATA_DIR") or _user_data_dir(env)).expanduser(),
            jurisdiction=_choice(env, "MEDRISK_JURISDICTION", "US", _JURISDICTIONS),
            max_text_bytes=_number(env, "MEDRISK_MAX_TEXT_BYTES", 200_000, 1_000, 10_000_000),
            max_lines=_number(env, "MEDRISK_MAX_LINES", 2_000, 1, 100_000),
            host=env.get("MEDRISK_HOST") or "127.0.0.1",
            port=_number(env, "PORT", 8000, 1, 65_535),
            workers=_number(env, "MEDRISK_WORKERS", 2, 1, 64),
            interactions=_file(env, "MEDRISK_INTERACTIONS"),
            rxnav=_choice(env, "MEDRISK_RXNAV", "OFF", ("ON", "OFF")) == "ON",
            rxnav_url=_address(env, "MEDRISK_RXNAV_URL", _PUBLIC_RXNAV),
        )

    @property
    def cache_dir(self) -> Path:
        return self.data_dir / "cache"


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


def _file(env: Mapping[str, str], name: str) -> Path | None:
    if not env.get(name):
        return None
    path = Path(env[name]).expanduser()
    if not path.is_file():
        raise SettingsError(f"{name} names a file that does not exist", hint="Give the path of a CSV file.", field=name)
    return path


def _choice(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = (env.get(name) or default).upper()
    if value not in allowed:
        raise SettingsError(f"{name} has no usable value", hint=f"Use one of {', '.join(allowed)}.", field=name)
    return value


def _address(env: Mapping[str, str], name: str, default: str) -> str:
    """The address of a service, without the stroke at its end. A name and password in it would end up in error texts."""
    text = (env.get(name) or default).rstrip("/")
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not text.isascii() or not text.isprintable() or set(text) & set(" @?#\\\"<>"):
        raise SettingsError(
            f"{name} has no usable value",
            hint="Give the address of a REST service, such as http://127.0.0.1:4000/REST, without a name, password or question mark.",
            field=name,
        )
    if parts.scheme == "http" and str(parts.hostname).endswith("nlm.nih.gov"):
        raise SettingsError(f"{name} must begin with https for the public service", hint=f"Use {default}.", field=name)
    return text


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(
            f"{name} has no usable value", hint=f"Use a whole number from {least} to {most}.", field=name
        )
    return int(text)
