"""The whole way, from a list to the answer, over a small RxNav: what it saw, what was made of it, and what was not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from small_knowledge import write_small

from medrisk.cli.report_text import write_report
from medrisk.core.model import Line, Report
from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings
from medrisk.vocabulary import online as online_module
from medrisk.vocabulary.online import MOST_CLASSES, MOST_NAMES, MOST_SECONDS, RxNavNames
from medrisk.vocabulary.rxnav import ATTRIBUTION, RxNav
from medrisk.web import create_app

from .conftest import Clock, Service

# Names by their RxCUIs, and their ingredients.
CONCEPTS = {
    "900": ("Quorvex", ["36567", "901"]), "901": ("quorvexan", ["901"]), "36567": ("simvastatin", ["36567"]),
    "902": ("Almavite", ["902"]), "903": ("quorvexan 10 MG Oral Tablet", ["901"]), "904": ("Zorvane", ["17767"]),
    "17767": ("amlodipine", ["17767"]), "905": ("Quorpak", ["901", "36"]), "36": ("inert ingredients", ["36"]),
}  # fmt: skip
LIST = "Quorvex 40 mg nightly\nNorvasc 5 mg od\nwater pill\nc/o cramp, Margaret Whitlock's daughter rang\nK 3.1"


class SmallRxNav:
    """Answers as RxNav does, from a few concepts."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.near: list[tuple[str, str | None]] = []
        self.ndc: dict[str, Any] = {"status": "UNKNOWN"}
        self.history: dict[str, Any] = {}
        self.classes: list[tuple[str, str, str]] = []
        self.broken: Callable[[str], bool] = lambda _path: False
        service.replies = [self.reply]

    def reply(self, handler: Any) -> None:
        if self.broken(handler.path):
            handler.say(b"<html>", 500)
            return
        handler.say(json.dumps(self._answer(handler.path)).encode())

    def _answer(self, path: str) -> dict[str, Any]:
        parts, query = urlsplit(path), parse_qs(urlsplit(path).query)
        rxcui = parts.path.split("/")[3] if parts.path.count("/") > 3 else ""
        if parts.path.endswith("/rxcui.json"):
            found = [code for code, (name, _) in CONCEPTS.items() if name.lower() == query["name"][0].lower()]
            return {"idGroup": {"rxnormId": found} if found else {}}
        if parts.path.endswith("approximateTerm.json"):
            rows = [{"rxcui": code, "name": name, "score": "9", "rank": "1", "source": "RXNORM"} for code, name in self.near]
            return {"approximateGroup": {"candidate": rows}}
        if parts.path.endswith("related.json"):
            contents = CONCEPTS[rxcui][1] if rxcui in CONCEPTS else []
            rows = [{"rxcui": code, "name": CONCEPTS[code][0]} for code in contents]
            return {"relatedGroup": {"conceptGroup": [{"tty": "IN", "conceptProperties": rows}]}}
        if parts.path.endswith("properties.json"):
            return {"properties": {"name": CONCEPTS[rxcui][0]}}
        if parts.path.endswith("ndcstatus.json"):
            return {"ndcStatus": self.ndc}
        if parts.path.endswith("historystatus.json"):
            return {"rxcuiStatusHistory": self.history}
        rows = [_class_row(query["rxcui"][0], *row) for row in self.classes]
        return {"rxclassDrugInfoList": {"rxclassDrugInfo": rows}} if rows else {}


def _class_row(rxcui: str, id_: str, name: str, kind: str) -> dict[str, Any]:
    item = {"classId": id_, "className": name, "classType": kind}
    return {"minConcept": {"rxcui": rxcui, "name": "x", "tty": "IN"}, "rxclassMinConceptItem": item, "rela": "", "relaSource": "X"}


@pytest.fixture
def small(service: Service) -> SmallRxNav:
    return SmallRxNav(service)


@pytest.fixture
def offline(tmp_path: Path) -> Medrisk:
    return build_service(Settings(write_small(tmp_path / "knowledge"), tmp_path / "data"))


@pytest.fixture
def medrisk(offline: Medrisk, make_rxnav: Callable[..., RxNav], small: SmallRxNav, clock: Clock) -> Medrisk:
    online = RxNavNames(make_rxnav(), offline.vocabulary, "RxNav", clock)
    return Medrisk(offline.knowledge, replace(offline.vocabulary, online=online), offline.settings)


