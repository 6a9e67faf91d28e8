"""What the text dates, drawn: every mark where its words say, and nothing placed that the words leave open."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient

from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk
from medrisk.web.timeline import Row, Strip, draw_timeline

from .test_page import post, words

CALENDAR, TODAY, UNPLACED = "By the calendar", "Told from today", "Cannot be placed on a line"


def strips_of(service: Medrisk, text: str) -> dict[str, Strip]:
    report: dict[str, Any] = report_to_dict(service.check(f"simvastatin 40 mg\n{text}"))
    return {strip.title: strip for strip in draw_timeline(report)}


def shown(strip: Strip) -> list[tuple[str, str]]:
    return [(row.moment.when, row.moment.what.split()[0]) for row in strip.rows]


def test_calendar_and_today_are_kept_apart_each_in_order(service: Medrisk) -> None:
    strips = strips_of(service, "muscle pain for 3 days\ncramps for two weeks\nK 3.9 on 2026-10-01\nCK 400 (2026-09-01)\nno weakness for a year")
    assert {title: shown(strip) for title, strip in strips.items()} == {
        CALENDAR: [("2026-09-01", "Creatine"), ("2026-10-01", "Potassium")],
        TODAY: [("two weeks", "Muscle"), ("3 days", "Muscle")],
    }


def test_a_mark_stands_where_its_words_say(service: Medrisk) -> None:
    strips = strips_of(service, "K 3.9 on 2026-10-01\nK 3.0 on 11 Oct 2026\nNa 130 on 2026-10-06\nfatigue for 2 years\nCK 400 yesterday")
    first, middle, last = (row.at for row in strips[CALENDAR].rows)
    assert (first, middle, last) == (3.0, 50.0, 97.0)
    assert [tick.words for tick in strips[CALENDAR].ticks] == ["2026-10-01", "2026-10-11"]
    long_ago, yesterday = (row.at for row in strips[TODAY].rows)
    assert long_ago == 3.0 and yesterday and 3.0 < yesterday < 97.0
    assert strips[TODAY].ticks[0].words == "now"
    places = [tick.at for tick in strips[TODAY].ticks]
    assert all(right - left >= 20 for right, left in pairwise(places)), "names do not run into each other"


def test_the_shape_says_what_the_words_say(service: Medrisk) -> None:
    rows = [row for strip in strips_of(service, "K 3.0 3 days ago\nNa 150 yesterday\nMg 0.9 mmol/L 2 days ago\ncramps for a week").values() for row in strip.rows]
    assert {row.moment.what.split()[0]: (row.moment.mark, row.words) for row in rows} == {
        "Potassium": ("low", "about 3 days ago"), "Sodium": ("high", "about 1 day ago"), "Magnesium": ("normal", "about 2 days ago"),
        "Muscle": ("begun", "about 7 days ago, until now"),
    }  # fmt: skip


@pytest.mark.parametrize("words", ["cramps since March", "muscle weakness 3 weeks after starting a statin", "K 3.1 on 3 Nov", "K 3.1 on 05/03/2026"])
def test_what_the_words_leave_open_is_listed_and_not_placed(service: Medrisk, words: str) -> None:
    strip = strips_of(service, words)[UNPLACED]
    assert [row.at for row in strip.rows] == [None]
    assert strip.ticks == ()


def test_a_day_that_could_be_two_is_placed_where_the_text_itself_settles_it(service: Medrisk) -> None:
    strips = strips_of(service, "K 3.1 on 05/03/2026\nNa 130 on 20/03/2026")
    assert [row.words for row in strips[CALENDAR].rows] == ["2026-03-05", "2026-03-20"]
    contradicting = strips_of(service, "K 3.1 on 05/03/2026\nNa 130 on 20/03/2026\nCK 400 on 03/25/2026")
    assert CALENDAR not in contradicting and len(contradicting[UNPLACED].rows) == 3


def test_a_month_alone_is_no_day(service: Medrisk) -> None:
    rows: tuple[Row, ...] = strips_of(service, "CK 400 (Sept 2026)\nNa 130 on 2026-11-20")[CALENDAR].rows
    assert [row.words for row in rows] == ["2026-09", "2026-11-20"]


def test_one_date_alone_needs_no_line(service: Medrisk) -> None:
    (strip,) = strips_of(service, "K 3.1 on 2026-11-20").values()
    assert (shown(strip), strip.ticks, strip.rows[0].at) == ([("2026-11-20", "Potassium")], (), None)


def test_the_page_holds_the_words_beside_the_drawing_and_what_is_not_dated_is_not_shown(real_client: FlaskClient) -> None:
    assert 'id="timeline"' not in post(real_client, "simvastatin 40 mg\nmuscle pain")
    html = post(real_client, "simvastatin 40 mg\nmuscle pain for 3 days\nK 3.1 yesterday")
    assert "3 days Muscle pain" in words(html)
    assert 'role="img" aria-label="about 3 days ago, until now"' in html
    assert " style=" not in html
