"""A data folder with one entry of each kind, small enough to read, in which a test breaks one thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medrisk.knowledge import check_knowledge

MINIMAL = {
    "sources/all.yaml": """
sources:
  label-zocor:
    citation: Zocor (simvastatin) US prescribing information
    kind: label
    locator: "DailyMed"
    checked: seen
    read_on: 2026-11-22
  background:
    citation: General pharmacological knowledge
    kind: background
    locator: none
    checked: background
""",
    "effects.yaml": """
effects:
  muscle_cramp: {name: Muscle cramp, group: muscle, lay: muscle cramps}
  myopathy: {name: Myopathy, group: muscle, lay: muscle damage}
  hypokalaemia: {name: Low potassium, group: potassium, lay: low potassium}
""",
    "symptoms.yaml": """
symptoms:
  - id: cramp
    name: Muscle cramp
    terms: [cramp, charley horse]
    not_with: [menstrual]
    explained_by: [muscle_cramp, hypokalaemia]
    codes: {icd10cm: ["R25.2"], snomed_ct: ["55300003"]}
    lay: true
""",
    "conditions.yaml": """
conditions:
  - id: hypothyroidism
    name: Hypothyroidism
    terms: [hypothyroid]
    category: article
    explains: [cramp]
    note: It causes cramp by itself.
    sources: [{id: background, where: general knowledge, verified: false}]
""",
    "labs.yaml": """
labs:
  - id: potassium
    name: Potassium
    terms: [K, K+]
    unit: mmol/L
    units: {mmol/L: 1, mg/dL: 0.2558}
    assumed_unit: mmol/L
    plausible: [1.0, 10.0]
    low: 3.5
    high: 5.0
    low_effect: hypokalaemia
  - id: egfr
    name: eGFR
    terms: [eGFR]
    unit: mL/min
    units: {mL/min: 1}
    plausible: [1, 200]
  - id: kinase
    name: Kinase
    terms: [kinase]
    unit: xULN
    units: {xULN: 1}
    plausible: [0, 5000]
""",
    "scales.yaml": """
scales:
  - id: tiny_points
    status: draft
    name: Tiny points
    kind: points
    asks: Is it so?
    items:
      - id: first
        ask: Is the first thing so?
        answers: [{id: "yes", points: 1}, {id: "no", points: 0}, {id: unknown, points: null}]
    result:
      bands:
        - {label: high, at_least: 1}
        - {label: low, at_most: 0}
      sources: [{id: label-zocor, where: bands, verified: true}]
    cautions:
      - {text: a caution from memory, verified: false}
    sources: [{id: label-zocor, where: points, verified: true}]
    checked_by: null
  - id: tiny_criteria
    status: draft
    name: Tiny criteria
    kind: criteria
    asks: Which is it?
    items:
      - {id: state, ask: "How is it?", answers: [well, unwell]}
      - id: kinase
        ask: How high is it?
        only_when: {item: state, is: unwell}
        lab: kinase
    result:
      bands:
        - {label: severe, when: {item: kinase, over: 10 xULN}}
        - {label: well, when: {not: {item: state, is: unwell}}}
        - {label: all else}
      sources: [{id: label-zocor, where: criteria, verified: true}]
    sources: [{id: label-zocor, where: criteria, verified: true}]
""",
    "red_flags.yaml": """
red_flags:
  - id: low_potassium
    name: Very low potassium
    status: draft
    when: {all: [{lab: potassium, under: 2.5 mmol/L}, {not: {condition: hypothyroidism}}]}
    interruptive: true
    why: The heart may stop.
    action: [ask for an ECG now]
    evidence: {grade: probable, sources: [{id: background, where: general knowledge, verified: false}]}
    examples: {notes: ["K 2.1"], silent: ["K 4.0"]}
""",
    "look_alikes.yaml": """
look_alikes:
  - names: [hydralazine, hydroxyzine]
    sources: [{id: background, where: general knowledge, verified: false}]
""",
    "formulary/all.yaml": """
