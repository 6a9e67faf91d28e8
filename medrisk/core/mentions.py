"""Drug names on an entry: where they stand and what each may stand for.

Exact names come first, longest first; what is left is corrected only where a drug's name would stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from medrisk.core.code_mentions import CodeMention
from medrisk.core.cues import cue_before
from medrisk.core.listing import Entry
from medrisk.core.matching import Match
from medrisk.core.model import Candidate
from medrisk.core.name_keys import Token, tokenise
from medrisk.core.name_table import Term
from medrisk.core.names import CodedDrug, Vocabulary, candidate_of
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, NOT_TAKEN_AFTER, SALT_WORDS

_SHORT_ABBREVIATION = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A drug name found on an entry: its place and what it may stand for."""

    start: int
    end: int
    terms: tuple[Term, ...]
    method: str
    score: float = 100.0
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    distance: int = 0
    coded: CodedDrug | None = None

    @property
    def is_ambiguous(self) -> bool:
        return len(self.terms) > 1


def find_mentions(
    text: str,
    tokens: list[Token],
    vocabulary: Vocabulary,
    taken_words: Set[str] = frozenset(),
    code: CodeMention | None = None,
) -> list[Mention]:
    """Exact names on the entry, longest first at each place, and its code, which goes before a name of the same drug."""
    names = _find_names(text, tokens, vocabulary, taken_words)
    if code is None:
        return names
    names = [name for name in names if name.end <= code.start or name.start >= code.end]
    if not code.drug.terms:
        return [replace(names[0], coded=code.drug), *names[1:]] if names else []
    mention = Mention(
        code.start, code.end, code.drug.terms, code.method, reason=code.drug.reason, coded=code.drug,
        candidates=tuple(candidate_of(t, 100.0, vocabulary) for t in code.drug.terms) if len(code.drug.terms) > 1 else (),
    )  # fmt: skip
    coded = {name for term in code.drug.terms for name in term.ingredients}
    others = [name for name in names if not any(coded.intersection(term.ingredients) for term in name.terms)]
    if names and len(others) == len(names):
        both = replace(mention, terms=(*mention.terms, *names[0].terms), candidates=(), reason=_CODE_AND_NAME)
        return [both, *names[1:]]
    return sorted([mention, *others], key=lambda found: found.start)


_CODE_AND_NAME = "the code and the name on this line are different drugs"


def _find_names(
    text: str, tokens: list[Token], vocabulary: Vocabulary, taken_words: Set[str]
) -> list[Mention]:
    mentions: list[Mention] = []
    position = 0
    while position < len(tokens):
        found = vocabulary.index.longest_at(tokens, position)
        if found is None:
            position += 1
            continue
        count, terms = found
        run = tokens[position : position + count]
        if _is_drug_use(run, tokens, position, terms, text, taken_words) and not _is_diluent(run[0], text, mentions):
            end = past_salt(tokens, position + count)
            method = "abbreviation" if terms[0].kind == "abbreviation" else "exact"
            mentions.append(Mention(run[0].start, tokens[end - 1].end, terms, method))
            position = end
        else:
            position += 1 if count == 1 else count
    return mentions


_UNITS = frozenset({"mg", "g", "ml", "mcg", "units"})


def _is_drug_use(
    run: Sequence[Token],
    tokens: Sequence[Token],
    position: int,
    terms: tuple[Term, ...],
    text: str,
    taken_words: Set[str],
) -> bool:
    """Whether a known name is used as a drug here, and not as a word, a lab or a condition."""
    after = tokens[position + len(run)].text if position + len(run) < len(tokens) else ""
    if after in NOT_TAKEN_AFTER:
        return False
    word = run[0].text
    if word in _UNITS and position and tokens[position - 1].text[0].isdigit():
        return False
    if len(run) > 1:
        return not all(token.text in taken_words for token in run)
    if terms[0].kind == "abbreviation" and not _is_abbreviation_use(run[0], position, text, terms[0].name):
        return False
    if terms[0].kind == "abbreviation" and word in NON_DRUG_WORDS:
        # "MS 2 mg" is a drug (which one is another question), "MS since 2009" a disease, "NS" alone a fluid.
        return (
            text[run[0].start : run[0].end].isupper()
            and (after[:1].isdigit() or len(tokens) == 1)
            and word not in taken_words
        )
    if word in EVERYDAY_SUBSTANCES:
        return _is_everyday_use(run[0], tokens, position, text, word in taken_words)
    if word in taken_words:
        return False
    return word not in NON_DRUG_WORDS


