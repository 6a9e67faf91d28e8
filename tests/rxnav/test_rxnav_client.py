"""The RxNav client over a real connection: retries, slowing down, leaving it alone, keeping answers, and keeping silent."""

from __future__ import annotations

import gzip
import json
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from medrisk import __version__
from medrisk.vocabulary.rxnav import ATTRIBUTION, Lookup, RxNav, Status

from .conftest import Clock, Service

FOUND = {"idGroup": {"rxnormId": ["36567"]}}
NOTHING: dict[str, Any] = {"idGroup": {}}
NAMES = "amlodipine bumetanide colchicine digoxin enalapril furosemide glipizide heparin".split()


def break_off(handler: Any) -> None:
    handler.say(json.dumps(FOUND).encode()[:12], length=40)


def hang_up(handler: Any) -> None:
    handler.connection.close()


def move(handler: Any) -> None:
    handler.say(b"", 301, Location="https://127.0.0.1:1/REST/rxcui.json?name=simvastatin")


def test_it_says_who_asks_and_sends_one_name(rxnav: RxNav, service: Service) -> None:
    service.replies = [FOUND]
    assert rxnav.find("  Zocor \t forte ") == Lookup(Status.FOUND, ("36567",))
    assert service.asked == ["/REST/rxcui.json?name=Zocor+forte&search=2"]
    assert service.headers[0]["User-Agent"].startswith(f"medrisk/{__version__} ")
    assert "Cookie" not in service.headers[0]


def test_a_kept_answer_is_not_asked_for_again(rxnav: RxNav, make_rxnav: Callable[..., RxNav], service: Service, clock: Clock) -> None:
    service.replies = [FOUND]
    first = rxnav.find("simvastatin")
    assert rxnav.find(" simvastatin") == make_rxnav().find("simvastatin") == first
    assert len(service.asked) == 1
    clock.now += 23 * 3600
    rxnav.find("simvastatin")
    assert len(service.asked) == 1
    clock.now += 2 * 3600
    rxnav.find("simvastatin")
    assert len(service.asked) == 2


def test_nothing_found_is_kept_for_minutes_and_a_failure_not_at_all(rxnav: RxNav, service: Service, clock: Clock) -> None:
    service.replies = [NOTHING, FOUND]
    assert [rxnav.find("simvastatin").status for _ in range(2)] == [Status.NOTHING] * 2
    assert len(service.asked) == 1
    clock.now += 601
    assert rxnav.find("simvastatin").status is Status.FOUND
    service.replies = [404, FOUND]
    assert rxnav.find("warfarin").status is Status.NOT_CHECKED
    assert rxnav.find("warfarin").status is Status.FOUND


def test_kept_answers_help_through_an_outage(rxnav: RxNav, service: Service) -> None:
    service.replies = [FOUND, 500]
    rxnav.find("simvastatin")
    assert {rxnav.find(name).status for name in NAMES} == {Status.NOT_CHECKED}
    assert rxnav.find("simvastatin").status is Status.FOUND


def test_what_was_typed_and_echoed_is_not_written_down(rxnav: RxNav, service: Service, tmp_path: Path) -> None:
    service.replies = [{"approximateGroup": {"inputTerm": "canarimycin", "candidate": [{"rxcui": "1", "score": "1", "rank": "1"}]}}]
    assert rxnav.approximate("canarimycin").status is Status.FOUND
    service.replies = [{"idGroup": {"name": "canarimycin", "rxnormId": ["1"]}}]
    assert rxnav.find("canarimycin").status is Status.FOUND
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["rxnav-1.sqlite"]
    assert b"canari" not in files[0].read_bytes().lower()
    assert files[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("trouble", [500, 502, b"{\"idGroup\": {\"rxn", b"", b"<html>maintenance</html>", b"[" * 100_000, break_off, hang_up])
def test_a_passing_trouble_is_tried_again(rxnav: RxNav, service: Service, clock: Clock, trouble: Any) -> None:
    service.replies = [trouble, trouble, FOUND]
    assert rxnav.find("simvastatin").status is Status.FOUND
    assert len(service.asked) == 3
    assert clock.slept == [pytest.approx(0.3), pytest.approx(0.6)]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (500, "a fault of its own"),
        (403, "fewer requests"),
        (b"{", "could not be read"),
        (break_off, "could not be read"),
        (hang_up, "could not be reached"),
    ],
)
def test_a_lasting_trouble_is_told(rxnav: RxNav, service: Service, trouble: Any, reason: str) -> None:
    service.replies = [trouble]
    lookup = rxnav.find("simvastatin")
    assert (lookup.status, lookup.value) == (Status.NOT_CHECKED, None)
    assert reason in lookup.reason
    assert len(service.asked) <= 3


