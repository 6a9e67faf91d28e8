"""A data folder of a few entries, for tests of what is done with knowledge whatever it holds."""

from __future__ import annotations

from pathlib import Path

from medrisk.core.names import Vocabulary
from medrisk.knowledge import load_documents
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings
from medrisk.vocabulary import build_vocabulary

_BACKGROUND = "{id: background, where: general knowledge, verified: false}"
SMALL = {
    "sources/all.yaml": """
sources:
  label-zocor: {citation: "Zocor & simvastatin, US prescribing information", kind: label, locator: DailyMed, checked: seen, read_on: 2026-11-22}
  background: {citation: General pharmacological knowledge, kind: background, locator: none, checked: background}
""",
    "effects.yaml": """
effects:
  myopathy: {name: Myopathy, group: muscle, lay: muscle damage}
  hypokalaemia: {name: Low potassium, group: potassium, lay: low potassium}
""",
    "symptoms.yaml": "symptoms: [{id: cramp, name: Muscle cramp, terms: [cramp], explained_by: [myopathy]}]\n",
    "conditions.yaml": f"""
conditions:
  - id: hypothyroidism
    name: Hypothyroidism
    terms: [hypothyroid]
    category: article
    explains: [cramp]
    note: It causes cramp by itself.
    sources: [{_BACKGROUND}]
""",
    "labs.yaml": """
labs:
  - id: potassium
    name: Potassium
    terms: [K]
    unit: mmol/L
    units: {mmol/L: 1}
    assumed_unit: mmol/L
    plausible: [1.0, 10.0]
    low: 3.5
    high: 5.0
    low_effect: hypokalaemia
""",
    "red_flags.yaml": f"""
red_flags:
  - id: low_potassium
    name: Very low potassium
    status: draft
    when: {{lab: potassium, under: 2.5 mmol/L}}
    interruptive: true
    why: The heart may stop.
    action: [ask for an ECG now]
    evidence: {{grade: probable, sources: [{_BACKGROUND}]}}
    examples: {{notes: ["K 2.1"], silent: ["K 4.0"]}}
""",
    "look_alikes.yaml": f"look_alikes: [{{names: [warfarin, simvastatin], sources: [{_BACKGROUND}]}}]\n",
    "scales.yaml": """
scales:
  - id: small_scale
    status: draft
    name: A small scale
    kind: points
    asks: How likely is it?
    items:
      - {id: known, ask: Is it known?, answers: [{id: "yes", points: 1}, {id: "no", points: 0}]}
    result:
      bands: [{label: likely, at_least: 1}, {label: doubtful, at_most: 0}]
      sources: [{id: label-zocor, where: table 1, verified: true}]
    cautions: [{text: a caution from memory, verified: false}]
    sources: [{id: label-zocor, where: table 1, verified: true}]
""",
    "formulary/all.yaml": """
area: all
ingredients:
  simvastatin: {rxcui: "36567", brands: [Zocor]}
  atorvastatin: {rxcui: "83367"}
  amlodipine: {rxcui: "17767", brands: [Norvasc]}
  warfarin: {rxcui: "11289", brands: [Coumadin]}
  clarithromycin: {rxcui: "21212"}
  salmeterol: {route: inhaled}
  morphine:
  magnesium sulfate:
products:
  Caduet: {ingredients: [amlodipine, atorvastatin]}
""",
    "formulary/abbreviations.yaml": "abbreviations: {MS: {means: [[morphine], [magnesium sulfate]], unsafe: true}}\n",
    "formulary/class_words.yaml": "class_words: [water pill]\n",
    "drug_classes/statin.yaml": """
id: statin
status: draft
name: Statins
role: promoter
members: [simvastatin, atorvastatin]
mechanism: Harms the muscle cell when a & b < 3 mmol.
effects:
  - effect: myopathy
    grade: established
    sources: [{id: label-zocor, where: "5.1", verified: true}]
    figures:
      - {text: a figure that was read, sources: [{id: label-zocor, where: "5.1", verified: true}]}
      - {text: a figure from memory, sources: [{id: background, where: general knowledge, verified: false}]}
onset: {text: weeks to months, days: [1, 365], verified: false}
evidence: {grade: established, sources: [{id: label-zocor, where: "5.1", verified: true}]}
examples: {notes: ["simvastatin 40 mg nightly"], silent: ["amlodipine 5 mg daily"]}
""",
    "interactions/simvastatin-amlodipine.yaml": """
id: simvastatin-amlodipine
status: reviewed
kind: dose_cap
name: Simvastatin above 20 mg a day with amlodipine
participants: [{ingredient: simvastatin, daily_dose_over: 20 mg}, {ingredient: amlodipine}]
severity: major
interruptive: true
effects: [myopathy]
mechanism: Amlodipine raises the exposure to simvastatin.
action: [ask the prescriber for 20 mg]
jurisdiction: US
modifiers: [{when: {lab: potassium, under: 3.0 mmol/L}, severity: contraindicated, why: the potassium is low}]
unchecked_without: [dose]
evidence: {grade: established, sources: [{id: label-zocor, where: "2.3", verified: true}]}
checked_by: Ada Example, pharmacist, 2026-11-22
examples: {notes: ["simvastatin 40 mg daily + amlodipine 5 mg daily"], silent: ["simvastatin 20 mg daily + amlodipine 5 mg daily"]}
""",
    "interactions/warfarin-clarithromycin.yaml": f"""
id: warfarin-clarithromycin
status: draft
kind: pair
name: Warfarin with clarithromycin
participants: [{{ingredient: warfarin}}, {{ingredient: clarithromycin}}]
severity: moderate
interruptive: false
effects: [myopathy]
mechanism: The INR rises.
action: [check the INR]
evidence: {{grade: possible, sources: [{_BACKGROUND}]}}
examples: {{notes: ["warfarin + clarithromycin"], silent: ["warfarin"]}}
""",
    "interactions/old-rule.yaml": f"""
id: old-rule
status: retired
retired_because: the label was changed
kind: pair
name: A rule that no longer holds
participants: [{{ingredient: warfarin}}, {{ingredient: amlodipine}}]
severity: minor
interruptive: false
effects: [myopathy]
mechanism: None was ever shown.
action: [nothing]
evidence: {{grade: possible, sources: [{_BACKGROUND}]}}
examples: {{notes: ["warfarin + amlodipine"], silent: ["warfarin"]}}
""",
}


def write_small(folder: Path) -> Path:
    """The small knowledge as files."""
    for name, text in SMALL.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def small_service(folder: Path, interactions: Path | None = None) -> Medrisk:
    return build_service(Settings(folder, folder.parent / "kept", interactions=interactions))


def small_vocabulary(folder: Path) -> Vocabulary:
    documents = load_documents(folder)
    looks = (tuple(row["names"]) for row in documents.look_alikes)
    return build_vocabulary(documents.formulary, documents.abbreviations, documents.class_words, looks)
