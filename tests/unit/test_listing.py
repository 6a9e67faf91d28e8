"""What a list's layout says before any drug name is known: entries, sections, rows and lines that are only layout."""

from __future__ import annotations

import pytest

from medrisk.core.listing import is_heading, read_listing, read_single, split_heading


def _texts(paste: str) -> list[str]:
    return [entry.text for entry in read_listing(paste) if not entry.ignored]


def _sections(paste: str) -> dict[str, str]:
    """The section of each entry that is not mere layout."""
    return {entry.text: entry.section for entry in read_listing(paste) if not entry.ignored}


@pytest.mark.parametrize(
    "line",
    [
        "1. bisoprolol 5 mg od", "12) bisoprolol 5 mg od", "(3) bisoprolol 5 mg od", "#4 bisoprolol 5 mg od",
        "a. bisoprolol 5 mg od", "- bisoprolol 5 mg od", "* bisoprolol 5 mg od", "• bisoprolol 5 mg od",
        "– bisoprolol 5 mg od", "[ ] bisoprolol 5 mg od", "[x] bisoprolol 5 mg od", "   bisoprolol 5 mg od  ",
        "1. - bisoprolol 5 mg od",
    ],
)  # fmt: skip
def test_numbers_and_bullets_are_taken_off(line: str) -> None:
    assert _texts(line) == ["bisoprolol 5 mg od"]


@pytest.mark.parametrize("line", ["5 mg warfarin daily", "2 tablets of losartan", "5-FU cream", "50 mg losartan"])
def test_a_number_that_belongs_to_the_line_stays(line: str) -> None:
    assert _texts(line) == [line]


def test_lines_keep_their_number_in_the_paste_and_blank_lines_are_left_out() -> None:
    entries = read_listing("bisoprolol\n\n   \nramipril\r\napixaban")
    assert [(entry.number, entry.text) for entry in entries] == [(1, "bisoprolol"), (4, "ramipril"), (5, "apixaban")]


def test_a_tab_table_gives_rows_and_its_status_column_counts() -> None:
    paste = (
        "Medication\tDose\tFrequency\tPrescriber\tStatus\n"
        "Digoxin\t125 mcg\tdaily\tDr Roe\tActive\n"
        "Naproxen\t250 mg\tbid\tDr Roe\tDiscontinued\n"
    )
    header, digoxin, naproxen = read_listing(paste)
    assert header.ignored
    assert (digoxin.is_row, digoxin.is_stopped) == (True, False)
    assert (naproxen.is_row, naproxen.is_stopped) == (True, True)
    assert "Roe" not in digoxin.text
    assert "125 mcg" in digoxin.text


@pytest.mark.parametrize("status", ["Discontinued", "stopped", "Completed", "On hold", "inactive", "Expired", "Cancelled"])
def test_a_status_that_means_stopped(status: str) -> None:
    rows = read_listing(f"Drug\tStatus\nDigoxin\t{status}")
    assert rows[-1].is_stopped


@pytest.mark.parametrize(("answer", "is_stopped"), [("Yes", False), ("No", True), ("Not taking", True)])
def test_a_taking_column_counts(answer: str, is_stopped: bool) -> None:
    assert read_listing(f"Medication\tTaking?\nDigoxin\t{answer}")[-1].is_stopped is is_stopped


def test_a_pipe_table_is_read_like_a_tab_table() -> None:
    rows = read_listing("| Drug | Dose | Status |\n|---|---|---|\n| Digoxin | 125 mcg | active |\n| Naproxen | 250 mg | stopped |")
    assert [bool(row.ignored) for row in rows] == [True, True, False, False]
    assert [row.text.split("\t")[0] for row in rows[2:]] == ["Digoxin", "Naproxen"]
    assert [row.is_stopped for row in rows[2:]] == [False, True]


