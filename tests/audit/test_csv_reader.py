"""The CSV reader: every row is used or told, whatever is wrong with it, and wherever the blocks end."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from medrisk.audit.inputs import open_sources
from medrisk.audit.inputs.csv_layout import find_csv_layout
from medrisk.audit.inputs.csv_parsing import CsvParser
from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.inputs.fields import find_columns
from medrisk.audit.inputs.shaping import Plan
from medrisk.audit.rows import ROW_SCHEMA, ReadOptions, Reject
from medrisk.errors import InputError

HEADER = "patient_id,drug_name,sig,fill_date,days_supply\n"


def _write(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _read(
    path: Path, block_bytes: int = 1 << 20, options: ReadOptions | None = None
) -> tuple[pl.DataFrame, list[Reject], int]:
    options = options or ReadOptions()
    layout = find_csv_layout(path, path.name, options)
    source = CsvSource(
        path, path.name, layout, find_columns(layout.header, path.name, options.columns), Plan({}), block_bytes
    )
    blocks = list(source.blocks())
    rows = pl.concat([block.rows for block in blocks]) if blocks else pl.DataFrame(schema=ROW_SCHEMA)
    return rows, [reject for block in blocks for reject in block.rejects], sum(block.read for block in blocks)


def _opened(path: Path, options: ReadOptions | None = None) -> tuple[pl.DataFrame, list[Reject]]:
    (source,) = open_sources([path], options or ReadOptions(), None)
    blocks = list(source.blocks())
    assert all(block.read == block.rows.height + len(block.rejects) for block in blocks)
    return pl.concat([block.rows for block in blocks]), [reject for block in blocks for reject in block.rejects]


CELLS = st.text(st.sampled_from('ab 1,;"\n\té'), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=30),
    block=st.integers(8, 200),
    everything_quoted=st.booleans(),
)
def test_what_pythons_csv_module_writes_is_read_back_with_blocks_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], block: int, everything_quoted: bool
) -> None:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n", quoting=csv.QUOTE_ALL if everything_quoted else csv.QUOTE_MINIMAL)
    writer.writerow(["patient", "drug", "conditions"])
    lines, at = [], 2
    for patient, drug, condition in rows:
        writer.writerow([f"p{patient}", f"d{drug}", condition])
        lines.append(at)
        at += 1 + patient.count("\n") + drug.count("\n") + condition.count("\n")
    path = _write(tmp_path_factory.mktemp("csv"), content.getvalue())
    read, rejects, count = _read(path, block, ReadOptions(encoding="utf-8", delimiter=","))
    assert (rejects, count) == ([], len(rows))
    assert read["line"].to_list() == lines
    assert read["patient"].to_list() == [f"p{patient}".strip() for patient, _, _ in rows]
    assert [text.split() for text in read["text"]] == [f"d{drug}".split() for _, drug, _ in rows]


BROKEN = [
    (2, "p1,aspirin,daily,2025-01-01,30"),
    (3, "p2,too few"),
    (4, "p3,aspirin,one,too,many,fields"),
    (5, ""),
    (6, 'p4,"never closed,daily,2025-01-01,30'),
    (7, "p5,digoxin,daily,2025-01-02,30"),
    (8, 'p6,"closed" and more,daily,2025-01-02,30'),
    (9, 'p7,"two\nlines",daily,2025-01-02,30'),
    (11, "p8,zero\0byte,daily,2025-01-02,30"),
    (12, ",no patient,daily,2025-01-02,30"),
    (13, "p9,,daily,2025-01-02,30"),
    (14, "p10,aspirin,daily,the day after,30"),
    (15, 'p11,5" tube,daily,2025-01-02,30'),
    (16, "p12,aspirin,daily,,"),
    (17, "p13," + "x" * 3_000 + ",daily,2025-01-02,30"),
    (18, '"p14","say ""one""",daily,2025-01-02,30'),
    (19, "p15,cut in the mid"),
]
GOOD = [2, 7, 9, 15, 16, 18]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [16, 64, 300, 1 << 20])
def test_each_broken_row_is_told_with_its_line_and_all_others_are_used(tmp_path: Path, block: int, ending: str) -> None:
    path = _write(tmp_path, (HEADER + "\n".join(row for _, row in BROKEN)).replace("\n", ending))
    rows, rejects, count = _read(path, block)
    assert rows["line"].to_list() == GOOD
    told = {reject.line: reject.reason for reject in rejects}
    assert sorted(told) == [line for line, row in BROKEN if line not in GOOD and row]
    assert count == len(GOOD) + len(rejects)
    assert "2 fields where the header has 5" in told[3]
    assert "not closed" in told[6]
    assert "closing" in told[8]
    assert "zero byte" in told[11]
    assert "no patient" in told[12]
    assert "no drug" in told[13]
    assert "start date" in told[14]
    assert not any(word in reason for reason in told.values() for word in ("aspirin", "p10", "the day after"))
    assert rows.row(2)[1:3] == ("p7", "two lines, daily")


