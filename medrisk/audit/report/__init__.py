"""``report.html``: what an audit found, on one page that stands alone: no network, no script, no patient.

The same tables and the same knowledge give the same page, letter by letter; the date on it is that of the run.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from medrisk.audit.report.charts import draw_findings, draw_rows
from medrisk.audit.report.meanings import meaning_of
from medrisk.audit.report.method import fields_of, limits_of, method_of, other_options
from medrisk.audit.summary import RuleCount, Summary
from medrisk.audit.tables import TIERS
from medrisk.core.rules import KnowledgeBase
from medrisk.status import review_notice

__all__ = ["write_report"]

_HERE = Path(__file__).parent
# The rules that are explained: those found most often, and of the urgent ones more, however seldom they are found.
_MOST_RULES, _MOST_URGENT = 15, 10
# Pictures whose bars say their numbers.
_LABELLED = ("by-tier", "by-rule", "by-class", "promoters")


def write_report(summary: Summary, knowledge: KnowledgeBase) -> str:
    """The page. ``knowledge`` is that of the run: it says what the rules mean and on what they rest."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"n": _number, "share": _share, "plural": _plural}
    return environment.get_template("report.html").render(
        # The sheet and the pictures are made here and hold nothing that was typed but what is escaped already.
        sheet=Markup((_HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own style sheet, nothing of a file
        svg=Markup,
        summary=summary,
        counts=summary.counts,
        versions=summary.manifest["versions"],
        inputs=summary.manifest["inputs"],
        made_on=summary.manifest["made_on"],
        notice=review_notice(knowledge),
        figures=draw_findings(summary),
        rows=draw_rows(summary),
        labelled=_LABELLED,
        rules=[(rule, meaning_of(rule, knowledge)) for rule in _explained(summary)],
        method=method_of(summary.manifest["options"]),
        limits=limits_of(summary),
        options=other_options(summary.manifest["options"]),
        fields_of=fields_of,
        unmatched_rows=summary.counts["ambiguous_rows"] + summary.counts["unknown_rows"],
        urgent=summary.tiers[0],
    )


def _explained(summary: Summary) -> list[RuleCount]:
    urgent = [rule for rule in summary.rules if rule.tier == TIERS[0]][:_MOST_URGENT]
    return [rule for place, rule in enumerate(summary.rules) if place < _MOST_RULES or rule in urgent]


def _number(value: int) -> str:
    return f"{value:,}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _plural(number: int, noun: str) -> str:
    """ "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
