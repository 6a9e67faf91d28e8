"""A site's own interaction table: what is understood, what is refused, and that it takes nothing away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_knowledge import small_service, small_vocabulary, write_small

from medrisk.core.model import Note
from medrisk.core.names import Vocabulary
from medrisk.core.rules import Severity
from medrisk.errors import InputError, KnowledgeError, SiteTableError
from medrisk.knowledge.site_table import SiteTable, load_site_table, with_site_table
from medrisk.service import Medrisk
from medrisk.status import count_knowledge, review_notice

HEADER = "drug_a,drug_b,severity,interruptive,summary,action,source,route_a,route_b\n"
PAIR = 'warfarin,clarithromycin,major,yes,"INR rises, quickly",check the INR,"Formulary 2026, p. 4",,\n'
CAPPED = "Zocor,Norvasc,moderate,no,Local cap of 20 mg,ask the prescriber,Minutes of March,,\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("small") / "data")


@pytest.fixture(scope="module")
def vocabulary(folder: Path) -> Vocabulary:
    return small_vocabulary(folder)


def _load(tmp_path: Path, vocabulary: Vocabulary, text: str | bytes) -> SiteTable:
    path = tmp_path / "site.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_site_table(path, vocabulary)


def _faults(tmp_path: Path, vocabulary: Vocabulary, text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(KnowledgeError) as caught:
        _load(tmp_path, vocabulary, text)
    assert {fault.file for fault in caught.value.faults} == {"site.csv"}
    return [(fault.field, fault.message) for fault in caught.value.faults]


def _service(tmp_path: Path, folder: Path, rows: str) -> Medrisk:
    path = tmp_path / "site.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return small_service(folder, path)


def _notes(service: Medrisk, text: str) -> dict[str, Note]:
    return {note.rule: note for note in service.check(text).notes}


def test_a_row_becomes_a_rule_with_the_sites_own_source(tmp_path: Path, vocabulary: Vocabulary) -> None:
    table = _load(tmp_path, vocabulary, HEADER + PAIR)
    (rule,), (source,) = table.rules, table.sources
    assert (rule.id, rule.status, rule.kind) == ("site-clarithromycin-warfarin", "site", "pair")
    assert (rule.severity, rule.interruptive, rule.name) == (Severity.MAJOR, True, "INR rises, quickly")
    assert rule.authored_by == source.citation == "Formulary 2026, p. 4"
    assert rule.checked_by is None
    assert rule.jurisdiction == {"any"}
    assert [(ref.id, ref.verified) for ref in rule.evidence.sources] == [(source.id, False)]


@pytest.mark.parametrize("name", ["Coumadin", "WARFARIN", " warfarin sodium ", "Warfarin Sodium"])
def test_brands_and_salts_are_names_too(tmp_path: Path, vocabulary: Vocabulary, name: str) -> None:
    (rule,) = _load(tmp_path, vocabulary, HEADER + PAIR.replace("warfarin", name)).rules
    assert rule.participants[0].any_of[0].ingredient == "warfarin"


def test_columns_may_stand_in_any_order_and_routes_be_left_out(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = "\ufeffSource,drug_b,drug_a,severity,interruptive,action,summary\r\nX,warfarin,clarithromycin,MINOR,No,look,a note\r\n\r\n"
    (rule,) = _load(tmp_path, vocabulary, text).rules
    assert (rule.severity, rule.interruptive, rule.authored_by) == (Severity.MINOR, False, "X")


def test_lines_of_an_action_are_options(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (rule,) = _load(tmp_path, vocabulary, HEADER + PAIR.replace("check the INR", '"check the INR\nask again"')).rules
    assert rule.action == ("check the INR", "ask again")


def test_routes_are_systemic_unless_the_table_or_the_drug_has_another(tmp_path: Path, vocabulary: Vocabulary) -> None:
    rows = "salmeterol,clarithromycin,major,no,s,a,x,,oral; intravenous\n"
    first, second = _load(tmp_path, vocabulary, HEADER + rows).rules[0].participants
    assert "inhaled" in first.routes and "oral" in first.routes
    assert second.routes == {"oral", "intravenous"}


def test_the_version_names_the_bytes(tmp_path: Path, vocabulary: Vocabulary) -> None:
    one, other = (_load(tmp_path, vocabulary, HEADER + row).version for row in (PAIR, PAIR + CAPPED))
    assert len(one) == 12 and one != other
    assert _load(tmp_path, vocabulary, HEADER + PAIR).version == one


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("warfarin", "zzqxv", "line 2, drug_a", "no drug of this name is known"),
        ("warfarin", "warfarni", "line 2, drug_a", "near to it: warfarin"),
        ("warfarin", "Caduet", "line 2, drug_a", "product of several drugs (amlodipine, atorvastatin)"),
        ("warfarin", "MS", "line 2, drug_a", "known for mix-ups"),
        ("warfarin", "water pill", "line 2, drug_a", "no drug of this name"),
        ("warfarin", "any statin except simvastatin", "line 2, drug_a", "no drug of this name"),
        ("warfarin", "", "line 2, drug_a", "is missing"),
        ("clarithromycin", "Coumadin", "line 2, drug_b", "the same drug"),
        ("major", "severe", "line 2, severity", "contraindicated, major, moderate, minor"),
        ("major", "", "line 2, severity", "is missing"),
        ("yes", "true", "line 2, interruptive", "yes, no"),
        ('"Formulary 2026, p. 4"', " ", "line 2, source", "is missing"),
        ("check the INR", "", "line 2, action", "is missing"),
        ('"INR rises, quickly"', "<b>INR</b>", "line 2, summary", "markup"),
        ('"INR rises, quickly"', "x" * 1001, "line 2, summary", "longer than"),
        (",,\n", ",oral,by mouth\n", "line 2, route_b", "unknown route"),
        (",,\n", ",,,\n", "line 2", "10 cells"),
        ('"Formulary', 'x"Formulary', "line 2", "cells stand here"),
        ("Formulary 2026, p. 4\"", "Formulary", "line 2", "not valid CSV"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_column(
    tmp_path: Path, vocabulary: Vocabulary, old: str, new: str, field: str, message: str
) -> None:
    assert old in PAIR
    ((found_field, found_message),) = _faults(tmp_path, vocabulary, HEADER + PAIR.replace(old, new, 1))
    assert found_field == field
    assert message in found_message


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("", "line 1", "empty"),
        (HEADER, "line 1", "no pair"),
        (HEADER.replace("source,", "") + "a\n", "line 1, source", "missing"),
        (HEADER.replace("source", "source,evidence") + PAIR, "line 1, column 8", "unknown"),
        (HEADER.replace("route_b", "source") + PAIR, "line 1, source", "twice"),
        (HEADER.replace(",", ";"), "line 1", "parted by commas"),
        ((HEADER + PAIR.replace("rises", "é")).encode("cp1252"), "line 2", "UTF-8"),
    ],
)
def test_a_fault_of_the_file_itself(
    tmp_path: Path, vocabulary: Vocabulary, text: str | bytes, field: str, message: str
) -> None:
    ((found_field, found_message),) = _faults(tmp_path, vocabulary, text)
    assert found_field == field
    assert message in found_message


def test_every_fault_comes_at_once_and_none_repeats_the_table(tmp_path: Path, vocabulary: Vocabulary) -> None:
    rows = (
        'zzcanaryzz,simvastatin,bad,maybe,"two\nlines",a,\nb,c\n,,\n'
        + ",x,,,,,,,\n"
        + PAIR
        + "clarithromycin,Coumadin,minor,no,s,a,x,,\n"
    )
    with pytest.raises(SiteTableError) as caught:
        _load(tmp_path, vocabulary, HEADER + rows)
    fields = [fault.field for fault in caught.value.faults]
    assert {"line 2", "line 4", "line 6, drug_a", "line 6, severity", "line 8, drug_a"} <= set(fields)
    assert "zzcanaryzz" not in caught.value.message


def test_a_pair_may_stand_twice_by_different_routes_only(tmp_path: Path, vocabulary: Vocabulary) -> None:
    topical = "Coumadin,clarithromycin,minor,no,s,a,x,,topical\n"
    first, second = _load(tmp_path, vocabulary, HEADER + PAIR + topical).rules
    assert first.id != second.id
    ((field, message),) = _faults(tmp_path, vocabulary, HEADER + PAIR + topical.replace("topical", "oral"))
    assert (field, message) == ("line 3, drug_a", "the pair stands in line 2 already, by the same routes")


def test_a_file_that_cannot_be_read_is_an_error_without_its_name(tmp_path: Path, vocabulary: Vocabulary) -> None:
    for path in (tmp_path, tmp_path / "zzcanaryzz.csv"):
        with pytest.raises(InputError) as caught:
            load_site_table(path, vocabulary)
        assert path.name not in caught.value.message


def test_a_site_note_stands_with_its_own_citation_and_no_grade_of_ours(tmp_path: Path, folder: Path) -> None:
    service = _service(tmp_path, folder, "warfarin,simvastatin,contraindicated,yes,Never here,ask,Local policy 7,,\n")
    note = _notes(service, "warfarin 5 mg\nZocor 10 mg")["site-simvastatin-warfarin"]
    assert (note.kind, note.severity, note.interruptive) == ("interaction", Severity.CONTRAINDICATED, True)
    assert any("site's own interaction table" in why and "Local policy 7" in why for why in note.why)
    assert (note.evidence, note.verified) == ("the site's own, not graded", False)
    assert [(c.citation, c.where, c.verified) for c in note.sources] == [
        ("Local policy 7", "interaction table, line 2", False)
    ]


@pytest.mark.parametrize(
    "text", ["simvastatin 40 mg daily\namlodipine 5 mg daily", "simvastatin\namlodipine 5 mg daily"]
)
def test_both_notes_stand_and_ours_says_that_nothing_is_changed(tmp_path: Path, folder: Path, text: str) -> None:
    before = _notes(small_service(folder), text)
    after = _notes(_service(tmp_path, folder, CAPPED + PAIR), text)
    assert after.keys() - before.keys() == {"site-amlodipine-simvastatin"}
    ours = after["simvastatin-amlodipine"]
    assert (
        ours.why[-1]
        == "The site's own interaction table has a note on these drugs too (moderate); nothing is changed here by it"
    )
    after["simvastatin-amlodipine"] = replace(ours, why=ours.why[:-1])
    assert {rule: after[rule] for rule in before} == before


def test_notes_on_other_drugs_are_untouched(tmp_path: Path, folder: Path) -> None:
    text = "warfarin 5 mg\nclarithromycin 500 mg\nsimvastatin 10 mg"
    assert _notes(_service(tmp_path, folder, CAPPED), text) == _notes(small_service(folder), text)


def test_the_answer_names_the_table_and_the_counts_of_drafts_leave_it_out(tmp_path: Path, folder: Path) -> None:
    plain, with_table = small_service(folder), _service(tmp_path, folder, PAIR)
    assert plain.versions.site_table is None
    assert with_table.versions.site_table == with_table.knowledge.site_table is not None
    assert with_table.versions.knowledge == plain.versions.knowledge
    assert count_knowledge(with_table.knowledge) == count_knowledge(plain.knowledge)
    assert review_notice(with_table.knowledge) == review_notice(plain.knowledge)


def test_a_table_never_takes_the_place_of_a_rule_of_the_same_id(
    tmp_path: Path, folder: Path, vocabulary: Vocabulary
) -> None:
    table = _load(tmp_path, vocabulary, HEADER + PAIR)
    base = small_service(folder).knowledge
    ours = replace(base.rules["warfarin-clarithromycin"], id=table.rules[0].id)
    with pytest.raises(SiteTableError):
        with_site_table(replace(base, rules={ours.id: ours}), table)
