"""A small vocabulary of real names, so that the tests of reading do not change with the formulary."""

from __future__ import annotations

import pytest

from medrisk.vocabulary import build_vocabulary

_FORMULARY = {
    "area": "test",
    "ingredients": {
        "amlodipine": {"rxcui": "17767", "brands": ["Norvasc"], "unit": "mg"},
        "atorvastatin": {"rxcui": "83367", "brands": ["Lipitor"], "unit": "mg"},
        "albuterol": {"synonyms": ["salbutamol"], "brands": ["Ventolin"], "route": "inhaled"},
        "celecoxib": {"brands": ["Celebrex"]},
        "chloramphenicol": {},
        "citalopram": {"brands": ["Celexa"]},
        "digoxin": {"brands": ["Lanoxin"]},
        "ethanol": {"synonyms": ["alcohol"]},
        "furosemide": {"rxcui": "4603", "synonyms": ["frusemide"], "brands": ["Lasix"], "unit": "mg"},
        "hydralazine": {},
        "hydrochlorothiazide": {"rxcui": "5487", "brands": ["Microzide"], "unit": "mg"},
        "hydroxyzine": {"brands": ["Atarax"]},
        "insulin lispro": {"brands": ["Humalog"], "route": "subcutaneous"},
        "insulin": {},
        "isoniazid": {},
        "lisinopril": {"brands": ["Zestril"], "unit": "mg"},
        "lithium": {},
        "magnesium oxide": {},
        "magnesium": {},
        "metoprolol": {"brands": ["Lopressor", "Toprol"], "unit": "mg"},
        "morphine": {},
        "naproxen": {"brands": ["Naprosyn", "Aleve"], "unit": "mg"},
        "phencyclidine": {},
        "potassium chloride": {"brands": ["K-Dur"]},
        "potassium": {},
        "prednisolone": {"unit": "mg"},
        "prednisone": {"unit": "mg"},
        "quinidine": {},
        "quinine": {},
        "simvastatin": {"rxcui": "36567", "brands": ["Zocor"], "unit": "mg"},
        "timolol": {"brands": ["Blocadren"], "brand_routes": {"Timoptic": "ophthalmic"}},
        "vitamin d": {},
        "warfarin": {"brands": ["Coumadin"], "unit": "mg"},
    },
    "products": {
        "Caduet": {"ingredients": ["amlodipine", "atorvastatin"]},
        "Zestoretic": {"ingredients": ["lisinopril", "hydrochlorothiazide"]},
    },
}
_ABBREVIATIONS = {
    "HCTZ": {"means": [["hydrochlorothiazide"]]},
    "INH": {"means": [["isoniazid"]]},
    "KCl": {"means": [["potassium chloride"]]},
    "MSO4": {"means": [["morphine"]], "unsafe": True},
    "PCP": {"means": [["phencyclidine"]]},
    "PRED": {"means": [["prednisone"], ["prednisolone"]]},
}
_LOOK_ALIKES = [("hydralazine", "hydroxyzine"), ("quinine", "quinidine"), ("Celebrex", "Celexa"), ("prednisone", "prednisolone")]


@pytest.fixture(scope="session")
def vocabulary():  # type: ignore[no-untyped-def]
    return build_vocabulary([_FORMULARY], _ABBREVIATIONS, ["blood thinner", "water pill"], _LOOK_ALIKES)
