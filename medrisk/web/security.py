"""What keeps a pasted list between the person who typed it and this server.

Why no CSRF token. It goes stale in a page that was left open overnight, and what it would add is here already: the
session cookie is ``SameSite=Strict``, so that another site's post comes without it, and the browser itself says where a request comes from, in ``Sec-Fetch-Site`` (every current browser, on https and on localhost) and
in ``Origin`` (on every cross-site POST, also over plain http). Both are checked, for the form and for the API, and
neither can be forged by a page. Origins that the settings name (a browser extension) may use the API, without cookies:
they send a token, or the server is this machine's own. A program that is no browser sends neither and is let through: it could only attack
itself.

Why the referrer policy is ``same-origin``, not ``no-referrer``. Under ``no-referrer`` a browser sends
``Origin: null`` with the page's own form, which cannot be told from a hostile page's. ``same-origin`` tells other
sites exactly as much: nothing.

Why a query is refused. Whatever stands in an address ends up in the logs of proxies and the history of browsers. What a
view reads from its address is listed here with the only values it may have; everything else is refused unread.
"""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter

from medrisk.errors import MedriskError
from medrisk.settings import Settings
from medrisk.web import access
from medrisk.web.api.operations import reads_query

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# "none": the person did it (a reload, a bookmark). "same-site" is another host of the same domain, and refused.
_OWN_SITES = frozenset({"same-origin", "none"})


# endpoint -> name -> what its value may be, in full. Resources of the API read their own, by a schema that refuses all else.
_QUERIES = {"pages.home": {"example": re.compile("1?")}, "static": {"v": re.compile(r"[0-9a-z.+-]{1,30}")}}
_ORIGINS = "medrisk.origins"
# What programs in other origins may call where the settings name them.
_SHARED_PATHS = ("/api/", "/cds-services")
_PREFLIGHT_SECONDS = "600"
_UNCOUNTED = frozenset({"static", "health.health", "operations.ready", "operations.metrics"})
# A desk that types sends a few a minute; a program that sends more is given more with MEDRISK_RATE_LIMIT.
_USUAL_LIMIT = 300


class CrossSiteError(MedriskError):
    """Another site made the browser send this."""

    http_status = 403
    title = "The request came from another site"


class QueryError(MedriskError):
    """Something stands in the address that is read from a body alone."""

    title = "Nothing is read from an address"


def protect(app: Flask, settings: Settings) -> None:
    """Refuses what nobody may send before any view runs, and sets the headers on every answer, errors included."""
    app.extensions[_ORIGINS] = frozenset(settings.cors_origins)
    app.before_request(_refuse_queries)
    app.before_request(_refuse_other_sites)
    access.protect(app, settings)
    _limit_rate(app, settings)
    app.after_request(_set_headers)


def _limit_rate(app: Flask, settings: Settings) -> None:
    """Each worker counts for itself: no store that all must share, and nothing about anybody outlives the process."""
    limit = settings.rate_limit if settings.rate_limit is not None else 0 if settings.is_local else _USUAL_LIMIT
    if not limit:
        return
    Limiter(
        _who,
        app=app,
        application_limits=[f"{limit} per minute"],
        application_limits_exempt_when=lambda: request.endpoint in _UNCOUNTED,
        headers_enabled=True,  # else no Retry-After
        storage_uri="memory://",
        strategy="moving-window",
    )


def _who() -> str:
    caller = access.current_caller()
    return f"{caller.kind} {caller.name}" if caller and caller.name else f"address {request.remote_addr}"


def _refuse_queries() -> None:
    if not request.query_string or reads_query(request.endpoint):
        return
    allowed = _QUERIES.get(request.endpoint or "", {})
    pairs = list(request.args.items(multi=True))
    if not pairs or not all(name in allowed and allowed[name].fullmatch(value) for name, value in pairs):
        raise QueryError(
            "The address holds something after its question mark that is not read here.",
            hint="Send the list in the body of a POST: addresses are logged on their way.",
        )


def _refuse_other_sites() -> None:
    if request.method not in _SAFE_METHODS and not _is_from_here():
        raise CrossSiteError(
            "Lists are accepted only from the page of this server, or from a program that is no browser.",
            hint="Open medrisk itself and paste the list there.",
        )


def _is_from_here() -> bool:
    if _allowed_origin():
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OWN_SITES
    origin = request.headers.get("Origin")
    return origin is None or _host_of(origin) == request.host.lower()


def _allowed_origin() -> str:
    """The origin of a request to the API, where it is one that the settings name."""
    origin = request.headers.get("Origin", "")
    origins = cast("frozenset[str]", current_app.extensions[_ORIGINS])
    return origin if origin in origins and request.path.startswith(_SHARED_PATHS) else ""


def _host_of(origin: str) -> str:
    """The host and port of an origin. The scheme is left out: a proxy may have taken https off on the way."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _set_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if current_app.extensions[_ORIGINS] and request.path.startswith(_SHARED_PATHS):
        _answer_other_origins(response)
    return response


def _answer_other_origins(response: Response) -> None:
    response.vary.add("Origin")
    origin = _allowed_origin()
    if not origin:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        # A page of the public network asks leave for an address of the local one (Chromium's Private Network Access).
        if request.headers.get("Access-Control-Request-Private-Network") == "true":
            response.headers["Access-Control-Allow-Private-Network"] = "true"
