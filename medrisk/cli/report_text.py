"""A report as text: what is pressing first, what is uncertain beside it, and what was not checked before the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from medrisk.cli.lines_text import add_lines
from medrisk.cli.page import Page
from medrisk.core.clinical import ConditionMention, SymptomMention
from medrisk.core.model import Contribution, Note, Patient, Report
from medrisk.core.rules import DrugClass, Tier
from medrisk.service import Medrisk
from medrisk.status import review_notice

_TITLES = {Tier.URGENT: "URGENT", Tier.REVIEW: "REVIEW", Tier.MONITOR: "MONITOR", Tier.INFO: "FOR INFORMATION"}
_COLOURS = {Tier.URGENT: "red", Tier.REVIEW: "yellow", Tier.MONITOR: "cyan", Tier.INFO: "white"}
# Reasons, options and sources of a drug class that are shown without --all.
_MOST_OF_CLASS = 3
_STATUSES = ("matched", "ambiguous", "unknown", "ignored")


def write_report(report: Report, service: Medrisk, width: int, *, show_all: bool = False) -> str:
    """The whole answer as text."""
    page = Page(width)
    _add_summary(page, report, service)
    for tier in _TITLES:
        _add_tier(page, tier, report, service, show_all)
    if not report.notes:
        page.gap()
        page.text("No note: nothing in this knowledge applies to what was understood, which does not mean safe.")
    _add_contributors(page, report.contributors, service, show_all)
    page.heading("LINES")
    add_lines(page, [line for line in report.lines if show_all or line.status != "ignored" or line.text.strip()])
    _add_list(page, "ASK", report.questions)
    _add_list(page, "NOT ASSESSED", report.not_assessed)
    _add_versions(page, report, service)
    return str(page)


def _add_summary(page: Page, report: Report, service: Medrisk) -> None:
    counts: Counter[str] = Counter(line.status for line in report.lines)
    listed = ", ".join(f"{counts[status]} {status}" for status in _STATUSES if counts[status])
    noun = "line" if len(report.lines) == 1 else "lines"
    page.text(f"{len(report.lines)} {noun}: {listed}. {review_notice(service.knowledge)}", bold=True)
    for name, values in _patient_facts(report.patient):
        page.text(", ".join(dict.fromkeys(values)), lead=f"{name}: ")


def _patient_facts(patient: Patient) -> Iterable[tuple[str, list[str]]]:
    """What was read about the patient, each kind in a line; what was denied or is a relative's is said as such."""
    symptoms = [s for s in patient.symptoms if _is_own(s)]
    conditions = [c for c in patient.conditions if _is_own(c)]
    facts = [
        ("Symptoms", [s.name + (f" ({s.onset})" if s.onset else "") for s in symptoms if not s.negated]),
        ("Conditions", [c.name for c in conditions if not c.negated]),
        ("Denied", [s.name for s in symptoms if s.negated] + [c.name for c in conditions if c.negated]),
        ("Labs", [lab.text for lab in patient.labs]),
        ("Patient", _person(patient)),
    ]
    return [(name, values) for name, values in facts if values]


def _is_own(mention: SymptomMention | ConditionMention) -> bool:
    return mention.experiencer == "patient" and not mention.hypothetical and not mention.historical


def _person(patient: Patient) -> list[str]:
    age = [f"{patient.age:g} years"] if patient.age is not None else []
    return [*age, *([patient.sex] if patient.sex else []), *(["pregnant"] if patient.pregnant else [])]


def _add_tier(page: Page, tier: Tier, report: Report, service: Medrisk, show_all: bool) -> None:
    notes = [note for note in report.notes if note.tier is tier]
    if not notes:
        return
    page.heading(f"{_TITLES[tier]} ({len(notes)})", fg=_COLOURS[tier])
    if tier is Tier.INFO and not show_all:
        for note in notes:
            page.one_line(_with_drugs(note))
        page.text("--all shows them in full.", indent=2)
        return
    for note in notes:
        _add_note(page, note, service.knowledge.classes, show_all)


