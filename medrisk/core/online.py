"""The last rung of the ladder: an entry that nothing here knows, looked up at the service that the user switched on.

Only the bare name leaves, or the code. An exact name counts; a near one only past the guards of every other correction.
Whatever was not answered stays unknown, and the line says that it was not checked online.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from medrisk.core.bare_name import BareName, bare_names
from medrisk.core.code_mentions import CodeMention
from medrisk.core.corrected import NEAR_ENOUGH_TO_SHOW, candidates_of, is_prose, stands_as_drug
from medrisk.core.given_names import correct_among
from medrisk.core.listing import Entry
from medrisk.core.matching import Match
from medrisk.core.mentions import Mention
from medrisk.core.model import ONLINE, Candidate, Ingredient, Line
from medrisk.core.name_keys import Token
from medrisk.core.name_table import Term
from medrisk.core.names import CodedDrug, CodeSystem, OnlineAnswer, OnlineDrug, OnlineNames, Vocabulary, candidate_of
from medrisk.core.not_drugs import class_word

_MOST_CANDIDATES = 5
_NO_NAME = "no name stands out on this line"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it: a drug with the vocabulary that knows it, or the line as it stays, with what else is to be said."""

    line: Line
    mention: Mention | None
    vocabulary: Vocabulary


def look_up(
    line: Line,
    entry: Entry,
    text: str,
    tokens: Sequence[Token],
    code: CodeMention | None,
    taken_words: Set[str],
    vocabulary: Vocabulary,
) -> Asked:
    """Look up what makes this line unknown. Lines that are not, and words that only name a class, are left as they are."""
    online = vocabulary.online
    if online is None or line.status != "unknown" or (code is None and class_word(text, vocabulary)):
        return Asked(line, None, vocabulary)
    if code is not None:
        return _by_code(line, code, online, vocabulary)
    names = bare_names(text, tokens, vocabulary, taken_words)
    if not names:
        return Asked(_not_checked(line, _NO_NAME), None, vocabulary)
    asked = _by_name(line, names[0], entry, text, tokens, online, vocabulary)
    return asked if asked.mention is None else replace(asked, mention=_with_rest(asked.mention, names[1:]))


def _by_code(line: Line, code: CodeMention, online: OnlineNames, vocabulary: Vocabulary) -> Asked:
    system: CodeSystem = "ndc" if code.method == "ndc" else "rxcui"
    answer = online.by_code(system, code.code)
    if answer.not_checked:
        return Asked(_not_checked(line, answer.not_checked), None, vocabulary)
    called = system.upper() if system == "ndc" else "RxCUI"
    if not answer.drugs or answer.has_more:
        known_here = (line.reason,) if code.drug.name else ()
        reason = "; ".join((*known_here, f"no drug of this {called} is known, neither here nor at RxNav", *answer.trail))
        return Asked(replace(line, reason=reason), None, vocabulary)
    known = _with_ingredients(vocabulary, answer.drugs)
    asked, reason = f"{called} looked up at RxNav", f"the {called} may stand for more than one drug"
    return Asked(line, _exact(answer, (code.start, code.end), asked, reason, known), known)


def _by_name(
    line: Line,
    name: BareName,
    entry: Entry,
    text: str,
    tokens: Sequence[Token],
    online: OnlineNames,
    vocabulary: Vocabulary,
) -> Asked:
    answer = online.named(name.text)
    if answer.drugs and not answer.has_more:
        known = _with_ingredients(vocabulary, answer.drugs)
        asked, reason = f'looked up at RxNav as "{name.text}"', "RxNav knows more than one drug of this name"
        return Asked(line, _exact(answer, (name.start, name.end), asked, reason, known), known)
    if not answer.not_checked:
        answer = online.near(name.text)
    if answer.not_checked:
        return Asked(_not_checked(line, answer.not_checked), None, vocabulary)
    if not answer.drugs:
        return Asked(replace(line, reason="no drug of this name is known, neither here nor at RxNav"), None, vocabulary)
    known = _with_ingredients(vocabulary, answer.drugs)
    match = correct_among(name.text, [_term(drug) for drug in answer.drugs], vocabulary.index)
    is_believed = (
        match.status == "corrected"
        and not answer.has_more
        and stands_as_drug(name.position, tokens, text, entry, ())
        and not (is_prose(text, tokens[name.position]) and match.candidates[0].distance > 1)
    )
    if not is_believed:
        reason = "no drug of this name is known here, and RxNav knows only names that are near to it"
        return Asked(replace(line, reason=reason, candidates=_offered(match, line, known)), None, vocabulary)
    return Asked(line, _corrected(match, name, answer, known), known)