_LISTED_BEFORE = re.compile(r"[,;/+&(]\s*(?:and\s+)?$|\band\s+$", re.IGNORECASE)
_AMOUNT_AFTER = re.compile(r"\s*\d")
# Short forms that are words of directions in small letters ("2 puffs inh").
_DIRECTION_WORDS = frozenset({"inh", "amp", "cr", "la", "tr"})


def _is_abbreviation_use(token: Token, position: int, text: str, name: str) -> bool:
    """Short abbreviations are drugs in capitals, at the head of an entry or of an item, or before an amount; not in a
    sentence, and not where they are words of directions.
    """
    typed = text[token.start : token.end]
    is_spelt_so = (typed == name or typed.isupper()) and not text.isupper()
    if len(typed) > _SHORT_ABBREVIATION or position == 0 or is_spelt_so:
        return True
    if token.text in _DIRECTION_WORDS:
        return False
    return _LISTED_BEFORE.search(text[: token.start]) is not None or _AMOUNT_AFTER.match(text[token.end :]) is not None


def _is_diluent(token: Token, text: str, mentions: Sequence[Mention]) -> bool:
    """ "esmolol in saline": what a drug is dissolved in is not a drug of its own."""
    return bool(mentions) and re.fullmatch(r"\W*in\W+", text[mentions[-1].end : token.start]) is not None


_AMOUNT_TAKEN = re.compile(
    r"\W*(?:chloride |chlor |chl |cl |oxide |phos(?:phate)? |supplement\w* |tabs? |tablets? |pills? |caps? )*\W*\d[\d,.]*\s*(?:(?:mg|mcg|meq|mmol|g|units?|iu|ml)\b|%)"
    r"(?!\s*/\s*d?l\b)"
)
_DEVICE_FOR = re.compile(
    r"\W*(?:pen\W+)?(?:needles?|syringes?|pumps?|swabs?|pads?|wipes?|infusion sets?|test|meter|monitor|prep)\b"
)
_FORM_TAKEN = re.compile(
    r"\W*(?:supplements?|tablets?|tabs?|pills?|capsules?|caps|gumm\w+|powder|infusion|iv|po|daily|bid|od|once|twice|patch\w*|gel|pow\b|pwd\b|from the|\+|otc)\b"
)
# "iron 325", "calcium 600": a round amount at the head of an entry; labs of these have one or two digits or a decimal point.
_ROUND_AMOUNT = re.compile(r"\W*\d{3,4}(?![\d.])")
_TAKES = re.compile(r"\b(?:takes?|taking|on|uses?|using|plus|with)\s+(?:\w+\s)?$")


def _is_everyday_use(token: Token, tokens: Sequence[Token], position: int, text: str, is_clinical: bool) -> bool:
    """ "potassium 20 mEq" and "takes magnesium" are drugs; "potassium 4.6" is a lab and "salt" a food."""
    rest = text[token.end : token.end + 40].lower()
    if _DEVICE_FOR.match(rest):
        return False
    if _AMOUNT_TAKEN.match(rest):
        return True
    if is_clinical:
        return False
    if _FORM_TAKEN.match(rest):
        return True
    if token.text in {"digoxin", "lithium", "insulin"} and not re.match(
        r"\W*(?:is |was |of |: ?)?\d+\.\d+\s*(?:$|[,;(])", rest
    ):
        return True
    if _TAKES.search(text[: token.start].lower()):
        return not re.match(r"\W*\d", rest)
    return position == 0 and (len(tokens) == 1 or _ROUND_AMOUNT.match(rest) is not None)


_DRINKS = frozenset({"alcohol", "ethanol"})
_ALONE = re.compile(r"[^a-z0-9]*[a-z]+(?: daily| nightly)?[\s.,;]*", re.IGNORECASE)


def is_drink_in_passing(mention: Mention, entry: Entry, text: str) -> bool:
    """Alcohol is named in social history, in warnings and on swabs too: it is taken only where it is an entry of its own."""
    if any(term.name not in _DRINKS for term in mention.terms):
        return False
    return entry.section in {"clinical", "plan"} or _ALONE.fullmatch(text) is None


def past_salt(tokens: Sequence[Token], end: int) -> int:
    """The end of a name with the salt words that follow it ("metoprolol succinate")."""
    while end < len(tokens) and tokens[end].text in SALT_WORDS:
        end += 1
    return end


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
