"""Made-up prescription files: scattered rows, line breaks inside fields, broken rows."""

from __future__ import annotations

import random
from pathlib import Path

HEADER = "patient_id,drug_name,sig,fill_date,days_supply"
DRUGS = (
    "simvastatin 40 mg tablet", "Norvasc 5 mg", "hydrochlorothiazide 25 mg tab", "hydroclorothiazide 25 mg", "furosemide 40 mg",
    "lisinopril 10 mg", "spironolactone 25 mg", "clarithromycin 500 mg", "hydralazine/hydroxyzine 25 mg", "zorvimab 5 mg",
    "=cmd 5 mg", "metformin 500 mg",
)  # fmt: skip
SIGS = ('"1 daily, at night"', "twice daily", '"1 daily\nfor cramps, at night"', '"the ""white"" one"', "1 od", "")
BROKEN = ("P1,simvastatin", "P2,a,b,2024-01-01,30,more,", ",furosemide 40 mg,1 od,2024-01-01,30", "P3,,,2024-01-01,30",
          "P4,furosemide 40 mg,1 od,2024-02-30,30", 'P5,"furosemide 40 mg,1 od,2024-01-01,30')  # fmt: skip


def write_rows(path: Path, rows: int, seed: int) -> Path:
    """A file with a patient who has a tenth of all rows, rows that repeat others, and a broken one in twenty."""
    chance = random.Random(seed)
    lines = [HEADER]
    for _ in range(rows):
        if chance.random() < 0.05:
            lines.append(chance.choice(BROKEN))
            continue
        patient = "P0" if chance.random() < 0.1 else f"P{chance.randrange(rows // 8)}"
        day = f"2024-{chance.randrange(1, 13):02}-{chance.choice((1, 15))}"
        lines.append(f"{patient},{chance.choice(DRUGS)},{chance.choice(SIGS)},{day},{chance.choice((7, 30, 90))}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
