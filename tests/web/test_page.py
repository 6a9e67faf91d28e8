"""The page as a pharmacist reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from medrisk.errors import InputError
from medrisk.service import Medrisk
from medrisk.web.example import EXAMPLE

from .fakes import REPORT, FakeService


def post(client: FlaskClient, text: str = "a list") -> str:
    response = client.post("/", data={"text": text})
    assert response.status_code == 200
    return response.text


def words(html: str) -> str:
    """The text between the tags, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class Headings(HTMLParser):
    """Collects heading levels and ids, and what a page would load or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in {"href", "src", "action"} and value]


def test_the_box_has_a_label_and_a_hint(client: FlaskClient) -> None:
    html = client.get("/").text
    assert '<label for="text">' in html
    assert 'aria-describedby="hint"' in html


def test_the_example_is_loaded_without_typed_text_in_the_address(client: FlaskClient) -> None:
    html = client.get("/").text
    assert 'href="/?example=1"' in html
    assert EXAMPLE.splitlines()[0] in client.get("/?example=1").text


def test_the_typed_list_comes_back_into_the_box(client: FlaskClient) -> None:
    assert "my list</textarea>" in post(client, "my list")


def test_line_ends_of_the_browser_do_not_reach_the_service(client: FlaskClient, fake: FakeService) -> None:
    post(client, "one\r\ntwo")
    assert fake.texts == ["one\ntwo"]


def test_what_was_typed_is_text_and_never_markup(client: FlaskClient) -> None:
    html = post(client, "</textarea><script>x</script>")
    assert "<script>" not in html
    assert "<b>zzz" not in html
    assert "&lt;b&gt;zzz" in html


def test_the_answer_begins_with_what_was_not_checked_and_that_all_is_draft(client: FlaskClient) -> None:
    text = words(post(client))
    start = text.index("Answer:")
    overview = text[start : text.index("Urgent (1)")]
    assert "2 lines understood" in overview
    assert "1 not recognised" in overview
    assert "1 with more than one possible drug" in overview
    assert re.search(r"Not checked: lines 3 , 4 \.", overview)
    assert "no clinician has reviewed it yet" in overview


def test_notes_stand_in_the_order_of_their_tiers(client: FlaskClient) -> None:
    html = post(client)
    places = [html.index(f"summary of {rule}") for rule in ("flag", "pair", "watch", "class")]
    assert places == sorted(places)
    assert html.index('<details class="tier tier-info">') < places[3]


@pytest.mark.parametrize(
    "expected",
    [
        "Red flag summary of flag", "Major summary of pair", "Moderate summary of watch", "Drug class summary of class",
        "Options to consider option of pair", "What would change it not known whether TSH is raised",
        "2 sources, 1 unverified", "evidence: established unverified", "ask about thirst unverified",
    ],
)  # fmt: skip
def test_a_note_says_how_serious_why_and_how_sure_in_words(client: FlaskClient, expected: str) -> None:
    assert expected in words(post(client))


@pytest.mark.parametrize(
    "expected",
    [
        "1 simvastatin 40 mg Understood simvastatin RxCUI 36567 (daily dose not known) Change line 1",
        "2 furosemid 40 Corrected: confirm read as furosemide RxCUI 4603 (daily dose not known) Is that right? Line 2 yes, furosemide no, it is",
        "3 hydralizine Ambiguous: not checked The name stands for more than one drug: hydralazine , hydroxyzine . Which drug is it? Line 3 hydralazine hydroxyzine another:",
        "4 &lt;b&gt;zzz&lt;/b&gt; Unknown: not checked No drug of this name is known. Which drug is it? Line 4 it is",
        "5 Allergies: penicillin Left out Allergy or intolerance: an allergy or intolerance",
    ],
)
def test_every_line_stands_beside_what_was_understood(client: FlaskClient, expected: str) -> None:
    assert expected in words(post(client))


def test_contributors_show_their_reckoning(client: FlaskClient) -> None:
    text = words(post(client))
    assert "Muscle pain simvastatin Possible 4 points +4 known for it: Statins: muscle pain" in text
    assert "1 more with little that points to it furosemide Listed for it only 1 point" in text


def test_symptoms_questions_and_gaps_are_shown(client: FlaskClient) -> None:
    text = words(post(client))
    assert "Dark urine : denied" in text
    assert "Missing does not mean normal" in text
    assert "What is the TSH?" in text
    assert "Line 4 was not checked." in text


def test_no_note_is_not_called_safe(client: FlaskClient, fake: FakeService) -> None:
    fake.answer = lambda _text: replace(REPORT, notes=())
    text = words(post(client))
    assert "There is no note for this list. No note does not mean safe" in text


def test_a_list_of_which_nothing_was_understood_says_so(client: FlaskClient, fake: FakeService) -> None:
    fake.answer = lambda _text: replace(REPORT, lines=REPORT.lines[3:], notes=(), contributors=())
    assert "Nothing was checked: no line was understood. No note does not mean safe" in words(post(client))


def test_a_list_that_cannot_be_read_comes_back_with_what_to_do(client: FlaskClient, fake: FakeService) -> None:
    def refuse(_text: str) -> None:
        raise InputError("There is nothing to read.", hint="Paste a list.", field="text")

    fake.answer = refuse  # type: ignore[assignment]  # it never answers
    response = client.post("/", data={"text": "my list"})
    assert response.status_code == 400
    assert "There is nothing to read. Paste a list." in words(response.text)
    assert "my list</textarea>" in response.text
    assert 'aria-invalid="true"' in response.text


@pytest.mark.parametrize("path", ["/", "/?example=1", "/about", "/nothing-here"])
def test_headings_are_in_order_and_nothing_is_loaded_from_elsewhere(client: FlaskClient, path: str) -> None:
    check_structure(client.get(path).text)


def test_the_answer_is_built_as_the_other_pages_are(client: FlaskClient) -> None:
    page = check_structure(post(client))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids), "a link leads nowhere"


def check_structure(html: str) -> Headings:
    page = Headings(html)
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    assert html.count("<script") == html.count('<script type="module" src="/static/medrisk.js') <= 1
    assert "style" not in page.attributes and "style" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(link.startswith(("/", "#")) for link in page.links)
    return page


def test_the_knowledge_page_counts_and_admits(client: FlaskClient) -> None:
    text = words(client.get("/about").text)
    assert "no clinician has reviewed it yet" in text
    assert "Names come from a small vocabulary." in text
    assert "knowledge abc123" in text


def test_the_example_is_answered_by_the_real_service(real_client: FlaskClient, service: Medrisk) -> None:
    """The made-up list shows each sort of line, and every line of the report stands on the page."""
    lines = service.check(EXAMPLE).lines
    assert {line.status for line in lines} >= {"matched", "unknown", "ignored"}
    html = post(real_client, EXAMPLE)
    check_structure(html)
    assert all(f'id="line-{line.number}"' in html for line in lines)
