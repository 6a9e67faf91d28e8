"""EHRs that sign their requests, as CDS Hooks has it: one JSON web token for each, made for one address and used once.

Which clients there are, and where their keys are, stands in a file of the site's. Nothing in a token says where its key is
looked for: a ``jku`` in its header has to be the one of the file. ES384 and RS384 count; everything else is refused, above
all "none" and what is signed with a shared secret.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from medrisk.clients.keys import ALGORITHMS, FetchedKeys, FixedKeys, NoKeyError, read_keys
from medrisk.clients.replays import Replays
from medrisk.errors import MedriskError, SettingsError
from medrisk.settings import is_loopback

_LOG = logging.getLogger(__name__)
_REQUIRED = ["iss", "aud", "exp", "iat", "jti"]
# Clocks differ by so much.
_LEEWAY_SECONDS = 30
# As long as a used token has to be remembered. CDS Hooks wants them short.
_LONGEST_SECONDS = 3_600
_LONGEST_TOKEN = 8_192
_FIELD = "MEDRISK_CDS_CLIENTS"


class ClientTokenError(MedriskError):
    """What an EHR signed does not count. Says which part of it, and never its value."""

    http_status = 401
    title = "The client's token does not count"


@dataclass(frozen=True, slots=True)
class Client:
    """One EHR. ``name`` is the site's word for it."""

    name: str
    issuer: str
    jku: str
    keys: FixedKeys | FetchedKeys


class _ClientSchema(Schema):
    name = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z"))
    iss = fields.String(required=True, validate=validate.Length(1, 500))
    jku = fields.String(load_default="")
    jwks = fields.Dict(load_default=None)

    @validates_schema
    def _has_keys(self, data: Mapping[str, Any], **_options: Any) -> None:
        if bool(data["jku"]) == (data["jwks"] is not None):
            raise ValidationError("Give either jwks (the keys) or jku (where they are).", "jwks")
        if data["jku"] and not _is_safe(data["jku"]):
            raise ValidationError("Give an https address; http only on this machine.", "jku")


class _FileSchema(Schema):
    clients = fields.List(fields.Nested(_ClientSchema), required=True, validate=validate.Length(min=1))


class Clients:
    """The clients of one site. Safe to share between threads.

    The file is read anew when it changes. One with a fault changes nothing; without the file, nobody is a client.
    """

    def __init__(self, file: Path, data_dir: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen = _mark(file)
        self._clients = {client.issuer: client for client in read_clients(file)}
        self._replays = Replays(data_dir)

    def find(self, token: str, address: str) -> Client:
        """The client that signed this token for a request to this very address. Raises ClientTokenError."""
        header, issuer = _peek(token)
        client = self._current().get(issuer)
        if client is None:
            raise _refusal("Its issuer (iss) is not one that this site knows.")
        if client.jku and header.get("jku", client.jku) != client.jku:
            raise _refusal("Its jku is not the one that this site knows.")
        claims = self._verify(token, header, client, address)
        if not self._replays.is_new(client.issuer, claims["jti"], claims["exp"] + _LEEWAY_SECONDS):
            raise _refusal("It was used before. Each request needs a token of its own (jti).")
        return client

    def _current(self) -> Mapping[str, Client]:
        with self._lock:
            now = _mark(self._file)
            if now != self._seen:
                self._seen = now
                try:
                    self._clients = {client.issuer: client for client in read_clients(self._file)} if now else {}
                except SettingsError:
                    _LOG.error(
                        "the file of CDS clients has a fault: what was read before goes on; `medrisk serve` says what it is"
                    )
            return self._clients

    def _verify(self, token: str, header: Mapping[str, Any], client: Client, address: str) -> dict[str, Any]:
        try:
            key = client.keys.find(str(header.get("kid", "")), str(header.get("alg", "")))
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[str(header.get("alg"))], audience=address, issuer=client.issuer, leeway=_LEEWAY_SECONDS,
                options={"require": _REQUIRED, "strict_aud": False},
            )  # fmt: skip
        except NoKeyError as error:
            raise _refusal(str(error)) from None
        except jwt.PyJWTError as error:
            raise _refusal(_reason(error)) from None
        if not isinstance(claims["jti"], str) or not claims["jti"]:
            raise _refusal("Its id (jti) is not a string.")
        if claims["exp"] > time.time() + _LONGEST_SECONDS + _LEEWAY_SECONDS:
            raise _refusal("It lives longer than an hour. Make one for each request, for a few minutes.")
        return claims


