"""The whole knowledge base as one page for the pharmacist who reviews it: to be read, printed and signed.

Self-contained HTML: no script, nothing from elsewhere. The same knowledge gives the same page, so two of them can be
compared; hence no date of printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from medrisk.core.rules import KnowledgeBase
from medrisk.report.cards import CardMaker, Say
from medrisk.report.chapters import Chapter, Retired, build_chapters
from medrisk.status import count_knowledge, count_sources, review_notice

__all__ = ["Retired", "write_report"]


def write_report(knowledge: KnowledgeBase, retired: Sequence[Retired], program: str, say: Say) -> str:
    """The page. ``say`` puts participants and conditions into words; ``program`` is the version of medrisk."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    maker = CardMaker(knowledge, say)
    chapters = build_chapters(knowledge, maker)
    return environment.get_template("report.html").render(
        knowledge=knowledge,
        program=program,
        notice=review_notice(knowledge),
        kinds=count_knowledge(knowledge),
        checked=count_sources(knowledge),
        chapters=chapters,
        unsigned=_count_unsigned(chapters),
        retired=retired,
        cite=maker.cite,
        effect_names=maker.effect_names,
        used=maker.where_used(),
    )


def _count_unsigned(chapters: Sequence[Chapter]) -> int:
    return sum(card.checked_by is None for chapter in chapters for card in chapter.cards)
