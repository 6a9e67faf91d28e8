"""What the extension reads of a screen, what it sends of that, and what it shows beside it."""

from __future__ import annotations

import json
import urllib.request

from playwright.sync_api import Page, expect

from .loaded import Extension, expect_answer, marks, notes_of, side_panel_words, until
from .servers import Recorder

ORDERS = "Zocor 40 mg tablet 1 tablet at night\namlodipine 5 mg once daily\nomeprazole 20 mg once daily\nstopped: baclofen 10 mg three times daily\nthe small white pill"
NOTE = "Medication on admission:\nwarfarin 5 mg daily\nibuprofen 400 mg three times daily"
SELECT_NOTE = "getSelection().selectAllChildren(document.getElementById('note'))"


def ask(server: Recorder, body: dict[str, object]) -> dict[str, object]:
    """The API's own answer to what the extension sent."""
    sent = json.dumps(body).encode()
    request = urllib.request.Request(f"{server.address}/api/v1/check", sent, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - a server of this test
        return json.load(answer)  # type: ignore[no-any-return]


def wait_for_requests(server: Recorder, count: int) -> None:
    until(lambda: len(server.requests) >= count, lambda: f"{len(server.requests)} requests and not {count}")


def test_an_allowed_site_is_read_by_its_profile_and_nothing_else_of_it_is_sent(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    assert "2 notes to look at, 1 line not checked" in extension.title(tab)
    (request,) = server.requests
    assert (request["method"], request["path"], request["query"], request["cookie"]) == (
        "POST",
        "/api/v1/check",
        "",
        "",
    )
    assert server.bodies[0] == {
        "text": f"{ORDERS}\n\nLabs:\nPotassium 3.1 mmol/L", "age": 72, "sex": "female", "conditions": [{"name": "chronic kidney disease"}],
    }  # fmt: skip
    expect(page.locator("medrisk-marks .tag")).to_have_count(4)
    assert marks(page) == ["Major", "Major", "Major", "Not checked"]


def test_the_panel_shows_the_notes_of_the_api_and_every_line(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    tab = extension.tab_of(extension.open(prescribing))
    extension.expect_badge(tab, "2?")
    panel = extension.open_panel(tab)
    expect_answer(panel)
    report = ask(server, server.bodies[0])
    shown = notes_of(panel)
    tiers = {"urgent": "Urgent", "review": "To review", "monitor": "To monitor", "info": "For information"}
    assert [(note["id"], note["tier"]) for note in shown] == [
        (note["id"], tiers[note["tier"]]) for note in report["notes"]
    ]
    for note, full in zip(shown, report["notes"], strict=True):
        wanted = [
            full["summary"],
            *full["why"],
            *full["actions"],
            *full["would_change"],
            *(source["citation"] for source in full["sources"]),
        ]
        assert [words for words in wanted if " ".join(words.split()) not in note["words"]] == []
    states = [" ".join(words.split()) for words in panel.locator(".lines .state").all_text_contents()]
    assert states == [
        "Understood:",
        "Understood:",
        "Understood:",
        "Stopped:",
        "Unknown: not checked:",
        "Left out:",
        "Left out:",
    ]
    text = panel.locator("body").inner_text()
    for words in [
        *report["questions"],
        *report["not_assessed"],
        report["versions"]["knowledge"],
        "Draft knowledge, for pharmacist review",
        "No note does not mean safe",
    ]:
        assert words in text
    assert "5 order lines" in text
    assert "age; sex; 1 condition; 1 result" in text


def test_a_new_order_is_followed_while_it_is_written_and_signed(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    page.get_by_label("Drug").fill("clarithromycin")
    page.get_by_label("Dose").fill("500 mg")
    page.get_by_label("How often").select_option("twice daily")
    until(lambda: "clarithromycin 500 mg twice daily" in server.bodies[-1]["text"], lambda: server.bodies[-1]["text"])
    expect(page.locator("medrisk-marks .tag.urgent").first).to_be_visible()
    asked = len(server.requests)
    page.get_by_role("button", name="Sign").click()
    # The line moved into the table: the text is the same, and the mark follows it there.
    last = "table.medications tbody tr:last-child"
    until(
        lambda: abs(middle(page, last) - middle(page, "medrisk-marks .tag >> nth=-1")) <= 2,
        lambda: "the signed order has no mark",
    )
    expect(page.locator("medrisk-marks .tag.urgent").last).to_be_visible()
    assert len(server.requests) == asked


def test_the_server_is_asked_only_when_the_text_is_another(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    page = extension.open(prescribing)
    extension.expect_badge(extension.tab_of(page), "2?")
    page.evaluate("""() => {
        const body = document.querySelector("table.medications tbody");
        body.replaceChildren(...[...body.rows].map((row) => row.cloneNode(true)));  // the same lines, drawn anew
        document.querySelector("main").append("something else");
    }""")
    page.wait_for_timeout(1500)
    assert len(server.requests) == 1
    expect(page.locator("medrisk-marks .tag")).to_have_count(4)
    assert abs(middle(page, "table.medications tbody tr") - middle(page, "medrisk-marks .tag")) <= 2


def test_another_patient_leaves_nothing_of_the_first(extension: Extension, server: Recorder, prescribing: str) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    panel = extension.open_panel(tab)
    expect_answer(panel)
    page.evaluate("""() => {
        history.pushState(null, "", "?patient=2");
        document.querySelector("table.medications tbody").replaceChildren();
    }""")
    extension.expect_badge(tab, "")
    expect(page.locator("medrisk-marks .tag")).to_have_count(0)
    expect(panel.locator("body")).to_contain_text("Nothing has been checked")
    assert "Zocor" not in panel.content()
    assert len(server.requests) == 1


def test_a_selection_is_checked_as_it_was_selected(
    extension: Extension, server: Recorder, prescribing: str, site: str
) -> None:
    extension.set(server=server.address)
    page = extension.open(prescribing)
    page.wait_for_timeout(500)
    assert server.requests == []
    page.evaluate(SELECT_NOTE)
    extension.press_button(page)
    wait_for_requests(server, 1)
    assert server.bodies == [{"text": NOTE}]
    tab = extension.tab_of(page)
    panel = extension.open_panel(tab)
    expect_answer(panel)
    assert "warfarin" in notes_of(panel)[0]["words"].lower()
    expect(panel.locator("body")).to_contain_text("the text that was selected")
    expect(page.locator("medrisk-marks .tag")).to_have_count(0)
    # Without a selection the same button reads the page, once asked, by the profile that fits it.
    page.evaluate("getSelection().removeAllRanges()")
    extension.press_button(page)
    wait_for_requests(server, 2)
    assert server.bodies[1]["text"].startswith(ORDERS)


def test_the_menu_of_a_selection_keeps_its_line_breaks(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    extension.set(server=server.address)
    page = extension.open(prescribing)
    extension.tab_of(page)
    page.evaluate(SELECT_NOTE)
    extension.choose_menu(page)
    wait_for_requests(server, 1)
    assert server.bodies == [{"text": NOTE}]


def test_the_page_is_left_as_it_was(extension: Extension, server: Recorder, prescribing: str) -> None:
    extension.set(server=server.address)
    alone = extension.open(prescribing)
    before = alone.evaluate("document.body.outerHTML")
    sites = [{"origin": prescribing.rsplit("/", 1)[0], "profile": "plain-table", "on": True}]
    extension.set(server=server.address, sites=sites)
    page = extension.open(prescribing)
    extension.expect_badge(extension.tab_of(page), "2?")
    expect(page.locator("medrisk-marks .tag")).to_have_count(4)
    page.locator("medrisk-marks .tag").first.click()
    assert page.evaluate("document.body.outerHTML") == before
    assert page.evaluate("[...document.documentElement.children].map((child) => child.localName)") == [
        "head",
        "body",
        "medrisk-marks",
    ]


def test_a_mark_follows_its_row_and_goes_when_the_row_cannot_be_seen(extension: Extension, prescribing: str) -> None:
    page = extension.open(prescribing, height=500)
    extension.expect_badge(extension.tab_of(page), "2?")
    first = page.locator("medrisk-marks .tag").first
    expect(first).to_be_visible()
    page.evaluate("scrollBy(0, 60)")
    page.wait_for_timeout(200)
    assert abs(middle(page, "table.medications tbody tr") - middle(page, "medrisk-marks .tag")) <= 2
    page.evaluate("""() => {
        const box = document.querySelector(".box");
        box.style.height = "100px";
        box.style.overflow = "auto";
        box.scrollTop = 150;
    }""")
    expect(first).to_be_hidden()
    expect(page.locator("medrisk-marks .tag").last).to_be_visible()


def middle(page: Page, selector: str) -> float:
    """Where it stands from above; no number at all where it is not shown."""
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"] / 2 if box else float("nan")


def test_a_mark_is_reached_and_left_with_the_keyboard(extension: Extension, prescribing: str) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    page.locator("#sign").focus()
    page.keyboard.press("Tab")
    tag = page.get_by_role("button", name="Major, order line 1")
    expect(tag).to_be_focused()
    page.keyboard.press("Enter")
    card = page.get_by_role("group", name="Notes on order line 1")
    expect(card).to_contain_text("Simvastatin above 20 mg a day with amlodipine")
    expect(card).to_contain_text("Draft knowledge, for pharmacist review")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(tag).to_be_focused()
    panel = extension.open_panel(tab)
    panel.get_by_role("button", name="Show on the page line 5").click()
    expect(page.get_by_role("button", name="Not checked, order line 5")).to_be_focused()


def test_loudness_changes_what_is_counted_and_never_hides_what_was_not_checked(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    options = extension.open_options()
    options.get_by_label("Urgent notes and those that should interrupt").check()
    extension.expect_badge(tab, "1?")
    until(lambda: marks(page) == ["Major", "Major", "Not checked"], lambda: str(marks(page)))
    options.get_by_label("Every note").check()
    until(lambda: extension.badge(tab) not in {"1?", "2?"}, lambda: "the badge did not change")
    assert len(server.requests) == 1


def test_a_mark_opens_the_browsers_side_panel_with_the_notes_of_the_tab_in_front(
    extension: Extension, site: str, prescribing: str
) -> None:
    page = extension.open(prescribing)
    extension.expect_badge(extension.tab_of(page), "2?")
    page.get_by_role("button", name="Major, order line 1").click()
    page.get_by_role("button", name="open the panel").click()
    until(lambda: "Answer: 2 to review" in side_panel_words(page), lambda: "the side panel shows no answer")
    other = extension.open(f"{site}/openemr_edit.html")
    until(
        lambda: "Nothing has been checked" in side_panel_words(other),
        lambda: "the side panel stayed with the other tab",
    )
    assert "Zocor" not in side_panel_words(other)
    page.bring_to_front()
    until(lambda: "Answer: 2 to review" in side_panel_words(page), lambda: "the side panel did not come back")


def test_it_goes_on_after_the_browser_ended_its_worker(
    extension: Extension, server: Recorder, prescribing: str
) -> None:
    page = extension.open(prescribing)
    tab = extension.tab_of(page)
    extension.expect_badge(tab, "2?")
    options = extension.open_options()
    session = extension.context.new_cdp_session(options)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    panel = extension.open_panel(tab)
    expect_answer(panel)
    assert [body["text"].split("\n")[0] for body in server.bodies] == ["Zocor 40 mg tablet 1 tablet at night"] * 2
    expect(page.locator("medrisk-marks .tag")).to_have_count(4)
