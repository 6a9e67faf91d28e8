"""From directions to the amount taken in a day, with everything that had to be assumed on the way."""

from __future__ import annotations

from dataclasses import replace

from medrisk.core.model import DailyDose, Frequency, Sig
from medrisk.core.units import Quantity, convert

_MOST_TAKEN = "as needed: the most that may be taken"
_COUNTED = frozenset(
    {
        "tablet",
        "capsule",
        "unit of the product",
        "patch",
        "suppository",
        "film",
        "puff",
        "sachet",
        "packet",
        "lozenge",
        "gummie",
        "softgel",
    }
)


def daily_doses(sig: Sig, ingredient_count: int, default_units: tuple[str | None, ...]) -> tuple[DailyDose | None, ...]:
    """The amount of each ingredient taken in a day, or None where it cannot be worked out.

    ``default_units`` gives, for each ingredient, the unit its strengths are written in when none is typed (from the
    formulary; None where that would be a guess). Everything assumed on the way is said in ``DailyDose.assumption``.
    """
    if ingredient_count == 1 and sig.per_volume is not None and sig.per_volume.unit.endswith("/day"):
        return (DailyDose(Quantity(sig.per_volume.value, sig.per_volume.unit.removesuffix("/day"))),)
    found = _found_doses(sig, ingredient_count, default_units)
    if ingredient_count == 1 and sig.most is not None:
        found = (_at_most(found[0], sig),)
    return tuple(
        replace(dose, assumption="; ".join(filter(None, (dose.assumption, sig.note)))) if dose and sig.note else dose
        for dose in found
    )


def _at_most(dose: DailyDose | None, sig: Sig) -> DailyDose | None:
    """A dose that is limited in the directions: "as needed, max 3 g a day"."""
    most = sig.most
    if most is None:
        return dose
    is_open = sig.frequency is None or sig.frequency.per_day is None
    amount = convert(dose.amount, most.unit) if dose else None
    if amount is None or is_open or amount.upper > most.value:
        as_needed = sig.frequency is not None and sig.frequency.as_needed
        return DailyDose(most, _MOST_TAKEN if as_needed else "")
    return dose


def _found_doses(
    sig: Sig, ingredient_count: int, default_units: tuple[str | None, ...]
) -> tuple[DailyDose | None, ...]:
    total = _total_by_time(sig) if sig.by_time and ingredient_count == 1 else None
    if total is not None:
        return (DailyDose(total),)
    amounts = _amounts_per_intake(sig, ingredient_count, default_units)
    times, time_note = _times_per_day(sig.frequency)
    return tuple(
        None if found is None else DailyDose(found[0].times(times), "; ".join(filter(None, (found[1], time_note))))
        for found in amounts
    )


def _total_by_time(sig: Sig) -> Quantity | None:
    """What the amounts at their times of day come to."""
    count = sum(amount.value for amount in sig.by_time)
    unit = sig.by_time[0].unit
    if unit not in _COUNTED:
        return Quantity(count, unit)
    strength = next((s for s in sig.strengths if s.unit not in {"%", "mL", ""}), None)
    return None if strength is None else strength.times(count)


def _times_per_day(frequency: Frequency | None) -> tuple[float, str]:
    if frequency is None or (frequency.per_day is None and not frequency.as_needed):
        return 1.0, "taken once a day assumed: no frequency was written"
    if frequency.per_day is None:
        return 1.0, "one dose a day assumed: written as needed, without a limit"
    return frequency.per_day, _MOST_TAKEN if frequency.as_needed else ""


def _amounts_per_intake(
    sig: Sig, ingredient_count: int, default_units: tuple[str | None, ...]
) -> tuple[tuple[Quantity, str] | None, ...]:
    if ingredient_count > 1:
        if len(sig.strengths) != ingredient_count:
            return (None,) * ingredient_count
        return tuple(
            _by_count(strength, sig.dose, unit) for strength, unit in zip(sig.strengths, default_units, strict=True)
        )
    strengths = [s for s in sig.strengths if s.unit not in {"%", "mL"}]
    if strengths:
        return (_by_count(*_strength_and_dose(strengths, sig.dose)),)
    if sig.per_volume is not None:
        return (_by_volume(sig),)
    if sig.bare_numbers and default_units[0]:
        return (_by_count(Quantity(sig.bare_numbers[0], ""), sig.dose, default_units[0]),)
    return (None,)


def _strength_and_dose(strengths: list[Quantity], dose: Quantity | None) -> tuple[Quantity, Quantity | None]:
    """ "500 mg tablet ... 1000 mg": the second amount is the dose when it is a sensible multiple of the first."""
    if len(strengths) < 2 or strengths[0].unit != strengths[1].unit or not strengths[0].value:
        return strengths[0], dose
    ratio = strengths[1].value / strengths[0].value
    is_multiple = any(abs(ratio - step) < 1e-6 for step in (0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6))
    return (strengths[1], None) if is_multiple else (strengths[0], dose)


def _by_count(
    strength: Quantity, dose: Quantity | None, default_unit: str | None = None
) -> tuple[Quantity, str] | None:
    if not strength.unit:
        if default_unit is None:
            return None
        found = _by_count(Quantity(strength.value, default_unit, strength.high), dose)
        return found and (
            found[0],
            f"{strength.value:g} read as {strength.value:g} {default_unit}: no unit was written",
        )
    if dose is None:
        return strength, ""
    if dose.unit in _COUNTED:
        top = strength.upper * dose.upper
        low = strength.value * dose.value
        return Quantity(low, strength.unit, top if top > low else None), ""
    return (strength, "") if dose.unit in {"drop", "spray"} else None


_SPOON_ML = {"teaspoon": 5.0, "tablespoon": 15.0}


def _by_volume(sig: Sig) -> tuple[Quantity, str] | None:
    """A liquid: concentration times the volume taken."""
    per = sig.per_volume
    if per is None or not per.unit.endswith("/mL"):
        return None
    volume = next((s for s in sig.strengths if s.unit == "mL"), None)
    if volume is None and sig.dose is not None and sig.dose.unit in _SPOON_ML:
        volume = Quantity(sig.dose.value * _SPOON_ML[sig.dose.unit], "mL")
    return None if volume is None else (Quantity(per.value * volume.upper, per.unit.removesuffix("/mL")), "")
