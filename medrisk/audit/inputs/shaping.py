"""From the cells of a table, all of them text, to rows as ``medrisk.audit.rows`` has them, and the rows to refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from medrisk.audit.inputs.dates import DayOrder, days_of
from medrisk.audit.inputs.distinct import for_each_distinct
from medrisk.audit.inputs.row_text import CODE_FIELDS, TEXT_FIELDS, code_text, line_text, product_text, told_once
from medrisk.audit.rows import ROW_SCHEMA, Reject

# Cells that say that nothing is there.
EMPTY_CELLS = ("", "NULL", "null", "\\N", "NaN", "nan", "None", "<NA>")
NOT_TAKEN = frozenset({
    "entered-in-error", "not-taken", "not-done", "cancelled", "canceled", "declined", "reversed", "rejected", "void", "voided",
    "deleted", "draft", "on-hold", "denied", "not-dispensed", "returned",
})  # fmt: skip
LONGEST_TEXT = 2_000
_LONGEST_SUPPLY = 3_660
_NO_PATIENT = "no patient: the row has nothing in the column of the patient"
_NO_DRUG = "no drug: the row has neither a drug name nor a code that can be read (a code written as a number with a decimal point has lost its zeros: export codes as text)"
_LONG = f"the drug and its directions are longer than {LONGEST_TEXT:,} characters: look for a quote or delimiter that is missing"
_BAD_START = "the start date is no date that can be read: write it as 2025-12-31"
_BAD_END = "the end date is no date that can be read: write it as 2025-12-31, or leave it empty"
_BACKWARDS = "the end date stands before the start date: correct one of them"
_FACTS = ("conditions", "labs", "symptoms")
_DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cells of one file become rows. ``births`` has ``patient`` and ``born`` (days since 1970) of a second file.

    ``enrich`` looks up what other tables say of the cells. ``of_patients``: the rows say something of a patient and name no drug.
    """

    orders: Mapping[str, DayOrder | None] = field(default_factory=dict)
    with_codes: bool = True
    of_patients: bool = False
    births: pl.DataFrame | None = None
    enrich: Callable[[pl.DataFrame], pl.DataFrame] | None = None


def shape(cells: pl.DataFrame, plan: Plan, *, messy: bool = True) -> tuple[pl.DataFrame, tuple[Reject, ...]]:
    """``cells`` has ``line`` and one text column for each field that the file has; null where a cell is empty."""
    if plan.enrich is not None:
        cells = plan.enrich(cells)
    fields = [name for name in cells.columns if name != "line"]
    start = _days(cells, "start", plan)
    end, end_is_bad = _end(cells, start, plan)
    born = _born(cells, plan)
    rows = cells.with_columns(start=start, end=end, born=born).select(
        pl.col("line").cast(pl.Int64),
        _not_empty(pl.col("patient").str.strip_chars()).alias("patient"),
        pl.Series("text", _texts(cells, plan, messy), pl.String),
        pl.col("start"),
        pl.col("end"),
        _age(fields).alias("age"),
        pl.Series("sex", _by_distinct(cells, ("sex",), _sex), pl.String),
        pl.Series("facts", _by_distinct(cells, _FACTS, _facts), pl.String),
        pl.Series("status", _by_distinct(cells, ("status",), _status), pl.String),
        _bad_start(cells, start).alias("bad_start"),
        end_is_bad.alias("bad_end"),
    )
    rows = _join_births(rows, plan)
    problem = _problem(plan)
    refused = rows.filter(problem.is_not_null()).select("line", problem.alias("reason"))
    if refused.height:
        rows = rows.filter(problem.is_null())
    return rows.select(*ROW_SCHEMA), tuple(Reject(line, reason) for line, reason in refused.iter_rows())


