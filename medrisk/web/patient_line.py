"""Fields about the patient as words of the text: one line at its top, which can be read and edited like any other.

    Patient: 72-year-old woman. eGFR 44. Leg cramps for 2 weeks. Not pregnant.

There is no second way into the check: whoever types this line gets the same notes as whoever fills in the fields. It
stands at the top because the first age, sex and pregnancy of a text count, and no heading can stand above it. "Not
pregnant" comes last and in a sentence of its own, so that it denies nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

_START = "Patient: "
_PERSONS = {"female": "woman", "male": "man"}
_SEXES = {words: sex for sex, words in _PERSONS.items()}
_PREGNANCY = {"yes": "Pregnant", "no": "Not pregnant"}
_AGE = re.compile(r"(\d{1,3})-year-old(?: (woman|man))?")
_SEX = re.compile(r"Sex: (female|male)")
_KIDNEY = re.compile(r"eGFR (\d{1,3}(?:\.\d+)?)")
_SYMPTOM = re.compile(r"[^\d.]+(?: for \d{1,3} (?:days|weeks|months|years))?")


@dataclass(frozen=True, slots=True)
class PatientFields:
    """What the fields hold. Empty means that nothing was said, never that it is normal."""

    age: str = ""
    sex: str = ""
    egfr: str = ""
    pregnant: str = ""
    symptoms: tuple[str, ...] = ()

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> Self:
        symptom = " ".join(form["symptom"].replace(".", " ").split())
        if symptom and form["onset"]:
            symptom = f"{symptom} for {int(form['onset'])} {form['onset_unit']}"
        symptom = symptom[:1].upper() + symptom[1:]
        age = str(int(form["age"])) if form["age"] else ""
        egfr = f"{float(form['egfr']):g}" if form["egfr"] else ""
        return cls(age, form["sex"], egfr, form["pregnant"], (symptom,) if symptom else ())

    @classmethod
    def from_line(cls, line: str) -> Self | None:
        """The fields that a line written here was made of; None for any other line."""
        if not line.startswith(_START) or not line.rstrip().endswith("."):
            return None
        held = cls()
        for words in line.rstrip()[len(_START) : -1].split(". "):
            found = held._with(words)
            if found is None:
                return None
            held = found
        return held

    def _with(self, words: str) -> Self | None:
        if match := _AGE.fullmatch(words):
            return replace(self, age=match[1], sex=_SEXES.get(match[2] or "", self.sex))
        if match := _SEX.fullmatch(words):
            return replace(self, sex=match[1])
        if match := _KIDNEY.fullmatch(words):
            return replace(self, egfr=match[1])
        for answer, written in _PREGNANCY.items():
            if words == written:
                return replace(self, pregnant=answer)
        return replace(self, symptoms=(*self.symptoms, words)) if _SYMPTOM.fullmatch(words) else None

    def over(self, older: Self) -> Self:
        """These fields where they are filled in, and the older ones elsewhere. Symptoms are added up."""
        return replace(
            self,
            age=self.age or older.age,
            sex=self.sex or older.sex,
            egfr=self.egfr or older.egfr,
            pregnant=self.pregnant or older.pregnant,
            symptoms=tuple(dict.fromkeys((*older.symptoms, *self.symptoms))),
        )

    def line(self) -> str:
        """The fields in words, as one line."""
        person = _PERSONS.get(self.sex, "")
        sentences = [
            f"{self.age}-year-old {person}".rstrip() if self.age else f"Sex: {self.sex}" if self.sex else "",
            f"eGFR {self.egfr}" if self.egfr else "",
            *self.symptoms,
            _PREGNANCY.get(self.pregnant, ""),
        ]
        return _START + " ".join(f"{words}." for words in sentences if words)


def with_patient(text: str, fields: PatientFields) -> str:
    """The text with the fields as its first line; a first line that fields were made of before is brought up to date."""
    if fields == PatientFields():
        return text
    first, end, rest = text.partition("\n")
    older = PatientFields.from_line(first)
    if older is None:
        return f"{fields.line()}\n{text}"
    return fields.over(older).line() + end + rest
