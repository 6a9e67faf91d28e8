"""``report.html`` in a real browser, opened as a file: accessible at every width, by keyboard, in the dark and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from audit_folders import some_patients, write_folder
from playwright.sync_api import Page, expect

from medrisk.audit.outputs import write_outputs
from medrisk.service import Medrisk

from .conftest import OpenPage, save_small
from .test_accessibility import LOOKS, assert_accessible, take


@pytest.fixture(scope="module")
def report(service: Medrisk, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report as it lies on somebody's disk."""
    rejects = [("rx.csv", 12, "the patient is missing"), ("rx.csv", 40, "the date cannot be read: write it as 2026-11-22")]
    folder = write_folder(tmp_path_factory.mktemp("audit"), service, some_patients(5000), rejects=rejects)
    write_outputs(folder.path, folder.manifest, service.knowledge)
    return (folder.path / "report.html").as_uri()


@LOOKS
def test_the_report_is_accessible(open_page: OpenPage, report: str, pictures: Path | None, width: int, dark: bool) -> None:
    page = open_page("/healthz", width=width, dark=dark)
    page.goto(report)
    assert_accessible(page)
    if pictures and width == 1280:
        take(page, pictures / ("audit-report-dark.png" if dark else "audit-report.png"), "body")
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_report_asks_for_nothing_and_needs_no_script(open_page: OpenPage, report: str) -> None:
    page = open_page("/healthz", javascript=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report)
    page.wait_for_load_state("networkidle")
    assert asked == [report]
    for title in ("Findings by tier", "Rules found most often", "Findings by month", "What became of the rows"):
        expect(page.get_by_role("heading", name=re.compile(title))).to_be_visible()
    expect(page.get_by_text("no clinician has reviewed it.").first).to_be_visible()


def test_pictures_have_bars_of_the_colours_of_the_page(open_page: OpenPage, report: str) -> None:
    """The colours in a picture are variables of the page: a browser that did not follow them would draw black on dark."""
    colours = {}
    for dark in (False, True):
        page = open_page("/healthz", dark=dark)
        page.goto(report)
        bars = page.locator("#by-tier svg .mark-rect path")
        assert bars.count() == 4
        colours[dark] = [bars.nth(number).evaluate("bar => getComputedStyle(bar).fill") for number in range(4)]
        assert len(set(colours[dark])) == 4
        assert page.locator("#by-tier svg text").first.evaluate("text => text.getBBox().width") > 10
    assert not set(colours[False]) & set(colours[True])


def test_names_of_bars_are_not_cut_off(open_page: OpenPage, report: str) -> None:
    page = open_page("/healthz")
    page.goto(report)
    for figure in ("by-tier", "by-rule", "by-class", "promoters", "by-month", "rows"):
        outside = page.locator(f"#{figure} svg").evaluate(
            """svg => { const frame = svg.getBoundingClientRect();
                        return [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect())
                            .filter(box => box.width && (box.left < frame.left - 1 || box.right > frame.right + 1)).length }"""
        )
        assert outside == 0, figure


def test_everything_is_reached_with_the_keyboard(open_page: OpenPage, report: str) -> None:
    page = open_page("/healthz", width=320)
    page.goto(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    tab_to(page, "#by-rule summary")
    page.keyboard.press("Enter")
    expect(page.locator("#by-rule table")).to_be_visible()
    tab_to(page, ".picture")
    page.keyboard.press("ArrowRight")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} was not reached")


def test_the_report_prints(open_page: OpenPage, report: str, pictures: Path | None, tmp_path: Path) -> None:
    page = open_page("/healthz", width=794)
    page.goto(report)
    page.emulate_media(media="print")
    for hidden in (".jumps", "summary", ".skip"):
        assert not page.locator(hidden).first.is_visible()
    expect(page.locator("#by-month table")).to_be_visible()
    expect(page.locator("footer")).to_contain_text("Draft knowledge, for pharmacist review.")
    assert page.pdf(path=tmp_path / "report.pdf", format="A4").startswith(b"%PDF")
    if pictures:
        save_small(page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 794, "height": 1123}), pictures / "audit-report-print.png")