def test_an_empty_row_of_a_table_is_accounted_for() -> None:
    rows = read_listing("Medication\tDose\nDigoxin\t125 mcg\n\t-\n")
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[-1].ignored


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Current medications:", "active"), ("HOME MEDS", "active"), ("Discharge Medications", "active"), ("Regular:", "active"),
        ("PRN", "active"), ("As required:", "active"), ("Repeat medication", "active"), ("Over the counter:", "active"),
        ("## Medications", "active"), ("Supplements", "active"), ("START taking these medications:", "active"),
        ("CONTINUE taking these medications:", "active"), ("CHANGE how you take these medications:", "active"),
        ("DISCONTINUED MEDICATIONS", "stopped"), ("Stopped:", "stopped"), ("STOP taking these medications:", "stopped"),
        ("Past medications", "stopped"), ("On hold", "stopped"), ("Medications stopped on admission", "stopped"),
        ("Allergies:", "allergy"), ("Drug allergies", "allergy"), ("Adverse reactions:", "allergy"),
        ("Family history:", "family"), ("Plan:", "plan"), ("Past medical history", "clinical"), ("Labs:", "clinical"),
        ("Problem list:", "clinical"),
    ],
)  # fmt: skip
def test_a_heading_on_its_own_line_governs_what_follows(heading: str, section: str) -> None:
    entries = read_listing(f"{heading}\nlosartan")
    assert entries[0].ignored
    assert entries[1].section == section


@pytest.mark.parametrize("line", ["losartan 50 mg", "Digoxin", "Continue losartan 50 mg daily", "cramps at night", "STOP losartan 50 mg"])
def test_a_line_with_content_is_no_heading(line: str) -> None:
    assert is_heading(line) is None


@pytest.mark.parametrize(
    ("line", "section", "content"),
    [
        ("Allergies: penicillin", "allergy", "penicillin"),
        ("Meds: losartan 50, metformin", "active", "losartan 50, metformin"),
        ("STOP: naproxen", "stopped", "naproxen"),
        ("Family history: mother on warfarin", "family", "mother on warfarin"),
        ("PRN: ibuprofen 400 mg", "active", "ibuprofen 400 mg"),
    ],
)
def test_a_heading_before_its_content(line: str, section: str, content: str) -> None:
    found = split_heading(line)
    assert found is not None
    assert (found[0], found[2]) == (section, content)


def test_an_inline_allergy_governs_its_own_line_only() -> None:
    assert _sections("Allergies: penicillin\nlosartan 50 mg") == {"penicillin": "allergy", "losartan 50 mg": "none"}


def test_a_heading_ends_the_section_before_it() -> None:
    paste = "STOP taking these medications:\nnaproxen\nSTART taking these medications:\nacetaminophen\nCONTINUE taking these medications\nlosartan"
    assert _sections(paste) == {"naproxen": "stopped", "acetaminophen": "active", "losartan": "active"}


def test_start_stop_change_before_each_line() -> None:
    paste = "STOP: naproxen\nSTART: acetaminophen\nCHANGE: lisinopril to 20 mg"
    assert _sections(paste) == {"naproxen": "stopped", "acetaminophen": "active", "lisinopril to 20 mg": "active"}


def test_several_headings_in_one_sentence() -> None:
    entries = read_listing("ALLERGIES: MORPHINE. CURRENT MEDICATIONS: Lanoxin. LABS: K 3.4")
    assert [(entry.number, entry.section) for entry in entries] == [(1, "allergy"), (1, "active"), (1, "clinical")]


@pytest.mark.parametrize("line", ["~~naproxen 250 mg~~", "- ~~naproxen 250 mg~~", "n̶a̶p̶r̶o̶x̶e̶n̶ 250 mg"])
def test_a_struck_out_line_is_stopped(line: str) -> None:
    (entry,) = read_listing(line)
    assert entry.is_stopped
    assert entry.text == "naproxen 250 mg"


@pytest.mark.parametrize("line", ["Name: Ann Example", "DOB: 1/1/1950", "GP: Dr Roe", "PCP: Dr Lane", "Pharmacy: High Street", "MRN: 12345"])
def test_a_line_about_the_person_is_no_medication_and_opens_no_section(line: str) -> None:
    person, losartan = read_listing(f"{line}\nlosartan")
    assert person.ignored
    assert losartan.section == "none"


@pytest.mark.parametrize("line", ["=====", "-----", "Page 1 of 2", "***", "Drug  Dose  Frequency"])
def test_layout_is_accounted_for_and_ignored(line: str) -> None:
    (entry,) = read_listing(line)
    assert entry.ignored


@pytest.mark.parametrize("raw", ["losartan 50 mg", "Allergies: penicillin", "", "=====", "ALLERGIES: MORPHINE. MEDICATIONS: Lanoxin."])
def test_one_line_by_itself_is_one_entry(raw: str) -> None:
    assert read_single(raw, 7).number == 7
    assert read_single(raw, 7).raw == raw
