"""The text of a row: its cells put together the way a person writes a line of a medication list.

``simvastatin 40 mg tablet oral, take 1 tablet at night, RxCUI 198211``: name, strength, form, dose and route, then
directions, then one code.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

TEXT_FIELDS = (
    "drug", "strength", "form", "dose", "dose_unit", "route", "directions", "frequency", "times_a_day", "quantity", "days_supply",
)  # fmt: skip
CODE_FIELDS = ("rxcui", "ndc")
_IN_WORDS = ("directions", "frequency")
# Halves and small numbers of tablets a day, as twice the number: what quantity and days' supply may be taken to mean.
_A_DAY = {1: "0.5", 2: "1", 3: "1.5", 4: "2", 6: "3", 8: "4", 10: "5", 12: "6", 16: "8"}
_NEAR = 0.02
_NDC = r"^[\d*][\d*-]{5,14}$"
_RXCUI = r"^\d{1,8}$"
_ONE_LINE = r"[\r\n\t|]+"


def told_once(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells without numbers that say nothing beside directions in words, so that more rows are alike."""
    fields = cells.columns
    numbers = [pl.col(field) for field in ("times_a_day", "quantity", "days_supply") if field in fields]
    silent = _is_silent(fields)
    return cells.with_columns(pl.when(silent).then(number) for number in numbers) if numbers else cells


def product_text(fields: Collection[str], *, messy: bool) -> pl.Expr:
    """All but the code. ``messy``: some cell may hold a line break, a tab or a bar, each of which would part the line."""
    said = pl.concat_str([_plain(part, messy) for part in _product(fields)], separator=" ", ignore_nulls=True)
    parts: list[pl.Expr] = [pl.when(said != "").then(said)]
    if directions := _directions(fields):
        parts.append(_plain(pl.concat_str(directions, separator=" ", ignore_nulls=True).replace("", None), messy))
    text = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def line_text() -> pl.Expr:
    """``text`` from the columns ``said``, ``code`` and ``named``. Directions alone, or a strength, name nothing."""
    text = pl.concat_str([pl.col("said"), pl.col("code")], separator=", ", ignore_nulls=True)
    return pl.when(pl.col("named") | pl.col("code").is_not_null()).then(text).alias("text")


def _product(fields: Collection[str]) -> list[pl.Expr]:
    drug, strength = pl.col("drug"), pl.col("strength")
    parts = [drug] if "drug" in fields else []
    if "strength" in fields:
        is_said = drug.str.contains(strength, literal=True).fill_null(False) if "drug" in fields else pl.lit(False)
        parts.append(pl.when(~is_said).then(strength))
    if "form" in fields:
        parts.append(pl.col("form"))
    if "dose" in fields:
        unit = [pl.when(pl.col("dose").is_not_null()).then(pl.col("dose_unit"))] if "dose_unit" in fields else []
        parts += [pl.when(pl.col("dose") != "0").then(pl.col("dose")), *unit]
    if "route" in fields:
        parts.append(pl.col("route"))
    return parts


def _directions(fields: Collection[str]) -> list[pl.Expr]:
    parts = [pl.col(field) for field in _IN_WORDS if field in fields]
    silent = _is_silent(fields)
    if "times_a_day" in fields:
        times = pl.col("times_a_day").cast(pl.Float64, strict=False)
        whole = times.is_between(1, 24) & (times == times.round())
        said = (
            pl.when(times == 1)
            .then(pl.lit("once a day"))
            .otherwise(pl.concat_str(times.cast(pl.Int32, strict=False).cast(pl.String), pl.lit(" times a day")))
        )
        parts.append(pl.when(whole & silent).then(said))
    elif {"quantity", "days_supply"} <= set(fields) and "dose" not in fields:
        parts.append(pl.when(silent).then(_worked_out(fields)))
    return parts


def _is_silent(fields: Collection[str]) -> pl.Expr:
    """Whether no directions are given in words."""
    parts = [pl.col(field) for field in _IN_WORDS if field in fields]
    return pl.all_horizontal(*(part.is_null() for part in parts)) if parts else pl.lit(True)


def _worked_out(fields: Collection[str]) -> pl.Expr:
    """ "2 tablets daily" from 60 tablets for 30 days; nothing where the two give no number that people take."""
    named = [pl.col(field) for field in ("drug", "strength", "form") if field in fields]
    where = pl.concat_str(named, separator=" ", ignore_nulls=True).str.to_lowercase() if named else pl.lit("")
    unit = (
        pl.when(where.str.contains(r"\btab(?:s|lets?)?\b"))
        .then(pl.lit("tablet"))
        .when(where.str.contains(r"\bcap(?:s|sules?)?\b"))
        .then(pl.lit("capsule"))
    )
    a_day = pl.col("quantity").cast(pl.Float64, strict=False) / pl.col("days_supply").cast(pl.Float64, strict=False)
    twice = (a_day * 2).round()
    is_near = (a_day * 2 - twice).abs() <= twice * _NEAR
    number = (
        pl.when(is_near)
        .then(twice)
        .cast(pl.Int64, strict=False)
        .replace_strict(_A_DAY, default=None, return_dtype=pl.String)
    )
    return pl.concat_str(number, unit, separator=" ") + pl.when(twice > 2).then(pl.lit("s daily")).otherwise(
        pl.lit(" daily")
    )


def code_text(fields: Collection[str]) -> pl.Expr:
    """One code, that of RxNorm before that of a package. A number that has lost its zeros to a decimal point is none."""
    codes = []
    for field, label, form in (("rxcui", "RxCUI ", _RXCUI), ("ndc", "NDC ", _NDC)):
        if field in fields:
            code = pl.col(field).str.strip_chars()
            codes.append(
                pl.when(code.str.contains(form) & ~code.str.contains(r"^0+$")).then(pl.concat_str(pl.lit(label), code))
            )
    return pl.coalesce(codes)


def _plain(text: pl.Expr, messy: bool) -> pl.Expr:
    return text.str.replace_all(_ONE_LINE, " ") if messy else text