def _exact(answer: OnlineAnswer, place: tuple[int, int], asked: str, reason: str, known: Vocabulary) -> Mention:
    """A name or code that the service knows; with several drugs of it, all of them to choose from."""
    terms = {frozenset(term.ingredients): term for term in map(_term, answer.drugs)}
    trail = (asked, *answer.trail)
    if len(terms) > 1:
        candidates = tuple(candidate_of(term, 100.0, known) for term in terms.values())
        coded = CodedDrug((), trail=trail)
        return Mention(*place, tuple(terms.values()), ONLINE, candidates=candidates, reason=reason, coded=coded)
    first = answer.drugs[0]
    coded = CodedDrug((_term(first),), first.name, first.rxcui, trail=trail)
    return Mention(*place, coded.terms, ONLINE, coded=coded)


def _corrected(match: Match, name: BareName, answer: OnlineAnswer, known: Vocabulary) -> Mention:
    term = match.terms[0]
    drug = next((drug for drug in answer.drugs if drug.name == term.name), answer.drugs[0])
    trail = (f'looked up at RxNav as "{name.text}", where "{drug.name}" is the nearest name',)
    coded = CodedDrug((term,), drug.name, drug.rxcui, trail=trail)
    distance = match.candidates[0].distance
    return Mention(
        name.start, name.end, (term,), ONLINE, match.score, candidates_of(match, known), distance=distance, coded=coded
    )


def _with_rest(mention: Mention, others: Sequence[BareName]) -> Mention:
    """Says which other words of the line may be names as well: one name a line is looked up."""
    if not others:
        return mention
    words = ", ".join(f'"{name.text}"' for name in others)
    coded = mention.coded or CodedDrug(())
    return replace(mention, coded=replace(coded, trail=(*coded.trail, f"not recognised on this line, and not looked up: {words}")))


def _not_checked(line: Line, why: str) -> Line:
    return replace(line, reason=f"{line.reason}; not checked online: {why}")


def _term(drug: OnlineDrug) -> Term:
    """How a brand or product is taken is not known from there, and is not taken from the usual way of its ingredient."""
    names = tuple(ingredient.name for ingredient in drug.ingredients)
    is_itself = len(names) == 1 and drug.rxcui == drug.ingredients[0].rxcui
    return Term(drug.name, names, "ingredient") if is_itself else Term(drug.name, names, "product", "unknown")


def _with_ingredients(vocabulary: Vocabulary, drugs: Sequence[OnlineDrug]) -> Vocabulary:
    """The vocabulary with the RxCUIs of what was found. A number that it had stands."""
    known = vocabulary.ingredients
    added = {
        ingredient.name: ingredient
        for drug in drugs
        for ingredient in drug.ingredients
        if known.get(ingredient.name, Ingredient("")).rxcui is None
    }
    return replace(vocabulary, ingredients=known | added)


def _offered(match: Match, line: Line, known: Vocabulary) -> tuple[Candidate, ...]:
    """The near names from here and there, nearest first, each drug once."""
    near = [*line.candidates, *(candidate_of(c.term, c.score, known) for c in match.candidates)]
    drugs: dict[frozenset[Ingredient], Candidate] = {}
    for candidate in sorted(near, key=lambda candidate: -candidate.score):
        if candidate.score >= NEAR_ENOUGH_TO_SHOW:
            drugs.setdefault(frozenset(candidate.ingredients), candidate)
    return tuple(drugs.values())[:_MOST_CANDIDATES]
