"""One request to RxNav and what came of it: an answer, or a reason why there is none. Nothing is logged, nothing raised."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3

from medrisk import __version__
from medrisk.vocabulary.rxnav.limits import Limits

SLOW = "RxNav did not answer in time"
UNREACHABLE = "RxNav could not be reached"
BUSY = "RxNav asked for fewer requests"
TROUBLE = "RxNav reported a fault of its own"
REFUSED = "RxNav did not accept the question; MEDRISK_RXNAV_URL may name the wrong address"
MOVED = "RxNav answered from another address; MEDRISK_RXNAV_URL may name the wrong one, or http in place of https"
UNREADABLE = "the answer of RxNav could not be read"

_USER_AGENT = f"medrisk/{__version__} (looks up drug names that its own list does not hold)"
_SLOW_DOWN = (403, 429, 503)  # NLM sends 403 for too many requests, where others send 429

# What urllib3 logs holds the address asked for, and so the name. It is silent while a question of ours is under way.
_LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")
_asking: ContextVar[bool] = ContextVar("asking", default=False)


@dataclass(frozen=True, slots=True)
class Answer:
    payload: Any


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """``again``: worth another try. ``hold``: nobody is to ask for so many seconds; 0 where RxNav did not say."""

    reason: str
    again: bool
    hold: float | None = None


def new_session() -> requests.Session:
    """A session that remembers nothing between questions but the connection."""
    session = requests.Session()
    session.headers.update({"User-Agent": _USER_AGENT, "Accept": "application/json"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def ask(
    session: requests.Session,
    url: str,
    params: tuple[tuple[str, str], ...],
    limits: Limits,
    time_left: Callable[[], float],
) -> Answer | NoAnswer:
    """Send one GET. Redirects are not followed: a name goes to the address that was set, and nowhere else."""
    with silence():
        try:
            left = max(time_left(), 0.05)
            with session.get(
                url,
                params=params,
                timeout=(min(limits.connect, left), min(limits.read, left)),
                stream=True,
                allow_redirects=False,
            ) as response:
                trouble = _trouble(response)
                return trouble or _read(response, limits, time_left)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            return NoAnswer(SLOW, again=True)
        except (requests.RequestException, OSError):
            return NoAnswer(UNREACHABLE, again=True)
        except (urllib3.exceptions.HTTPError, ValueError, RecursionError):  # broke off, or no JSON
            return NoAnswer(UNREADABLE, again=True)


def _trouble(response: requests.Response) -> NoAnswer | None:
    status = response.status_code
    if status in _SLOW_DOWN:
        after = response.headers.get("Retry-After", "")
        return NoAnswer(BUSY, again=True, hold=float(after) if after.isascii() and after.isdigit() else 0.0)
    if status >= 500:
        return NoAnswer(TROUBLE, again=True)
    if 300 <= status < 400:
        return NoAnswer(MOVED, again=False)
    return None if status == 200 else NoAnswer(REFUSED, again=False)


def _read(response: requests.Response, limits: Limits, time_left: Callable[[], float]) -> Answer | NoAnswer:
    """The body, bit by bit, so that one that drips in does not outlast the time for the whole look-up."""
    body = bytearray()
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if time_left() <= 0:
            return NoAnswer(SLOW, again=False)
        if len(body) > limits.most_bytes:
            return NoAnswer(UNREADABLE, again=False)
    return Answer(json.loads(body))


class _WhileAsking(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not _asking.get()


for _name in _LOGGERS:
    logging.getLogger(f"urllib3.{_name}").addFilter(_WhileAsking())


@contextmanager
def silence() -> Iterator[None]:
    """What is asked in here stands in no log, whatever level somebody set."""
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)
