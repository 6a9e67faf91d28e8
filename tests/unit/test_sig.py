"""Directions as people write them, in the US and in the UK, and what they add up to in a day."""

from __future__ import annotations

import pytest

from medrisk.core.dosing import daily_doses
from medrisk.core.model import DailyDose
from medrisk.core.sig import parse_sig

_ONCE = "taken once a day assumed: no frequency was written"
_MOST = "as needed: the most that may be taken"
_STEPS = "a course in steps: the highest is counted"
_LOADED = "a first dose is left out: what follows it is counted"
_DAYS_DIFFER = "not the same on every day: the highest is counted"
_NO_LIMIT = "one dose a day assumed: written as needed, without a limit"


def _daily(text: str, unit: str | None = None) -> DailyDose | None:
    """The daily dose of a product with one ingredient, whose usual unit may be known."""
    (dose,) = daily_doses(parse_sig(text), 1, (unit,))
    return dose


def _amounts(text: str, count: int, unit: str | None = None) -> list[str | None]:
    """The daily amount of each ingredient of a combination product."""
    doses = daily_doses(parse_sig(text, count), count, (unit,) * count)
    return [None if dose is None else str(dose.amount) for dose in doses]


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("bisoprolol 2.5 mg po qam", ["2.5 mg"]),
        ("Ramipril 5mg OD", ["5 mg"]),
        ("digoxin 125 micrograms once daily", ["125 mcg"]),
        ("levothyroxine 88 µg mane", ["88 mcg"]),
        ("aspirin 1,000 mg daily", ["1000 mg"]),
        ("warfarin .5 mg daily", ["0.5 mg"]),
        ("potassium 20 mmol bd", ["20 mmol"]),
        ("Klor-Con 20 meq daily", ["20 mEq"]),
        ("insulin glargine 20 U qhs", ["20 units"]),
        ("cholecalciferol 1000 iu od", ["1000 units"]),
        ("timolol 0.5% 1 drop OU bid", ["0.5%"]),
        ("metformin 1 gm bd", ["1 g"]),
        ("furosemide40mgdaily", ["40 mg"]),
        ("lisinopril 2O mg qd", ["20 mg"]),
        ("oxycodone 5-10 mg q6h prn", ["5-10 mg"]),
        ("simvastatin", []),
        ("simvastatin 40", []),
    ],
)
def test_strength(text: str, strengths: list[str]) -> None:
    assert [str(strength) for strength in parse_sig(text).strengths] == strengths


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("metoprolol 25 mg take 2 tablets by mouth daily", "2 tablet"),
        ("paracetamol 500 mg, two tablets QDS", "2 tablet"),
        ("tramadol 50 mg 1-2 tabs q6h", "1-2 tablet"),
        ("warfarin 5 mg 1.5 tabs daily", "1.5 tablet"),
        ("half a tablet of atenolol 50 mg daily", "0.5 tablet"),
        ("atenolol 50 mg take 1/2 tab daily", "0.5 tablet"),
        ("salbutamol 100 mcg 2 puffs qid", "2 puff"),
        ("timolol 0.5% one drop each eye bd", "1 drop"),
        ("rivastigmine 1 patch daily", "1 patch"),
        ("ferrous sulfate elixir 1 tsp daily", "1 teaspoon"),
        ("amlodipine 5 mg daily", "None"),
    ],
)
def test_dose(text: str, dose: str) -> None:
    assert str(parse_sig(text).dose) == dose


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("lisinopril 10 mg po daily", "oral"), ("lisinopril 10 mg p.o. daily", "oral"), ("metformin 500 mg by mouth", "oral"),
        ("heparin 5000 units sc q8h", "subcutaneous"), ("enoxaparin 40 mg sub q daily", "subcutaneous"),
        ("GTN 400 mcg sl prn", "sublingual"), ("B12 1 mg IM monthly", "intramuscular"),
        ("furosemide 40 mg IV bd", "intravenous"), ("fentanyl 25 mcg patch", "transdermal"),
        ("hydrocortisone 1% cream apply bd", "topical"), ("timolol 0.5% OU bid", "ophthalmic"),
        ("ciprofloxacin 2 drops right ear bd", "otic"), ("mometasone 2 sprays each nostril od", "nasal"),
        ("salbutamol 2 puffs prn", "inhaled"), ("ipratropium 500 mcg nebs qds", "nebulised"),
        ("clotrimazole 500 mg pessary", "vaginal"), ("glycerin suppository pr prn", "rectal"),
        ("amlodipine 5 mg daily", None),
    ],
)  # fmt: skip
def test_route(text: str, route: str | None) -> None:
    assert parse_sig(text).route == route


