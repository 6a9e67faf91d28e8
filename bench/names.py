"""Names a second: exact against a plain dict, misspelt against rapidfuzz over the same names."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import process

from medrisk.core.matching import NameIndex
from medrisk.service import build_service
from medrisk.settings import Settings

SEED = 20261122
MISSPELT = 4_000
# The index for misspellings is built when it is needed, which is no part of its speed.
WARM_UP = 100
# extractOne looks at every name for every word, so that a few of the same words give its speed.
EXTRACTED = 150
# Shorter names are too easily another drug, and no correction is tried for them.
SHORTEST = 6


def main() -> None:
    index = build_service(Settings.from_env()).vocabulary.index
    names = [name for name in index.table if name.isalpha()]
    print(f"{len(index):,} names, {len(names):,} of one word; seed {SEED}")
    measure_exact(index, names)
    chosen = [name for name in names if len(name) >= SHORTEST]
    one, two = misspell(chosen, 1), misspell(chosen, 2)
    for _, word in one[:WARM_UP]:
        index.match(word)
    measure_corrected(index, names, one)
    measure_recall(index, "one edit", one)
    measure_recall(index, "two edits", two)


def measure_exact(index: NameIndex, names: Sequence[str]) -> None:
    plain = {name: index.lookup(name) for name in names}
    many = names * max(1, 200_000 // len(names))
    ours, theirs = rate(index.lookup, many), rate(plain.get, many)
    print(f"exact: {ours:,.0f} names/s; a plain dict of the same keys {theirs:,.0f}/s; ratio {ours / theirs:.2f}")


def measure_corrected(index: NameIndex, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    words = [word for _, word in pairs]
    ours = rate(index.match, words)
    theirs = rate(lambda word: process.extractOne(word, names), words[:EXTRACTED])
    print(f"corrected, one edit: {ours:,.0f} names/s; rapidfuzz extractOne {theirs:,.0f}/s; ratio {ours / theirs:.0f}")
    found = sum(process.extractOne(word, names)[0] == name for name, word in pairs[:EXTRACTED])
    print(f"  extractOne: the very name first for {found / EXTRACTED:.1%} of {EXTRACTED}; it answers whatever was typed")


def measure_recall(index: NameIndex, label: str, pairs: Sequence[tuple[str, str]]) -> None:
    counts = {"right": 0, "offered": 0, "wrong": 0, "unknown": 0}
    for name, word in pairs:
        counts[outcome(index, name, word)] += 1
    shares = ", ".join(f"{key} {count / len(pairs):.1%}" for key, count in counts.items())
    print(f"{label}, {len(pairs):,} misspellings: {shares}")


def outcome(index: NameIndex, name: str, word: str) -> str:
    """``offered``: ambiguous, with the right drug among those named. ``wrong``: taken for another drug."""
    meant = {frozenset(term.ingredients) for term in index.lookup(name)}
    match = index.match(word)
    drugs = [frozenset(term.ingredients) for term in match.terms]
    if match.status in {"exact", "corrected"}:
        return "right" if drugs[0] in meant else "wrong"
    return "offered" if meant & set(drugs) else "unknown"


def misspell(names: Sequence[str], edits: int) -> list[tuple[str, str]]:
    """Pairs of a name and a misspelling of it, the same on every run."""
    chance = random.Random(SEED + edits)
    known = set(names)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < MISSPELT:
        name = word = chance.choice(names)
        for _ in range(edits):
            word = edit(word, chance)
        if word not in known:
            pairs.append((name, word))
    return pairs


def edit(word: str, chance: random.Random) -> str:
    """One letter left out, put in, changed, or exchanged with the next; never the first, which people get right."""
    place, letter = chance.randrange(1, len(word) - 1), chance.choice(string.ascii_lowercase)
    head, tail = word[:place], word[place:]
    return chance.choice(
        (head + tail[1:], head + letter + tail, head + letter + tail[1:], head + tail[1] + tail[0] + tail[2:])
    )


def rate(call: Callable[[str], object], words: Iterable[str]) -> float:
    words = list(words)
    start = time.perf_counter()
    for word in words:
        call(word)
    return len(words) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
