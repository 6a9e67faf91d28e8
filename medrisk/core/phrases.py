"""Finding the phrases of the knowledge files in a text, in one pass and without a regular expression per
phrase.

A phrase such as ``numb|tingling * lip`` is compiled into a tree of words. The text is cut into words
once; each word is brought to the form the tree knows (plural, US spelling, near misspelling), and the
tree is entered only where a first word matches. Work grows with the length of the text, whatever the
number of phrases. The grammar of a phrase is explained at the head of ``data/symptoms.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from medrisk.core.ordinary_words import ORDINARY_WORDS
from medrisk.core.tokens import SENTENCE_ENDS, TOKEN, Tokens, ends_sentence
from medrisk.core.word_sets import WORD_GROUPS, word_set

# May stand between two words of a phrase without being asked for.
_FILLERS = word_set(
    "my the a an his her their your our its of in on at is are was were be been both left right l r "
    "bilateral some "
    "very so too up and had have has got feel feels felt from with"
)
STOPS = frozenset(".;:!?,()\n") | {"but", "however", "although"}
_MAX_FILLERS = 3
_MAX_GAP = 5
_MAX_WORDS_FOR_CONTEXT = 30
# Only these lengths are corrected, and only towards words long enough, or distinctive enough, not to be
# met by chance.
_FUZZY_FROM, _FUZZY_TO = 6, 20
_SHORT_BUT_DISTINCT = word_set("cramp spasm urine thigh brown night needle")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of an entry. ``needs``: groups of words of which one each must stand in the same sentence."""

    kind: str
    entry: int
    inverse: bool = False
    single: bool = False
    capitals: bool = False
    needs: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stands: the indices of the words it matched, first to last, gaps left out."""

    phrase: Phrase
    matched: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.matched[0]

    @property
    def end(self) -> int:
        return self.matched[-1] + 1


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    gap: _Node | None = None
    phrases: list[Phrase] = field(default_factory=list)
    sounds: dict[str, str] = field(default_factory=dict)


class PhraseIndex:
    """All phrases of the knowledge, ready to be looked for."""

    __slots__ = ("_deletions", "_forms", "_known", "_root", "_sounds")

    def __init__(self) -> None:
        self._root = _Node()
        self._forms: dict[str, str] = {mark: mark for mark in ".;:!?,()\n"}
        self._deletions: dict[str, tuple[str, ...]] = {}
        # The same few thousand words stand in tens of thousands of places of the tree; each is worked out once.
        self._known: dict[str, str] = {}
        self._sounds: dict[str, str] = {}

    def add(self, term: str, kind: str, entry: int, *, plain: bool = False) -> None:
        """Add one term. ``plain`` takes it as bare words (laboratory names hold ``+`` and ``-``)."""
        body, needs = (term, []) if plain else (term.split(" + ")[0], term.split(" + ")[1:])
        inverse = body.startswith("!") and not plain
        elements = [m.group() for m in TOKEN.finditer(body.lower())] if plain else body.lstrip("!").split()
        capitals = body.isalpha() and body.isupper() and len(body) <= 2 and not plain
        groups = tuple(frozenset(self._learn(word) for word in _alternatives(need.strip())) for need in needs)
        steps = [[word] if plain else _alternatives(word) for element in elements for word in _split(element)]
        single = len(steps) == 1 or (plain and len(body) <= 2)
        phrase = Phrase(kind, entry, inverse, single, capitals, groups)
        self._grow(self._root, steps, phrase)

    def _grow(self, node: _Node, steps: list[list[str]], phrase: Phrase) -> None:
        if not steps:
            if phrase not in node.phrases:
                node.phrases.append(phrase)
            return
        if steps[0] == ["*"]:
            node.gap = node.gap or _Node()
            self._grow(node.gap, steps[1:], phrase)
            return
        for word in steps[0]:
            form = self._known.get(word) or self._learn(word)
            if len(form) >= 4:
                node.sounds.setdefault(self._sounds[form], form)
            self._grow(node.next.setdefault(form, _Node()), steps[1:], phrase)

    def _learn(self, word: str) -> str:
        """Take a word into the vocabulary with its plural and its US spelling; returns the form the tree
        uses.
        """
        as_written, word = word, word.lower().replace("'", "")
        form = self._known[as_written] = self._forms.setdefault(word, word)
        self._sounds.setdefault(form, _sound(form) if form else "")
        if word.isalpha() and len(word) > 2:
            for variant in {word, _us_spelling(word)}:
                self._forms.setdefault(variant, form)
                for plural in _plurals(variant):
                    self._forms.setdefault(plural, form)
        return form

    def close(self) -> None:
        """Index the longer words by their deletions, for near misspellings. Called once, after the last
        ``add``.
        """
        table: dict[str, set[str]] = {}
        for word in self._forms:
            if (_FUZZY_FROM <= len(word) <= _FUZZY_TO and word.isalpha()) or word in _SHORT_BUT_DISTINCT:
                table.setdefault(word, set()).add(word)
                for i in range(1, len(word)):
                    table.setdefault(word[:i] + word[i + 1 :], set()).add(word)
        self._deletions = {key: tuple(sorted(words)) for key, words in table.items()}

    def correct(self, word: str) -> str | None:
        """The known word that ``word`` misspells: one edit, or two in a long word, first letter kept. Else
        None.
        """
        if word in ORDINARY_WORDS:
            return None
        table = self._deletions
        found = table.get(word, ())
        if len(word) > 4:
            for i in range(1, len(word)):
                found += table.get(word[:i] + word[i + 1 :], ())
        if not found:
            return None
        best = min((OSA.distance(word, known), known) for known in found)
        return self._forms[best[1]] if best[0] <= (2 if len(word) >= 9 else 1) else None

    def tokens(self, lowered: str) -> Tokens:
        """Cut a text, in lower case, into words in the forms of the tree, misspellings corrected."""
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        forms = self._forms
        for found in TOKEN.finditer(lowered):
            word = found[0]
            form = forms.get(word)
            if form is None:
                form = word.replace("'", "") if "'" in word else word
                if "'" in word:
                    form = forms.get(form, form)
                elif 4 <= len(form) <= _FUZZY_TO and form.isalpha():
                    form = self.correct(form) or form
            elif form in SENTENCE_ENDS and not ends_sentence(form, lowered, found.start(), words):
                continue
            start = found.start()
            words.append(form)
            starts.append(start)
            ends.append(start + len(word))
        return Tokens(words, starts, ends)

    def find(self, tokens: Tokens) -> Iterator[Match]:
        """Every phrase at every place, overlapping ones included."""
        words = tokens.words
        root = self._root.next
        for i, word in enumerate(words):
            node = root.get(word)
            if node is not None:
                yield from self._walk(node, words, i + 1, (i,))

    def _may_be_misspelt(self, word: str) -> bool:
        return len(word) >= 4 and word not in ORDINARY_WORDS and word not in self._forms

    def _walk(self, node: _Node, words: list[str], at: int, matched: tuple[int, ...]) -> Iterator[Match]:
        for phrase in node.phrases:
            yield Match(phrase, matched)
        if node.next:
            for j in range(at, min(at + _MAX_FILLERS + 1, len(words))):
                following = node.next.get(words[j])
                if following is None and j == at and self._may_be_misspelt(words[j]):
                    # The word that sounds alike: "musle pane"; "calf woke" is no weak calf.
                    following = node.next.get(node.sounds.get(_sound(words[j]), ""))
                if following is not None:
                    goes_on = False
                    for match in self._walk(following, words, j + 1, (*matched, j)):
                        goes_on = True
                        yield match
                    if goes_on:
                        break
                if words[j] not in _FILLERS:
                    break
        if node.gap is not None:
            for j in range(at, min(at + _MAX_GAP + 1, len(words))):
                following = node.gap.next.get(words[j])
                if following is not None:
                    # Further words may complete another phrase: "legs ache and feel heavy".
                    yield from self._walk(following, words, j + 1, (*matched, j))
                if words[j] in STOPS:
                    break


def has_context(needs: Iterable[frozenset[str]], match: Match, tokens: Tokens) -> bool:
    """Whether every needed group stands in the sentence; a word of a dose ("40 mg at night") does not count."""
    left, right = tokens.sentence(match.first, match.end, _MAX_WORDS_FOR_CONTEXT)
    words = tokens.words
    own = set(match.matched)
    return all(
        any(words[i] in need and i not in own and not _in_directions(words, i) for i in range(left, right))
        for need in needs
    )


_DOSE_WORDS = word_set("mg mcg tablet tablets tab tabs capsule units dose puffs ml")
_DOSE = re.compile(r"\d[\d.,]*(?:mg|mcg|g|ml)")


def _in_directions(words: list[str], i: int) -> bool:
    return any(word in _DOSE_WORDS or _DOSE.fullmatch(word) for word in words[max(0, i - 3) : i])


def _split(element: str) -> list[str]:
    """ "lead-pipe" is two words in a text; alternatives that hold a hyphen are left to match as one."""
    return element.split("-") if "-" in element and "|" not in element else [element]


def _alternatives(element: str) -> list[str]:
    words: list[str] = []
    for word in element.split("|"):
        words += WORD_GROUPS[word].split() if word in WORD_GROUPS else [word]
    return [word for word in words if word]


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith("s"):
        return ()
    if word.endswith(("x", "ch", "sh")):
        return (word + "es",)
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + "s",)


def _us_spelling(word: str) -> str:
    spelt = (
        word.replace("oea", "ea").replace("oed", "ed").replace("oes", "es").replace("ae", "e")
        if len(word) > 5
        else word
    )
    return (
        spelt.replace("colour", "color")
        .replace("tumour", "tumor")
        .replace("isation", "ization")
        .replace("ised", "ized")
    )


def _sound(word: str) -> str:
    """A rough skeleton by sound ("pane" and "pain"), compared only inside a phrase that has already begun."""
    skeleton = re.sub(
        r"[aeiouyhw]",
        "",
        word[1:].replace("ght", "t").replace("ph", "f").replace("sc", "s").replace("ck", "k"),
    )
    return word[0] + re.sub(r"(.)\1+", r"\1", skeleton)