@pytest.mark.parametrize(
    ("words", "per_day"),
    [
        # once a day
        ("daily", 1), ("qd", 1), ("OD", 1), ("q.d.", 1), ("p.o. q.d.", 1), ("qhs", 1), ("hs", 1), ("nocte", 1),
        ("mane", 1), ("om", 1), ("qam", 1), ("every evening", 1), ("at bedtime", 1), ("before breakfast", 1), ("/day", 1),
        # several times a day
        ("bid", 2), ("b.i.d.", 2), ("BD", 2), ("twice daily", 2), ("2x/day", 2), ("q12h", 2), ("12 hourly", 2),
        ("am and pm", 2), ("tid", 3), ("tds", 3), ("three times a day", 3), ("q8h", 3), ("with each meal", 3),
        ("qid", 4), ("QDS", 4), ("every 6 hours", 4), ("q4h", 6), ("q4-6h", 6), ("five times a day", 5),
        ("6 times a day", 6), ("eight times daily", 8), ("5x/day", 5), ("thrice daily", 3), ("2 times a day", 2),
        # less often than daily
        ("qod", 1 / 2), ("q.o.d.", 1 / 2), ("every other day", 1 / 2), ("alternate days", 1 / 2), ("q72h", 1 / 3),
        ("every 3 days", 1 / 3), ("MWF", 3 / 7), ("three times a week", 3 / 7), ("3x/week", 3 / 7), ("twice weekly", 2 / 7),
        ("weekly", 1 / 7), ("once a week", 1 / 7), ("q week", 1 / 7), ("every 2 weeks", 1 / 14), ("fortnightly", 1 / 14),
        ("4 times a week", 4 / 7), ("7 times a week", 1), ("twice a month", 2 / 30), ("once a fortnight", 1 / 14),
        ("monthly", 1 / 30), ("every 3 months", 1 / 90), ("yearly", 1 / 365),
    ],
)  # fmt: skip
def test_frequency(words: str, per_day: float) -> None:
    frequency = parse_sig(f"drug 10 mg {words}").frequency
    assert frequency is not None
    assert frequency.per_day == pytest.approx(per_day)
    assert not frequency.as_needed


@pytest.mark.parametrize(
    ("text", "per_day"),
    [
        ("ibuprofen 400 mg q8h prn", 3), ("acetaminophen 650 mg every 6 hours as needed", 4),
        ("paracetamol 1 g QDS when required", 4), ("diazepam 2 mg prn max 3 times a day", 3),
        ("sumatriptan 50 mg prn", None), ("GTN spray as required", None),
    ],
)  # fmt: skip
def test_as_needed_is_said_beside_the_frequency(text: str, per_day: float | None) -> None:
    frequency = parse_sig(text).frequency
    assert frequency is not None
    assert frequency.as_needed
    assert frequency.per_day == per_day


def test_no_frequency_is_none_and_not_once_a_day() -> None:
    assert parse_sig("amlodipine 10 mg").frequency is None