def births(cells: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """``patient`` and ``born`` of a table of patients."""
    return pl.DataFrame({"patient": cells["patient"].str.strip_chars(), "born": _born(cells, plan)})


def _texts(cells: pl.DataFrame, plan: Plan, messy: bool) -> pl.Series:
    if plan.of_patients:
        return _nothing(cells, pl.String)
    said = _by_distinct(told_once(cells), TEXT_FIELDS, lambda fields: product_text(fields, messy=messy))
    named = (
        cells["drug"].is_not_null() if "drug" in cells.columns else pl.Series([False]).new_from_index(0, cells.height)
    )
    codes = cells.select(pl.col(field) for field in CODE_FIELDS if field in cells.columns)
    if not plan.with_codes:
        codes = codes.with_columns(pl.when(~named).then(pl.all()))
    code = _by_distinct(codes, CODE_FIELDS, code_text) if codes.width else _nothing(cells, pl.String)
    texts = pl.DataFrame({"said": said, "code": code, "named": named})
    if code.null_count() == cells.height:
        return texts.select(pl.when("named").then("said"))["said"]
    return texts.select(line_text())["text"]


def _nothing(cells: pl.DataFrame, kind: type[pl.DataType]) -> pl.Series:
    return pl.Series([None], dtype=kind).new_from_index(0, cells.height)


def _problem(plan: Plan) -> pl.Expr:
    """What is wrong with a row, the first thing found; null where nothing is."""
    status = pl.concat_str(pl.lit("not taken: status "), pl.col("status"))
    found = (
        pl.when(pl.col("patient").is_null()).then(pl.lit(_NO_PATIENT)).when(pl.col("status").is_not_null()).then(status)
    )
    if not plan.of_patients:
        found = found.when(pl.col("text").is_null()).then(pl.lit(_NO_DRUG))
        found = found.when(pl.col("text").str.len_bytes() > LONGEST_TEXT).then(pl.lit(_LONG))
    return (
        found.when(pl.col("bad_start")).then(pl.lit(_BAD_START))
        .when(pl.col("bad_end")).then(pl.lit(_BAD_END))
        .when(pl.col("end") < pl.col("start")).then(pl.lit(_BACKWARDS))
        .otherwise(pl.lit(None, pl.String))
    )  # fmt: skip


def _days(cells: pl.DataFrame, name: str, plan: Plan) -> pl.Series:
    if name not in cells.columns:
        return _nothing(cells, pl.Int32)
    order = plan.orders.get(name)
    return for_each_distinct(cells.select(name), lambda distinct: days_of(distinct[name], order))


def _bad_start(cells: pl.DataFrame, start: pl.Series) -> pl.Series:
    if "start" not in cells.columns:
        return pl.Series("bad", [False]).new_from_index(0, cells.height)
    return start.is_null() & cells["start"].is_not_null()


def _end(cells: pl.DataFrame, start: pl.Series, plan: Plan) -> tuple[pl.Series, pl.Series]:
    """The last day, and which rows have an end that cannot be read. The year 9999 is how databases write "no end"."""
    frame = pl.DataFrame({"start": start, "end": _days(cells, "end", plan)})
    bad = pl.Series("bad", [False]).new_from_index(0, cells.height)
    if "end" in cells.columns:
        bad = frame["end"].is_null() & cells["end"].is_not_null()
        if bad.any():
            bad &= ~cells["end"].str.contains("9999").fill_null(False)
    if "days_supply" in cells.columns:
        supply = for_each_distinct(cells.select("days_supply"), lambda distinct: numbers(distinct["days_supply"]))
        days = pl.when(supply.is_between(1, _LONGEST_SUPPLY)).then(supply.ceil().cast(pl.Int32, strict=False))
        frame = frame.with_columns(end=pl.coalesce(pl.col("end"), pl.col("start") + days - 1))
    return frame["end"], bad


def numbers(values: pl.Series) -> pl.Series:
    """Numbers of a text column, also with words behind them ("30 days"); null where there is none."""
    read = values.str.strip_chars().cast(pl.Float64, strict=False)
    if read.null_count() == values.null_count():
        return read
    return read.fill_null(values.str.extract(r"^\s*(\d+(?:\.\d+)?)\b").cast(pl.Float64, strict=False))


def _born(cells: pl.DataFrame, plan: Plan) -> pl.Series:
    """Days since 1970 of the birth; of a year alone the middle of it."""
    if "birth_date" in cells.columns:
        return _days(cells, "birth_date", plan)
    if "birth_year" in cells.columns:
        year = numbers(cells["birth_year"])
        return ((year - 1970) * _DAYS_OF_YEAR + 182).cast(pl.Int32, strict=False)
    return _nothing(cells, pl.Int32)


def _age(fields: list[str]) -> pl.Expr:
    """Years as the file says, else on the first day on which the drug is taken."""
    years = _years(pl.col("born"))
    if "age" in fields:
        said = pl.coalesce(
            pl.col("age").cast(pl.Float64, strict=False), pl.col("age").str.extract(r"^\s*(\d{1,3})\b").cast(pl.Float64)
        )
        years = pl.coalesce(said, years)
    return pl.when(years.is_between(0, 130)).then(years)


def _years(born: pl.Expr) -> pl.Expr:
    return ((pl.col("start") - born) / _DAYS_OF_YEAR).floor()


def _join_births(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    if plan.births is None:
        return rows
    joined = rows.join(plan.births, on="patient", how="left", maintain_order="left")
    years = _years(pl.col("born"))
    return joined.with_columns(age=pl.coalesce(pl.col("age"), pl.when(years.is_between(0, 130)).then(years)))


def _by_distinct(cells: pl.DataFrame, wanted: Sequence[str], expression: Callable[[list[str]], pl.Expr]) -> pl.Series:
    fields = [name for name in wanted if name in cells.columns]
    if not fields:
        return _nothing(cells, pl.String)
    return for_each_distinct(
        cells.select(fields), lambda distinct: distinct.select(expression(fields).alias("it"))["it"]
    )


def _sex(_fields: list[str]) -> pl.Expr:
    first = pl.col("sex").str.strip_chars().str.slice(0, 1).str.to_lowercase()
    return pl.when(first.is_in(["f", "w"])).then(pl.lit("female")).when(first == "m").then(pl.lit("male"))


def _facts(fields: list[str]) -> pl.Expr:
    said = [pl.col(name).str.replace_all(r"\s*[\r\n\t|;]+\s*", "; ") for name in fields]
    return _not_empty(pl.concat_str(said, separator="; ", ignore_nulls=True))


def _status(_fields: list[str]) -> pl.Expr:
    """The status of a row that was never taken, as the list of such words has it."""
    plain = pl.col("status").str.strip_chars().str.to_lowercase().str.replace_all(r"[ _]+", "-")
    return pl.when(plain.is_in(list(NOT_TAKEN))).then(plain)


def _not_empty(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
