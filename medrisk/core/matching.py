"""A typed name -> exact, corrected, ambiguous or unknown, against an index of names.

Correction generates few candidates and looks at them closely: an index of every name with one letter left out
(which meets one-letter slips from either side) and of its sound skeleton (which meets wrong vowels, ph/f, doubled
letters and scanner slips), reranked by rapidfuzz. A correction is accepted only when it is near enough for its
length, clearly nearer than any other drug, and not inside a published look-alike pair. Otherwise both are offered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from medrisk.core.near import NearIndex, sound_skeleton
from medrisk.core.text import ascii_lower
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS

TermKind = Literal["ingredient", "brand", "synonym", "abbreviation", "product"]

# Words and numbers, parted where letters meet digits, so that "metoprolol25mg" and "vitamin b12" read alike on both sides.
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*")


class Token(NamedTuple):
    """A word or number in lower case, with its place in the text. A tuple, since every line makes a dozen of them."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Lower-case words and numbers with their places in ``text``."""
    plain = ascii_lower(text)
    if len(plain) != len(text):  # a letter that folds to several, or a combining mark: compare word by word
        return [Token(ascii_lower(m[0]).replace("'", ""), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    return [Token(m[0].replace("'", "") if "'" in m[0] else m[0], *m.span()) for m in _TOKEN.finditer(plain)]


def name_key(name: str) -> str:
    """The form under which names are compared: words parted by one blank, no case, accents or punctuation."""
    if name.isascii() and (plain := name.replace("-", " ")).replace(" ", "").isalpha():
        return " ".join(plain.lower().split())
    return " ".join(token.text for token in tokenise(name))


@dataclass(frozen=True, slots=True)
class Term:
    """One name that may be typed, and the ingredients it stands for."""

    name: str
    ingredients: tuple[str, ...]
    kind: TermKind
    route: str | None = None
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """A near name: the term, its edit distance and its likeness (0 to 100)."""

    term: Term
    distance: int
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What a name was understood as. ``terms`` holds one for a match and all that may be meant otherwise."""

    status: Literal["exact", "corrected", "ambiguous", "unknown"]
    terms: tuple[Term, ...] = ()
    candidates: tuple[Correction, ...] = ()
    score: float = 100.0
    reason: str = ""


_UNKNOWN = Match("unknown", score=0.0)

# How far a typed word of that many letters may be from a name: short words are too easily another drug.
_MAX_DISTANCE = ((4, 0), (6, 1), (8, 2), (11, 3), (99, 4))
_MIN_SCORE = 80.0
_SHORTEST_CORRECTED = 5
# Up to this length a slip may change vowels, double, drop or swap letters, but not one consonant for another:
# "lassix" is Lasix, "arycor" is not Amycor.
_LONGEST_STRICT = 7
# From this length on one slip may stand in the first letter, which people nearly always get right.
_SHORTEST_OTHER_INITIAL = 9
# A second drug within this many edits of the best one, or this many points of likeness, makes the word ambiguous.
_MARGIN_EDITS = 1
_MARGIN_SCORE = 2.5
# A look-alike of the best drug that is itself this near is offered beside it, however clear the best one is.
_LOOK_ALIKE_REACH = 2


def consonants(word: str) -> str:
    """The skeleton without its vowels: what must agree in a short word."""
    return sound_skeleton(word).replace("a", "")


def _likeness(word: str, key: str, distance: int, skeleton: str) -> float:
    """0 to 100: half edits, half Jaro-Winkler (which trusts beginnings), and a little for sounding the same."""
    score = 50.0 * JaroWinkler.similarity(word, key) + 50.0 * (1 - distance / max(len(word), len(key)))
    return round(min(score + (3.0 if sound_skeleton(key) == skeleton else 0.0), 99.9), 1)


def _is_name(key: str) -> bool:
    """Whether a key has a word that is not an ordinary one: "3" and "at 10" would match in every line."""
    words = [word for word in key.split() if word.isalpha() and word not in NON_DRUG_WORDS]
    return (bool(words) and len(key) > 2) or key in EVERYDAY_SUBSTANCES or key.startswith("vitamin ")


def _is_given_name(key: str, term: Term) -> bool:
    """Abbreviations are guarded where they are met, and an ingredient of several words is its own guard ("green tea extract")."""
    return term.kind == "abbreviation" or (term.kind == "ingredient" and " " in key)


class NearStore(Protocol):
    """Where the index of misspellings is kept between runs."""

    def read(self) -> bytes | memoryview | None: ...

    def write(self, content: bytes) -> None: ...


class NameIndex:
    """All names a list may use. Exact names are a dictionary; the index for misspellings is built when first needed."""

    def __init__(self, terms: Iterable[Term], look_alikes: Iterable[tuple[str, ...]] = ()) -> None:
        exact: dict[str, list[Term]] = defaultdict(list)
        for term in terms:
            known = exact[name_key(term.name)]
            if all(set(term.ingredients) != set(other.ingredients) for other in known):
                known.append(term)
        _drop_strengths(exact)
        # Plain rows wait here until they are asked for: a start that looks up a dozen names need not make 20,000 terms.
        self._exact: dict[str, tuple[Term, ...] | list[list[Any]]] = {
            key: tuple(found) for key, found in exact.items() if _is_name(key) or _is_given_name(key, found[0])
        }
        self._set_up(_index_look_alikes(look_alikes))

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], near_store: NearStore | None = None) -> NameIndex:
        """The index that ``to_plain`` described. ``near_store`` keeps the index of misspellings between runs."""
        index = cls.__new__(cls)
        index._exact = dict(plain["names"])
        index._set_up({name: frozenset(others) for name, others in plain["look_alikes"].items()})
        index._near_store = near_store
        return index

    def to_plain(self) -> dict[str, Any]:
        """Everything but the index of misspellings, as JSON can hold it."""
        return {
            "names": {
                key: [[t.name, list(t.ingredients), t.kind, t.route, t.unsafe] for t in self._terms(key)]
                for key in self._exact
            },
            "look_alikes": {name: sorted(others) for name, others in self._look_alikes.items()},
        }

    def _set_up(self, look_alikes: dict[str, frozenset[str]]) -> None:
        self._look_alikes = look_alikes
        self._longest_from: dict[str, int] = {}
        for key in self._exact:
            first, blanks = key.split(" ", 1)[0], key.count(" ")
            if self._longest_from.get(first, 0) <= blanks:
                self._longest_from[first] = blanks + 1
        self._near: NearIndex | None = None
        self._near_store: NearStore | None = None
        self._prefixes: dict[str, tuple[str, ...]] = {}
        self._initials: dict[str, list[str]] = {}

    def _terms(self, key: str) -> tuple[Term, ...]:
        found = self._exact.get(key, ())
        if isinstance(found, list):
            found = tuple(Term(name, tuple(names), kind, route, unsafe) for name, names, kind, route, unsafe in found)
            self._exact[key] = found
        return found

    def __len__(self) -> int:
        return len(self._exact)

    def keys(self) -> Iterable[str]:
        return self._exact.keys()

    def lookup(self, name: str) -> tuple[Term, ...]:
        """The terms of exactly this name, compared without case, accents and punctuation."""
        return self._terms(name) or self._terms(name_key(name))

    def longest_at(self, tokens: list[Token], start: int) -> tuple[int, tuple[Term, ...]] | None:
        """The longest name that begins at a token: how many tokens it takes, and its terms."""
        longest = min(self._longest_from.get(tokens[start].text, 0), len(tokens) - start)
        for count in range(longest, 0, -1):
            key = " ".join(token.text for token in tokens[start : start + count])
            if key in self._exact:
                return count, self._terms(key)
        return None

    def match(self, word: str) -> Match:
        """Understand one typed name that is not on the line in an exact form."""
        terms = self.lookup(word)
        if terms:
            return Match("exact" if len(terms) == 1 else "ambiguous", terms)
        return self.correct(word)

    def correct(self, word: str) -> Match:
        """The nearest drug to a misspelt name, if one is near enough and clearly nearer than every other."""
        word = name_key(word)
        if len(word) < _SHORTEST_CORRECTED:
            return _UNKNOWN
        scanned = self.lookup(word.replace("rn", "m", 1)) if "rn" in word else ()
        if len(scanned) == 1:
            return Match("corrected", scanned, (Correction(scanned[0], 2, 95.0),), 95.0)
        nearest = self.nearest(word)
        acceptable = [c for c in nearest if self._is_acceptable(word, c)]
        if not acceptable:
            nearest = self._ranked(word, self._keys_like(word))
            acceptable = [c for c in nearest if self._is_acceptable(word, c)]
        if not acceptable:
            return Match("unknown", candidates=nearest[:4], score=nearest[0].score if nearest else 0.0)
        best = acceptable[0]
        rivals = [
            c for c in self._with_look_alikes(word, best, nearest) if c.term != best.term and self._rivals(word, best, c)
        ]
        if rivals:
            offered = (best, *rivals)
            return Match(
                "ambiguous", tuple(c.term for c in offered), offered, best.score, "more than one drug is as near"
            )
        return Match("corrected", (best.term,), nearest[:4], best.score)

    def nearest(self, word: str, limit: int = 8) -> tuple[Correction, ...]:
        """Names near to a word, nearest first, one for each drug."""
        return self._ranked(word, self._candidates(word), limit)

    def _ranked(self, word: str, keys: Iterable[str], limit: int = 8) -> tuple[Correction, ...]:
        found: dict[frozenset[str], Correction] = {}
        skeleton = sound_skeleton(word)
        for key in keys:
            distance = OSA.distance(word, key)
            score = _likeness(word, key, distance, skeleton)
            for term in self._terms(key):
                drug = frozenset(term.ingredients)
                known = found.get(drug)
                if known is None or (-score, distance) < (-known.score, known.distance):
                    found[drug] = Correction(term, distance, score)
        return tuple(sorted(found.values(), key=lambda c: (-c.score, c.distance, c.term.name))[:limit])

    def _is_acceptable(self, word: str, candidate: Correction) -> bool:
        key = name_key(candidate.term.name)
        if candidate.distance > self._reach(word) or candidate.score < _MIN_SCORE:
            return False
        if (
            word[0] != key[0]
            and word[:2] != key[1::-1]
            and (len(word) < _SHORTEST_OTHER_INITIAL or candidate.distance > 1)
        ):
            return False
        return len(word) > _LONGEST_STRICT or sorted(consonants(word)) == sorted(consonants(key))

    def _with_look_alikes(self, word: str, best: Correction, nearest: Sequence[Correction]) -> list[Correction]:
        """The near names, and those that published lists set beside the best one, however far the search looked."""
        names = {name_key(best.term.name), *best.term.ingredients}
        others = {other for name in names for other in self._look_alikes.get(name, ())} & self._exact.keys()
        near = {frozenset(c.term.ingredients) for c in nearest}
        return [*nearest, *(c for c in self._ranked(word, others) if frozenset(c.term.ingredients) not in near)]

    def _keys_like(self, word: str) -> list[str]:
        """Names with the same first letter within the widest reach: the slow look, for words with several slips."""
        reach = self._reach(word)
        if reach < 2:
            return []
        if not self._initials:
            initials: dict[str, list[str]] = defaultdict(list)
            for key in self._exact:
                initials[key[0]].append(key)
            self._initials = dict(initials)
        near = process.extract(word, self._initials.get(word[0], ()), scorer=OSA.distance, score_cutoff=reach, limit=12)
        return [found[0] for found in near]

    def beginning_with(self, word: str, limit: int = 20) -> tuple[Term, ...]:
        """One term for each drug of which a name begins with the word: what a truncated name may stand for."""
        drugs: dict[frozenset[str], Term] = {}
        for key in self._keys_beginning(word):
            for term in self._terms(key):
                if " " not in key and term.kind in {"ingredient", "synonym", "brand"}:
                    drugs.setdefault(frozenset(term.ingredients), term)
        return tuple(drugs.values())[:limit]

    def are_look_alikes(self, a: Term, b: Term) -> bool:
        """Whether a published list names the two as easily mistaken for one another."""
        names_a = {name_key(a.name), *a.ingredients}
        names_b = {name_key(b.name), *b.ingredients}
        return any(not names_b.isdisjoint(self._look_alikes.get(name, frozenset())) for name in names_a)

    def _rivals(self, word: str, best: Correction, other: Correction) -> bool:
        if set(other.term.ingredients) & set(best.term.ingredients) and len(best.term.ingredients) == 1:
            # "hydrochlorothiazde" also lies near combination names that contain it; those are no other drug.
            return False
        gap = other.distance - best.distance
        if self.are_look_alikes(best.term, other.term):
            if best.distance > 1:
                return gap <= _LOOK_ALIKE_REACH
            # One slip from a name is that name, unless its look-alike begins alike and is only one slip further, or two
            # where the letter that is wrong is the look-alike's: "trazadol" is one slip from tramadol, but has the z.
            key, other_key = name_key(best.term.name), name_key(other.term.name)
            strange = set(consonants(word)) - set(consonants(key))
            reach = 2 if strange and strange <= set(consonants(other_key)) else 1
            return gap <= reach and key[0] == other_key[0]
        return (gap < _MARGIN_EDITS and best.score - other.score < 2 * _MARGIN_SCORE) or (
            gap <= _MARGIN_EDITS and best.score - other.score < _MARGIN_SCORE
        )

    @staticmethod
    def _reach(word: str) -> int:
        return next(distance for longest, distance in _MAX_DISTANCE if len(word) <= longest or longest == 99)

    def _candidates(self, word: str) -> set[str]:
        if self._near is None:
            names = [key for key in self._exact if len(key) >= _SHORTEST_CORRECTED - 1 and not key[0].isdigit()]
            self._near = self._read_near(names) or self._build_near(names)
        return self._near.candidates(word)

    def _read_near(self, names: list[str]) -> NearIndex | None:
        content = self._near_store.read() if self._near_store else None
        if content is None:
            return None
        try:
            return NearIndex.read(names, content)
        except ValueError:
            return None

    def _build_near(self, names: list[str]) -> NearIndex:
        near = NearIndex.build(names)
        if self._near_store is not None:
            self._near_store.write(near.content)
        return near

    def _keys_beginning(self, word: str) -> tuple[str, ...]:
        if not self._prefixes:
            prefixes: dict[str, list[str]] = defaultdict(list)
            for key in self._exact:
                prefixes[key[:4]].append(key)
            self._prefixes = {prefix: tuple(keys) for prefix, keys in prefixes.items()}
        return tuple(key for key in self._prefixes.get(word[:4], ()) if key.startswith(word))


def _drop_strengths(exact: dict[str, list[Term]]) -> None:
    """ "K-Dur 20" beside "K-Dur": the number is a strength, which must stay with the directions."""
    for key in [key for key in exact if key.rsplit(" ", 1)[-1].isdigit()]:
        shorter = exact.get(key.rsplit(" ", 1)[0], [])
        if [set(t.ingredients) for t in shorter] == [set(t.ingredients) for t in exact[key]]:
            del exact[key]


def _index_look_alikes(groups: Iterable[tuple[str, ...]]) -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        names = [name_key(name) for name in group]
        for name in names:
            pairs[name].update(other for other in names if other != name)
    return {name: frozenset(others) for name, others in pairs.items()}