def test_a_reader_goes_on_where_an_earlier_block_ended(tmp_path: Path) -> None:
    body = "".join(f'p{n},"drug\n{n}",daily,2025-01-{n % 28 + 1:02},30\n' for n in range(50))
    for name, content in (
        ("a.csv", (HEADER + body).encode()),
        ("a.csv.gz", gzip.compress((HEADER + body).encode())),
        ("b.csv", (HEADER + body).encode("utf-16")),
    ):
        path = _write(tmp_path, content, name)
        layout = find_csv_layout(path, name, ReadOptions())
        source = CsvSource(path, name, layout, find_columns(layout.header, name, {}), Plan(), 200)
        blocks = list(source.blocks())
        assert len(blocks) > 5
        for number, block in enumerate(blocks):
            again = list(source.blocks(block.next))
            assert len(again) == len(blocks) - number - 1
            assert all(a.rows.equals(b.rows) for a, b in zip(again, blocks[number + 1 :], strict=True))
        assert pl.concat([block.rows for block in blocks])["line"].to_list() == list(range(2, 102, 2))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    content = "Patient ID,Drug Name,Sig\n1,Ibuprofène 400 mg,2 fois\n2,Paracétamol 1 g,matin\n".replace(",", delimiter)
    rows, _ = _opened(_write(tmp_path, content.encode(encoding)))
    assert rows["text"].to_list() == ["Ibuprofène 400 mg, 2 fois", "Paracétamol 1 g, matin"]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("patient^drug\n1^Ibuprofène".encode("cp850"), ReadOptions(delimiter="^", encoding="CP850")),
        ("patient\tdrug\n1\tIbuprofène".encode("latin-1"), ReadOptions(delimiter="\\t", encoding="latin-1")),
        ("patient,drug\n1,Ibuprofène".encode("utf-16"), ReadOptions(encoding="utf-16")),
        ("patient,drug\n1,Ibuprofène".encode("utf-8-sig"), ReadOptions(encoding="UTF8")),
    ],
)
def test_encoding_and_delimiter_can_be_named(tmp_path: Path, content: bytes, options: ReadOptions) -> None:
    assert _opened(_write(tmp_path, content), options)[0]["text"].to_list() == ["Ibuprofène"]


@pytest.mark.parametrize("name", ["nonsense", "", "zlib", "rot13", "utf-32", "utf-7", "cp037", "a\0b"])
def test_an_encoding_that_cannot_be_read_in_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"^--encoding: No encoding that can be read here has this name") as told:
        _opened(_write(tmp_path, HEADER), ReadOptions(encoding=name))
    assert "cp1252" in told.value.hint


@pytest.mark.parametrize("text", ["ab", "", '"', "\n", "\0", "¦"])
def test_a_delimiter_that_cannot_part_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"^--delimiter: A delimiter is one ASCII character") as told:
        _opened(_write(tmp_path, HEADER), ReadOptions(delimiter=text))
    assert "\\t for a tab" in told.value.hint


