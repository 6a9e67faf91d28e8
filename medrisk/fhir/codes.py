"""The code systems of FHIR R4 that are read, and the LOINC codes of the laboratory tests of ``data/labs.yaml``.

The codes are those of LOINC for results in blood, serum or plasma (loinc.org; the serum chemistry also in the LOINC Code
Worksheet of the US Healthcare Cost and Utilization Project, Appendix K). A urine code must never be added: it would be
read as a blood level.
"""

from __future__ import annotations

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
LOINC = "http://loinc.org"
ICD10 = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"})
SNOMED = "http://snomed.info/sct"

PREGNANCY_STATUS = "82810-3"
# SNOMED CT pregnant, not pregnant; LOINC answers of 82810-3 the same.
PREGNANT = frozenset({"77386006", "LA15173-0"})
NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})

_LABS = {
    "potassium": ("2823-3", "6298-4"),
    "sodium": ("2951-2", "2947-0"),
    "magnesium": ("19123-9", "2601-3"),
    "calcium": ("17861-6", "2000-8"),
    "ionised_calcium": ("1994-3", "1995-0"),
    "calcium_corrected": ("29265-6",),
    "albumin": ("1751-7",),
    "creatine_kinase": ("2157-6",),
    "creatinine": ("2160-0", "14682-9"),
    "egfr": ("33914-3", "62238-1", "98979-8"),
    "creatinine_clearance": ("2164-2", "35591-7"),
    "tsh": ("3016-3",),
    "vitamin_d": ("1989-3",),
    "glucose": ("2345-7", "14749-6"),
    "phosphate": ("2777-1", "14879-1"),
    "lithium_level": ("14334-7",),
    "digoxin_level": ("10535-3",),
    "inr": ("6301-6", "34714-6"),
    "bnp": ("30934-4",),
    "qtc": ("8636-3",),
    "hba1c": ("4548-4",),
    "chloride": ("2075-0",),
    "bicarbonate": ("1963-8",),
    "urea": ("22664-7",),
    "urea_nitrogen": ("3094-0",),
    "haemoglobin": ("718-7",),
}
LAB_OF_LOINC = {code: lab for lab, codes in _LABS.items() for code in codes}
# Verification statuses of a Condition that nobody is sure of: it is read as possible, never as certain.
UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
