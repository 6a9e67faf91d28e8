"""EHRs that sign their requests: who is let in by what, with keys made here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from werkzeug.test import TestResponse

from medrisk.clients import Clients, ClientTokenError, read_clients
from medrisk.clients.replays import Replays
from medrisk.errors import SettingsError
from medrisk.outgoing import OutgoingError
from medrisk.settings import Settings
from medrisk.tokens import Tokens

from .conftest import ClientOf
from .samples import SIMVASTATIN_AMLODIPINE, Json, draft, drug, order_sign, rules

BASE, ISS = "https://medrisk.example.org", "https://ehr.example.org"
SERVICE, FEEDBACK, DISCOVERY = (
    "/cds-services/medrisk-order-sign",
    "/cds-services/medrisk-order-sign/feedback",
    "/cds-services",
)
EC384 = ec.generate_private_key(ec.SECP384R1())
OTHER384 = ec.generate_private_key(ec.SECP384R1())
EC256 = ec.generate_private_key(ec.SECP256R1())
RSA2048 = rsa.generate_private_key(65_537, 2_048)
RSA1024 = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - must be refused
BODY = order_sign(draft("simvastatin 40 mg daily"), meds=[drug("amlodipine 5 mg daily")])


def public(key: Any, kid: str, **more: Any) -> Json:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    jwk: Json = algorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": kid, "use": "sig"} | more


JWKS = {
    "keys": [
        public(EC384, "ec"),
        public(RSA2048, "rsa"),
        public(EC256, "small"),
        public(RSA1024, "short"),
        public(OTHER384, "enc", use="enc"),
    ]
}


def client_file(folder: Path, *clients: Json) -> Path:
    path = folder / "clients.json"
    path.write_text(json.dumps({"clients": list(clients) or [{"name": "hospital", "iss": ISS, "jwks": JWKS}]}))
    return path


def claims(path: str = SERVICE, **changes: Any) -> Json:
    now = int(time.time())
    made = {"iss": ISS, "aud": BASE + path, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())} | changes
    return {name: value for name, value in made.items() if value is not ...}


def token(
    path: str = SERVICE,
    key: Any = EC384,
    alg: str = "ES384",
    kid: str = "ec",
    headers: Json | None = None,
    **changes: Any,
) -> str:
    return jwt.encode(claims(path, **changes), key, alg, headers={"kid": kid} | (headers or {}))


def by_hand(header: Json, payload: Json, sign: Callable[[bytes], bytes]) -> str:
    """A token that no library would make."""
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, payload))
    signature = base64.urlsafe_b64encode(sign(head + b"." + body)).rstrip(b"=")
    return b".".join((head, body, signature)).decode()


@pytest.fixture
def ehr(client_of: ClientOf, tmp_path: Path) -> FlaskClient:
    """A server that others can reach and that lists one EHR."""
    return client_of(
        host="192.0.2.1", allowed_hosts=("medrisk.example.org",), public_url=BASE, cds_clients=client_file(tmp_path)
    )


def send(client: FlaskClient, secret: str | None, path: str = SERVICE) -> TestResponse:
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    if path == DISCOVERY:
        return client.get(path, headers=headers, base_url=BASE)
    return client.post(
        path, json=BODY if path == SERVICE else {"feedback": [FEEDBACK_ITEM]}, headers=headers, base_url=BASE
    )


FEEDBACK_ITEM = {
    "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-11-22T10:00:00Z",
}


@pytest.mark.parametrize("path", [SERVICE, FEEDBACK, DISCOVERY])
@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(EC384, "ES384", "ec"), (RSA2048, "RS384", "rsa")], ids=["ES384", "RS384"]
)
def test_a_request_that_a_known_client_signed_is_answered(
    ehr: FlaskClient, path: str, key: Any, alg: str, kid: str
) -> None:
    response = send(ehr, token(path, key, alg, kid), path)
    assert response.status_code == 200
    if path == SERVICE:
        assert rules(response.get_json()["cards"]) == [SIMVASTATIN_AMLODIPINE]


def test_an_audience_among_others_counts_and_so_does_a_clock_that_is_a_little_off(ehr: FlaskClient) -> None:
    now = int(time.time())
    assert send(ehr, token(aud=["https://other.example", BASE + SERVICE])).status_code == 200
    assert send(ehr, token(exp=now - 10, iat=now - 100)).status_code == 200
    assert send(ehr, token(iat=now + 10)).status_code == 200


@pytest.mark.parametrize("path", [SERVICE, FEEDBACK, DISCOVERY])
def test_without_a_token_nothing_is_told(ehr: FlaskClient, path: str) -> None:
    for secret in (None, "", "x", "a.b.c", "mr_" + "A" * 43):
        response = send(ehr, secret, path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.mimetype == "application/problem+json"


def in_seconds(seconds: int) -> int:
    """From the moment the token is made: between collecting a test and running it there may be minutes."""
    return int(time.time()) + seconds


REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "expired": (lambda: token(exp=in_seconds(-120), iat=in_seconds(-600)), "expired"),
    "issued in the future": (lambda: token(iat=in_seconds(600), exp=in_seconds(900)), "future"),
    "not valid yet": (lambda: token(nbf=in_seconds(600)), "future"),
    "for another service": (lambda: token("/cds-services/medrisk-order-select"), "another address"),
    "for discovery": (lambda: token(DISCOVERY), "another address"),
    "for a longer address": (lambda: token(SERVICE + "/"), "another address"),
    "for another host": (lambda: token(aud="https://other.example" + SERVICE), "another address"),
    "for the base": (lambda: token(aud=BASE), "another address"),
    "without exp": (lambda: token(exp=...), "lacks a claim"),
    "without iat": (lambda: token(iat=...), "lacks a claim"),
    "without jti": (lambda: token(jti=...), "lacks a claim"),
    "without aud": (lambda: token(aud=...), "lacks a claim"),
    "an empty jti": (lambda: token(jti=""), "jti"),
    "living too long": (lambda: token(exp=in_seconds(90_000)), "longer than an hour"),
    "an unknown issuer": (lambda: token(iss="https://elsewhere.example"), "issuer"),
    "without an issuer": (lambda: token(iss=...), "issuer"),
    "an unknown key": (lambda: token(kid="other", key=OTHER384), "kid"),
    "without a kid": (lambda: jwt.encode(claims(), EC384, "ES384"), "kid"),
    "another key under a known kid": (lambda: token(key=OTHER384), "signature"),
    "a key that is for encryption": (lambda: token(key=OTHER384, kid="enc"), "kid"),
    "an elliptic key of another curve": (lambda: token(key=EC256, alg="ES256", kid="small"), "ES384"),
    "a short RSA key": (lambda: token(key=RSA1024, alg="RS384", kid="short"), "kid"),
    "another way of signing": (lambda: token(key=RSA2048, alg="RS256", kid="rsa"), "ES384"),
    "PS384": (lambda: token(key=RSA2048, alg="PS384", kid="rsa"), "ES384"),
    "the other way of signing under a key's kid": (lambda: token(key=RSA2048, alg="RS384", kid="ec"), "alg"),
    "none": (lambda: by_hand({"alg": "none", "kid": "ec"}, claims(), lambda _text: b""), "ES384"),
    "None": (lambda: by_hand({"alg": "None", "kid": "ec"}, claims(), lambda _text: b""), "ES384"),
    "HS384 with a password": (lambda: jwt.encode(claims(), "p" * 64, "HS384", headers={"kid": "ec"}), "ES384"),
    "HS384 with the public key": (lambda: by_hand({"alg": "HS384", "kid": "ec"}, claims(), with_public_key), "ES384"),
    "too long": (lambda: token(tenant="x" * 9_000), "longer"),
    "cut": (lambda: token()[:-8], "ignature"),
}  # fmt: skip


def with_public_key(text: bytes) -> bytes:
    """The old trick: what everybody may read, taken for a shared secret."""
    return hmac.new(json.dumps(JWKS["keys"][0]).encode(), text, hashlib.sha384).digest()


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_hold_is_refused_with_its_reason(ehr: FlaskClient, what: str) -> None:
    make, words = REFUSED[what]
    response = send(ehr, make())
    assert response.status_code == 401
    assert words in response.get_json()["detail"]
    assert "example" not in response.text, "nothing of the token is repeated"


@pytest.mark.parametrize("path", [FEEDBACK, DISCOVERY])
@pytest.mark.parametrize(
    "what", ["expired", "for another service", "without jti", "an unknown key", "none", "HS384 with the public key"]
)
def test_discovery_and_feedback_refuse_as_much(ehr: FlaskClient, what: str, path: str) -> None:
    assert send(ehr, REFUSED[what][0](), path).status_code == 401


def test_a_token_counts_once_at_every_worker(client_of: ClientOf, tmp_path: Path) -> None:
    settings: Json = {
        "allowed_hosts": ("medrisk.example.org",),
        "public_url": BASE,
        "cds_clients": client_file(tmp_path),
    }
    workers = [client_of(**settings), client_of(**settings)]
    secret = token()
    assert send(workers[0], secret).status_code == 200
    for worker in workers:
        response = send(worker, secret)
        assert response.status_code == 401
        assert "used before" in response.get_json()["detail"]
    same_id = str(uuid.uuid4())
    assert [
        send(workers[0], token(jti=same_id)).status_code,
        send(workers[1], token(jti=same_id, exp=in_seconds(200))).status_code,
    ] == [200, 401]


def test_a_token_that_was_refused_is_not_used_up(ehr: FlaskClient) -> None:
    shared = str(uuid.uuid4())
    assert send(ehr, token(key=OTHER384, jti=shared)).status_code == 401
    assert send(ehr, token(jti=shared)).status_code == 200


def test_used_tokens_are_forgotten_when_they_end(tmp_path: Path) -> None:
    store, other = Replays(tmp_path), Replays(tmp_path)
    assert store.is_new("a", "0", time.time() + 60) and other.is_new("b", "0", time.time() + 60)
    assert store.is_new("a", "1", time.time() - 1)
    assert not other.is_new("a", "1", time.time() + 60)
    assert other.is_new("b", "1", time.time() + 60)
    assert all(store.is_new("a", f"x{n}", time.time() + 60) for n in range(600))
    assert store.is_new("a", "1", time.time() + 60), "it had ended, so it was swept out"
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("cds-tokens.sqlite3*"))
    assert b"x599" not in kept


def test_a_damaged_store_lets_nobody_start(tmp_path: Path) -> None:
    (tmp_path / "cds-tokens.sqlite3").write_bytes(b"this is no database, and it is long enough to be read as one" * 20)
    with pytest.raises(SettingsError, match="used client tokens"):
        Replays(tmp_path)


def test_medrisks_own_tokens_open_these_doors_too(ehr: FlaskClient, tmp_path: Path) -> None:
    secret = Tokens(tmp_path).add("front-desk")
    for path in (SERVICE, FEEDBACK, DISCOVERY):
        assert send(ehr, secret, path).status_code == 200


def test_a_client_is_counted_as_one_caller(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(
        allowed_hosts=("medrisk.example.org",), public_url=BASE, cds_clients=client_file(tmp_path), rate_limit=3
    )
    own = Tokens(tmp_path).add("front-desk")
    assert [send(client, token(DISCOVERY), DISCOVERY).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert send(client, own, DISCOVERY).status_code == 200


def test_a_clients_token_opens_no_other_door(ehr: FlaskClient) -> None:
    for path in ("/api/v1/versions", "/metrics"):
        assert ehr.get(path, headers={"Authorization": f"Bearer {token(path)}"}, base_url=BASE).status_code == 401


def test_this_machine_is_open_until_clients_are_listed(client_of: ClientOf, tmp_path: Path) -> None:
    for secret in (None, "x", token(), REFUSED["none"][0]()):
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        assert client_of().post(SERVICE, json=BODY, headers=headers).status_code == 200
    listed = client_of(public_url="http://127.0.0.1:8000", cds_clients=client_file(tmp_path))
    assert listed.post(SERVICE, json=BODY).status_code == 401
    assert listed.get("/").status_code == 200
    signed = token(aud="http://127.0.0.1:8000" + SERVICE)
    assert listed.post(SERVICE, json=BODY, headers={"Authorization": f"Bearer {signed}"}).status_code == 200


def test_a_listed_client_is_a_way_in(client_of: ClientOf, tmp_path: Path) -> None:
    """A server that others can reach starts where an EHR can sign in, and not where nobody can."""
    client_of(host="192.0.2.1", public_url=BASE, cds_clients=client_file(tmp_path))
    with pytest.raises(SettingsError, match="no token"):
        client_of(host="192.0.2.1")


# Keys that are fetched.

JKU = "https://ehr.example.org/jwks.json"


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Clients, list[str], dict[str, Any]]:
    """Clients whose keys are at an address, what was asked for, and what is answered there."""
    asked: list[str] = []
    answer: dict[str, Any] = {"keys": [public(EC384, "ec")]}

    def get(url: str, **_options: Any) -> Any:
        asked.append(url)
        if "fails" in answer:
            raise OutgoingError("It could not be reached.")
        return answer

    monkeypatch.setattr("medrisk.clients.keys.get_json", get)
    return Clients(client_file(tmp_path, {"name": "hospital", "iss": ISS, "jku": JKU}), tmp_path), asked, answer


def test_keys_are_fetched_once_and_from_the_files_address_alone(
    fetched: tuple[Clients, list[str], dict[str, Any]],
) -> None:
    clients, asked, _ = fetched
    for headers in ({}, {"jku": JKU}):
        assert clients.find(token(headers=headers), BASE + SERVICE).name == "hospital"
    assert asked == [JKU]
    with pytest.raises(ClientTokenError, match="jku"):
        clients.find(token(headers={"jku": "https://elsewhere.example/jwks.json"}), BASE + SERVICE)
    assert asked == [JKU]


def test_a_new_key_is_looked_for_but_not_at_every_token(
    fetched: tuple[Clients, list[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, asked, answer = fetched
    clients.find(token(), BASE + SERVICE)
    answer["keys"] = [public(OTHER384, "new")]
    for _ in range(3):
        with pytest.raises(ClientTokenError, match="kid"):
            clients.find(token(key=OTHER384, kid="new"), BASE + SERVICE)
    assert len(asked) == 1
    monkeypatch.setattr("medrisk.clients.keys._AGAIN_SECONDS", -1.0)
    assert clients.find(token(key=OTHER384, kid="new"), BASE + SERVICE).name == "hospital"
    with pytest.raises(ClientTokenError, match="kid"):
        clients.find(token(), BASE + SERVICE)  # the EHR has withdrawn it


def test_keys_outlive_an_outage_of_their_server(
    fetched: tuple[Clients, list[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, asked, answer = fetched
    answer["fails"] = True
    with pytest.raises(ClientTokenError, match="could not be reached"):
        clients.find(token(), BASE + SERVICE)
    monkeypatch.setattr("medrisk.clients.keys._AGAIN_SECONDS", -1.0)
    monkeypatch.setattr("medrisk.clients.keys._FRESH_SECONDS", -1.0)
    del answer["fails"]
    clients.find(token(), BASE + SERVICE)
    answer["fails"] = True
    clients.find(token(), BASE + SERVICE)
    assert len(asked) == 3


# The site's file.


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no JSON"), ("[]", "fault"), ("{}", "clients"), ('{"clients": []}', "clients"), ('{"clients": [{}]}', "name"),
        ({"name": "a b", "iss": ISS, "jwks": JWKS}, "name"), ({"name": "a", "iss": "", "jwks": JWKS}, "iss"),
        ({"name": "a", "iss": ISS}, "jwks"), ({"name": "a", "iss": ISS, "jwks": JWKS, "jku": JKU}, "jwks"),
        ({"name": "a", "iss": ISS, "jku": "http://ehr.example.org/jwks"}, "jku"), ({"name": "a", "iss": ISS, "jku": "https://u:p@ehr.example.org/"}, "jku"),
        ({"name": "a", "iss": ISS, "jwks": {}}, "set of keys"), ({"name": "a", "iss": ISS, "jwks": {"keys": []}}, "no key"),
        ({"name": "a", "iss": ISS, "jwks": {"keys": [public(EC256, "x")]}}, "no key"),
        ({"name": "a", "iss": ISS, "jwks": {"keys": [public(EC384, "x") | {"d": "secret"}]}}, "private"),
        ({"name": "a", "iss": ISS, "jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}]}}, "private or shared"),
        ({"name": "a", "iss": ISS, "jwks": JWKS, "key": "x"}, "fault"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_at_the_start_with_what_is_wrong(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "clients.json"
    path.write_text(content if isinstance(content, str) else json.dumps({"clients": [content]}))
    with pytest.raises(SettingsError) as caught:
        read_clients(path)
    assert words in caught.value.message
    assert caught.value.hint
    assert "secret" not in caught.value.message


def test_a_changed_file_counts_at_the_next_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clients = Clients(client_file(tmp_path), tmp_path)
    other: Json = {"name": "other", "iss": "https://other.example.org", "jwks": JWKS}
    client_file(tmp_path, other)
    assert clients.find(token(iss=other["iss"]), BASE + SERVICE).name == "other"
    with pytest.raises(ClientTokenError, match="issuer"):
        clients.find(token(), BASE + SERVICE)
    (tmp_path / "clients.json").write_text('{"clients": "Quackenbush"}')
    assert clients.find(token(iss=other["iss"]), BASE + SERVICE).name == "other"
    assert "has a fault" in caplog.text and "Quackenbush" not in caplog.text
    (tmp_path / "clients.json").unlink()
    with pytest.raises(ClientTokenError, match="issuer"):
        clients.find(token(iss=other["iss"]), BASE + SERVICE)


def test_two_clients_of_one_name_or_issuer_are_refused(tmp_path: Path) -> None:
    one: Json = {"name": "a", "iss": ISS, "jwks": JWKS}
    for other in (one | {"name": "b"}, one | {"iss": "https://other.example"}):
        with pytest.raises(SettingsError, match="Two"):
            read_clients(client_file(tmp_path, one, other))


def test_clients_need_the_address_that_they_sign_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"MEDRISK_CDS_CLIENTS": str(client_file(tmp_path))})
    assert caught.value.field == "MEDRISK_PUBLIC_URL"