def _line(text: str, medrisk: Medrisk) -> Line:
    (line,) = medrisk.check(text).lines
    return line


def _unchecked(report: Report) -> str:
    return " ".join(report.not_assessed)


def test_a_list_with_an_unknown_brand(medrisk: Medrisk, service: Service) -> None:
    report = medrisk.check(LIST)
    line = report.lines[0]
    assert (line.status, line.method, [i.name for i in line.ingredients]) == ("matched", "rxnav", ["simvastatin", "quorvexan"])
    assert any(note.rule == "statin" for note in report.notes), "the ingredient is ours, so rules fire"
    assert service.asked[:2] == ["/REST/rxcui.json?name=Quorvex&search=2", "/REST/rxcui/900/related.json?tty=IN"]


def test_what_rxnav_saw_is_the_name_and_numbers_only(medrisk: Medrisk, service: Service) -> None:
    medrisk.check(LIST)
    seen = " ".join(service.asked) + json.dumps(service.headers)
    for word in ("nightly", "40", "Norvasc", "pill", "cramp", "Margaret", "Whitlock", "daughter", "3.1", "od"):
        assert word.lower() not in " ".join(service.asked).lower().replace("approximateterm", ""), word
    assert "Whitlock" not in seen
    values = {value for path in service.asked for found in parse_qs(urlsplit(path).query).values() for value in found}
    assert values <= {"Quorvex", "2", "IN", "17767", "901"}


def test_nothing_is_sent_where_it_is_off(offline: Medrisk, small: SmallRxNav, service: Service) -> None:
    report = report_to_dict(offline.check(LIST))
    assert service.asked == []
    assert "attributions" not in report
    assert report["versions"].keys() == {"program", "knowledge", "vocabulary", "vocabulary_release", "site_table"}
    assert report["lines"][0]["reason"] == "no drug of this name is known"
    assert offline.vocabulary.online is None


def test_a_start_without_it_imports_nothing_of_it() -> None:
    code = "import sys, medrisk.service; sys.exit(any('rxnav' in name or name.endswith('.online') and 'vocabulary' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_setting_switches_it_on(tmp_path: Path, small: SmallRxNav, service: Service) -> None:
    settings = Settings(write_small(tmp_path / "knowledge"), tmp_path / "data", rxnav=True, rxnav_url=service.url)
    medrisk = build_service(settings)
    assert medrisk.check("Quorvex 40 mg").lines[0].method == "rxnav"
    assert medrisk.normalize("Quorvex 40 mg").method == "rxnav"
    assert [name for name, _, _ in medrisk.classify("Quorvex")] == ["simvastatin", "quorvexan"]
    assert (settings.cache_dir / "rxnav-1.sqlite").is_file()
    assert medrisk.versions.online == "RxNav (a service of this site)"


def test_where_nlms_words_are_shown(medrisk: Medrisk, offline: Medrisk) -> None:
    report = medrisk.check(LIST)
    answer = report_to_dict(report)
    assert answer["attributions"] == [ATTRIBUTION]
    assert answer["versions"]["online"] == "RxNav"
    text = " ".join(write_report(report, medrisk, 80).split())
    assert ATTRIBUTION in text
    assert "unknown names looked up at RxNav" in text
    page = create_app(medrisk, medrisk.settings).test_client().post("/", data={"text": LIST}).text
    assert ATTRIBUTION in page
    assert "is sent to RxNav" in page
    assert "sent elsewhere" not in page
    page = create_app(offline, offline.settings).test_client().post("/", data={"text": LIST}).text
    assert ATTRIBUTION not in page
    assert "sent elsewhere" in page


def test_a_release_brings_nlms_words_to_page_and_text(offline: Medrisk) -> None:
    released = Medrisk(offline.knowledge, replace(offline.vocabulary, release="06-Jul-2026"), offline.settings)
    assert ATTRIBUTION in create_app(released, released.settings).test_client().get("/").text
    assert ATTRIBUTION in " ".join(write_report(released.check("Norvasc"), released, 80).split())


