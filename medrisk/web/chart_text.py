"""The answer as plain text for a patient's record: short enough to paste, complete enough to stand by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_TIERS = {"urgent": "URGENT", "review": "TO REVIEW", "monitor": "TO MONITOR"}


def write_chart_text(report: Json, notice: str) -> str:
    """Notes with their lines, options and sources; what was not checked; questions; versions."""
    return "\n".join([
        "Medication list checked with medrisk: notes for a pharmacist to review",
        notice,
        *_drugs(report["lines"]),
        *_notes(report["notes"]),
        *_contributors(report["contributors"]),
        *_listed("ASK", report["questions"]),
        *_listed("NOT ASSESSED", report["not_assessed"]),
        "",
        _versions(report["versions"]),
        "Checked by:                         Date:",
    ])  # fmt: skip


def _drugs(lines: Sequence[Json]) -> Iterator[str]:
    counts = {status: sum(line["status"] == status for line in lines) for status in ("matched", "ambiguous", "unknown")}
    yield "Lines: " + ", ".join(f"{count} {status}" for status, count in counts.items())
    unchecked = sorted({line["number"] for line in lines if line["status"] in {"ambiguous", "unknown"}})
    if unchecked:
        yield "NOT CHECKED: line " + ", ".join(map(str, unchecked))


def _notes(notes: Sequence[Json]) -> Iterator[str]:
    for tier, title in _TIERS.items():
        found = [note for note in notes if note["tier"] == tier]
        if found:
            yield from ("", f"{title} ({len(found)})")
            for note in found:
                yield from _note(note)
    others = sum(note["tier"] == "info" for note in notes)
    if others:
        yield from ("", f"{others} notes for information are left out here.")
    elif not notes:
        yield from ("", "No note. No note does not mean safe.")


def _note(note: Json) -> Iterator[str]:
    severity = f"[{note['severity']}] " if note["severity"] else ""
    yield f"- {severity}{note['summary']}"
    sources = ", ".join(dict.fromkeys(source["id"] for source in note["sources"]))
    mark = "" if note["verified"] else ", unverified"
    # What a class is known for fills pages; its summary says it.
    for action in note["actions"] if note["kind"] != "drug_class" else ():
        yield f"    consider: {action}"
    yield f"    evidence: {note['evidence'] or 'not graded'}{mark}{'; ' + sources if sources else ''}"


def _contributors(contributors: Sequence[Json]) -> Iterator[str]:
    found = [one for one in contributors if one["tier"] in {"likely", "possible"}]
    if found:
        yield from ("", "MAY EXPLAIN (a ranking that is not validated)")
        yield from (f"- {one['symptom'].replace('_', ' ')}: {one['drug']}, {one['tier']}" for one in found)


def _listed(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from ("", title)
        yield from (f"- {item}" for item in items)


def _versions(versions: Json) -> str:
    release = f", release {versions['vocabulary_release']}" if versions["vocabulary_release"] else ""
    site = f", site table {versions['site_table']}" if versions["site_table"] else ""
    return (
        f"medrisk {versions['program']}, knowledge {versions['knowledge']}, "
        f"names: {versions['vocabulary']}{release}{site}"
    )
