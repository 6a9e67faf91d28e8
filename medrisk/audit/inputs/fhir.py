"""FHIR R4 of many patients: bulk NDJSON, one resource a line, and Bundles. Lines of a Bundle are numbers of entries.

What belongs together may lie apart: a medication may be named by a Medication resource, and birth date and sex stand in
a Patient, of the same file or of ``Medication.ndjson`` and ``Patient.ndjson`` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from medrisk.audit.inputs.fhir_rows import DRUGS, FACTS, SILENT, Named, drug_cells, fact_cells, name_of
from medrisk.audit.inputs.records import Records, read_document, read_lines
from medrisk.audit.inputs.shaping import Plan, shape
from medrisk.audit.rows import ReadOptions, Reject, RowBlock
from medrisk.errors import InputError
from medrisk.fhir.tree import code_of, many, one, words

_SIBLINGS = ("Medication", "Patient")
_OTHER_KIND = "resources of this kind are not read here"
_DRUG_COLUMNS = ("patient", "drug", "directions", "rxcui", "ndc", "start", "end", "days_supply", "birth_date", "sex")
_FACT_COLUMNS = ("patient", "conditions", "labs", "sex")


@dataclass(slots=True)
class Index:
    """Medications and patients by their ids: what they are called, birth date and sex."""

    medications: dict[str, Named] = field(default_factory=dict)
    patients: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, resource: Mapping[str, Any]) -> None:
        kind, name = resource.get("resourceType"), code_of(resource.get("id"))
        if kind == "Medication":
            self.medications[name] = name_of(resource.get("code"), dict(resource))
        elif kind == "Patient":
            self.patients[name] = (words(resource.get("birthDate")), words(resource.get("gender")))


@dataclass(frozen=True, slots=True)
class FhirSource:
    path: Path
    name: str
    is_document: bool
    plan: Plan
    index: Index
    size: int

    @property
    def taken_for(self) -> Mapping[str, str]:
        return {
            "patient": "subject",
            "drug": "medication[x]",
            "directions": "dosage",
            "start": "authoredOn, effective[x], whenHandedOver",
        }

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        if self.is_document:
            if not (at and at.get("done")):
                yield self._block(Records(list(resources_of(read_document(self.path))), [], {"done": 1}))
            return
        for records in read_lines(self.path, at):
            yield self._block(records)

    def _block(self, records: Records) -> RowBlock:
        drugs: list[dict[str, Any]] = []
        facts: list[dict[str, Any]] = []
        rejects = list(records.rejects)
        for line, resource in records.found:
            kind = resource.get("resourceType")
            if kind in DRUGS:
                cells = drug_cells(resource, self.index.medications)
                if isinstance(cells, str):
                    rejects.append(Reject(line, cells))
                    continue
                birth, sex = self.index.patients.get(cells["patient"] or "", ("", ""))
                drugs.append({**cells, "birth_date": birth or None, "sex": sex or None, "line": line})
            elif kind in FACTS:
                cells = fact_cells(resource)
                if isinstance(cells, str):
                    rejects.append(Reject(line, cells))
                else:
                    facts.append({**cells, "line": line})
            elif kind not in SILENT:
                rejects.append(Reject(line, _OTHER_KIND))
        rows, refused = shape(_frame(drugs, _DRUG_COLUMNS), self.plan)
        more, refused_too = shape(_frame(facts, _FACT_COLUMNS), Plan(of_patients=True))
        told = tuple(sorted((*rejects, *refused, *refused_too), key=lambda reject: reject.line))
        both = pl.concat([rows, more]).sort("line") if more.height else rows
        return RowBlock(both, told, both.height + len(told), records.next)


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"line": pl.Int64, **dict.fromkeys(columns, pl.String)})


def resources_of(document: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The resources of a Bundle, of a list of Bundles or resources, or one alone, numbered from 1."""
    number = 0
    for part in many(document):
        entries = many(part.get("entry")) if part.get("resourceType") == "Bundle" else [{"resource": part}]
        for entry in entries:
            number += 1
            yield number, one(entry.get("resource"))


def open_fhir(path: Path, name: str, options: ReadOptions, *, is_document: bool) -> FhirSource:
    """Reads the file once for the medications and patients in it. Raises InputError for a document that is no FHIR."""
    index = Index()
    for kind in _SIBLINGS:
        for sibling in sorted(path.parent.glob(f"{kind}*.ndjson*")):
            if sibling != path:
                _add_lines(index, sibling)
    if is_document:
        found = list(resources_of(read_document(path)))
        if not any(resource.get("resourceType") for _, resource in found):
            raise InputError(
                f"{name}: this JSON is neither FHIR nor one record a line.",
                hint="Give FHIR Bundles, or NDJSON.",
                field="file",
            )
        for _, resource in found:
            index.add(resource)
    else:
        _add_lines(index, path)
    return FhirSource(path, name, is_document, Plan(with_codes=options.codes), index, path.stat().st_size)


def _add_lines(index: Index, path: Path) -> None:
    for records in read_lines(path):
        for _, resource in records.found:
            index.add(resource)