@pytest.mark.parametrize("trouble", [400, 404, move])
def test_a_refusal_is_not_tried_again_and_not_followed(rxnav: RxNav, service: Service, trouble: Any) -> None:
    service.replies = [trouble]
    assert "MEDRISK_RXNAV_URL" in rxnav.find("simvastatin").reason
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [403, 429, 503])
def test_forbidden_means_slow_down(make_rxnav: Callable[..., RxNav], service: Service, clock: Clock, status: int) -> None:
    service.replies = [status, FOUND]
    one, other = make_rxnav(), make_rxnav()
    before = clock.now
    assert one.find("simvastatin").status is Status.FOUND
    assert clock.now - before == pytest.approx(2.0)
    # The other worker goes on one by one: no burst until the bucket has emptied again.
    at = clock.now
    for name in NAMES:
        other.find(name)
    assert clock.now - at == pytest.approx(0.8)


def test_retry_after_is_heeded_and_one_that_is_too_long_ends_the_look_up(rxnav: RxNav, service: Service, clock: Clock) -> None:
    service.replies = [lambda handler: handler.say(b"", 429, Retry_After="4"), FOUND]
    before = clock.now
    assert rxnav.find("simvastatin").status is Status.FOUND
    assert clock.now - before == pytest.approx(4.0)
    service.replies = [lambda handler: handler.say(b"", 429, Retry_After="3600"), FOUND]
    assert "fewer requests" in rxnav.find("warfarin").reason
    assert "at once" in rxnav.find("digoxin").reason
    clock.now += 61
    assert rxnav.find("digoxin").status is Status.FOUND


def test_never_more_than_the_pace(rxnav: RxNav, service: Service, clock: Clock) -> None:
    times: list[float] = []
    service.replies = [lambda handler: (times.append(clock.now), handler.say(json.dumps(NOTHING).encode()))]
    for first, second in product("abcdefgh", repeat=2):
        assert rxnav.find(f"{first}{second}").status is Status.NOTHING
    assert len(times) == 64
    assert max(sum(start <= other < start + 1 for other in times) for start in times) <= 20


def test_an_outage_ends_the_asking_until_it_is_over(make_rxnav: Callable[..., RxNav], service: Service, clock: Clock) -> None:
    one, other = make_rxnav(), make_rxnav()
    service.replies = [500]
    for name in NAMES:
        assert one.find(name).status is Status.NOT_CHECKED
    assert len(service.asked) == 4
    assert "left alone" in other.find("simvastatin").reason
    assert len(service.asked) == 4

    clock.now += 61  # one request is let through; it fails, and RxNav is left alone again
    assert "a fault of its own" in other.find("simvastatin").reason
    assert "left alone" in one.find("simvastatin").reason
    assert len(service.asked) == 5

    clock.now += 61
    service.replies = [FOUND]
    assert one.find("simvastatin").status is Status.FOUND
    assert other.find("warfarin").status is Status.FOUND
    assert len(service.asked) == 7


def test_a_slow_answer_ends_in_time(make_rxnav: Callable[..., RxNav], service: Service) -> None:
    service.replies = [lambda handler: time.sleep(0.6)]
    rxnav = make_rxnav(real_time=True, read=0.1, total=0.35, first_wait=0.01)
    start = time.monotonic()
    assert rxnav.find("simvastatin").reason == "RxNav did not answer in time"
    assert time.monotonic() - start < 2


def test_an_answer_that_drips_ends_in_time(make_rxnav: Callable[..., RxNav], service: Service) -> None:
    def drip(handler: Any) -> None:
        handler.say(b"", length=1000)
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    service.replies = [drip]
    rxnav = make_rxnav(real_time=True, read=0.5, total=0.3)
    start = time.monotonic()
    assert rxnav.find("simvastatin").reason == "RxNav did not answer in time"
    assert time.monotonic() - start < 1.5