def _add_note(page: Page, note: Note, classes: Mapping[str, DrugClass], show_all: bool) -> None:
    label = f"[{note.severity.value}] " if note.severity else ""
    page.text(f"{label}{note.summary}", indent=2, lead="* ", bold=True)
    # What a class is known for fills pages; a rule of two drugs is read as a whole.
    drug_class = classes.get(note.rule) if note.kind == "drug_class" else None
    most = _MOST_OF_CLASS if drug_class and not show_all else None
    kept = drug_class.do_not_stop if drug_class else None
    for label, items in (("why", note.why), ("consider", note.actions), ("would change it", note.would_change)):
        _add_points(page, label, items, most, kept)
    page.text("; ".join(_evidence(note, most)), indent=4, lead="evidence: ")


def _add_points(page: Page, label: str, items: Sequence[str], most: int | None, kept: str | None) -> None:
    """The first few points, or all; what must be kept in sight is never among those left out."""
    if not items:
        return
    shown = [item for index, item in enumerate(items) if most is None or index < most or item == kept]
    page.text(f"{label}:", indent=4)
    page.bullets(shown, indent=6)
    if len(shown) < len(items):
        page.text(f"({len(items) - len(shown)} more with --all)", indent=6)


def _with_drugs(note: Note) -> str:
    """The summary, begun with the drugs, so that a line cut short still says which they are."""
    is_named = not note.drugs or note.summary.startswith(note.drugs[0])
    return note.summary if is_named else f"{', '.join(note.drugs)}: {note.summary}"


def _evidence(note: Note, most: int | None) -> Iterable[str]:
    yield f"{note.evidence or 'not graded'}{'' if note.verified else ', unverified'}"
    for source in note.sources[:most]:
        yield f"{source.id} ({source.where}{'' if source.verified else ', unverified'})"
    if len(note.sources) > len(note.sources[:most]):
        yield f"{len(note.sources) - len(note.sources[:most])} more"


def _add_contributors(page: Page, contributors: Sequence[Contribution], service: Medrisk, show_all: bool) -> None:
    by_symptom: dict[str, list[Contribution]] = defaultdict(list)
    for contribution in contributors:
        if show_all or contribution.tier != "not_suggested":
            by_symptom[contribution.symptom].append(contribution)
    for symptom, ranked in by_symptom.items():
        info = service.knowledge.symptoms.get(symptom)
        page.heading(f"MAY EXPLAIN: {(info.name if info else symptom).lower()}")
        for contribution in ranked:
            _add_contribution(page, contribution, show_all)


def _add_contribution(page: Page, contribution: Contribution, show_all: bool) -> None:
    tier = contribution.tier.replace("_", " ")
    if not show_all:
        reasons = "; ".join(c.why for c in contribution.components)
        page.text(f"{contribution.ingredient.name}, {tier}: {reasons}", indent=2, lead="* ")
        return
    page.text(f"{contribution.ingredient.name}, {tier} ({contribution.points} points)", indent=2, lead="* ")
    for component in contribution.components:
        page.text(f"{component.points:+d} {component.name}: {component.why}", indent=4)


def _add_list(page: Page, title: str, items: Sequence[str]) -> None:
    if items:
        page.heading(title)
        page.bullets(items)


def _add_versions(page: Page, report: Report, service: Medrisk) -> None:
    versions = report.versions
    release = f", release {versions.vocabulary_release}" if versions.vocabulary_release else ""
    site = f", the site's own table {versions.site_table}" if versions.site_table else ""
    online = f", unknown names looked up at {versions.online}" if versions.online else ""
    page.gap()
    page.text(
        f"medrisk {versions.program}, knowledge {versions.knowledge}, names from the {versions.vocabulary}{release}, "
        f"rules of {service.settings.jurisdiction}{site}{online}."
    )
    for attribution in versions.attributions:
        page.text(attribution)

