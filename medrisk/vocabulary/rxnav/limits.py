"""How often RxNav is asked, how long it is waited for, and when it is left alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures the client keeps to. Times are seconds.

    NLM allows 20 requests a second from one address and answers more with HTTP 403. ``burst`` at once and then ``rate`` a
    second makes at most 18 in any second, which leaves room for requests that bunch together on their way.
    """

    burst: int = 8
    rate: float = 10.0
    connect: float = 2.0
    read: float = 3.0
    total: float = 6.0
    """One look-up from start to end: waiting for its turn, all tries, all reading."""
    tries: int = 3
    first_wait: float = 0.3
    """Before the second try, give or take a half at random; twice as long before the third."""
    hold: float = 2.0
    """Nobody asks for this long after RxNav asked for fewer requests, unless it said how long."""
    longest_hold: float = 60.0
    failures: int = 4
    """So many failed requests in a row, by all workers together, and RxNav is left alone for ``pause``."""
    pause: float = 60.0
    keep: float = 24 * 3600.0
    """NLM asks that answers be kept for 12 to 24 hours."""
    keep_nothing: float = 600.0
    most_bytes: int = 4_000_000
    most_kept: int = 20_000