def test_an_endless_answer_is_not_read_to_its_end(make_rxnav: Callable[..., RxNav], service: Service) -> None:
    service.replies = [b" " * 200_000]
    assert "could not be read" in make_rxnav(most_bytes=100_000).find("simvastatin").reason
    assert len(service.asked) == 1


def test_answers_in_pieces_and_packed_are_read(rxnav: RxNav, service: Service) -> None:
    def pieces(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (b'{"idGroup": {"rxn', b'ormId": ["36567"]}}'):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    service.replies = [pieces, lambda handler: handler.say(gzip.compress(json.dumps(FOUND).encode()), Content_Encoding="gzip")]
    assert rxnav.find("simvastatin").status is Status.FOUND
    assert rxnav.find("warfarin").status is Status.FOUND
    assert len(service.asked) == 2


def test_cookies_are_not_kept(rxnav: RxNav, service: Service) -> None:
    service.replies = [lambda handler: handler.say(json.dumps(FOUND).encode(), Set_Cookie="who=you; Path=/")]
    rxnav.find("simvastatin")
    rxnav.find("warfarin")
    assert all("Cookie" not in headers for headers in service.headers)


def test_nobody_at_the_address(service: Service, tmp_path: Path, clock: Clock) -> None:
    rxnav = RxNav("http://127.0.0.1:1/REST", tmp_path, clock=clock, sleep=clock.sleep)
    assert rxnav.find("simvastatin").reason == "RxNav could not be reached"


def test_without_a_folder_it_is_not_asked(service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    lookup = RxNav(service.url, tmp_path / "file" / "cache").find("simvastatin")
    assert lookup.status is Status.NOT_CHECKED
    assert "data folder" in lookup.reason
    assert service.asked == []


def test_an_answer_that_cannot_be_kept_is_still_an_answer(rxnav: RxNav, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("medrisk.vocabulary.rxnav.store.Store.keep", full)
    service.replies = [FOUND]
    assert rxnav.find("simvastatin").status is Status.FOUND


def test_a_damaged_file_is_thrown_away(rxnav: RxNav, service: Service, tmp_path: Path) -> None:
    service.replies = [FOUND]
    rxnav.find("simvastatin")
    path = tmp_path / "cache" / "rxnav-1.sqlite"
    path.write_bytes(b"no database" * 1000)
    assert rxnav.find("simvastatin").status is Status.FOUND
    assert len(service.asked) == 2


def test_a_kept_answer_that_makes_no_sense_is_asked_for_again(rxnav: RxNav, service: Service, tmp_path: Path) -> None:
    service.replies = [FOUND]
    rxnav.find("simvastatin")
    with sqlite3.connect(tmp_path / "cache" / "rxnav-1.sqlite") as database:
        database.execute("""UPDATE answers SET answer = '{"rxnormId": "no list"}'""")
    database.close()
    assert rxnav.find("simvastatin").value == ("36567",)


@pytest.mark.parametrize("trouble", [FOUND, 403, 500, 404, b"{", break_off, hang_up, move])
def test_nothing_is_logged_and_no_reason_repeats_the_name(
    rxnav: RxNav, service: Service, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], trouble: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    service.replies = [trouble]
    lookup = rxnav.approximate("canarimycin")
    out, err = capfd.readouterr()
    assert caplog.records == []
    assert out == err == ""
    assert "canarimycin" not in repr(lookup)


def test_others_may_log_what_they_ask(rxnav: RxNav, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    import requests

    service.replies = [FOUND]
    rxnav.find("simvastatin")
    caplog.set_level(logging.DEBUG)
    requests.get(service.url, timeout=5)
    assert caplog.records


def test_importing_it_costs_little() -> None:
    late = {"requests", "urllib3", "medrisk.vocabulary.rxnav.store"}
    code = f"import sys, medrisk.vocabulary.rxnav; sys.exit(bool({late} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_documentation_has_nlms_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rxnav.md").read_text(encoding="utf-8")
    assert ATTRIBUTION in " ".join(page.replace("\n> ", " ").split())
