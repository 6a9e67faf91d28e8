"""The extension in a running Chromium, and what a person does with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, Worker, expect

_PATIENCE_SECONDS = 30.0


@dataclass
class Extension:
    """One build in one browser. ``complaints`` is what its pages and those it looks at wrote to their consoles."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    @property
    def worker(self) -> Worker:
        return (
            self.context.service_workers[0]
            if self.context.service_workers
            else self.context.wait_for_event("serviceworker")
        )

    @property
    def root(self) -> str:
        return self.worker.url.removesuffix("background/background.js")

    def set(self, **settings: object) -> None:
        """Settings as the options page keeps them, in place of all that were there."""
        self.worker.evaluate(
            """async (settings) => {
                await chrome.storage.session.clear();
                await chrome.storage.local.clear();
                await chrome.storage.local.set(settings);
            }""",
            settings,
        )

    def open(self, address: str, *, width: int = 1000, height: int = 800) -> Page:
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        return page

    def tab_of(self, page: Page) -> int:
        page.bring_to_front()
        return int(self.worker.evaluate("async () => (await chrome.tabs.query({ active: true }))[0].id"))

    def badge(self, tab: int) -> str:
        return str(self.worker.evaluate("(tab) => chrome.action.getBadgeText({ tabId: tab })", tab))

    def title(self, tab: int) -> str:
        return str(self.worker.evaluate("(tab) => chrome.action.getTitle({ tabId: tab })", tab))

    def expect_badge(self, tab: int, words: str) -> None:
        until(lambda: self.badge(tab) == words, lambda: f"the badge is {self.badge(tab)!r} and not {words!r}")

    def open_panel(self, tab: int, *, width: int = 400, height: int = 900) -> Page:
        """The panel in a tab of its own: a browser opens a side panel only on a real press of its own buttons."""
        return self.open(f"{self.root}panel/panel.html#{tab}", width=width, height=height)

    def open_options(self, *, width: int = 900, height: int = 900) -> Page:
        return self.open(f"{self.root}options/options.html", width=width, height=height)

    def press_button(self, page: Page) -> None:
        """What the browser tells the extension when its toolbar button is pressed."""
        page.bring_to_front()
        self.worker.evaluate(
            "async () => chrome.action.onClicked.dispatch((await chrome.tabs.query({ active: true }))[0])"
        )

    def choose_menu(self, page: Page) -> None:
        """What the browser tells the extension when its entry in the menu of a selection is chosen."""
        words = page.evaluate("getSelection().toString().replace(/\\s+/g, ' ')")
        self.worker.evaluate(
            """async (words) => chrome.contextMenus.onClicked.dispatch(
                { menuItemId: "check-selection", selectionText: words, frameId: 0 }, (await chrome.tabs.query({ active: true }))[0])""",
            words,
        )


def side_panel_words(page: Page) -> str:
    """What stands in the browser's own side panel, which is no page of the driver's; empty while it is closed."""
    session = page.context.new_cdp_session(page)
    targets = session.send("Target.getTargets")["targetInfos"]
    found = [target["targetId"] for target in targets if target["url"].endswith("panel/panel.html")]
    if not found:
        return ""
    answers: list[str] = []
    session.on("Target.receivedMessageFromTarget", lambda event: answers.append(event["message"]))
    attached = session.send("Target.attachToTarget", {"targetId": found[0], "flatten": False})["sessionId"]
    asked = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": "document.body.innerText"}}
    session.send("Target.sendMessageToTarget", {"sessionId": attached, "message": json.dumps(asked)})
    page.wait_for_timeout(200)
    session.detach()
    return str(json.loads(answers[0])["result"]["result"].get("value", "")) if answers else ""


def until(is_so: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Waits for something that no page shows."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.05)


def marks(page: Page) -> list[str]:
    return page.locator("medrisk-marks .tag").all_inner_texts()


def expect_answer(panel: Page) -> None:
    expect(panel.locator("#headline")).to_be_visible()


def notes_of(panel: Page) -> list[dict[str, Any]]:
    """The notes as the panel shows them."""
    return panel.evaluate(  # type: ignore[no-any-return]
        """() => [...document.querySelectorAll(".note")].map((note) => ({
            id: note.dataset.note, words: note.textContent.replace(/\\s+/g, " "), tier: note.parentElement.querySelector("h2").textContent.replace(/ \\(.*/, "") }))"""
    )
