"""What keeps a list from being checked is said, sends nothing more, and leaves no older answer standing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from medrisk.service import Medrisk
from medrisk.tokens import Tokens

from .conftest import SERVER_HOST, Load
from .loaded import Extension, expect_answer, marks, until
from .servers import Recorder, medrisk_server


@pytest.fixture
def guarded(service: Medrisk, tmp_path: Path) -> Iterator[tuple[Recorder, str]]:
    """A server that asks for a token, and one that counts."""
    settings = replace(service.settings, host="0.0.0.0", data_dir=tmp_path)  # noqa: S104 - the settings of a server that others can reach
    secret = Tokens(tmp_path).add("ward")
    with medrisk_server(service, settings) as recorder:
        yield recorder, secret


def open_checked(extension: Extension, prescribing: str) -> tuple[Page, int, Page]:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    panel = extension.open_panel(tab)
    expect_answer(panel)
    return page, tab, panel


def expect_refusal(extension: Extension, tab: int, panel: Page, words: str) -> None:
    extension.expect_badge(tab, "!")
    expect(panel.get_by_role("alert")).to_contain_text(words)
    expect(panel.get_by_role("alert")).to_contain_text("Nothing was checked")
    assert "simvastatin" not in panel.content().lower()


def test_a_server_that_does_not_answer(extension: Extension, prescribing: str) -> None:
    page, tab, panel = open_checked(extension, prescribing)
    # Port 9 takes what is sent to it and answers nothing; here nobody listens on it.
    extension.worker.evaluate("chrome.storage.local.set({ server: 'http://127.0.0.1:9' })")
    expect_refusal(extension, tab, panel, "The server did not answer")
    assert marks(page) == []
    panel.get_by_role("button", name="Open the options").click()
    until(
        lambda: any("options.html" in one.url for one in extension.context.pages), lambda: "the options were not opened"
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b"<html>a captive portal</html>"),
        ("200 OK", b'{"status": "ok"}'),
        ("200 OK", b'{"lines": [], "notes": []}'),
        ("404 Not Found", b"{}"),
    ],
    ids=["a page", "another object", "half an answer", "another server"],
)
def test_an_answer_that_is_not_understood_is_none(
    extension: Extension, server: Recorder, prescribing: str, status: str, body: bytes
) -> None:
    page, tab, panel = open_checked(extension, prescribing)
    server.pretend = (status, body)
    panel.get_by_role("button", name="Check this page").click()
    expect_refusal(extension, tab, panel, "not one of medrisk's")
    assert marks(page) == []


def test_a_wrong_token_and_a_right_one(extension: Extension, guarded: tuple[Recorder, str], prescribing: str) -> None:
    recorder, secret = guarded
    options = extension.open_options()
    options.get_by_label("Address", exact=True).fill(recorder.address)
    for token, wanted in [
        ("", "The server asks for a token"),
        ("mr_wrong", "does not take the token"),
        (secret, "The server answers: medrisk"),
    ]:
        options.get_by_label("Token").fill(token)
        options.get_by_role("button", name="Test the connection").click()
        expect(options.locator("#server-result")).to_contain_text(wanted)
    assert {request["path"] for request in recorder.requests} == {"/api/v1/check"}
    assert recorder.requests[-1]["token"] == f"Bearer {secret}"
    assert {body["text"] for body in recorder.bodies} == {"paracetamol 500 mg"}
    kept = extension.worker.evaluate("async () => JSON.stringify(await chrome.storage.local.get())")
    assert secret not in kept
    assert extension.worker.evaluate("async () => (await chrome.storage.session.get()).token") == secret
    # An order line goes with the token too, and a token that was revoked is told from one that is missing.
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    Tokens(recorder.app.extensions["medrisk.access"].settings.data_dir).revoke("ward")
    panel = extension.open_panel(tab)
    panel.get_by_role("button", name="Check this page").click()
    expect_refusal(extension, tab, panel, "does not take the token")


def test_a_server_that_asks_to_wait_is_left_alone(
    extension: Extension, service: Medrisk, prescribing: str, site: str
) -> None:
    with medrisk_server(service, replace(service.settings, rate_limit=1)) as busy:
        extension.set(server=busy.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
        _, tab, panel = open_checked(extension, prescribing)
        panel.get_by_role("button", name="Check this page").click()
        expect_refusal(extension, tab, panel, "takes no more requests")
        expect(panel.get_by_role("alert")).to_contain_text("seconds")
        panel.get_by_role("button", name="Check this page").click()
        panel.wait_for_timeout(500)
        assert len(busy.requests) == 2


def test_a_list_that_the_server_refuses(
    extension: Extension, make_service: Callable[..., Medrisk], prescribing: str, site: str
) -> None:
    with medrisk_server(make_service(MEDRISK_MAX_LINES="3")) as small:
        extension.set(server=small.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
        tab = extension.tab_of(extension.open(prescribing))
        expect_refusal(extension, tab, extension.open_panel(tab), "The text is too long")


@pytest.mark.parametrize(
    "typed",
    [
        "http://medrisk.example.org",
        "medrisk",
        "https://user:secret@medrisk.example.org",
        "https://medrisk.example.org/?q=1",
    ],
)
def test_an_address_that_cannot_be_used_is_not_saved(extension: Extension, server: Recorder, typed: str) -> None:
    options = extension.open_options()
    field = options.get_by_label("Address", exact=True)
    field.fill(typed)
    options.get_by_role("button", name="Save and allow").click()
    expect(options.locator("#server-fault")).not_to_be_empty()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert extension.worker.evaluate("async () => (await chrome.storage.local.get()).server") == server.address


def test_nothing_typed_reaches_a_console_or_an_address(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    _, tab, panel = open_checked(extension, prescribing)
    server.pretend = ("500 Internal Server Error", b"Zocor")
    panel.get_by_role("button", name="Check this page").click()
    expect_refusal(extension, tab, panel, "The server failed")
    assert [words for words in extension.complaints if "zocor" in words.lower() or "amlodipine" in words.lower()] == []
    assert all(request["path"] == "/api/v1/check" and not request["query"] for request in server.requests)
    stored = extension.worker.evaluate(
        "async () => JSON.stringify([await chrome.storage.local.get(), await chrome.storage.session.get(), (await indexedDB.databases()), await caches.keys()])"
    )
    assert "zocor" not in stored.lower()


def test_what_is_handed_out_reads_and_sends_nothing_until_it_is_allowed(
    load: Load, server: Recorder, prescribing: str, site: str
) -> None:
    handed_out = load()
    manifest = handed_out.worker.evaluate("chrome.runtime.getManifest()")
    assert manifest["permissions"] == ["activeTab", "contextMenus", "scripting", "storage", "sidePanel"]
    assert "host_permissions" not in manifest
    assert "content_scripts" not in manifest
    assert "web_accessible_resources" not in manifest
    assert handed_out.worker.evaluate("async () => (await chrome.permissions.getAll()).origins") == []
    handed_out.set(server=server.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
    page = handed_out.open(prescribing)
    page.wait_for_timeout(1500)
    assert page.locator("medrisk-marks").count() == 0
    tab = handed_out.tab_of(page)
    panel = handed_out.open_panel(tab)
    expect(panel.locator("body")).to_contain_text("Nothing has been checked")
    panel.get_by_role("button", name="Check this page").click()
    expect(panel.get_by_role("alert")).to_contain_text("may not read this page")
    # Even with a text in hand, it does not talk to a server that it was not allowed to.
    page.bring_to_front()
    page.evaluate("getSelection().selectAllChildren(document.getElementById('note'))")
    handed_out.choose_menu(page)
    expect(panel.get_by_role("alert")).to_contain_text("may not talk to the server yet")
    assert server.requests == []


def test_a_site_that_was_not_allowed_stays_closed(load: Load, server: Recorder, prescribing: str, site: str) -> None:
    """The server is allowed, the site is not."""
    half = load(SERVER_HOST)
    half.set(server=server.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
    page = half.open(prescribing)
    page.wait_for_timeout(1500)
    assert server.requests == []
    assert page.locator("medrisk-marks").count() == 0
    expect(half.open_options().locator("#sites")).to_contain_text("not permitted by the browser")
