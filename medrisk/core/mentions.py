"""Drug names on an entry: where they stand and what each may stand for.

Codes and exact names; misspelt ones are found by ``medrisk.core.corrected``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from medrisk.core.code_mentions import CodeMention
from medrisk.core.listing import Entry
from medrisk.core.model import Candidate
from medrisk.core.name_keys import Token
from medrisk.core.name_table import Term
from medrisk.core.names import CodedDrug, Vocabulary, candidate_of
from medrisk.core.words import EVERYDAY_SUBSTANCES, NAMES_OF_A_KIND, NON_DRUG_WORDS, NOT_TAKEN_AFTER, SALT_WORDS

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
    """Exact names on the entry, longest first at each place, and its code, which goes before a name of the same drug or of its kind."""
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
    others = [
        name for name in names
        if not any(coded.intersection(term.ingredients) for term in name.terms) and not _is_kind_of(text[name.start : name.end], coded)
    ]  # fmt: skip
    if names and len(others) == len(names):
        both = replace(mention, terms=(*mention.terms, *names[0].terms), candidates=(), reason=_CODE_AND_NAME)
        return [both, *names[1:]]
    return sorted([mention, *others], key=lambda found: found.start)


_CODE_AND_NAME = "the code and the name on this line are different drugs"


def _is_kind_of(typed: str, coded: Set[str]) -> bool:
    """ "insulin" beside the code of insulin glargine: the code says which insulin. "Long acting insulin" says more itself."""
    kind = typed.lower()
    return kind in NAMES_OF_A_KIND and any(drug.startswith((f"{kind} ", f"{kind},")) for drug in coded)


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
