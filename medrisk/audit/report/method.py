"""How an audit was made, in words: what counts as taken together, what the options were, and what the figures cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from medrisk.audit.summary import Summary

_MODES = {
    "overlap": "Drugs count as taken together on the days on which their supplies overlap (--overlap), reckoned from the day a"
    " drug was dispensed or begun and the days it lasts. A finding says on how many days it held, and from when to when.",
    "ever": "All drugs of a patient count as taken together, whenever they were dispensed (--ever). A pair may never have been"
    " in use at the same time.",
}
# Said elsewhere, or a hash that says nothing to a reader.
_SAID = {"mode", "mapped", "pseudonymise", "key_name", "aliases_sha256"}

# Found from the files where nobody says it.
_FOUND = {"dates", "delimiter", "encoding"}


def method_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The method, a sentence or two each."""
    identifiers = (
        "Patients stand in the tables under pseudonyms: a keyed hash (HMAC-SHA256) of their identifiers. The key is not among"
        " the files; with the same key another run gives the same pseudonyms, and without it they cannot be made again."
        if options.get("pseudonymise")
        else "Patients stand in the tables under the identifiers of the files. This page names none."
    )
    return (
        "Every row of the files is read. Its text is resolved to drugs as one line of a medication list is, by the same code as"
        " on every other door of medrisk, and each distinct text once. Rows of one patient are brought together wherever they stand.",
        _MODES[options["mode"]],
        "Each patient's drugs, with age, sex, conditions and laboratory values where the files have them, are checked against the"
        " rules and drug classes of the knowledge named below. A finding is one note on one patient.",
        identifiers,
    )


def limits_of(summary: Summary) -> tuple[str, ...]:
    """What whoever reads the figures has to know."""
    return tuple(_limits(summary))


def _limits(summary: Summary) -> Iterator[str]:
    counts = summary.counts
    unread = counts["ambiguous_rows"] + counts["unknown_rows"]
    yield (
        f"No finding does not mean safe. {unread:,} rows could not be matched to one drug and were not checked; a drug or pair for"
        " which there is no rule gives no finding."
    )
    unchecked = sum(rule.unchecked for rule in summary.rules)
    if unchecked:
        yield f"{unchecked:,} findings say only that a rule could not be decided, because a dose, a value or an age was missing."
    yield "Files of prescriptions say what was prescribed or dispensed, not what was taken, and hold little of what is bought without one."
    yield "A drug class among the findings says that a drug of it is taken and what it is known for. It says nothing of harm to this patient."
    yield "Tiers and severities are those of draft rules. They order what to look at; they are no measure of harm and were not validated."


def other_options(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What else was chosen for the run."""
    words = [
        (name.replace("_", " "), "as found" if value is None and name in _FOUND else _words(value))
        for name, value in sorted(options.items()) if name not in _SAID
    ]  # fmt: skip
    mapped = ", ".join(f"{field} = {column}" for field, column in sorted((options.get("mapped") or {}).items()))
    return [*words, ("columns named by --map", mapped or "none")]


def fields_of(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was taken for what in one file."""
    return [(field.replace("_", " "), str(column)) for field, column in given.items()]


def _words(value: Any) -> str:
    if value is None or value is False:
        return "no"
    if value is True:
        return "yes"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