area: all
ingredients:
  simvastatin: {rxcui: "36567", brands: [Zocor], synonyms: [MK-733]}
  atorvastatin: {rxcui: "83367"}
  amlodipine: {rxcui: "17767"}
  salmeterol: {route: inhaled, brand_routes: {Serevent: inhaled}}
products:
  Caduet: {ingredients: [amlodipine, atorvastatin]}
""",
    "formulary/abbreviations.yaml": """
abbreviations:
  SIM: {means: [[simvastatin]], unsafe: true}
""",
    "formulary/class_words.yaml": """
class_words: [water pill]
""",
    "drug_classes/statin.yaml": """
id: statin
status: draft
name: Statins
role: promoter
members:
  - simvastatin
  - atorvastatin
duplicate: true
mechanism: Harms the muscle cell.
effects:
  - effect: myopathy
    grade: established
    members: [simvastatin]
    sources: [{id: label-zocor, where: "5.1", verified: true}]
    figures:
      - text: a figure that was read
        sources: [{id: label-zocor, where: "5.1", verified: true}]
      - text: a figure from memory
        sources: [{id: background, where: general knowledge, verified: false}]
onset: {text: weeks to months, days: [1, 365], verified: false}
monitoring:
  - {text: creatine kinase when there are symptoms, verified: false}
asks_for: [potassium]
evidence: {grade: established, sources: [{id: label-zocor, where: "5.1", verified: true}]}
authored_by: medrisk
checked_by: null
examples:
  notes: ["simvastatin 40 mg nightly"]
  silent: ["amlodipine 5 mg daily"]
""",
    "interactions/simvastatin-amlodipine.yaml": """
id: simvastatin-amlodipine
status: draft
kind: dose_cap
name: Simvastatin above 20 mg a day with amlodipine
participants:
  - {ingredient: simvastatin, daily_dose_over: 20 mg}
  - any_of: [{ingredient: amlodipine}, {effect: hypokalaemia, grade: probable}]
    routes: [oral, local]
    except: [atorvastatin]
severity: major
interruptive: true
effects: [myopathy]
mechanism: Amlodipine raises the exposure to simvastatin.
action:
  - ask the prescriber for 20 mg
jurisdiction: US
when: {any: [{symptom: cramp}, {age: {at_least: 65}}, {sex: female}, {drug: {class: statin, status: stopped}}]}
modifiers:
  - when: {lab: potassium, over: 2 xULN}
    severity: contraindicated
    why: the potassium is twice the upper limit
unchecked_without: [dose, age]
evidence: {grade: established, sources: [{id: label-zocor, where: "2.3", verified: true}]}
examples:
  notes: ["simvastatin 40 mg + amlodipine 5 mg"]
  silent: ["simvastatin 20 mg + amlodipine 5 mg"]
""",
    "interactions/burden-potassium.yaml": """
id: burden-potassium
status: draft
kind: burden
name: Several drugs that lower potassium
burden:
  effect: hypokalaemia
  levels:
    - {mechanisms: 2, severity: null, interruptive: false, tier: monitor}
    - {mechanisms: 3, severity: moderate, interruptive: false, tier: review}
effects: [hypokalaemia]
mechanism: Each of them wastes potassium.
action: [ask for a potassium]
evidence: {grade: probable, sources: [{id: background, where: general knowledge, verified: false}]}
examples: {notes: [a + b], silent: [a]}
""",
}

Break = Callable[[str, str, str], list[tuple[str, str, str]]]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The minimal folder, without a fault."""
    folder = tmp_path / "data"
    for name, text in MINIMAL.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def break_data(data_dir: Path) -> Break:
    """Replaces one text in one file and returns the faults as (file, field, message)."""

    def replace(name: str, old: str, new: str) -> list[tuple[str, str, str]]:
        path = data_dir / name
        text = path.read_text(encoding="utf-8")
        assert old in text, "the minimal data no longer holds what this test breaks"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [(fault.file, fault.field, fault.message) for fault in check_knowledge(data_dir)]

    return replace
