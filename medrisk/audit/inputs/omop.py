"""OMOP CDM: ``drug_exposure``, with the names and codes of its drugs from ``concept`` and the patients from ``person``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from medrisk.audit.inputs.csv_layout import find_csv_layout
from medrisk.audit.rows import ReadOptions
from medrisk.errors import InputError

# Field of medrisk -> column of drug_exposure. ``concept`` and ``source`` are looked up in the table of concepts.
COLUMNS = {
    "patient": "person_id", "concept": "drug_concept_id", "source": "drug_source_value", "route": "route_source_value",
    "directions": "sig", "quantity": "quantity", "days_supply": "days_supply", "start": "drug_exposure_start_date",
    "end": "drug_exposure_end_date",
}  # fmt: skip
_NEEDED = ("person_id", "drug_concept_id", "drug_exposure_start_date")
_FEMALE, _MALE = "8532", "8507"
_TABLE = re.compile(r"^(.*?)(drug_exposure)(\..+)$", re.IGNORECASE)
_TABLES = frozenset(
    "care_site cdm_source cohort concept concept_ancestor concept_class concept_relationship concept_synonym condition_era"
    " condition_occurrence cost death device_exposure domain dose_era drug_era drug_strength episode episode_event fact_relationship"
    " location measurement metadata note note_nlp observation observation_period payer_plan_period person"
    " procedure_occurrence provider relationship source_to_concept_map specimen visit_detail visit_occurrence vocabulary".split()
)
_HINT = "Put concept (and person, for age and sex) into the same folder as drug_exposure."

Enrich = Callable[[pl.DataFrame], pl.DataFrame]


def is_drug_exposure(path: Path) -> bool:
    return _TABLE.match(path.name) is not None


def sibling(path: Path, table: str) -> Path | None:
    """The other table of the same export, in whatever format."""
    match = _TABLE.match(path.name)
    start = match[1] if match else ""
    return next(
        (
            f
            for f in sorted(path.parent.iterdir())
            if f.is_file() and f.name.lower().startswith(f"{start}{table}.".lower())
        ),
        None,
    )


def is_table_beside(path: Path, exposure: Path) -> bool:
    """Whether it is another table of the export that this drug_exposure belongs to: none of them has rows of its own."""
    match = _TABLE.match(exposure.name)
    if match is None or path.parent != exposure.parent or not path.name.lower().startswith(match[1].lower()):
        return False
    return path.name[len(match[1]) :].split(".")[0].lower() in _TABLES


def omop_columns(header: Sequence[str], name: str) -> dict[str, str]:
    """Raises InputError where drug_exposure lacks a column that every version of the CDM has."""
    by_name = {column.lower(): column for column in header}
    if missing := [column for column in _NEEDED if column not in by_name]:
        raise InputError(
            f"{name}: drug_exposure has no column {', '.join(missing)}.",
            hint=f"Its columns are: {', '.join(header)}.",
            field="file",
        )
    return {field: by_name[column] for field, column in COLUMNS.items() if column in by_name}


def omop_enrich(path: Path, name: str, options: ReadOptions) -> Enrich:
    """What turns concept ids into names and RxCUIs, and adds year of birth and sex. Raises InputError without ``concept``."""
    concept = sibling(path, "concept")
    if concept is None:
        raise InputError(f"{name}: the table concept, which names the drugs, is missing.", hint=_HINT, field="file")
    names = _read(
        concept,
        {"concept": "concept_id", "drug": "concept_name", "vocabulary": "vocabulary_id", "code": "concept_code"},
        options,
    )
    is_rxnorm = pl.col("vocabulary") == "RxNorm"
    names = names.select("concept", "drug", pl.when(is_rxnorm).then(pl.col("code")).alias("rxcui")).unique(
        "concept", keep="first"
    )
    person = sibling(path, "person")
    people = None
    if person is not None:
        people = _read(
            person, {"patient": "person_id", "birth_year": "year_of_birth", "gender": "gender_concept_id"}, options
        )
        sex = (
            pl.when(pl.col("gender") == _FEMALE)
            .then(pl.lit("female"))
            .when(pl.col("gender") == _MALE)
            .then(pl.lit("male"))
        )
        people = people.select("patient", "birth_year", sex.alias("sex")).unique("patient", keep="first")

    def enrich(cells: pl.DataFrame) -> pl.DataFrame:
        joined = cells.join(names, on="concept", how="left", maintain_order="left")
        is_known = pl.col("concept") != "0"
        source = pl.col("source") if "source" in cells.columns else pl.lit(None, pl.String)
        joined = joined.with_columns(
            drug=pl.when(is_known).then(pl.col("drug")).fill_null(source), rxcui=pl.when(is_known).then(pl.col("rxcui"))
        )
        joined = joined.drop("concept", "source", strict=False)
        return joined if people is None else joined.join(people, on="patient", how="left", maintain_order="left")

    return enrich


def _read(path: Path, columns: Mapping[str, str], options: ReadOptions) -> pl.DataFrame:
    """Some columns of a small table as text. The files of Athena are parted by tabs and have no quotes."""
    try:
        if path.suffix.lower() == ".parquet":
            frame = pl.read_parquet(path)
        else:
            layout = find_csv_layout(path, str(path), options)
            quote = None if layout.delimiter == "\t" else '"'
            frame = pl.read_csv(
                path, separator=layout.delimiter, quote_char=quote, infer_schema=False, extra_columns="ignore"
            )
        frame = frame.rename({column: column.lower() for column in frame.columns})
        return frame.select(pl.col(column).cast(pl.String).alias(field) for field, column in columns.items())
    except PolarsError:
        hint = f"It needs the columns {', '.join(columns.values())}."
        raise InputError(f"{path}: the table cannot be read.", hint=hint, field="file") from None
