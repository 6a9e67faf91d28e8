"""Asking another server for JSON: within a time, up to a size, without following it elsewhere, and without a word to a log.

Whoever calls this has already settled that the address is one that the site permits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import requests
import urllib3

from medrisk import __version__
from medrisk.vocabulary.rxnav.wire import silence

_CONNECT_SECONDS = 1.5
_CHUNK = 65_536


class OutgoingError(Exception):
    """Why there is no answer. It holds neither the address nor what came back."""


def get_json(url: str, *, until: float, most_bytes: int, accept: str, bearer: str = "") -> Any:
    """The JSON at an address. ``until`` is on the clock of time.monotonic. Raises OutgoingError."""
    with silence():
        try:
            left = max(until - time.monotonic(), 0.05)
            with requests.get(
                url,
                headers={"Accept": accept, "User-Agent": f"medrisk/{__version__}"},
                auth=_signed(bearer),
                timeout=(min(_CONNECT_SECONDS, left), left),
                stream=True,
                allow_redirects=False,
            ) as response:
                _refuse_trouble(response)
                return json.loads(_body(response, until, most_bytes))
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise OutgoingError("It did not answer in time.") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise OutgoingError("It could not be reached.") from None
        except (ValueError, RecursionError):
            raise OutgoingError("Its answer could not be read.") from None


def _signed(bearer: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """As the request's own sign-in, so that no password file of the machine takes its place."""

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if bearer:
            request.headers["Authorization"] = f"Bearer {bearer}"
        return request

    return sign


def _refuse_trouble(response: requests.Response) -> None:
    if 300 <= response.status_code < 400:
        raise OutgoingError("It pointed to another address, which is not followed.")
    if response.status_code in {401, 403}:
        raise OutgoingError("It did not accept the access token.")
    if response.status_code != 200:
        raise OutgoingError("It reported a fault.")


def _body(response: requests.Response, until: float, most_bytes: int) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            raise OutgoingError("Its answer is too long.")
        if time.monotonic() > until:
            raise OutgoingError("It did not answer in time.")
    return bytes(body)
