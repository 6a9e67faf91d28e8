"""WCAG 2.2 AA as far as a program can tell, for panel, options and marks; and the pictures of the extension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import save_small
from browser.test_accessibility import AUDIT
from playwright.sync_api import Page, expect

from .loaded import Extension, expect_answer
from .servers import Recorder

WIDTHS = [320, 900]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def assert_accessible(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # "light" or "dark"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        results = Axe().run(page, options=AUDIT)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def save(page: Page, pictures: Path | None, name: str, **options: object) -> None:
    if pictures:
        save_small(page.screenshot(**options), pictures / f"extension-{name}.png")  # type: ignore[arg-type]


def test_the_panel(extension: Extension, prescribing: str, scheme: str, pictures: Path | None) -> None:
    tab = extension.tab_of(extension.open(prescribing))
    extension.expect_badge(tab, "2?")
    panel = extension.open_panel(tab)
    expect_answer(panel)
    if scheme == "light":
        save(panel, pictures, "panel")
    panel.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert_accessible(panel, scheme)
    panel.get_by_role("link", name="line 1", exact=True).first.click()
    expect(panel.locator("#line-1")).to_be_focused()
    assert panel.url.endswith(f"#{tab}")


def test_the_panel_that_has_nothing_to_show(extension: Extension, server: Recorder, site: str, scheme: str) -> None:
    extension.set(server=server.address)
    page = extension.open(f"{site}/openemr_edit.html")
    panel = extension.open_panel(extension.tab_of(page))
    expect(panel.locator("body")).to_contain_text("Nothing has been checked")
    assert_accessible(panel, scheme)
    server.pretend = ("500 Internal Server Error", b"")
    extension.set(server=server.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
    page.goto(f"{site}/prescribing.html")
    expect(panel.get_by_role("alert")).to_be_visible()
    assert_accessible(panel, scheme)


def test_the_options(extension: Extension, server: Recorder, scheme: str, pictures: Path | None) -> None:
    options = extension.open_options()
    expect(options.locator("#sites li")).to_have_count(1)
    options.get_by_role("button", name="Test the connection").click()
    expect(options.locator("#server-result")).to_contain_text("The server answers")
    if scheme == "light":
        server_here = server.address
        options.get_by_label("Address", exact=True).evaluate("field => { field.value = 'http://127.0.0.1:8000' }")
        options.locator("#sites span").first.evaluate(
            "words => { words.textContent = 'https://ehr.example.org: A plain table of medications' }"
        )
        save(options, pictures, "options")
        options.get_by_label("Address", exact=True).fill(server_here)
    assert_accessible(options, scheme)
    options.get_by_label("A profile of your own, as JSON").fill("{}")
    options.get_by_role("button", name="Save the profile").click()
    expect(options.get_by_role("alert")).to_be_visible()
    options.get_by_label("Address of the site").fill("somewhere")
    options.get_by_role("button", name="Allow this site").click()
    expect(options.locator("#site-fault")).not_to_be_empty()
    assert_accessible(options, scheme)


def test_the_options_with_the_keyboard_alone(extension: Extension) -> None:
    options = extension.open_options()
    expect(options.locator("#profiles li")).to_have_count(3)
    wanted = options.evaluate(
        "[...document.querySelectorAll('input:not([type=radio]), input:checked, select, textarea, button')].length"
    )
    reached = set()
    for _ in range(wanted + 2):
        options.keyboard.press("Tab")
        reached.add(options.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert options.evaluate(
            "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        )
    assert len(reached) >= wanted


def test_the_marks(extension: Extension, prescribing: str, scheme: str, pictures: Path | None) -> None:
    page = extension.open(prescribing, height=620)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    extension.expect_badge(extension.tab_of(page), "2?")
    page.get_by_label("Drug").fill("clarithromycin 500 mg")
    page.get_by_label("How often").select_option("twice daily")
    expect(page.locator("medrisk-marks .tag.urgent").first).to_be_visible()
    page.locator("medrisk-marks .tag").first.click()
    expect(page.locator("medrisk-marks .card")).to_be_visible()
    save(page, pictures, f"page-{scheme}")
    results = Axe().run(page, context="medrisk-marks", options=AUDIT)
    assert results.violations_count == 0, results.generate_report()