def test_a_row_of_windows_in_a_file_of_utf8_is_read_as_such(tmp_path: Path) -> None:
    content = ("patient,drug\n" + "1,Ibuprofène\n" * 3).encode() + "2,Paracétamol\n".encode("cp1252") + b"3,\x81\n"
    rows, rejects = _opened(_write(tmp_path, content))
    assert rows["text"].to_list() == ["Ibuprofène"] * 3 + ["Paracétamol"]
    assert [reject.line for reject in rejects] == [6]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_that_is_cut_short_gives_what_it_holds_and_says_so(tmp_path: Path, pack: object) -> None:
    body = "".join(f"p{n},aspirin {n * 7919 % 1000} mg,daily,2025-01-01,30\n" for n in range(30_000))
    whole = pack((HEADER + body).encode())  # type: ignore[operator]
    path = _write(tmp_path, whole, "whole.csv")
    rows, rejects = _opened(path)
    assert (rows.height, rejects) == (30_000, [])
    rows, rejects = _opened(_write(tmp_path, whole[: len(whole) // 2], "cut.csv"))
    assert 0 < rows.height < 30_000
    assert rejects[-1].line == rows.height + 2
    assert "cut short" in rejects[-1].reason


def test_a_header_alone_gives_no_rows(tmp_path: Path) -> None:
    (source,) = open_sources([_write(tmp_path, HEADER)], ReadOptions(), None)
    assert sum(block.read for block in source.blocks()) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("17,aspirin 100 mg,2025-01-01\n18,digoxin,2025-01-01\n", "first row looks like data"),
        ("id_of_row,drug\n1,aspirin\n", "--map patient=COLUMN"),
        ("patient_id,text_of_it\n1,aspirin\n", "--map drug=COLUMN"),
        ("BNF_CODE,BNF_DESCRIPTION,ITEMS\n0212,Simvastatin 40mg tablets,3\n", "no patients"),
        ("patient,drug,date\n1,aspirin,01/02/2025\n", "--dates dmy"),
        ("patient,drug,date\n1,aspirin,01/22/2025\n1,aspirin,22/01/2025\n", "--dates dmy"),
    ],
)
def test_what_cannot_be_read_says_how_to_mend_it(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        open_sources([_write(tmp_path, content)], ReadOptions(), None)
    assert said in f"{told.value.message} {told.value.hint}"
    assert "aspirin" not in f"{told.value.message} {told.value.hint}"


@pytest.mark.parametrize(
    ("above", "options"),
    [
        ("Dispensing report 2025\n\n", ReadOptions()),
        ("Report, ward 3,,\nmade on 2025-01-01,,,\n", ReadOptions(delimiter=",")),
        ("\ufeffRéport\n", ReadOptions()),
        ("Réport\n".encode("cp1252"), ReadOptions({"patient": "patient_id"})),
    ],
)
def test_titles_may_stand_above_the_table(tmp_path: Path, above: str | bytes, options: ReadOptions) -> None:
    above = above.encode() if isinstance(above, str) else above
    path = _write(tmp_path, above + (HEADER + "a,aspirin,daily,2025-01-01,30\nb\n").encode())
    rows, rejects = _opened(path, options)
    lines = above.count(b"\n")
    assert rows.select("line", "patient").rows() == [(lines + 2, "a")]
    assert [reject.line for reject in rejects] == [lines + 3]


@pytest.mark.parametrize("header", ["patient,drug_name,drug_name", "patient,patient,drug_name"])
def test_two_columns_of_one_name_are_refused_where_either_could_be_meant(tmp_path: Path, header: str) -> None:
    path = _write(tmp_path, f"{header}\n1,aspirin,digoxin\n")
    with pytest.raises(InputError, match="several columns have the name") as told:
        open_sources([path], ReadOptions(), None)
    assert "--map" in told.value.hint
    rows, _ = _opened(_write(tmp_path, "patient,drug,note,note\n1,aspirin,a,b\n"))
    assert rows["text"].to_list() == ["aspirin"]


def test_a_map_wins_and_names_what_there_is_where_it_is_wrong(tmp_path: Path) -> None:
    path = _write(tmp_path, "who,patient,drug\nA,B,aspirin\n")
    rows, _ = _opened(path, ReadOptions({"patient": "who"}))
    assert rows["patient"].to_list() == ["A"]
    with pytest.raises(InputError, match="nobody") as told:
        open_sources([path], ReadOptions({"patient": "nobody"}), None)
    assert "who, patient, drug" in told.value.hint
    with pytest.raises(InputError, match="the column who is named for several fields"):
        open_sources([path], ReadOptions({"patient": "who", "drug": "who"}), None)
    with pytest.raises(InputError) as told:
        open_sources([path], ReadOptions({"colour": "who"}), None)
    assert "days_supply" in told.value.hint


def test_dates_are_read_in_every_usual_way(tmp_path: Path) -> None:
    def starts(*values: str, options: ReadOptions | None = None) -> list[str | None]:
        content = "patient;drug;start;stop;days_supply\n" + "".join(f"1;aspirin;{value};;10\n" for value in values)
        rows, _ = _opened(_write(tmp_path, content), options)
        assert (rows["end"] - rows["start"]).to_list() == [9 if day is not None else None for day in rows["start"]]
        return [None if day is None else str(day) for day in rows["start"].cast(pl.Date)]

    assert starts("2025-02-01", "20250201", "2025-02-01T10:00:00Z", "2025/2/1", "1-Feb-2025", "") == [
        "2025-02-01"
    ] * 5 + [None]
    assert starts("1/2/2025", "13/2/2025") == ["2025-02-01", "2025-02-13"]
    assert starts("2/1/2025 0:00", "2/13/2025 0:00") == ["2025-02-01", "2025-02-13"]
    assert starts("1.2.2025", "2.2.25") == ["2025-02-01", "2025-02-02"]
    assert starts("1/2/2025", options=ReadOptions(dates="mdy")) == ["2025-01-02"]


def test_ends_statuses_and_patients(tmp_path: Path) -> None:
    content = (
        "patient_id,medication,start,stop,status,sex,birth_date,diagnoses\n"
        "1,aspirin,2025-01-01,2025-01-31,completed,F,1950-06-01,gout; asthma\n"
        "1,aspirin,2025-01-01,9999-12-31,active,male,1950-06-01,\n"
        "2,aspirin,2025-01-31,2025-01-01,active,M,1950-06-01,\n"
        "3,aspirin,2025-01-01,,Entered in error,M,,\n"
    )
    rows, rejects = _opened(_write(tmp_path, content))
    assert rows.select("age", "sex", "facts").rows() == [(74.0, "female", "gout; asthma"), (74.0, "male", None)]
    assert rows["end"].cast(pl.Date).cast(pl.String).to_list() == ["2025-01-31", None]
    assert [reject.line for reject in rejects] == [4, 5]
    assert "before the start" in rejects[0].reason
    assert rejects[1].reason == "not taken: status entered-in-error"


def test_the_text_of_a_row_is_one_line_of_a_list(tmp_path: Path) -> None:
    content = (
        "patient_id,drug,strength,dose_form,route,sig,quantity,days_supply,ndc,rxcui\n"
        "1,simvastatin,40 mg,tablet,oral,take 1 | at night,30,30,,\n"
        "1,simvastatin 40 mg tablet,40 mg,,,,60,30,00006074031,\n"
        "1,simvastatin,,tablet,,,15,30,6074031.0,312961\n"
        "1,simvastatin,,tablet,,,17,30,,\n"
        "1,,,,,,30,30,00006074031,\n"
        "1,,,,,take one,30,30,6074031.0,\n"
    )
    rows, rejects = _opened(_write(tmp_path, content))
    assert rows["text"].to_list() == [
        "simvastatin 40 mg tablet oral, take 1   at night",
        "simvastatin 40 mg tablet, 2 tablets daily, NDC 00006074031",
        "simvastatin tablet, 0.5 tablet daily, RxCUI 312961",
        "simvastatin tablet",
        "NDC 00006074031",
    ]
    assert [reject.line for reject in rejects] == [7]
    rows, _ = _opened(tmp_path / "list.csv", ReadOptions(codes=False))
    assert rows["text"].to_list()[1:] == [
        "simvastatin 40 mg tablet, 2 tablets daily",
        "simvastatin tablet, 0.5 tablet daily",
        "simvastatin tablet",
        "NDC 00006074031",
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,REASONCODE,REASONDESCRIPTION",
         {"patient": "PATIENT", "drug": "DESCRIPTION", "start": "START", "end": "STOP", "rxcui": "CODE"}),
        ("subject_id,hadm_id,pharmacy_id,starttime,stoptime,drug_type,drug,gsn,ndc,prod_strength,form_rx,dose_val_rx,dose_unit_rx,doses_per_24_hrs,route",
         {"patient": "subject_id", "drug": "drug", "strength": "prod_strength", "dose": "dose_val_rx", "dose_unit": "dose_unit_rx", "form": "form_rx",
          "route": "route", "times_a_day": "doses_per_24_hrs", "start": "starttime", "end": "stoptime", "ndc": "ndc"}),
        ("claim_id,claim_line_number,person_id,member_id,payer,dispensing_date,ndc_code,quantity,days_supply,refills,paid_date",
         {"patient": "person_id", "quantity": "quantity", "days_supply": "days_supply", "start": "dispensing_date", "ndc": "ndc_code"}),
    ],
)  # fmt: skip
def test_columns_of_published_tables_are_known(header: str, expected: dict[str, str]) -> None:
    assert find_columns(header.split(","), "file", {}) == expected