def test_a_near_name_is_marked_as_a_guess_on_the_page(medrisk: Medrisk, small: SmallRxNav) -> None:
    small.near = [("901", "quorvexan"), ("903", "quorvexan 10 MG Oral Tablet"), ("902", None)]
    report = medrisk.check("quorvexin 40 mg")
    (line,) = report.lines
    assert (line.status, line.method, [c.name for c in line.candidates]) == ("matched", "rxnav", ["quorvexan"])
    page = create_app(medrisk, medrisk.settings).test_client().post("/", data={"text": "quorvexin 40 mg"}).text
    assert "Corrected: confirm" in page
    assert "spelling corrected: please confirm" in " ".join(write_report(report, medrisk, 80).split())


def test_only_names_within_reach_are_followed(medrisk: Medrisk, small: SmallRxNav, service: Service) -> None:
    small.near = [("903", "quorvexan 10 MG Oral Tablet"), ("902", None), ("904", "Zorvane")]
    assert _line("quorvexin 40 mg", medrisk).status == "unknown"
    assert [path for path in service.asked if "rxcui/" in path] == ["/REST/rxcui/902/properties.json"]


def test_tablets_of_a_pack_without_medicine_are_no_ingredient(medrisk: Medrisk) -> None:
    assert [i.name for i in _line("Quorpak 1 tab daily", medrisk).ingredients] == ["quorvexan"]


def test_a_crowd_of_near_names_is_left_open(medrisk: Medrisk, small: SmallRxNav, monkeypatch: pytest.MonkeyPatch) -> None:
    small.near = [("901", "quorvexan"), ("902", "quorvexon")]
    monkeypatch.setattr(online_module, "_MOST_CONCEPTS", 1)
    assert _line("quorvexin 40 mg", medrisk).status == "unknown"


def test_a_retired_code_gives_what_its_history_has(medrisk: Medrisk, small: SmallRxNav) -> None:
    meta = {"metaData": {"status": "Remapped"}, "attributes": {"name": "old quorvexan", "tty": "SCD"}}
    small.history = {**meta, "derivedConcepts": {"remappedConcept": [{"remappedRxCui": "903", "remappedName": "quorvexan 10 MG Oral Tablet"}]}}
    line = _line("RxCUI 555 one daily", medrisk)
    assert (line.status, line.rxcui, [i.name for i in line.ingredients]) == ("matched", "903", ["quorvexan"])
    assert line.warnings == ("RxCUI looked up at RxNav", "RxCUI 555 is remapped at RxNav: now RxCUI 903 (quorvexan 10 MG Oral Tablet)")
    small.history = {
        "metaData": {"status": "Obsolete"}, "attributes": {"name": "old quorvexan", "tty": "SCD"},
        "derivedConcepts": {"ingredientConcept": [{"ingredientRxcui": "901", "ingredientName": "quorvexan"}]},
    }  # fmt: skip
    line = _line("RxCUI 556 one daily", medrisk)
    assert (line.status, line.rxcui, line.warnings[-1]) == ("matched", "556", "RxCUI 556 is obsolete at RxNav")
    small.history = {"metaData": {"status": "NotCurrent"}, "attributes": {"name": "plain oil", "tty": "IN"}}
    assert [i.name for i in _line("RxCUI 557 one daily", medrisk).ingredients] == ["plain oil"]
    small.history = {"metaData": {"status": "NotCurrent"}, "attributes": {"name": "kit", "tty": "SCD"}}
    line = _line("RxCUI 558 one daily", medrisk)
    assert line.reason == "no drug of this RxCUI is known, neither here nor at RxNav; RxCUI 558 is no longer current at RxNav"
    small.history = {"metaData": {"status": "Unknown"}}
    assert _line("RxCUI 559 one daily", medrisk).status == "unknown"


