"""Which column of a table is meant for what: the usual names, the user's choice, and what to say where one is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from medrisk.errors import InputError

# The usual names of each field, written without capitals and separators. Where a table has several of them, the first
# one counts. Among them are the columns of MIMIC-III and MIMIC-IV prescriptions, Synthea, Tuva pharmacy_claim and OMOP.
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "patient": (
        "patientid", "personid", "memberid", "mrn", "subjectid", "patient", "member", "person", "subject", "patid", "pid",
        "enrolid", "beneid", "desynpufid", "patientkey", "memberkey", "patientnumber", "patientidentifier", "patienthash",
        "pseudoid", "nhsnumber", "chi", "patientno", "empi",
    ),
    "drug": (
        "drugname", "medicationname", "medication", "drug", "productname", "product", "drugdescription",
        "medicationdescription", "drugnamegeneric", "genericname", "brandname", "drugnamepoe", "labelname", "medicine",
        "medicinename", "drugtext", "medicationtext", "drugsourcevalue", "medname", "med", "description", "itemname",
        "bnfdescription", "bnfpresentation", "bnfname",
    ),
    "strength": ("strength", "prodstrength", "drugstrength", "medicationstrength", "productstrength", "strengthtext"),
    "dose": ("dose", "dosevalrx", "dosevalue", "doseamount", "dosequantity", "singledose"),
    "dose_unit": ("doseunit", "doseunitrx", "doseunits", "doseunitsourcevalue", "doseuom"),
    "form": ("doseform", "dosageform", "drugform", "form", "formrx", "formulation", "productform"),
    "route": ("route", "routeofadministration", "adminroute", "routesourcevalue", "routename"),
    "directions": (
        "sig", "directions", "instructions", "signa", "dosageinstruction", "dosageinstructions", "dosinginstructions",
        "patientinstructions", "sigtext", "dosage", "dosagetext", "posology",
    ),
    "frequency": ("frequency", "freq", "dosefrequency", "dosingfrequency"),
    "times_a_day": ("dosesper24hrs", "timesperday", "timesaday", "dosesperday"),
    "quantity": (
        "quantity", "qty", "quantitydispensed", "dispensedquantity", "qtydispensed", "metricquantity", "metricqty",
        "fillquantity", "drugquantity",
    ),
    "days_supply": ("dayssupply", "daysupply", "daysofsupply", "dayssupplied", "dayssup", "supplydays", "durationdays", "duration"),
    "start": (
        "filldate", "dispensingdate", "dispenseddate", "dispensedate", "datedispensed", "datefilled", "rxfilldate", "drugexposurestartdate",
        "startdate", "start", "startdatetime", "starttime", "medicationstartdate", "prescriptiondate", "prescribeddate",
        "prescribingdate", "orderdate", "authoredon", "servicedate", "dateofservice", "srvcdt", "date", "rxdate", "issuedate",
    ),
    "end": (
        "enddate", "stopdate", "end", "stop", "stoptime", "stopdatetime", "endtime", "enddatetime", "drugexposureenddate",
        "medicationenddate", "discontinueddate", "dateend", "datestopped",
    ),
    "ndc": ("ndc", "ndccode", "ndc11", "nationaldrugcode", "ndcnum", "ndcnumber", "productndc", "prodsrvcid", "prodsrvid"),
    "rxcui": ("rxcui", "rxnorm", "rxnormcode", "rxnormcui", "rxnormid", "rxcuicode"),
    "age": ("age", "ageyears", "patientage", "ageinyears", "ageatfill", "ageatstart", "anchorage"),
    "birth_date": ("birthdate", "dateofbirth", "dob", "born", "birthdatetime", "patientbirthdate", "patientdob"),
    "birth_year": ("yearofbirth", "birthyear", "yob"),
    "sex": ("sex", "gender", "patientsex", "patientgender", "gendersourcevalue", "administrativesex"),
    "conditions": ("conditions", "diagnoses", "diagnosis", "condition", "problems", "comorbidities", "problemlist"),
    "labs": ("labs", "labresults", "lab", "laboratory"),
    "symptoms": ("symptoms", "symptom", "complaints", "complaint"),
    "status": ("status", "medicationstatus", "orderstatus", "prescriptionstatus", "dispensestatus", "rxstatus"),
}  # fmt: skip
CODES = ("ndc", "rxcui")
PATIENT_FIELDS = ("age", "birth_date", "birth_year", "sex", "conditions", "labs", "symptoms")
# Synthea's tables say nothing but CODE and DESCRIPTION; in medications.csv, which alone has DISPENSES, the code is an
# RxCUI; in conditions.csv the description is a diagnosis; in patients.csv the patient is Id.
_SYNTHEA_MEDICATIONS = frozenset({"start", "patient", "code", "description", "dispenses"})
_SYNTHEA_CONDITIONS = frozenset({"start", "patient", "encounter", "code", "description"})
_SYNTHEA_PATIENTS = frozenset({"id", "birthdate", "deathdate", "gender"})
_NOT_LETTERS = re.compile(r"[^a-z0-9]")
_VALUE = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ TZ-]*")
_NAMELIKE = re.compile(r"[A-Za-z_][\w .()/#%-]{0,60}")


def plain_name(name: str) -> str:
    """A column's name without capitals and separators."""
    return _NOT_LETTERS.sub("", name.lower())