def _mark(file: Path) -> tuple[int, ...] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _peek(token: str) -> tuple[dict[str, Any], str]:
    """Header and issuer, unverified: they choose the key and nothing else."""
    if len(token) > _LONGEST_TOKEN:
        raise _refusal("It is longer than any such token is.")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise _refusal("It is no JSON web token.") from None
    if header.get("alg") not in ALGORITHMS:
        raise _refusal(f"It is signed in a way that is not taken. Sign with {' or '.join(sorted(ALGORITHMS))}.")
    return header, str(claims.get("iss", ""))


def _reason(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.ExpiredSignatureError):
        return "It has expired (exp)."
    if isinstance(error, jwt.ImmatureSignatureError | jwt.InvalidIssuedAtError):
        return "It was issued in the future (iat, nbf): compare the clocks."
    if isinstance(error, jwt.InvalidAudienceError):
        return "It was made for another address (aud). It must be the whole address of this request."
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"It lacks a claim; needed are {', '.join(_REQUIRED)}."
    if isinstance(error, jwt.InvalidSignatureError):
        return "Its signature is not that of the key it names (kid)."
    return "A claim of it is not of the form that is needed."


def _refusal(message: str) -> ClientTokenError:
    return ClientTokenError(
        f"The token was not accepted. {message}", hint="docs/cds-hooks.md says how a client signs in."
    )


def read_clients(file: Path) -> list[Client]:
    """The clients of a file. Raises SettingsError that says what is wrong with it. No key is fetched yet."""
    try:
        document = _FileSchema().load(json.loads(file.read_bytes()))
        found = [Client(row["name"], row["iss"], row["jku"], _keys_of(row)) for row in document["clients"]]
    except OSError:
        raise SettingsError(
            "The file of CDS clients cannot be read.", hint="Let medrisk read it.", field=_FIELD
        ) from None
    except ValidationError as error:
        raise SettingsError(
            f"The file of CDS clients has a fault: {_first(error.messages)}", hint=_HINT, field=_FIELD
        ) from None
    except (ValueError, RecursionError):
        raise SettingsError("The file of CDS clients is no JSON.", hint=_HINT, field=_FIELD) from None
    except NoKeyError as error:
        raise SettingsError(f"The file of CDS clients has a fault. {error}", hint=_HINT, field=_FIELD) from None
    if len({client.issuer for client in found}) != len(found) or len({client.name for client in found}) != len(found):
        raise SettingsError("Two CDS clients have one name or one iss.", hint=_HINT, field=_FIELD)
    return found


def _keys_of(row: Mapping[str, Any]) -> FixedKeys | FetchedKeys:
    return FetchedKeys(row["jku"]) if row["jku"] else FixedKeys(read_keys(row["jwks"]))


_HINT = 'It is {"clients": [{"name": ..., "iss": ..., "jwks": {"keys": [...]}}]}, or with "jku" in place of "jwks".'


def _first(messages: Any) -> str:
    """Where the first fault is and what it is; marshmallow's words name fields of ours and repeat no value."""
    place = []
    while isinstance(messages, dict):
        key, messages = next(iter(messages.items()))
        place.append(str(key))
    return f"{'.'.join(place)}: {' '.join(map(str, messages))}"


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        bool(host)
        and "@" not in parts.netloc
        and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    )
