"""A release of a handful of invented and common drugs in NLM's layout, written by the tests that need one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

DATE = "07062026"
PRESCRIBABLE = ("RXNCONSO", "RXNREL", "RXNSAT")


def atom(rxcui: int | str, tty: str, text: str, *, source: str = "RXNORM", language: str = "ENG", suppress: str = "N") -> str:
    return f"{rxcui}|{language}||||||A{rxcui}{tty}||||{source}|{tty}|{rxcui}|{text}||{suppress}|4096|"


def link(upper: int, relation: str, lower: int, *, rui: str = "1", source: str = "RXNORM") -> str:
    return f"{lower}||CUI|RO|{upper}||CUI|{relation}|{rui}||{source}|||||4096|"


def attribute(rxcui: int, name: str, value: str, *, source: str = "RXNORM", suppress: str = "N") -> str:
    return f"{rxcui}|||A{rxcui}|AUI|{rxcui}|||{name}|{source}|{value}|{suppress}|4096|"


def archived(rxcui: int, tty: str, text: str, merged: int | str = "", released: str = "05042020") -> str:
    return f"Z{rxcui}||{text}||||{rxcui}|N|ENG|{released}|Z{rxcui}|V|{rxcui}|RXNORM|{tty}|{merged}|"


CONSO = [
    atom(1, "IN", "metoprolol"), atom(2, "PIN", "metoprolol succinate"), atom(3, "IN", "hydrochlorothiazide"),
    atom(3, "SY", "HCTZ"), atom(3, "TMSY", "hydroCHLOROthiazide"), atom(3, "PSN", "hydrochlorothiazide drug"),
    atom(3, "SU", "HYDROCHLOROTHIAZIDE", source="MTHSPL"), atom(2, "SU", "METOPROLOL SUCCINATE SALT", source="MTHSPL"),
    atom(3, "SY", "an old word", suppress="Y"), atom(3, "SY", "palabra", language="SPA"),
    atom(4, "MIN", "hydrochlorothiazide / metoprolol"), atom(5, "BN", "Bexal"), atom(6, "BN", "Occula"), atom(7, "IN", "timolol"),
    atom(8, "DF", "Extended Release Oral Tablet"), atom(9, "DFG", "Oral Product"),
    atom(10, "SCDC", "metoprolol succinate 50 MG"), atom(11, "SCDC", "hydrochlorothiazide 12.5 MG"), atom(12, "SCDC", "timolol 5 MG/ML"),
    atom(20, "SCD", "24 HR hydrochlorothiazide 12.5 MG / metoprolol succinate 50 MG Extended Release Oral Tablet"),
    atom(20, "PSN", 'hydrochlorothiazide 12.5 MG / metoprolol "XL" 50 MG 24 HR tablet'),
    atom(21, "SBD", "24 HR hydrochlorothiazide 12.5 MG / metoprolol succinate 50 MG Extended Release Oral Tablet [Bexal]"),
    atom(22, "SCD", "timolol 5 MG/ML Ophthalmic Solution"), atom(23, "SBD", "timolol 5 MG/ML Ophthalmic Solution [Occula]"),
    atom(24, "SBDC", "timolol 5 MG/ML [Occula]"), atom(25, "SCDF", "timolol Ophthalmic Solution"),
    atom(26, "SBDF", "timolol Ophthalmic Solution [Occula]"), atom(27, "SCDG", "timolol Ophthalmic Product"),
    atom(28, "SBDG", "Occula Ophthalmic Product"), atom(29, "SCD", "hydrochlorothiazide 12.5 MG Oral Capsule"),
    atom(30, "GPCK", "{7 (hydrochlorothiazide 12.5 MG Oral Capsule) / 1 (timolol 5 MG/ML Ophthalmic Solution) } Pack"),
    atom(31, "BPCK", "{7 (hydrochlorothiazide 12.5 MG Oral Capsule) / 1 (timolol 5 MG/ML Ophthalmic Solution) } Pack [Twinkit]"),
    atom(32, "BN", "Twinkit"),
    atom(40, "IN", 'the "quoted" drug'),
    atom(41, "BN", "Samename"), atom(42, "BN", "Samename"),
    atom(43, "SCD", "30 ACTUAT timolol 0.1-0.2 MG/ACTUAT Nasal Spray"), atom(44, "SCDC", "timolol 0.1-0.2 MG/ACTUAT"),
    atom(45, "SBD", "hydrochlorothiazide 12.5 MG Oral Capsule [Onlyinname]"),
    atom(46, "SCD", "hydrochlorothiazide 5 MG / unheardof 1 MG Oral Tablet"), atom(47, "SCDC", "hydrochlorothiazide 5 MG"),
    atom(48, "SCD", "hydrochlorothiazide 25 MG / metoprolol tartrate 100 MG Oral Tablet"), atom(49, "SCDC", "hydrochlorothiazide 25 MG"),
    atom(50, "SCD", "metoprolol succinate 25 MG Oral Tablet", suppress="O"),
    atom(51, "GPCK", "{3 (hydrochlorothiazide 12.5 MG Oral Capsule) / 4 (unheardof 1 MG Oral Tablet) } Pack"), atom(52, "BN", "Halfknown"),
    atom(53, "SBD", "hydrochlorothiazide 5 MG / unheardof 1 MG Oral Tablet [Halfknown]"),
    atom("", "IN", "nobody"),
]  # fmt: skip

REL = [
    link(2, "form_of", 1), link(4, "has_part", 3), link(4, "has_part", 1), link(5, "tradename_of", 1), link(5, "tradename_of", 3),
    link(6, "tradename_of", 7), link(10, "has_ingredient", 1), link(10, "has_precise_ingredient", 2), link(11, "has_ingredient", 3),
    link(12, "has_ingredient", 7), link(20, "consists_of", 10), link(20, "consists_of", 11), link(20, "has_dose_form", 8),
    link(20, "has_ingredients", 4), link(21, "tradename_of", 20), link(21, "has_ingredient", 5), link(21, "consists_of", 10),
    link(21, "consists_of", 11), link(22, "consists_of", 12), link(22, "isa", 25), link(23, "tradename_of", 22),
    link(23, "has_ingredient", 6), link(24, "tradename_of", 12), link(24, "has_ingredient", 6), link(25, "has_ingredient", 7),
    link(25, "isa", 27), link(26, "tradename_of", 25), link(26, "has_ingredient", 6), link(27, "has_ingredient", 7),
    link(28, "tradename_of", 27), link(28, "has_ingredient", 6), link(29, "consists_of", 11), link(30, "contains", 22),
    link(30, "contains", 29), link(31, "tradename_of", 30), link(31, "has_ingredient", 32), link(43, "consists_of", 44),
    link(44, "has_ingredient", 7), link(45, "tradename_of", 29), link(41, "tradename_of", 3), link(42, "tradename_of", 7),
    link(46, "consists_of", 47), link(47, "has_ingredient", 3), link(48, "consists_of", 49), link(49, "has_ingredient", 3),
    link(51, "contains", 29), link(52, "tradename_of", 3), link(53, "has_ingredient", 52), link(53, "tradename_of", 46),
    link(29, "has_ingredient", 7, rui="CX1"), link(22, "consists_of", 11, source="OTHER"), link(1, "ingredient_of", 10),
]  # fmt: skip

SAT = [
    attribute(10, "RXN_STRENGTH", "50 MG"), attribute(20, "RXN_AVAILABLE_STRENGTH", "12.5 MG / 50 MG"),
    attribute(20, "NDC", "00111222233"), attribute(29, "NDC", "12345067801"), attribute(22, "NDC", "01234567890"),
    attribute(23, "NDC", "12345067890"), attribute(30, "NDC", "55555444401", suppress="O"),
    attribute(43, "NDC", "0999-8888-77", source="MTHSPL"), attribute(29, "NDC", "00111222233", source="MTHSPL"),
    attribute(29, "NDC", "1*345-678-9"), attribute(22, "RXN_HUMAN_DRUG", "US"),
]  # fmt: skip

HISTORY = {
    "RXNCUI": ["100|A|B|1|101|", "101|A|B|1|20|", "110|A|B|1|111|", "111|A|B|1|110|", "120|A|B|2|20|", "120|A|B|2|22|", "130|A|B|1|130|", "140|A|B|1|999|"],
    "RXNCUICHANGES": ["Z|150|RXNORM|SCD|an old tablet|150|29|", "Z|1|RXNORM|IN|metoprolol|1|3|"],
    "RXNATOMARCHIVE": [archived(160, "SCD", "the first name", released="05042015"), archived(160, "SCD", "the last name"), archived(170, "BN", "Goneby", 5)],
    "RXNSAB": ["||RXNORM_26AA_260706F|RXNORM|RxNorm||26AA_260706F||||||||||||ENG|UTF-8|Y|Y|RxNorm|||", "||MTHSPL_2026|MTHSPL|x||x||||||||||||ENG|UTF-8|Y|Y|x|||"],
}  # fmt: skip


def small_tables() -> dict[str, list[str]]:
    """The three tables of a prescribable release."""
    return {"RXNCONSO": list(CONSO), "RXNREL": list(REL), "RXNSAT": list(SAT)}


def write_release(
    path: Path,
    tables: Mapping[str, Iterable[str]] | None = None,
    *,
    folder: str = "rrf/",
    newline: str = "\n",
    readme: str | None = f"Readme_Full_Prescribe_{DATE}.txt",
    also: Mapping[str, str | bytes] | None = None,
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if readme is not None:
            archive.writestr(readme, "A small release for tests.")
        for table, rows in (small_tables() if tables is None else tables).items():
            archive.writestr(f"{folder}{table}.RRF", "".join(row + newline for row in rows).encode())
        for name, content in (also or {}).items():
            archive.writestr(name, content)
    return path
