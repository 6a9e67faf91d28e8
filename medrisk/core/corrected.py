"""Misspelt and shortened names on an entry: corrected only where a drug's name would stand."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from medrisk.core.cues import cue_before
from medrisk.core.listing import Entry
from medrisk.core.matching import Match
from medrisk.core.mentions import Mention, past_salt
from medrisk.core.model import Candidate
from medrisk.core.name_keys import Token, tokenise
from medrisk.core.name_table import Term
from medrisk.core.names import Vocabulary, candidate_of
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, NOT_TAKEN_AFTER, SALT_WORDS


def corrected_mentions(
    text: str,
    tokens: Sequence[Token],
    entry: Entry,
    vocabulary: Vocabulary,
    taken_words: Set[str],
    found: Sequence[Mention],
) -> list[Mention]:
    """Misspelt names: only where a drug name would stand, and never for ordinary words."""
    mentions: list[Mention] = []
    for position, token in enumerate(tokens):
        if (
            not may_be_misspelt(token, taken_words)
            or vocabulary.index.lookup(token.text)
            or any(m.start <= token.start < m.end for m in (*found, *mentions))
        ):
            continue
        if not stands_as_drug(position, tokens, text, entry, found):
            continue
        mention = _partner(token, text, found, vocabulary) or _correct(position, tokens, vocabulary)
        if mention is not None and not (is_prose(text, token) and mention.distance > 1):
            mentions.append(mention)
    return mentions


def may_be_misspelt(token: Token, taken_words: Set[str]) -> bool:
    word = token.text
    return (
        len(word) >= 4
        and word.isalpha()
        and word not in NON_DRUG_WORDS
        and word not in SALT_WORDS
        and word not in EVERYDAY_SUBSTANCES
        and word not in NOT_TAKEN_AFTER
        and word not in taken_words
    )


def stands_as_drug(position: int, tokens: Sequence[Token], text: str, entry: Entry, found: Sequence[Mention]) -> bool:
    """At the head of an entry or of an item, before an amount, or beside another drug."""
    token = tokens[position]
    after = text[token.end : token.end + 12]
    before = text[: token.start]
    leading = [t for t in tokens[:position] if t.text not in NON_DRUG_WORDS and t.text.isalpha()]
    if not leading and (entry.is_item or len(tokens) <= 12):
        return True
    if re.match(r"\s*(?:\w+\s)?\(?\d", after) or re.search(r"[,;/+(]\s*(?:and\s)?$", before):
        return True
    if any(0 <= token.start - mention.end <= 2 for mention in found):
        return True
    cue = cue_before(before)
    return (
        cue in {"stopped", "active", "planned"}
        and len(before) - before.rfind(" ", 0, len(before) - 1) < 16
        and bool(
            re.search(
                r"\b(?:the|on|takes?|taking|stopped|stoped|of|her|his|my|to|started|start)\s$", before, re.IGNORECASE
            )
        )
    )


def _correct(position: int, tokens: Sequence[Token], vocabulary: Vocabulary) -> Mention | None:
    """The correction of one token, or of it and the next when together they are a nearer name."""
    token = tokens[position]
    best = vocabulary.index.correct(token.text)
    end = position + 1
    if (
        position + 1 < len(tokens)
        and tokens[position + 1].text.isalpha()
        and tokens[position + 1].text not in NON_DRUG_WORDS
    ):
        pair = vocabulary.index.correct(f"{token.text} {tokens[position + 1].text}")
        if pair.status == "corrected" and (best.status != "corrected" or pair.score > best.score):
            best, end = pair, position + 2
    if best.status == "unknown":
        best = _truncated(token.text, vocabulary) or best
    if best.status == "unknown":
        return None
    end = past_salt(tokens, end)
    return Mention(
        token.start, tokens[end - 1].end, best.terms, "corrected", best.score,
        candidates_of(best, vocabulary), best.reason, best.candidates[0].distance if best.candidates else 0,
    )  # fmt: skip


_SHORTEST_PARTNER = 4


def _partner(token: Token, text: str, found: Sequence[Mention], vocabulary: Vocabulary) -> Mention | None:
    """The end of a product's name cut short ("sulfamethoxazole-trime"): the one drug that is combined with what stands before."""
    before = next((m for m in found if text[m.end : token.start] in {"-", "/"} and not m.is_ambiguous), None)
    if before is None or len(token.text) < _SHORTEST_PARTNER:
        return None
    known = frozenset(before.terms[0].ingredients)
    partners = {name for product in vocabulary.products if known < product for name in product - known}
    meant = [name for name in partners if name.startswith(token.text)]
    if len(meant) != 1:
        return None
    term = Term(meant[0], (meant[0],), "ingredient")
    return Mention(token.start, token.end, (term,), "corrected", 90.0, (candidate_of(term, 90.0, vocabulary),))


_PROSE_WORDS = 8


def is_prose(text: str, token: Token) -> bool:
    """A word of a sentence with no amount after it: there only a single slip is believed."""
    return text.count(" ") >= _PROSE_WORDS and re.match(r"\s*\d", text[token.end :]) is None


def _truncated(word: str, vocabulary: Vocabulary) -> Match | None:
    """A name cut short ("hydrochlorothiaz", "predniso"): the one drug that begins so, or all of them to choose from."""
    if len(word) < 6:
        return None
    terms = vocabulary.index.beginning_with(word)
    if len(terms) == 1:
        return Match("corrected", terms, score=90.0)
    if 1 < len(terms) <= 4:
        return Match("ambiguous", terms, score=80.0, reason="more than one drug begins so")
    return None


def candidates_of(match: Match, vocabulary: Vocabulary) -> tuple[Candidate, ...]:
    if match.candidates:
        return tuple(candidate_of(c.term, c.score, vocabulary) for c in match.candidates[:5])
    return tuple(candidate_of(t, match.score, vocabulary) for t in match.terms[:5])


# Below this likeness a name beside an unknown word would only mislead.
NEAR_ENOUGH_TO_SHOW = 76.0


def nearest_drugs(text: str, vocabulary: Vocabulary) -> tuple[Candidate, ...]:
    for token in tokenise(text):
        if may_be_misspelt(token, frozenset()):
            near = vocabulary.index.nearest(token.text, 4)
            return tuple(candidate_of(c.term, c.score, vocabulary) for c in near if c.score >= NEAR_ENOUGH_TO_SHOW)
    return ()
