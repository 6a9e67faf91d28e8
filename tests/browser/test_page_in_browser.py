"""The page as it is used: with a script and without, with a mouse and with the keyboard alone, on paper."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from medrisk.web.example import EXAMPLE

from .conftest import OpenPage, save_small

LIST = "Zocor 40 mg nocte\namlodipine 5 mg od\nhydralazine/hydroxyzine 25 mg\ngabapentn 300 mg tds\nthe small white pill\ncramps at night, K 3.1"
WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def check(page: Page, text: str = LIST) -> None:
    page.get_by_label("Paste the list here").fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", level=2, name=re.compile("Answer"))).to_be_visible()


@WITH_AND_WITHOUT_SCRIPT
def test_a_list_is_pasted_and_answered(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    check(page)
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST)
    expect(page.locator("article.note").first).to_contain_text("Simvastatin above 20 mg a day with amlodipine")
    assert "Zocor" not in page.url and "?" not in page.url


@WITH_AND_WITHOUT_SCRIPT
def test_an_ambiguous_line_is_settled_in_place(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    check(page)
    page.locator("#line-3").get_by_label("hydroxyzine").check()
    page.locator("#line-3").get_by_role("button").click()
    expect(page.locator("#line-3")).to_contain_text("Understood")
    expect(page.locator(".changes")).to_contain_text("Line 3 now reads “hydroxyzine 25 mg”")
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST.replace("hydralazine/hydroxyzine", "hydroxyzine"))


@WITH_AND_WITHOUT_SCRIPT
def test_a_correction_is_confirmed_and_an_unknown_line_named(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    check(page)
    page.locator("#line-4").get_by_label("yes, gabapentin").check()
    page.locator("#line-5").get_by_label("it is").fill("zolpidem 5 mg")
    page.locator("#line-5").get_by_role("button").click()
    expect(page.locator("#line-4 .state")).to_have_text("Understood")
    expect(page.locator("#line-5 .typed")).to_have_text("zolpidem 5 mg")


@WITH_AND_WITHOUT_SCRIPT
def test_a_note_says_why(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    check(page)
    note = page.locator("article.note").first
    expect(note.get_by_role("heading", name="Why")).to_be_visible()
    note.get_by_text(re.compile(r"^\d+ sources?")).click()
    expect(note.locator(".sources li").first).to_be_visible()
    expect(page.locator("#contributors")).to_be_visible()
    page.locator(".components").first.locator("xpath=..").locator("summary").click()
    expect(page.locator(".components").first).to_be_visible()


@WITH_AND_WITHOUT_SCRIPT
def test_fields_become_the_first_line(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.get_by_label("Paste the list here").fill("metformin 1 g bd")
    page.get_by_text("The patient in fields").click()
    page.get_by_label("Age in years").fill("72")
    page.get_by_label("Sex").select_option("female")
    page.get_by_label("eGFR").fill("28")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_label("Paste the list here")).to_have_value("Patient: 72-year-old woman. eGFR 28.\nmetformin 1 g bd")


@WITH_AND_WITHOUT_SCRIPT
def test_the_example_is_loaded_and_cleared(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.get_by_role("link", name="Load an example").click()
    expect(page.get_by_label("Paste the list here")).to_have_value(EXAMPLE)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="Where it adds up")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Paste the list here")).to_have_value("")
    expect(page.locator("#answer")).to_have_count(0)


def test_an_empty_list_that_cannot_be_read_is_announced(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Paste the list here").fill("---")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was checked")
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")


def test_the_answer_is_announced_and_takes_the_focus(open_page: OpenPage) -> None:
    page = open_page()
    check(page)
    expect(page.get_by_role("status")).to_contain_text("Answer:")
    expect(page.locator("#answer")).to_be_focused()
    assert page.title().startswith("Answer:")


def test_the_plain_text_is_copied(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    check(page)
    page.get_by_role("button", name="Copy as plain text").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#plain").input_value()


def test_without_a_script_the_plain_text_is_there_to_select(open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    check(page)
    page.get_by_text("Plain text for the chart").click()
    expect(page.get_by_label(re.compile("Select all and copy"))).to_be_visible()
    expect(page.get_by_role("button", name="Copy as plain text")).to_have_count(0)


def test_the_script_keeps_working_after_an_error(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Paste the list here").fill("---")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_error_that_is_a_page_of_its_own_costs_no_list(open_page: OpenPage) -> None:
    """A form that the page cannot have sent is refused with a page without the box."""
    page = open_page()
    check(page)
    page.get_by_label("Age in years").evaluate("field => { field.name = 'colour' }")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The request could not be understood.")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was checked.")
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST)
    expect(page.locator("#answer")).to_have_count(0)
    assert page.title().startswith("Error")


def test_a_server_that_does_not_answer_costs_no_list(open_page: OpenPage) -> None:
    page = open_page()
    check(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was checked")
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST)
    expect(page.locator("#answer")).to_have_count(0)
    page.context.set_offline(False)
    check(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_everything_is_reached_with_the_keyboard(open_page: OpenPage) -> None:
    """From the skip link to the box, the answer, a choice and the check after it, with Tab, Space and Enter alone."""
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    tab_to(page, "#text")
    page.keyboard.insert_text(LIST)
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    tab_to(page, "article .sources summary")
    page.keyboard.press("Enter")
    expect(page.locator("article .sources").first).to_have_attribute("open", "")
    tab_to(page, "#line-3 input[type=radio]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#line-3 button")
    page.keyboard.press("Enter")
    expect(page.locator("#line-3 .state")).to_have_text("Understood")


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until what the selector names has the focus, and shows it there."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 0
            return
    raise AssertionError(f"{selector} was not reached")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_has_to_be_scrolled_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page("/?example=1", width=width)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/about", "/api/v1/docs", "/nothing-here"])
def test_no_other_page_has_to_be_scrolled_sideways(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_presses_stands_on_the_first_screen_of_a_long_list(open_page: OpenPage) -> None:
    page = open_page()
    check(page, EXAMPLE + "\n".join(("lisinopril 10 mg", "spironolactone 25 mg", "digoxin 250 mcg", "clarithromycin 500 mg bd", "ibuprofen 400 mg")))
    in_sight = page.evaluate(
        "[...document.querySelectorAll('.glance a')].filter(a => a.getBoundingClientRect().bottom <= innerHeight).length"
    )
    assert in_sight >= 5


def test_the_paper_holds_all_that_is_filed(open_page: OpenPage, tmp_path: Path, pictures: Path | None) -> None:
    page = open_page("/?example=1", width=794)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".filed")).to_contain_text("Draft knowledge, for pharmacist review.")
    expect(page.locator(".sources li").first).to_be_visible()
    expect(page.locator("footer")).to_contain_text("knowledge ")
    for hidden in (".paste", ".jumps", ".settle", "button"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("#today").inner_text()
    written = page.pdf(path=tmp_path / "answer.pdf", format="A4")
    assert written.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", _unpacked(written))) <= 20
    if pictures:
        save_small(page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 794, "height": 1123}), pictures / "print.png")


def _unpacked(pdf: bytes) -> bytes:
    """A PDF with its compressed parts unpacked, as far as they are."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(parts)


def test_names_are_offered_while_typing_where_the_server_has_a_search(open_page: OpenPage) -> None:
    """The search is played here: it is the API's, and the page works without it."""
    page = open_page()
    asked = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json={"drugs": [{"name": "zolpidem"}, {"name": "zolpidem"}, {"name": "zolmitriptan"}]})

    page.route("**/api/v1/drugs/search", answer)
    page.evaluate("document.getElementById('paste').dataset.search = '/api/v1/drugs/search'")
    check(page)
    field = page.locator("#line-5").get_by_label("it is")
    field.press_sequentially("zol")
    expect(page.locator("datalist option")).to_have_count(2)
    assert asked == [{"prefix": "zol", "limit": 8}]
    assert field.get_attribute("list")
