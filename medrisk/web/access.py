"""Who may ask: nobody but this machine, or whoever signs in.

A server of this machine answers this machine and asks for nothing. Any other asks for a token (``Authorization: Bearer``,
or the page's sign-in form, which sets a signed cookie), or for the user that a trusted proxy names in its header. What
needs no sign-in is listed here by endpoint; a new view is closed until somebody adds it.

CDS Hooks has EHRs sign each request. Where a site lists such clients, its CDS services answer them, and whoever has a token,
and nobody else, on this machine too.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from medrisk.errors import MedriskError
from medrisk.settings import Settings, is_loopback
from medrisk.tokens import Token, Tokens, require_way_in, session_key
from medrisk.web.problems import PROGRAM_PATHS

if TYPE_CHECKING:
    from medrisk.clients import Clients

_KEY = "medrisk.access"
_SIGNED_PATHS = "/cds-services"
SESSION_SECONDS = 12 * 3600
# What a load balancer, or a browser that has yet to sign in, must reach.
_OPEN_ENDPOINTS = frozenset({"health.health", "operations.ready", "static", "sign_in.form", "sign_in.enter", "sign_in.leave"})


class SignInError(MedriskError):
    """Nobody is signed in, or not with something that counts."""

    http_status = 401
    title = "Sign in first"


class NotAllowedError(MedriskError):
    """Refused whoever asks."""

    http_status = 403
    title = "The request is not allowed"


class HostError(MedriskError):
    """The browser was led here by a name that is not this server's."""

    http_status = 421
    title = "This is not the address of this server"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``kind``: local (nobody has to sign in), token, user (named by a proxy), or client (an EHR that signs)."""

    kind: Literal["local", "token", "user", "client"]
    name: str = ""


class Access:
    """The rules of one application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._is_local = settings.is_local  # worked out once: it takes names and addresses apart
        self.tokens = Tokens(settings.data_dir)
        self._clients = _clients(settings)
        self._proxies = [ipaddress.ip_network(text) for text in settings.trusted_proxies]
        self._hosts = frozenset(name.lower().strip("[]") for name in settings.allowed_hosts)
        self._signer: URLSafeTimedSerializer | None = None

    def refuse_other_names(self) -> None:
        """Against DNS rebinding: another site's name that leads here would make its page this server's own."""
        if self._is_local or self._hosts:
            name = host_name(request.host)
            if not is_loopback(name) and name not in self._hosts:
                raise HostError(
                    "The server does not answer under this name.", hint="Whoever runs it can allow names with MEDRISK_ALLOWED_HOSTS."
                )

    def find_caller(self) -> Caller | None:
        """Who asks; None for somebody who has to sign in."""
        remote = _address(request.remote_addr or "")
        named = self._user_of_proxy(remote)
        if named is not None:
            return Caller("user", named)
        if self._is_local:
            if remote is None or not remote.is_loopback:
                raise NotAllowedError(
                    "This server answers its own machine only.",
                    hint="Whoever runs it must set MEDRISK_HOST or MEDRISK_ALLOWED_HOSTS, and with it access control.",
                )
            if not self._is_signed():
                return Caller("local")
        if self._is_signed() and (client := self._client_of_header()):
            return Caller("client", client)
        token = self._token_of_header() or self._token_of_cookie()
        return None if token is None else Caller("token", token.name)

    def start_session(self, response: Response, token: Token) -> None:
        value = self._serializer().dumps([token.name, token.sha256[:16]])
        response.set_cookie(
            cookie_name(), value, max_age=SESSION_SECONDS, path="/", secure=_is_far(), httponly=True, samesite="Strict"
        )

    def end_session(self, response: Response) -> None:
        response.delete_cookie(cookie_name(), path="/", secure=_is_far(), httponly=True, samesite="Strict")

    def _user_of_proxy(self, remote: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> str | None:
        header = self.settings.trusted_user_header
        values = request.headers.getlist(header) if header else []
        if not values:
            return None
        if remote is None or not any(remote in network for network in self._proxies):
            raise NotAllowedError("A header that only the proxy may send came from elsewhere.")
        # A comma: two headers in one, the proxy's and somebody else's.
        if len(values) > 1 or "," in values[0] or not values[0].isprintable() or len(values[0]) > 200:
            raise NotAllowedError("The header that names the user is not one name.")
        return values[0].strip() or None

    def _is_signed(self) -> bool:
        """Whether this is asked of a service that only known clients may call."""
        return self._clients is not None and request.path.startswith(_SIGNED_PATHS)

    def _client_of_header(self) -> str:
        """The name of the EHR that signed this request; empty for one that sends a token of ours, or none."""
        secret = _bearer()
        if self._clients is None or secret.count(".") != 2:
            return ""
        return self._clients.find(secret, self.settings.public_url + request.path).name

    def _token_of_header(self) -> Token | None:
        secret = _bearer()
        if not secret:
            return None
        token = self.tokens.find(secret)
        if token is None:
            raise SignInError("The token is not one that counts here.", hint="It may have been revoked. Ask whoever runs this server.")
        return token

    def _token_of_cookie(self) -> Token | None:
        """A session lives no longer than the token that it began with."""
        value = request.cookies.get(cookie_name())
        if not value:
            return None
        try:
            name, mark = self._serializer().loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return next((t for t in self.tokens.all() if t.name == name and t.sha256[:16] == mark), None)

    def _serializer(self) -> URLSafeTimedSerializer:
        if self._signer is None:
            self._signer = URLSafeTimedSerializer(session_key(self.settings.data_dir), salt="medrisk session")
        return self._signer


def protect(app: Flask, settings: Settings) -> None:
    """Refuses, before any view, whoever may not ask. Raises SettingsError where nobody could sign in."""
    require_way_in(settings)
    app.extensions[_KEY] = Access(settings)
    app.before_request(_refuse_names)
    app.before_request(_require_caller)
    app.after_request(_name_the_scheme)


def current_access() -> Access:
    """The rules of the application that answers this request."""
    return cast(Access, current_app.extensions[_KEY])


def current_caller() -> Caller | None:
    """Who asks, where somebody had to say so."""
    return cast("Caller | None", g.get("caller"))


def asks_sign_in() -> bool:
    """Whether somebody has to say who they are here at all."""
    return not current_access().settings.is_local


def host_name(host: str) -> str:
    """A host without its port, in small letters."""
    name = host.rsplit("]", 1)[0].lstrip("[") if host.startswith("[") else host.split(":", 1)[0]
    return name.lower().rstrip(".")


def cookie_name() -> str:
    """With the prefix, a browser takes the cookie only over https and for this host alone."""
    return "__Host-medrisk" if _is_far() else "medrisk"


def _clients(settings: Settings) -> Clients | None:
    """The EHRs that a site lists. Most sites list none, and need nothing of what checks signatures."""
    if settings.cds_clients is None:
        return None
    from medrisk.clients import Clients

    return Clients(settings.cds_clients, settings.data_dir)


def _bearer() -> str:
    """What follows "Bearer" in the request; empty where nothing of the kind was sent."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _is_far() -> bool:
    return not is_loopback(host_name(request.host))


def _refuse_names() -> None:
    current_access().refuse_other_names()


def _require_caller() -> Response | None:
    # A browser asks with OPTIONS before it sends a token; no view runs for it.
    if request.endpoint in _OPEN_ENDPOINTS or request.method == "OPTIONS":
        return None
    g.caller = current_access().find_caller()
    if g.caller is not None:
        return None
    if request.path.startswith(PROGRAM_PATHS):
        raise SignInError("This server asks for a token.", hint="Send it as Authorization: Bearer TOKEN.")
    if request.method in {"GET", "HEAD"}:
        return cast(Response, redirect(url_for("sign_in.form"), 303))
    raise SignInError(
        "The session has ended: nothing was checked.",
        hint="Sign in in another tab. Then check again; where the box is gone, reload this page and let the browser send the list "
        "once more.",
    )


def _name_the_scheme(response: Response) -> Response:
    if response.status_code == SignInError.http_status:
        response.headers["WWW-Authenticate"] = 'Bearer realm="medrisk"'
    return response


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a connection came from; None for one that has none, such as a socket of the file system."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
