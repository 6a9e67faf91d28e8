"""What is known of each patient beside the drugs, brought down to what the knowledge can tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medrisk.audit.readings import MARK
from medrisk.core.assess import facts_of
from medrisk.core.model import Patient
from medrisk.core.stated import Stated
from medrisk.service import Medrisk

Sex = Literal["female", "male"]


class Contexts:
    """Every distinct context that was met, numbered; number 0 is a patient of whom nothing is known."""

    def __init__(self, service: Medrisk, ages: NDArray[np.float64], told: Mapping[str, Patient]) -> None:
        """``told``: what each mark among the facts stands for (see ``Reading.mark``)."""
        self._service = service
        self._told = told
        self._ages = ages
        self.patients: list[Patient] = [Patient()]
        # Whether a symptom or a laboratory value is known, on which the notes of classes turn too.
        self.has_findings: list[bool] = [False]
        self._numbers: dict[object, int] = {}
        self._read: dict[tuple[str | None, int, str | None], int] = {(None, -1, None): 0}

    def number(self, facts: str | None, age: float | None, sex: Sex | None) -> int:
        """The number of a context. ``facts`` are conditions, labs and symptoms in words, ``age`` is in years."""
        age_class = -1 if age is None else self._age_class(age)
        key = (facts or None, age_class, sex)
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = self._new(facts or "", age_class, sex)
        return known

    def _new(self, facts: str, age_class: int, sex: Sex | None) -> int:
        stated = Stated(None if age_class < 0 else self._age_in(age_class), sex)
        words = [fact for fact in facts.split("\n") if not fact.startswith(MARK)]
        patient = self._service.patient("\n".join(words), stated)
        for mark in (fact for fact in facts.split("\n") if fact.startswith(MARK)):
            patient = _joined(patient, self._told[mark])
        if patient.age is not None:
            patient = replace(patient, age=self._age_in(self._age_class(patient.age)))
        seen = facts_of(patient)
        labs = tuple(sorted((replace(lab, text="", start=0, end=0) for found in seen.labs.values() for lab in found), key=repr))
        key = (tuple(sorted(seen.symptoms.items())), tuple(sorted(seen.conditions.items())), labs, patient.age, patient.sex, patient.indications)
        number = self._numbers.setdefault(key, len(self.patients))
        if number == len(self.patients):
            self.patients.append(patient)
            self.has_findings.append(bool(seen.symptoms or seen.labs))
        return number

    def _age_class(self, age: float) -> int:
        """Twice the count of turning points below, and one more on a turning point itself."""
        below = int(np.searchsorted(self._ages, age, "left"))
        return 2 * below + int(below < len(self._ages) and self._ages[below] == age)

    def _age_in(self, age_class: int) -> float:
        """An age of the class, which every condition answers as it would for any other age of the class."""
        below, on_it = divmod(age_class, 2)
        if on_it:
            return float(self._ages[below])
        if not len(self._ages):
            return 0.0
        low = float(self._ages[below - 1]) if below else float(self._ages[0]) - 1.0
        high = float(self._ages[below]) if below < len(self._ages) else low + 2.0
        return (low + high) / 2


def _joined(patient: Patient, told: Patient) -> Patient:
    """What is known of a patient, and what one of the texts says beside it."""
    return replace(
        patient,
        symptoms=(*patient.symptoms, *told.symptoms),
        conditions=(*patient.conditions, *told.conditions),
        labs=(*patient.labs, *told.labs),
        age=told.age if patient.age is None else patient.age,
        sex=patient.sex or told.sex,
        pregnant=told.pregnant if patient.pregnant is None else patient.pregnant,
        indications=patient.indications | told.indications,
    )
