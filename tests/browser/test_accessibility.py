"""WCAG 2.2 AA as far as a program can tell: every page, light and dark, narrow and wide. And the pictures of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from medrisk.service import Medrisk
from medrisk.web import create_app
from medrisk.web.example import EXAMPLE

from .conftest import OpenPage, save_small

# Only what is wrong is reported in full: to describe each of the thousands of elements that pass takes most of the time.
AUDIT = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
LOOKS = pytest.mark.parametrize(
    ("width", "dark"), [(320, False), (320, True), (1280, False), (1280, True)], ids=["320", "320-dark", "1280", "1280-dark"]
)
LONG = EXAMPLE + "\nhydralazine/hydroxyzine 25 mg\nlisinopril 10 mg\nspironolactone 25 mg\nK 6.4 on 2026-11-20\nclarithromycin 500 mg bd"
DATED = "\nK 4.1 on 2026-09-02\nK 3.4 on 14 Oct 2026\nNa 131 on 2026-11-20\nMg 0.9 yesterday\nmuscle pain for 3 weeks\nfatigue since March"


def paths_of_pages(app: Flask) -> list[str]:
    """Every address that a person can open, whatever other parts of the program add."""
    client = app.test_client()
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return [path for path in sorted(rules) if client.get(path).mimetype == "text/html"]


def assert_accessible(page: Page) -> None:
    results = Axe().run(page, options=AUDIT)
    assert results.violations_count == 0, results.generate_report()


@LOOKS
def test_every_page_is_accessible(open_page: OpenPage, service: Medrisk, width: int, dark: bool) -> None:
    paths = paths_of_pages(create_app(service, service.settings))
    assert {"/", "/about"} <= set(paths)
    page = open_page("/", width=width, dark=dark)
    for path in [*paths, "/nothing-here"]:
        page.goto(path)
        assert_accessible(page)


@LOOKS
def test_the_page_of_an_entry_is_accessible(open_page: OpenPage, service: Medrisk, width: int, dark: bool) -> None:
    """One of each kind, with what the others may have: classes in it, claims that nobody read, examples."""
    flag = service.knowledge.red_flags[0]
    page = open_page("/", width=width, dark=dark)
    for path in ("rules/digoxin-pgp-inhibitor", "rules/simvastatin-amlodipine-20mg", "classes/statin", f"red_flags/{flag.id}"):
        page.goto(f"/knowledge/{path}")
        expect(page.get_by_text("no clinician has reviewed this entry")).to_be_visible()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"


@LOOKS
def test_the_answer_is_accessible(open_page: OpenPage, pictures: Path | None, width: int, dark: bool) -> None:
    page = open_page("/", width=width, dark=dark)
    page.get_by_label("Paste the list here").fill(LONG + DATED)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_be_visible()
    assert_accessible(page)
    if pictures and (width, dark) != (320, True):
        take(page, pictures / f"{'dark' if dark else 'narrow' if width == 320 else 'wide'}.png", "#answer")
        if width == 1280 and not dark:
            take(page, pictures / "adds-up.png", "section:has(> #picture)")
            take(page, pictures / "lines.png", "section:has(> #lines)")
            take(page, pictures / "timeline.png", "section:has(> #timeline)")
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert_accessible(page)


@LOOKS
def test_a_list_that_cannot_be_read_is_answered_accessibly(open_page: OpenPage, width: int, dark: bool) -> None:
    page = open_page("/", width=width, dark=dark)
    page.get_by_label("Paste the list here").fill("simvastatin")
    page.get_by_text("The patient in fields").click()
    page.get_by_label("Age in years").fill("old")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def test_high_contrast_keeps_marks_and_focus(open_page: OpenPage) -> None:
    page = open_page("/", forced_colors="active")
    page.get_by_label("Paste the list here").fill(LONG + DATED)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_be_visible()
    assert page.locator(".mark.adds-up").first.evaluate("mark => getComputedStyle(mark).borderTopWidth") == "2px"
    colours = "[...document.querySelectorAll('.timeline path, .timeline circle')].map(mark => getComputedStyle(mark).color)"
    assert set(page.evaluate(colours)) == {page.evaluate("getComputedStyle(document.body).color")}
    page.locator("#text").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert_accessible(page)


def take(page: Page, path: Path, selector: str) -> None:
    """A picture from the top of what the selector names, as much of it as tells how it looks."""
    page.locator(selector).evaluate("part => { part.style.outline = 'none'; part.blur() }")
    box = page.locator(selector).bounding_box()
    width = page.viewport_size["width"] if page.viewport_size else 1280
    assert box
    top = page.evaluate("scrollY") + box["y"]
    clip = {"x": 0, "y": max(top - 8, 0), "width": width, "height": min(box["height"] + 16, 1150)}
    save_small(page.screenshot(full_page=True, clip=clip), path)  # type: ignore[arg-type]  # a plain dict
