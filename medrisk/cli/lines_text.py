"""Lines as a table: what was typed, and what it was understood as."""

from __future__ import annotations

from collections.abc import Sequence

from medrisk.cli.page import Page
from medrisk.core.model import Line

_HEAD = ("Line", "Typed", "Understood as")
_CONTEXTS = {
    "stopped": "stopped",
    "allergy": "an allergy, not taken",
    "planned": "planned, not taken yet",
    "none": "not taken by the patient",
}


def write_lines(lines: Sequence[Line], width: int) -> str:
    page = Page(width)
    add_lines(page, lines)
    return str(page)


def add_lines(page: Page, lines: Sequence[Line]) -> None:
    widths = (4, page.width * 2 // 5)
    page.table(_HEAD, ([str(line.number), line.text.strip(), understood_as(line)] for line in lines), widths)


def understood_as(line: Line) -> str:
    """In words: the drugs and directions, or why there are none."""
    if line.status == "matched":
        return "; ".join([_drugs(line), *_directions(line), *_remarks(line)])
    if line.status == "ambiguous":
        return f"AMBIGUOUS, not checked: {' or '.join(_candidates(line))}"
    if line.status == "unknown":
        near = _candidates(line)
        return f"UNKNOWN, not checked: {line.reason}" + (f" (near: {', '.join(near)})" if near else "")
    return f"ignored: {line.reason}"


def _drugs(line: Line) -> str:
    names = " + ".join(ingredient.name for ingredient in line.ingredients)
    return f"{names} (in {line.product})" if line.product and line.product.lower() != names else names


def _directions(line: Line) -> list[str]:
    doses = [f"{dose.amount} a day" for dose in line.daily_doses if dose is not None]
    words = [" + ".join(doses)] if doses else ["daily dose not known"] if line.context == "active" else []
    return [*words, *([line.route] if line.route and line.route != "unknown" else [])]


def _remarks(line: Line) -> list[str]:
    words = [] if line.context == "active" else [_CONTEXTS[line.context]]
    if line.is_guess:
        words.append("spelling corrected: please confirm")
    return [*words, *line.warnings]


def _candidates(line: Line) -> list[str]:
    return list(dict.fromkeys(candidate.name for candidate in line.candidates))
