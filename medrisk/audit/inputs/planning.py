"""The plan of a file: in which order its dates stand, found from its own values, and what the user chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from medrisk.audit.inputs.dates import DayOrder, day_order
from medrisk.audit.inputs.shaping import Plan
from medrisk.audit.rows import ReadOptions

DATE_FIELDS = ("start", "end", "birth_date")


def plan_for(
    columns: Mapping[str, str],
    name: str,
    options: ReadOptions,
    values: Callable[[str], Iterable[str | None]],
    *,
    of_patients: bool = False,
) -> Plan:
    """``values`` gives cells of a field to look at. Raises InputError where the order of day and month is not certain."""
    orders: dict[str, DayOrder | None] = {}
    for field in DATE_FIELDS:
        if field in columns:
            orders[field] = day_order(values(field), columns[field], name, options.dates)
    return Plan(orders, with_codes=options.codes, of_patients=of_patients)
