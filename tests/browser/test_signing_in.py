"""A server that asks for a token, in a real browser: in, out, and a session that ends while somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from medrisk.service import Medrisk
from medrisk.tokens import Tokens
from medrisk.web import create_app

from .conftest import OpenPage, running
from .test_accessibility import assert_accessible

LIST = "simvastatin 40 mg\namlodipine 5 mg"
WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def secret(data_dir: Path) -> str:
    return Tokens(data_dir).add("front-desk")


@pytest.fixture(scope="module")
def address(service: Medrisk, data_dir: Path, secret: str) -> Iterator[str]:
    """The same server, as one that others can reach under a name."""
    settings = replace(service.settings, data_dir=data_dir, allowed_hosts=("medrisk.example.org",), rate_limit=0)
    with running(create_app(service, settings)) as address:
        yield address


def sign_in(page: Page, secret: str) -> None:
    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Paste the list here")).to_be_visible()


def check(page: Page) -> None:
    page.get_by_label("Paste the list here").fill(LIST)
    page.get_by_role("button", name="Check", exact=True).click()


@WITH_AND_WITHOUT_SCRIPT
@pytest.mark.parametrize(("width", "dark"), [(320, True), (1280, False)])
def test_signing_in_and_out_from_any_page(open_page: OpenPage, secret: str, javascript: bool, width: int, dark: bool) -> None:
    page = open_page(javascript=javascript, width=width, dark=dark)
    assert page.url.endswith("/sign-in")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    if javascript:  # axe is a script
        assert_accessible(page)
    sign_in(page, secret)
    for path in ("/about", "/api/v1/docs", "/nothing-here", "/sign-in", "/"):
        page.goto(path)
        expect(page.get_by_role("banner")).to_contain_text("Signed in as front-desk")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if javascript:
            assert_accessible(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/about")
    assert page.url.endswith("/sign-in")


def test_a_session_that_ends_costs_no_list(open_page: OpenPage, secret: str) -> None:
    page = open_page()
    sign_in(page, secret)
    page.context.clear_cookies()
    check(page)
    expect(page.get_by_role("alert")).to_contain_text("The session has ended: nothing was checked.")
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert_accessible(page)
    with page.context.expect_page() as opened:
        page.get_by_role("alert").get_by_role("link").click()
    sign_in(opened.value, secret)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_be_visible()


def test_without_a_script_the_browser_sends_the_list_once_more(open_page: OpenPage, secret: str) -> None:
    page = open_page(javascript=False)
    sign_in(page, secret)
    page.context.clear_cookies()
    check(page)
    expect(page.get_by_text("reload this page")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (opens another tab)").click()
    sign_in(opened.value, secret)
    page.reload()
    expect(page.locator("#answer")).to_be_visible()
    expect(page.get_by_label("Paste the list here")).to_have_value(LIST)