@pytest.mark.parametrize(
    ("text", "amount", "assumption"),
    [
        # amount by frequency
        ("losartan 50mg PO bid", "100 mg", ""),
        ("baclofen 10 mg three times a day", "30 mg", ""),
        ("metformin 1 g bd", "2 g", ""),
        ("prednisone 5 mg every other day", "2.5 mg", ""),
        ("alendronate 70 mg once weekly", "10 mg", ""),
        ("morphine 5-10 mg q6h", "20-40 mg", ""),
        # counts of a strength
        ("metoprolol 25 mg take 2 tablets by mouth daily", "50 mg", ""),
        ("atenolol 50 mg 0.5 tablet daily", "25 mg", ""),
        ("atenolol 50 mg take 1/2 tab daily", "25 mg", ""),
        ("KCl 10 meq 2 tabs bid", "40 mEq", ""),
        ("simvastatin 40mg 1 tablet at bedtime #30", "40 mg", ""),
        ("sertraline 50 mg 1 tab po daily x 30 days", "50 mg", ""),
        ("salbutamol 100 mcg 2 puffs qid", "800 mcg", ""),
        # different amounts in one day: the sum, never the smaller one
        ("furosemide 40 mg am, 20 mg noon", "60 mg", ""),
        ("gabapentin 300 mg 1 cap am and 2 caps pm", "900 mg", ""),
        ("furosemide 40mg 2 in the morning and 1 at lunchtime", "120 mg", ""),
        ("gabapentin 300 mg tds (900 mg/day)", "900 mg", ""),
        # counts beside a strength, fractions, parts of the day
        ("simvastatin 2x20mg on", "40 mg", _ONCE),
        ("citalopram 1.5 x 20 mg daily", "30 mg", ""),
        ("citalopram 20 mg 1 & 1/2 tabs daily", "30 mg", ""),
        ("citalopram 20 mg one and a half tablets daily", "30 mg", ""),
        ("sertraline 50 mg x 5 days", "50 mg", _ONCE),
        ("ibuprofen 600 mg x 3/day", "1800 mg", ""),
        ("simvastatin 20 mg 1-0-1", "40 mg", ""),
        ("simvastatin 20,0 mg daily", "20 mg", ""),
        ("bisoprolol 1,25 mg daily", "1.25 mg", ""),
        # days of the week
        ("rosuvastatin 7 mg Mon Wed Fri", "3 mg", ""),
        ("rosuvastatin 7 mg M/W/F", "3 mg", ""),
        ("methotrexate 7 mg every Friday", "1 mg", ""),
        ("digoxin 70 mcg mon-fri", "50 mcg", ""),
        ("simvastatin 40mg alt nights", "20 mg", ""),
        ("rosuvastatin 30 mg every third day", "10 mg", ""),
        ("rosuvastatin 10 mg since Friday", "10 mg", _ONCE),
        ("warfarin 5 mg mon/wed/fri, 2.5 mg other days", "5 mg", _DAYS_DIFFER),
        ("levothyroxine 100 mcg Mon-Sat, 150 mcg Sun", "150 mcg", _DAYS_DIFFER),
        # what the dose was is not what it is
        ("simvastatin 40 mg nightly, was 20 mg", "40 mg", ""),
        ("simvastatin 20 mg daily (increased from 10 mg)", "20 mg", ""),
        ("simvastatin 80 mg reduced to 30 mg nightly", "30 mg", ""),
        ("simvastatin 80 mg -> 40 mg nightly", "40 mg", ""),
        ("prednisolone 30 mg daily reducing by 5 mg every 3 days", "30 mg", ""),
        ("prednisone 40 mg daily x 5 days then 20 mg x 5 days", "40 mg", _STEPS),
        ("simvastatin 20 mg daily for 2 weeks then 40 mg daily", "40 mg", _STEPS),
        ("aspirin 300 mg once, then 75 mg daily", "75 mg", _LOADED),
        # the most in a day
        ("acetaminophen 500 mg 2 tabs q6h prn max 8/day", "4000 mg", _MOST),
        ("acetaminophen ER 650 mg 2 q8h, not to exceed 6 tabs/24 h", "3900 mg", _MOST),
        ("acetaminophen 1000 mg q6h prn (max 3 g/day)", "3 g", _MOST),
        ("acetaminophen 1000 mg bid prn (max 3 g/day)", "2000 mg", _MOST),
        # liquids
        ("amoxicillin 250 mg/5 mL, take 10 mL tid", "1500 mg", ""),
        ("morphine 10 mg/5 ml 5 ml q4h", "60 mg", ""),
        ("phenytoin 125 mg/5 mL 2 teaspoons daily", "250 mg", ""),
        # what had to be assumed is said
        ("amlodipine 10 mg", "10 mg", _ONCE),
        ("acetaminophen 650 mg every 6 hours as needed", "2600 mg", _MOST),
        ("tramadol 50 mg 1-2 tabs q6h prn", "200-400 mg", _MOST),
        ("sumatriptan 50 mg prn", "50 mg", _NO_LIMIT),
        ("sumatriptan 50 mg prn max 2/day", "100 mg", _MOST),
    ],
)
def test_daily_dose_and_what_was_assumed_for_it(text: str, amount: str, assumption: str) -> None:
    dose = _daily(text)
    assert dose is not None
    assert (str(dose.amount), dose.assumption) == (amount, assumption)


