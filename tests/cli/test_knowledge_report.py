"""``medrisk knowledge report``: one page with the whole knowledge, for the pharmacist who reviews it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_knowledge import SMALL, write_small

from medrisk.cli import cli
from medrisk.knowledge_words import in_words
from medrisk.report import write_report
from medrisk.service import Medrisk

_VOID = {"meta", "br", "hr", "link", "img", "input"}


class _Reader(HTMLParser):
    """Text, elements, ids and links of a page; fails on an element that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_small(tmp_path / "data")
    monkeypatch.setenv("MEDRISK_KNOWLEDGE_DIR", str(folder))
    return folder


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["knowledge", "report", *arguments])


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def test_a_file_or_standard_output_hold_the_same_page(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert _run("-o", str(path)).exit_code == 0
    assert _run().stdout_bytes.rstrip(b"\n") == path.read_bytes().rstrip(b"\n")


def test_a_file_that_cannot_be_written_is_an_error_without_its_name(small: Path, tmp_path: Path) -> None:
    result = _run("-o", str(tmp_path / "zzcanaryzz" / "page.html"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "zzcanaryzz" not in result.output


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(small: Path) -> None:
    page = _read(_run().stdout)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert {"src", "style"}.isdisjoint(page.attributes)
    assert all(link.startswith("#") for link in page.links)
    assert "@media print" in _run().stdout
    assert "url(" not in _run().stdout


def test_every_link_leads_to_one_place(small: Path) -> None:
    page = _read(_run().stdout)
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_it_says_what_each_entry_says(small: Path) -> None:
    text = _read(_run().stdout).text
    for words in (
        "simvastatin over 20 mg a day",
        "Amlodipine raises the exposure to simvastatin.",
        "if potassium under 3 mmol/L: severity contraindicated",
        "ask the prescriber for 20 mg",
        "Very low potassium",
        "potassium under 2.5 mmol/L",
        "myopathy: established",
        "a figure that was read",
        "weeks to months (days 1 to 365) unverified",
        "simvastatin 40 mg daily + amlodipine 5 mg daily",
        "It causes cramp by itself.",
        "Is it known? (yes +1, no +0)",
        "likely: at least 1",
        "warfarin, simvastatin",
        "rule old-rule , A rule that no longer holds: the label was changed",
    ):
        assert words in text, words
    assert "a figure from memory" not in text


def test_what_nobody_read_is_marked(small: Path) -> None:
    page = _run().stdout
    card = page.split('id="rule-warfarin-clarithromycin"')[1].split("</article>")[0]
    assert "Evidence: possible" in card
    assert card.count(">unverified<") == 2
    read = page.split('id="rule-simvastatin-amlodipine"')[1].split("</article>")[0]
    assert ">unverified<" not in read


def test_who_signed_is_named_and_the_rest_has_a_line_to_sign(small: Path) -> None:
    page = _run().stdout
    cards = {card.split('"')[0]: card for card in page.split('<article class="card" id="')[1:]}
    assert "Signed: Ada Example, pharmacist, 2026-11-22" in cards["rule-simvastatin-amlodipine"]
    assert "To be signed" not in cards["rule-simvastatin-amlodipine"]
    unsigned = cards.keys() - {"rule-simvastatin-amlodipine"}
    assert unsigned == {"class-statin", "rule-warfarin-clarithromycin", "red-flag-low_potassium", "scale-small_scale"}
    assert all("To be signed by a pharmacist" in cards[name] for name in unsigned)
    assert f"{len(unsigned)} entries have no signature" in _read(page).text


def test_the_severe_come_first_and_the_contents_name_every_entry(small: Path) -> None:
    page = _run().stdout
    order = re.findall(r'<h2 id="([\w-]+)">', page)
    assert order[:4] == ["counts", "how", "contents", "red-flags"]
    assert order.index("kind-pair") < order.index("role-promoter") < order.index("sources")
    contents = page.split("<nav")[1].split("</nav>")[0]
    assert set(re.findall(r'<article class="card" id="([^"]+)"', page)) <= set(re.findall(r'href="#([^"]+)"', contents))


def test_everything_is_escaped(small: Path) -> None:
    assert "a & b < 3 mmol" in SMALL["drug_classes/statin.yaml"]
    assert "a &amp; b &lt; 3 mmol" in _run().stdout
    assert "Zocor &amp; simvastatin" in _run().stdout


def test_the_same_knowledge_gives_the_same_page(small: Path) -> None:
    assert _run().stdout == _run().stdout


def test_the_real_knowledge_can_be_written_whole(service: Medrisk) -> None:
    base = service.knowledge
    page = _read(write_report(base, [], "0", in_words))
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.tags.count("article") == len(base.classes) + len(base.rules) + len(base.red_flags) + len(base.scales)
    text = page.text
    for entry in (*base.classes.values(), *base.rules.values(), *base.red_flags):
        assert " ".join(entry.name.split()) in text
    assert "Selector(" not in page.text and "None" not in page.words
