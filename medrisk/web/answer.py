"""Arranges one answer for reading: the contract object of the API in, what the page shows out.

The page works from the same object that programs get, so that nothing can stand on one and not on the other.
Everything here is order, grouping and words; whatever is clinical comes from the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from medrisk.core.model import ONLINE
from medrisk.core.rules import KnowledgeBase
from medrisk.web.chart_text import write_chart_text
from medrisk.web.corrections import fingerprint
from medrisk.web.picture import Picture, draw
from medrisk.web.timeline import Strip, draw_timeline

Json = Mapping[str, Any]

# From so many pressing notes on, a list of them stands above them, so that all are seen without scrolling.
_GLANCE_FROM = 4

_TIERS = (
    ("urgent", "Urgent", "Act on these first."),
    ("review", "To review", "Look at these before the list goes on as it is."),
    ("monitor", "To monitor", "Known effects that fit what was reported, or that need watching."),
    ("info", "For information", "Known effects of single drugs. Nothing in the paste points to them."),
)
_KINDS = {
    "red_flag": "Red flag", "drug_class": "Drug class", "dose_cap": "Dose cap", "burden": "Several drugs, one effect",
    "duplicate": "Duplicate therapy", "cascade": "Prescribing cascade", "missing_information": "Missing information",
}  # fmt: skip
_LIKELIHOODS = {
    "likely": "Likely", "possible": "Possible", "listed": "Listed for it only", "not_suggested": "Not suggested",
}  # fmt: skip
_CONTEXTS = {"stopped": "Stopped", "allergy": "Allergy or intolerance", "planned": "Planned, not taken yet"}


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """The notes of one tier, with the words over them."""

    tier: str
    title: str
    hint: str
    notes: Sequence[Json]


@dataclass(frozen=True, slots=True)
class SymptomGroup:
    """One reported symptom and the drugs that may explain it, as ranked."""

    name: str
    leading: Sequence[Json]
    others: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Answer:
    """One report as the page shows it. ``timeline`` is what it dates, ``plain`` is its text for the chart."""

    report: Json
    headline: str
    line_counts: Mapping[str, int]
    unchecked_lines: Sequence[int]
    note_groups: Sequence[NoteGroup]
    symptom_groups: Sequence[SymptomGroup]
    picture: Picture | None
    timeline: Sequence[Strip]
    plain: str

    def place_of(self, note: Json) -> int:
        """Which note of the report this is, counted from 1."""
        return next(place for place, one in enumerate(self.report["notes"], start=1) if one is note)

    @property
    def glance(self) -> Sequence[Json]:
        """The urgent and reviewed notes in short, where there are too many to see at once; without those on single drugs."""
        pressing = [note for group in self.note_groups if group.tier in {"urgent", "review"} for note in group.notes]
        listed = [note for note in pressing if note["kind"] != "drug_class"]
        return listed if len(pressing) >= _GLANCE_FROM else ()

    @property
    def is_nothing_checked(self) -> bool:
        return not any(line["status"] == "matched" for line in self.report["lines"])


def arrange(report: Json, knowledge: KnowledgeBase, notice: str) -> Answer:
    """The report, grouped and ordered for a reader. ``notice`` says what the knowledge is worth."""
    lines = report["lines"]
    groups = _group_notes(report["notes"])
    return Answer(
        report=report,
        headline=_headline(groups),
        line_counts=Counter(line["status"] for line in lines),
        unchecked_lines=sorted({line["number"] for line in lines if line["status"] in {"unknown", "ambiguous"}}),
        note_groups=groups,
        symptom_groups=_group_contributors(report["contributors"], knowledge),
        picture=draw(report, knowledge),
        timeline=draw_timeline(report),
        plain=write_chart_text(report, notice),
    )


def _group_notes(notes: Sequence[Json]) -> list[NoteGroup]:
    groups = [NoteGroup(tier, title, hint, [n for n in notes if n["tier"] == tier]) for tier, title, hint in _TIERS]
    return [group for group in groups if group.notes]


def _headline(groups: Sequence[NoteGroup]) -> str:
    """What the browser's tab and a screen reader say first. It names no drug: tabs are seen by others."""
    counts = [f"{len(group.notes)} {group.title.lower()}" for group in groups]
    return ", ".join(counts) or "no notes"


def _group_contributors(contributors: Sequence[Json], knowledge: KnowledgeBase) -> list[SymptomGroup]:
    """The report ranks contributors symptom by symptom; its order is kept."""
    return [
        _symptom_group(symptom, list(ranked), knowledge)
        for symptom, ranked in groupby(contributors, key=lambda contributor: contributor["symptom"])
    ]


def _symptom_group(symptom: str, ranked: Sequence[Json], knowledge: KnowledgeBase) -> SymptomGroup:
    known = knowledge.symptoms.get(symptom)
    leading = [c for c in ranked if c["tier"] in {"likely", "possible"}]
    return SymptomGroup(
        known.name if known else symptom.replace("_", " "), leading, [c for c in ranked if c not in leading]
    )


def kind_words(kind: str) -> str:
    return _KINDS.get(kind, kind.replace("_", " ").capitalize())


def likelihood_words(tier: str) -> str:
    return _LIKELIHOODS.get(tier, tier.replace("_", " ").capitalize())


def context_words(context: str) -> str:
    """How a drug on a line stands to the patient, where it is not simply taken; else empty."""
    return _CONTEXTS.get(context, "")


def is_guess(line: Json) -> bool:
    """Whether a name was read from another spelling, as ``Line.is_guess``."""
    return line["method"] == "corrected" or (line["method"] == ONLINE and bool(line["candidates"]))


def as_sentence(words: str) -> str:
    """The first letter raised and the others left alone: "INH" must not become "inh"."""
    return words[:1].upper() + words[1:]


def seen_mark(line: Json) -> str:
    """The mark by which a corrected line is known again: that of its first line, where the name stands."""
    return fingerprint(line["text"].split("\n")[0])


def directions(line: Json) -> str:
    """Strength, dose, route, frequency and daily dose as they were understood, in one line."""
    frequency = line["frequency"]
    parts = [
        " / ".join(quantity["text"] for quantity in line["strength"] or ()),
        line["dose"]["text"] if line["dose"] and line["dose"] not in (line["strength"] or ()) else "",
        line["route"] if line["route"] and line["route"] != "unknown" else "",
        frequency["text"] if frequency else "",
        "when needed" if frequency and frequency["as_needed"] and "need" not in frequency["text"] else "",
    ]
    written = ", ".join(part for part in parts if part)
    return " ".join(part for part in (written, _daily_doses(line["daily_dose"] or ())) if part)


def _daily_doses(doses: Sequence[Json | None]) -> str:
    if not any(doses):
        return "(daily dose not known)"
    known = "= " + " + ".join(dose["text"] if dose else "not known" for dose in doses) + " a day"
    assumptions = {dose["assumption"] for dose in doses if dose and dose["assumption"]}
    return f"{known} ({'; '.join(sorted(assumptions))})" if assumptions else known


def state_words(mention: Json) -> str:
    """Whether a symptom or condition is there, denied, somebody else's, past or only feared."""
    words = [
        "denied" if mention["negated"] else "",
        "" if mention["experiencer"] == "patient" else f"of somebody else ({mention['experiencer']})",
        "only as a possibility" if mention.get("hypothetical") else "",
        "in the past" if mention.get("historical") else "",
    ]
    return ", ".join(word for word in words if word) or "present"
