"""A service that answers with one report made by hand, holding one of each thing that the page shows."""

from __future__ import annotations

from collections.abc import Callable

from medrisk.core.clinical import SymptomMention
from medrisk.core.model import (
    Candidate,
    Citation,
    Component,
    Contribution,
    Ingredient,
    Line,
    Note,
    Patient,
    Report,
    Versions,
)
from medrisk.core.rules import KnowledgeBase, Severity, SymptomInfo, Tier
from medrisk.core.stated import Stated

VERSIONS = Versions("9.9.9", "abc123", "a small vocabulary")
SIMVASTATIN, FUROSEMIDE = Ingredient("simvastatin", "36567"), Ingredient("furosemide", "4603")
READ = Citation("label-zocor", "Zocor US label", "2.3", "DailyMed", True)
UNREAD = Citation("background", "General knowledge", "", "none", False)


def make_note(rule: str, tier: Tier, severity: Severity | None = None, **fields: object) -> Note:
    plain: dict[str, object] = {
        "id": rule, "rule": rule, "kind": "interaction", "tier": tier, "severity": severity, "interruptive": False,
        "drugs": ("simvastatin",), "effects": (), "evidence": "established", "verified": True,
        "summary": f"summary of {rule}", "why": (f"why {rule}",), "actions": (f"option of {rule}",),
        "sources": (READ,), "lines": (1,),
    }  # fmt: skip
    return Note(**(plain | fields))  # type: ignore[arg-type]  # a plain dict keeps the notes below readable


LINES = (
    Line(1, "simvastatin 40 mg", "matched", "active", (SIMVASTATIN,), method="exact", score=100.0),
    Line(2, "furosemid 40", "matched", "active", (FUROSEMIDE,), method="corrected", score=94.0, candidates=(
        Candidate("furosemide", (FUROSEMIDE,), 94.0),)),
    Line(3, "hydralizine", "ambiguous", "active", reason="the name stands for more than one drug", candidates=(
        Candidate("hydralazine", (), 90.0), Candidate("hydroxyzine", (), 88.0))),
    Line(4, "<b>zzz</b>", "unknown", "active", reason="no drug of this name is known"),
    Line(5, "Allergies: penicillin", "ignored", "allergy", reason="an allergy or intolerance"),
)  # fmt: skip
REPORT = Report(
    lines=LINES,
    notes=(
        make_note("flag", Tier.URGENT, kind="red_flag"),
        make_note("pair", Tier.REVIEW, Severity.MAJOR, would_change=("not known whether TSH is raised",)),
        make_note("watch", Tier.MONITOR, Severity.MODERATE, verified=False, sources=(READ, UNREAD)),
        make_note("class", Tier.INFO, kind="drug_class", actions=("ask about thirst (unverified)",)),
    ),
    contributors=(
        Contribution(SIMVASTATIN, "myalgia", "possible", 4, (Component("known for it", 4, "Statins: muscle pain"),)),
        Contribution(FUROSEMIDE, "myalgia", "listed", 1, (Component("known for it", 1, "Loop diuretics"),)),
    ),
    patient=Patient(symptoms=(
        SymptomMention("myalgia", "Muscle pain", "aching", 0, 6, False, "patient", False, False),
        SymptomMention("dark_urine", "Dark urine", "dark urine", 7, 17, True, "patient", False, False),
    )),
    questions=("What is the TSH?",),
    not_assessed=("Line 4 was not checked.",),
    versions=VERSIONS,
)  # fmt: skip


class FakeService:
    """Answers every text with ``report``, or does what a test tells it to."""

    versions = VERSIONS
    vocabulary_notice = "Names come from a small vocabulary."

    def __init__(self, report: Report = REPORT) -> None:
        self.answer: Callable[[str], Report] = lambda _text: report
        self.texts: list[str] = []
        self.stated: list[Stated | None] = []
        self.knowledge = KnowledgeBase("abc123", {}, {}, (), {}, {}, {
            "myalgia": SymptomInfo("myalgia", "Muscle pain", ("myalgia",))}, {}, {})  # fmt: skip

    def normalize(self, text: str, number: int = 1) -> Line:
        """Knows one drug by its name, so that a name can be put into its place."""
        is_known = "simvastatin" in text
        return Line(number, text, "matched" if is_known else "unknown", "active", (SIMVASTATIN,) if is_known else ())

    def check(self, text: str, stated: Stated | None = None) -> Report:
        self.texts.append(text)
        self.stated.append(stated)
        return self.answer(text)
