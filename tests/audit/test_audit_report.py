"""``report.html``: it stands alone, names no patient, and says what an audit's reader has to know."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_folders import Audit, Patient, some_patients, write_folder

import medrisk.audit.report as report_package
from medrisk.audit.report import write_report
from medrisk.audit.report.meanings import address_of
from medrisk.audit.summary import summarise
from medrisk.service import Medrisk

PRODUCT_SHEET = Path(report_package.__file__).parents[2] / "web" / "static" / "medrisk.css"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def page(audit: Audit) -> str:
    return (audit.path / "report.html").read_text(encoding="utf-8")


def test_it_needs_nothing_from_elsewhere_and_runs_nothing(page: str) -> None:
    found = read(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "image", "use"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "style", "xlink:href"}]
    assert "default-src 'none'" in page and "url(" not in page and "@import" not in page
    links = [value for name, value in found.attributes if name == "href"]
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= set(found.ids)
    assert all(link.startswith(("#", "https://", "http://")) for link in links)
    assert len(found.ids) == len(set(found.ids))


def test_it_names_no_patient(audit: Audit, page: str) -> None:
    assert "MRN-" in audit.folder.findings["patient_id"][0]
    assert "MRN-" not in page


def test_it_says_what_its_reader_has_to_know(audit: Audit, page: str) -> None:
    text = read(page).text
    counts = audit.folder.manifest["counts"]
    for words in (
        "Draft knowledge, for pharmacist review; no clinician has reviewed it.",
        "Drugs count as taken together on the days on which their supplies overlap",
        f"{counts['rows_in']:,} rows read = {counts['rows_used']:,} used + {counts['rejects']:,} rejected.",
        "No finding does not mean safe", "2026-11-22", audit.folder.manifest["versions"]["knowledge"], "a" * 64, "rx.csv",
        "drug: column drug_name", "columns named by --map: patient = member_id", "the patient is missing", "--aliases unmatched.csv",
        "Simvastatin above 20 mg a day with amlodipine", "the statin dose is changed first", "hydralazine 100; hydroxyzine 100",
    ):  # fmt: skip
        assert words in text, words
    for rule in audit.summary.rules[:15]:
        assert rule.name in text
    assert f"{audit.summary.interrupted:,} {100 * audit.summary.interrupted / audit.summary.patients:.1f} % of patients" in text


def test_every_picture_has_words_and_a_table(page: str) -> None:
    pictures = page.split("<figure")[1:]
    assert re.findall(r'<figure id="([\w-]+)"', page) == ["by-tier", "by-rule", "by-class", "promoters", "by-month", "rows"]
    for picture in pictures:
        own = picture.split("</figure>")[0]
        assert re.search(r'role="img" aria-label="[^"]{20,}"', own)
        assert own.count("<svg") == 1 and own.count("<table") == 1
        assert "graphics-" not in own


def test_the_method_of_drugs_ever_taken_is_told_as_such(service: Medrisk, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, service, some_patients(10, dated=False), mode="ever")
    text = read(write_report(summarise(tmp_path, folder.manifest, service.knowledge), service.knowledge)).text
    assert "All drugs of a patient count as taken together, whenever they were dispensed" in text
    assert "supplies overlap" not in text and "not told by month" in text


def test_pseudonyms_are_told(audit: Audit, service: Medrisk) -> None:
    manifest = {**audit.folder.manifest, "options": {**audit.folder.manifest["options"], "pseudonymise": True, "key_name": "1" * 16}}
    text = read(write_report(summarise(audit.path, manifest, service.knowledge), service.knowledge)).text
    assert "Patients stand in the tables under pseudonyms" in text
    assert "Patients stand in the tables under the identifiers" in read((audit.path / "report.html").read_text(encoding="utf-8")).text


def test_an_audit_without_anything_in_it_is_a_page_too(service: Medrisk, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, service, [], rejects=[])
    text = read(write_report(summarise(tmp_path, folder.manifest, service.knowledge), service.knowledge)).text
    assert "Nothing was found, which does not mean that nothing is there." in text


def test_what_stood_in_a_file_is_escaped(service: Medrisk, tmp_path: Path) -> None:
    evil = "<script>zzcanary()</script>qzx 5 mg"
    folder = write_folder(tmp_path, service, [Patient("1", f"{evil}\nsimvastatin 40 mg")], rejects=[("<b>.csv", 2, "<i>reason</i>")])
    folder.manifest["inputs"][0]["file"] = "</td><b>.csv"
    folder.manifest["inputs"][0]["taken_for"] = {"drug": "<u>"}
    page = write_report(summarise(tmp_path, folder.manifest, service.knowledge), service.knowledge)
    assert not {"script", "b", "i", "u"} & set(read(page).tags)
    assert evil in read(page).text or not folder.unmatched


def test_counts_that_do_not_add_up_are_said(audit: Audit, service: Medrisk) -> None:
    manifest = {**audit.folder.manifest, "counts": {**audit.folder.manifest["counts"], "rows_in": 1}}
    assert "These do not add up" in write_report(summarise(audit.path, manifest, service.knowledge), service.knowledge)


def test_the_colours_are_those_of_the_page() -> None:
    def palettes(sheet: str) -> list[dict[str, str]]:
        blocks = re.findall(r":root \{(.*?)\}", sheet.split("@media print")[0], re.DOTALL)
        return [dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in blocks]

    own = (Path(report_package.__file__).parent / "report.css").read_text(encoding="utf-8")
    assert palettes(own) == palettes(PRODUCT_SHEET.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("locator", "address"),
    [
        ("PMID 23299844; doi:10.1136/bmj.e8525", "https://doi.org/10.1136/bmj.e8525"),
        ("PMID 22157068 / something", "https://pubmed.ncbi.nlm.nih.gov/22157068/"),
        ("https://globalrph.com/rx-list/metolazone-drug and others", "https://globalrph.com/rx-list/metolazone-drug"),
        ("mhra.gov.uk CON180637", ""), ("javascript:alert(1)", ""),
    ],
)  # fmt: skip
def test_a_locator_leads_to_its_source(locator: str, address: str) -> None:
    assert address_of(locator) == address