def test_an_ndc_is_looked_up(medrisk: Medrisk, small: SmallRxNav, service: Service) -> None:
    assert _line("NDC 12345-678-90 one daily", medrisk).status == "unknown"
    small.ndc = {"status": "OBSOLETE", "ndc11": "12345067891", "rxcui": "903", "conceptName": "x"}
    small.history = {"metaData": {"status": "Active"}, "attributes": {"name": "quorvexan 10 MG Oral Tablet", "tty": "SCD"}}
    line = _line("NDC 12345-678-91 one daily", medrisk)
    assert (line.status, line.product, line.rxcui) == ("matched", "quorvexan 10 MG Oral Tablet", "903")
    assert line.warnings == ("NDC looked up at RxNav", "this NDC is obsolete at RxNav")
    asked = len(service.asked)
    assert "not sent" in _line("NDC 1234567890 one daily", medrisk).reason
    assert len(service.asked) == asked


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (500, "reported a fault of its own"), (403, "asked for fewer requests"), (404, "did not accept the question"),
        (b"<html>", "could not be read"), ({"other": 1}, "could not be read"), (lambda handler: handler.connection.close(), "could not be reached"),
    ],
)  # fmt: skip
def test_a_failure_leaves_the_line_as_it_was_and_says_so(reply: Any, reason: str, medrisk: Medrisk, service: Service) -> None:
    service.replies = [reply]
    report = medrisk.check("Quorvex 40 mg\nVexquor 10 mg\nsimvastatin 40 mg")
    first, second, third = report.lines
    assert (first.status, second.status, third.status) == ("unknown", "unknown", "matched")
    assert first.reason.startswith("no drug of this name is known; not checked online: ")
    assert reason in first.reason
    assert second.reason.endswith("an earlier look-up of this check failed, and RxNav was not asked again")
    assert reason in _unchecked(report)
    assert all("name=Vexquor" not in path for path in service.asked)
    assert any(note.rule == "statin" for note in report.notes)


def test_a_failure_half_way_is_no_answer(medrisk: Medrisk, small: SmallRxNav) -> None:
    small.near = [("901", "quorvexan"), ("902", "quorvexon")]
    small.broken = lambda path: "902" in path
    line = _line("quorvexin 40 mg", medrisk)
    assert (line.status, line.candidates) == ("unknown", ())
    assert "not checked online: RxNav reported a fault" in line.reason
    assert _line("Quorvex 40 mg", medrisk).status == "matched", "the next check asks again"


def test_names_that_may_be_a_patients_stay_here_and_count_for_nothing(medrisk: Medrisk, service: Service) -> None:
    report = medrisk.check("Julie tablets 10 mg\nRxCUI 0123 daily\nQuorvex 40 mg")
    assert "nearly always something else" in report.lines[0].reason
    assert "not an RxCUI" in report.lines[1].reason
    assert report.lines[2].status == "matched"
    assert all("Julie" not in path and "0123" not in path for path in service.asked)


def test_a_check_looks_up_so_many_names_and_no_more(medrisk: Medrisk, service: Service) -> None:
    names = ["".join(("quorvex", letter, letter, "ina")) for letter in "bcdfghjklmnp"]
    report = medrisk.check("\n".join(f"{name} 10 mg" for name in names))
    assert sum("rxcui.json" in path for path in service.asked) == MOST_NAMES
    reasons = [line.reason for line in report.lines]
    assert [f"only {MOST_NAMES} names" in reason for reason in reasons] == [False] * MOST_NAMES + [True] * (len(names) - MOST_NAMES)


def test_a_check_asks_for_so_long_and_no_longer(medrisk: Medrisk, small: SmallRxNav, clock: Clock) -> None:
    def late(_path: str) -> bool:
        clock.now += MOST_SECONDS / 2
        return False

    small.broken = late
    report = medrisk.check("Quorvex 40 mg\nVexquor 10 mg")
    assert [line.status for line in report.lines] == ["matched", "unknown"]
    assert "took too long" in report.lines[1].reason


def test_classes_of_rxclass_are_shown_with_where_they_were_read(medrisk: Medrisk, small: SmallRxNav) -> None:
    small.classes = [("D1", "Pain", "DISEASE"), ("N9", "Channel Blocker", "EPC"), ("C08CA", "Dihydropyridine derivatives", "ATC1-4")]
    report = medrisk.check("Norvasc 5 mg\nsimvastatin 10 mg")
    words = "In no class of this knowledge: amlodipine. RxClass: ATC1-4 Dihydropyridine derivatives (C08CA); EPC Channel Blocker (N9)."
    assert words in _unchecked(report)
    assert "Pain" not in _unchecked(report)
    assert "RxClass: " not in " ".join(reason for note in report.notes for reason in note.why)


def test_so_many_drugs_have_their_classes_looked_up(medrisk: Medrisk, small: SmallRxNav, service: Service) -> None:
    online = medrisk.vocabulary.for_one_check().online
    assert online is not None
    found = [online.classes_of(str(number)) for number in range(1, MOST_CLASSES + 2)]
    assert [answer.not_checked == "" for answer in found] == [True] * MOST_CLASSES + [False]
    assert online.classes_of("x").not_checked
    assert len(service.asked) == MOST_CLASSES
