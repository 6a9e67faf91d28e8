"""What keeps a pasted list between the person who typed it and this server.

Why no CSRF token. A token needs a secret that every worker shares, and a cookie; it goes stale in a page that was
left open overnight. There is no login and nothing is stored, so what is left to prevent is another site making a
browser post here: to show somebody the answer to a list they never typed, or to keep the server busy. The browser
itself says where a request comes from, in ``Sec-Fetch-Site`` (every current browser, on https and on localhost) and
in ``Origin`` (on every cross-site POST, also over plain http). Both are checked, for the form and for the API, and
neither can be forged by a page. A program that is no browser sends neither and is let through: it could only attack
itself.

Why the referrer policy is ``same-origin``, not ``no-referrer``. Under ``no-referrer`` a browser sends
``Origin: null`` with the page's own form, which cannot be told from a hostile page's. ``same-origin`` tells other
sites exactly as much: nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from medrisk.errors import MedriskError

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


class CrossSiteError(MedriskError):
    """Another site made the browser send this."""

    http_status = 403
    title = "The request came from another site"


def protect(app: Flask) -> None:
    """Refuses cross-site posts before any view runs, and sets the headers on every answer, errors included."""
    app.before_request(_refuse_other_sites)
    app.after_request(_set_headers)


def _refuse_other_sites() -> None:
    if request.method not in _SAFE_METHODS and not _is_from_here():
        raise CrossSiteError(
            "Lists are accepted only from the page of this server, or from a program that is no browser.",
            hint="Open medrisk itself and paste the list there.",
        )


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OWN_SITES
    origin = request.headers.get("Origin")
    return origin is None or _host_of(origin) == request.host.lower()


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
    return response
