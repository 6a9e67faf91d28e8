"""Made-up prescription files for ``bench/audit.py``: the same rows on every run with the same seed.

Drug names are those of the formulary; who takes what, how much and when is chance. A patient has some ten rows, scattered over the
file: a few drugs, each filled again and again. Texts follow a Zipf law over as many distinct ones as asked for.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import yaml

FORMULARY = Path(__file__).parents[1] / "data" / "formulary"
SEED = 20261122
DISTINCT = 40_000
ROWS_A_PATIENT = 10
CHUNK = 1_000_000  # rows held at a time
FIRST_DAY, DAYS = date(2023, 1, 1), 1096
HEADER = "patient_id,drug_name,ndc,sig,quantity,days_supply,fill_date"

# Shares of the rows.
MISSPELT, UNKNOWN, BROKEN = 0.02, 0.01, 0.001
# Shares of the distinct texts: a misspelling is seldom made twice.
MISSPELT_TEXTS, UNKNOWN_TEXTS, WITH_NDC, IN_CAPITALS = 0.10, 0.02, 0.6, 0.3
BY_BRAND = 0.4  # prescriptions by a brand for each one by the drug's own name
# Names that need no quotes in a CSV file.
PLAIN = re.compile(r"[\w '/.+-]+")

# What most prescriptions are for, in no exact order, with the strengths that are sold: it only makes the mix like a real one.
COMMON = """
atorvastatin 10 20 40 80|levothyroxine 25 50 75 100|lisinopril 5 10 20 40|metformin 500 850 1000|amlodipine 2.5 5 10|metoprolol 25 50 100
omeprazole 10 20 40|losartan 25 50 100|gabapentin 100 300 400 600|hydrochlorothiazide 12.5 25|sertraline 25 50 100|simvastatin 10 20 40
montelukast 4 5 10|escitalopram 5 10 20|rosuvastatin 5 10 20|bupropion 150 300|furosemide 20 40 80|trazodone 50 100 150
pantoprazole 20 40|fluoxetine 10 20 40|tamsulosin 0.4|prednisone 5 10 20|citalopram 10 20 40|carvedilol 6.25 12.5 25|tramadol 50 100
clopidogrel 75|pravastatin 10 20 40|meloxicam 7.5 15|venlafaxine 37.5 75 150|duloxetine 30 60|potassium chloride 600|zolpidem 5 10
aspirin 81 325|warfarin 1 2 5|apixaban 2.5 5|spironolactone 25 50|allopurinol 100 300|cyclobenzaprine 5 10|lamotrigine 25 100 200
amoxicillin 250 500 875|azithromycin 250 500|ibuprofen 400 600 800|naproxen 250 500|glipizide 5 10|cetirizine 5 10|lorazepam 0.5 1 2
alprazolam 0.25 0.5 1|clonazepam 0.5 1|quetiapine 25 50 100|baclofen 10 20|topiramate 25 50 100|finasteride 5|atenolol 25 50 100
hydroxyzine 10 25 50|folic acid 1 5|famotidine 20 40|propranolol 10 20 40|ciprofloxacin 250 500|diltiazem 120 180 240|verapamil 80 120
digoxin 0.125 0.25|amitriptyline 10 25 50|risperidone 0.5 1 2|donepezil 5 10|clarithromycin 250 500|colchicine 0.6
ramipril 2.5 5 10|bisoprolol 2.5 5 10|indapamide 1.5 2.5|chlortalidone 12.5 25|methotrexate 2.5|tizanidine 2 4|lithium 300 450
carbamazepine 200 400|phenytoin 100|fluconazole 100 150|doxycycline 50 100|raloxifene 60|quinine 200 300|pioglitazone 15 30
"""
USUAL_STRENGTHS = {
    "mg": ("1", "2", "5", "10", "20", "25", "40", "50", "100", "150", "200", "250", "300", "500"),
    "mcg": ("5", "10", "25", "50", "75", "100", "125", "250", "500"),
}
FORMS = ("tablet", "tab", "TABLET", "capsule", "cap", "oral tablet")
# How a sig begins and how many at a time, and how it goes on and how often a day.
DOSES = (
    ("Take 1 tablet by mouth", 1), ("TAKE ONE TABLET BY MOUTH", 1), ("1 tab po", 1), ("1", 1), ("Take 2 tablets by mouth", 2),
)  # fmt: skip
TIMES = (
    ("daily", 1), ("every day", 1), ("at bedtime", 1), ("in the morning", 1), ("twice daily", 2), ("bid", 2), ("qd", 1),
    ("twice a day, with food", 2), ("three times daily", 3), ("every 8 hours as needed", 3), ("every 12 hours", 2), ("nightly", 1),
)  # fmt: skip
OTHER_ROUTES = {
    "topical": ("1 % cream", "Apply twice daily"),
    "ophthalmic": ("eye drops", "Instil 1 drop twice daily"),
    "inhaled": ("inhaler", "Inhale 2 puffs twice daily"),
    "nasal": ("nasal spray", "1 spray in each nostril daily"),
    "subcutaneous": ("injection", "Inject once weekly"),
}
DAYS_SUPPLY = (30, 30, 30, 30, 30, 90, 90, 90, 28, 14, 10, 7)


@dataclass(frozen=True)
class Drug:
    """A name, the route it is taken by, strengths with their unit, and how often it is prescribed beside others."""

    name: str
    route: str
    strengths: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Texts:
    """Distinct prescriptions: ``middle`` is ``drug_name,ndc,sig`` as it stands in the file.

    ``shares`` parts the rows: up to which share, where the texts begin that have it, how those share it (summed).
    """

    middle: pl.Series
    a_day: np.ndarray
    shares: tuple[tuple[float, int, np.ndarray], ...]

    def choose(self, chance: np.ndarray) -> np.ndarray:
        """Which text each number between 0 and 1 stands for."""
        chosen = np.empty(len(chance), dtype=np.int64)
        lower = 0.0
        for upper, first, summed in self.shares:
            here = (chance >= lower) & (chance < upper)
            chosen[here] = first + np.searchsorted(summed, (chance[here] - lower) / (upper - lower))
            lower = upper
        return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--distinct", type=int, default=DISTINCT, help="distinct texts (drug, NDC and sig together)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--age-and-sex", action="store_true", help="two more columns")
    options = parser.parse_args()
    write(options.file, options.rows, options.distinct, options.seed, options.age_and_sex)


def write(path: Path, rows: int, distinct: int = DISTINCT, seed: int = SEED, age_and_sex: bool = False) -> None:
    """A CSV file of so many rows, in little memory whatever their number."""
    texts = make_texts(distinct, seed)
    patients = np.random.default_rng([seed, 1]).lognormal(0, 0.8, max(rows // ROWS_A_PATIENT, 1)).cumsum()
    patients /= patients[-1]
    with path.open("wb") as file:
        file.write(f"{HEADER}{',age,sex' if age_and_sex else ''}\n".encode())
        for number, start in enumerate(range(0, rows, CHUNK)):
            lines = make_lines(min(CHUNK, rows - start), texts, patients, [seed, 2, number], age_and_sex)
            lines.write_csv(file, include_header=False, quote_style="never")


def make_lines(rows: int, texts: Texts, patients: np.ndarray, seed: Sequence[int], age_and_sex: bool) -> pl.DataFrame:
    """Some lines of the file. What a patient takes follows from the patient, so that it is the same in every chunk."""
    chance = np.random.default_rng(seed)
    patient = np.searchsorted(patients, chance.random(rows))
    expected = np.diff(patients, prepend=0.0) * len(patients) * ROWS_A_PATIENT
    drugs = np.clip(expected * 0.4, 1, 25)[patient]
    course = scramble(patient * 64 + (chance.random(rows) * drugs).astype(np.int64), 0)
    text = texts.choose(fraction(course))
    supply = np.array(DAYS_SUPPLY)[scramble(course, 1) % len(DAYS_SUPPLY)]
    # The next fill when the last runs out; beyond the end of the three years it begins anew at their start.
    day = (scramble(course, 2) % DAYS + chance.integers(0, 12, rows) * supply) % DAYS
    table = pl.DataFrame(
        {
            "patient": patient,
            "middle": texts.middle.gather(text),
            "quantity": np.ceil(texts.a_day[text] * supply).astype(np.int64),
            "supply": supply,
            "date": pl.Series([(FIRST_DAY + timedelta(days)).isoformat() for days in range(DAYS)]).gather(day),
            "age": 1 + scramble(patient, 3) % 95,
            "sex": pl.Series(["female", "male"]).gather(scramble(patient, 4) % 2),
            "fault": np.where(chance.random(rows) < BROKEN, chance.integers(1, 8, rows), 0),
        }
    )
    return table.select(as_line(age_and_sex))


def as_line(age_and_sex: bool) -> pl.Expr:
    """The row as text, with its fault: 1 to 7."""
    fault = pl.col("fault")
    patient = pl.format("P{}", pl.col("patient").cast(pl.String).str.zfill(8))
    whole = pl.concat_str(
        pl.when(fault == 1).then(pl.lit("")).otherwise(patient),
        pl.when(fault == 2).then(pl.lit(",,")).otherwise("middle"),
        pl.when(fault == 3).then(pl.lit("some")).otherwise(pl.col("quantity").cast(pl.String)),
        pl.when(fault == 4).then(pl.lit("thirty")).otherwise(pl.col("supply").cast(pl.String)),
        pl.when(fault == 5).then(pl.lit("2024-02-30")).otherwise("date"),
        *([pl.col("age").cast(pl.String), pl.col("sex")] if age_and_sex else []),
        separator=",",
    )
    return pl.when(fault == 6).then(patient + ",").when(fault == 7).then(whole + ",left over,").otherwise(whole)


def scramble(numbers: np.ndarray, salt: int) -> np.ndarray:
    """Another number for each, the same on every run (the finaliser of SplitMix64)."""
    mixed = numbers.astype(np.uint64) + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)


def fraction(numbers: np.ndarray) -> np.ndarray:
    """Numbers of 63 bits as numbers from 0 to 1."""
    return numbers / float(2**63)


def make_texts(distinct: int, seed: int) -> Texts:
    """So many distinct prescriptions: well written, misspelt, and of drugs that nobody knows."""
    chance = random.Random(seed)
    drugs = read_drugs(chance)
    weights = list(itertools.accumulate(drug.weight for drug in drugs))
    misspelt, unknown = int(distinct * MISSPELT_TEXTS), int(distinct * UNKNOWN_TEXTS)
    seen: dict[str, int] = {}

    def add(count: int, write_name: Callable[[str], str]) -> tuple[int, np.ndarray]:
        """Puts in so many that were not there before; says where they begin and how they share the rows that are theirs."""
        first = len(seen)
        while len(seen) < first + count:
            drug = chance.choices(drugs, cum_weights=weights)[0]
            middle, a_day = prescribe(drug, write_name(drug.name), chance)
            seen.setdefault(middle, a_day)
        shares = (1 / (np.arange(count) + 10.0)).cumsum()
        return first, shares / shares[-1]

    well = add(distinct - misspelt - unknown, str)
    wrong = add(misspelt, lambda name: misspell(name, chance))
    strange = add(unknown, lambda _: make_word(chance))
    shares = ((MISSPELT, *wrong), (MISSPELT + UNKNOWN, *strange), (1.0, *well))
    return Texts(pl.Series(list(seen)), np.array(list(seen.values())), shares)


def read_drugs(chance: random.Random) -> list[Drug]:
    """Every name of the formulary's ingredients and brands that a prescription may be for, the usual first."""
    areas = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FORMULARY.glob("*.yaml"))]
    entries = {name: facts or {} for area in areas for name, facts in (area.get("ingredients") or {}).items()}
    common = dict(re.match(r"(\D+) (.+)", entry).groups() for entry in COMMON.replace("\n", "|").split("|") if entry)
    names = [name for name in entries if name not in common and PLAIN.fullmatch(name)]
    chance.shuffle(names)
    drugs = []
    for place, name in enumerate((*common, *names)):
        facts = entries.get(name, {})
        if (route := facts.get("route", "oral")) not in ("oral", *OTHER_ROUTES):
            continue
        unit = facts.get("unit", "mg")
        usual = USUAL_STRENGTHS.get(unit, USUAL_STRENGTHS["mg"])
        start = chance.randrange(len(usual) - 3)
        strengths = common[name].split() if name in common else usual[start : start + 4]
        sold = tuple(f"{strength} {unit}" for strength in strengths)
        often, brands = 1 / (place + 20), [brand for brand in facts.get("brands", ()) if PLAIN.fullmatch(brand)]
        drugs.append(Drug(name, route, sold, often))
        drugs += [Drug(brand, route, sold, often * BY_BRAND / len(brands)) for brand in brands]
    return drugs


