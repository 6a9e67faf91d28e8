"""Names that belong together on an entry: those of one product, or one drug named twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrisk.core.mentions import Mention
from medrisk.core.names import Vocabulary

_EITHER = re.compile(r"\s*(?:or|vs\.?|versus|\?|/)\s*", re.IGNORECASE)
# What may stand between the names of one product: "a/b", "a 50/b 25", "a / b". With an amount before a spaced slash, as in
# "a 10 mg / b 25", two drugs are listed.
_LIST_JOIN = re.compile(r"[\d.,]*(?:mg|mcg|g|%|meq)?[/+&-]|\s*[/+&]\s*|\s-\s|\s*\(\s*")


def group_mentions(mentions: Sequence[Mention], text: str, vocabulary: Vocabulary) -> list[list[Mention]]:
    """Mentions that are one product or one drug named twice, together: "a/b", "a (b)", "Brand (generic)"."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and _belongs(groups[-1], mention, text, vocabulary):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _belongs(group: Sequence[Mention], mention: Mention, text: str, vocabulary: Vocabulary) -> bool:
    between = text[group[-1].end : mention.start]
    is_joined = _LIST_JOIN.fullmatch(between) is not None
    if group[-1].is_ambiguous or mention.is_ambiguous:
        return is_joined and group[-1].is_ambiguous
    known = {name for m in group for name in m.terms[0].ingredients}
    names = set(mention.terms[0].ingredients)
    if names <= known or known <= names:
        return len(between) <= 40 and not re.search(r"[;.]\s", between)
    if _EITHER.fullmatch(between) and vocabulary.index.are_look_alikes(group[-1].terms[0], mention.terms[0]):
        return True
    if not is_joined:
        return False
    # "a / b" is one product only when such a product exists; otherwise two drugs, between which rules must be able to fire.
    if group[-1].terms[0].kind == "brand" and mention.terms[0].kind == "brand":
        return False
    is_product = any(known | names <= product for product in vocabulary.products)
    return is_product or vocabulary.index.are_look_alikes(group[-1].terms[0], mention.terms[0])