_KNOWN_NAMES = frozenset(name for names in USUAL_NAMES.values() for name in names)


def known_columns(header: Sequence[str]) -> int:
    """How many of these cells are usual names of columns."""
    return sum(plain_name(cell) in _KNOWN_NAMES for cell in header)


def check_header(header: Sequence[str], name: str, chosen: Mapping[str, str]) -> None:
    """Raises InputError where the first row holds values: what it says is not repeated."""
    if known_columns(header) or any(column in header for column in chosen.values()):
        return
    if any(_VALUE.fullmatch(cell.strip()) for cell in header if cell.strip()) or not any(
        _NAMELIKE.fullmatch(cell.strip()) for cell in header
    ):
        hint = "Put a first line with the names of the columns above it, such as patient_id, drug_name, sig, fill_date."
        raise InputError(
            f"{name}: the first row looks like data, not like the names of columns.", hint=hint, field="file"
        )


def find_columns(
    header: Sequence[str], name: str, chosen: Mapping[str, str], *, of_patients: bool = False
) -> dict[str, str]:
    """The field of medrisk -> the column. ``chosen`` wins; of several usual names the first in USUAL_NAMES counts.

    Raises InputError where the patient, or every column that could name a drug, is missing, where ``chosen`` names a
    field or a column that is not there, and where a needed column stands there twice.
    """
    check_header(header, name, chosen)
    _check_chosen(header, name, chosen)
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(plain_name(column), column)
    wanted = ("patient", *PATIENT_FIELDS) if of_patients else tuple(USUAL_NAMES)
    found = dict(chosen)
    for names in (_special_names(by_name), USUAL_NAMES):
        for field in wanted:
            free = (by_name[n] for n in names.get(field, ()) if n in by_name and by_name[n] not in found.values())
            if field not in found and (there := next(free, None)) is not None:
                found[field] = there
    if "directions" not in found and "frequency" in found and "dose" not in found and "frequency" not in chosen:
        found["directions"] = found.pop("frequency")
    _check_needed(found, header, name, of_patients)
    _check_once(found, header, name)
    return {field: found[field] for field in USUAL_NAMES if field in found}


def _special_names(by_name: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    if by_name.keys() >= _SYNTHEA_MEDICATIONS:
        return {"rxcui": ("code",), "drug": ("description",)}
    if by_name.keys() >= _SYNTHEA_CONDITIONS and "basecost" not in by_name and "type" not in by_name:
        return {"conditions": ("description",)}
    if by_name.keys() >= _SYNTHEA_PATIENTS:
        return {"patient": ("id",)}
    return {}


def check_fields(chosen: Mapping[str, str]) -> None:
    """Raises InputError where ``--map`` names a field that there is not."""
    if unknown := [field for field in chosen if field not in USUAL_NAMES]:
        hint = f"Fields are: {', '.join(USUAL_NAMES)}."
        raise InputError(f"--map: there is no field {', '.join(unknown)}.", hint=hint, field="map")


def _check_chosen(header: Sequence[str], name: str, chosen: Mapping[str, str]) -> None:
    check_fields(chosen)
    if missing := [column for column in chosen.values() if column not in header]:
        raise InputError(f"{name}: there is no column {', '.join(missing)}.", hint=_columns_there(header), field="map")
    if twice := _repeated(list(chosen.values())):
        hint = "Give each field a column of its own."
        raise InputError(f"--map: the column {', '.join(twice)} is named for several fields.", hint=hint, field="map")


def _check_needed(found: Mapping[str, str], header: Sequence[str], name: str, of_patients: bool) -> None:
    if "patient" not in found:
        if any(plain_name(column).startswith("bnf") for column in header):
            hint = "Prescribing data of the NHSBSA count items by practice. Ask for an extract with an identifier of the patient on each row."
            raise InputError(
                f"{name}: this table has no patients, so nothing in it can be checked together.",
                hint=hint,
                field="patient",
            )
        hint = f"{_columns_there(header)} Say which one holds the patient: --map patient=COLUMN."
        raise InputError(f"{name}: no column that holds the patient was found.", hint=hint, field="patient")
    if of_patients:
        if not any(field in found for field in PATIENT_FIELDS):
            hint = f"{_columns_there(header)} Say which one holds what: --map sex=COLUMN, --map conditions=COLUMN."
            raise InputError(f"{name}: no column says anything of a patient.", hint=hint, field="patients")
    elif "drug" not in found and not any(code in found for code in CODES):
        hint = (
            f"{_columns_there(header)} Say which one holds the drug: --map drug=COLUMN (or ndc=COLUMN, rxcui=COLUMN)."
        )
        raise InputError(f"{name}: no column that holds a drug was found.", hint=hint, field="drug")


def _check_once(found: Mapping[str, str], header: Sequence[str], name: str) -> None:
    """Of two columns of one name, either could be meant, and what the other says would be lost."""
    if twice := [column for column in _repeated(header) if column in found.values()]:
        hint = "Give each column a name of its own in the file; --map FIELD=COLUMN says which one is meant."
        raise InputError(f"{name}: several columns have the name {', '.join(twice)}.", hint=hint, field="file")


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _columns_there(header: Sequence[str]) -> str:
    return f"Its columns are: {', '.join(header)}."