def prescribe(drug: Drug, name: str, chance: random.Random) -> tuple[str, int]:
    """``drug_name,ndc,sig`` of one prescription, and how many a day."""
    if drug.route in OTHER_ROUTES:
        form, sig = OTHER_ROUTES[drug.route]
        product, a_day = f"{name} {form}", 1
    else:
        (start, count), (often, times) = chance.choice(DOSES), chance.choice(TIMES)
        product, sig, a_day = (
            f"{name} {chance.choice(drug.strengths)} {chance.choice(FORMS)}",
            f"{start} {often}",
            count * times,
        )
    if chance.random() < IN_CAPITALS:
        product = product.upper()
    # No labeller has this number, so that no code names another drug than its row.
    ndc = f"99999-{chance.randrange(10_000):04}-{chance.randrange(1, 4):02}" if chance.random() < WITH_NDC else ""
    sig = f'"{sig}"' if "," in sig else sig
    return f"{product},{ndc},{sig}", a_day


def misspell(name: str, chance: random.Random) -> str:
    """One letter left out, doubled, changed, or exchanged with the next; never the first, which people get right."""
    if len(name) < 5:
        return f"{name}e"
    place = chance.randrange(1, len(name) - 1)
    head, letter, tail = name[:place], name[place], name[place + 1 :]
    return chance.choice((head + tail, head + letter * 2 + tail, head + "e" + tail, head + tail[0] + letter + tail[1:]))


def make_word(chance: random.Random) -> str:
    """A word that is the name of nothing."""
    return "".join(
        chance.choice(("zu", "quo", "vry", "xel", "mba", "tyk", "jor", "gwi")) for _ in range(chance.randrange(3, 6))
    )


if __name__ == "__main__":
    main()