BITS = [
    "a",
    "b",
    ",",
    ",",
    "\n",
    '"',
    '""',
    "p,d,s\n",
    '"x",y,z\n',
    'q,"r\ns",t\n',
    "\r\n",
    " ",
    "\0",
    "é",
    "\udce9",
    ",,\n",
]


@settings(max_examples=300, deadline=None)
@given(bits=st.lists(st.sampled_from(BITS), max_size=60), slow=st.sampled_from([4, 32, 1 << 14]), final=st.booleans())
def test_however_much_is_read_fast_the_rows_and_rejects_are_those_of_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory, bits: list[str], slow: int, final: bool
) -> None:
    block = "".join(bits).encode("utf-8", "surrogateescape")
    path = _write(tmp_path_factory.mktemp("csv"), "patient,drug,sig\n")
    layout = find_csv_layout(path, path.name, ReadOptions(encoding="utf-8", delimiter=","))
    columns = {"patient": "patient", "drug": "drug", "directions": "sig"}
    slowly = CsvParser(layout, columns, slow_bytes=len(block) + 1)._parse_slow(block, 2, final=final)
    fast = CsvParser(layout, columns, slow_bytes=slow).parse(block, 2, final=final)
    assert fast.cells.to_dicts() == slowly.cells.to_dicts()
    assert (fast.rejects, fast.consumed, fast.lines) == (slowly.rejects, slowly.consumed, slowly.lines)