@pytest.mark.parametrize(
    "text",
    [
        "simvastatin nightly",  # no strength
        "lactulose 15 ml bd",  # a volume without a concentration
        "hydrocortisone 1% cream apply bd",  # a per cent
        "fluticasone 2 sprays each nostril daily",  # a count without a strength
        "albuterol HFA 2 puffs q4h prn",
        "gentamicin 0.3% 1 drop qid",
    ],
)
def test_a_daily_dose_that_cannot_be_worked_out_is_none(text: str) -> None:
    assert _daily(text, "mg") is None


def test_a_number_without_unit_is_read_only_where_the_ingredient_has_one_unit() -> None:
    dose = _daily("simvastatin 40 nocte", "mg")
    assert dose is not None
    assert str(dose.amount) == "40 mg"
    assert dose.assumption == "40 read as 40 mg: no unit was written"
    assert _daily("simvastatin 40 nocte", None) is None


def test_both_assumptions_are_said() -> None:
    dose = _daily("hctz 25", "mg")
    assert dose is not None
    assert "no unit was written" in dose.assumption
    assert "no frequency was written" in dose.assumption


@pytest.mark.parametrize(
    ("text", "count", "amounts"),
    [
        ("valsartan/hct 160/12.5 mg od", 2, ["160 mg", "12.5 mg"]),
        ("lisinopril/hctz 20 mg-12.5 mg daily", 2, ["20 mg", "12.5 mg"]),
        ("amlodipine-benazepril 5-20 mg daily", 2, ["5 mg", "20 mg"]),
        ("Exforge HCT 10/320/25 mg daily", 3, ["10 mg", "320 mg", "25 mg"]),
        ("hydrocodone/apap 5/325 mg 2 tabs q6h", 2, ["40 mg", "2600 mg"]),
        ("co-codamol 30/500 mg two tds", 2, ["180 mg", "3000 mg"]),
        ("Symbicort 160/4.5 mcg 2 puffs bid", 2, ["640 mcg", "18 mcg"]),
    ],
)
def test_strengths_of_a_combination_stand_in_the_order_of_the_product(text: str, count: int, amounts: list[str]) -> None:
    assert _amounts(text, count) == amounts


def test_one_strength_for_two_ingredients_is_not_guessed_apart() -> None:
    assert _amounts("Hyzaar 50 mg daily", 2) == [None, None]


def test_bare_strengths_of_a_combination_need_a_known_unit() -> None:
    assert _amounts("Zestoretic 20/12.5 daily", 2, "mg") == ["20 mg", "12.5 mg"]
    assert _amounts("Zestoretic 20/12.5 daily", 2) == [None, None]


@pytest.mark.parametrize("text", ["", "   ", "🙂", "////", "1/0", "0 mg/0 mL 1 mL", "q0h", "every 0 days", "9" * 60 + " mg"])
def test_odd_text_is_read_without_an_error(text: str) -> None:
    assert len(daily_doses(parse_sig(text), 1, ("mg",))) == 1
