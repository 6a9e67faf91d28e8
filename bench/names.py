"""Names a second and bytes of memory: exact against a plain dict, misspelt against symspellpy and rapidfuzz.

``python bench/names.py`` measures the vocabulary as it is installed, then made-up ones grown from it. ``--sizes`` chooses how large.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import process
from symspellpy import SymSpell, Verbosity

from medrisk.core.matching import NameIndex
from medrisk.core.name_table import Term
from medrisk.service import build_service
from medrisk.settings import Settings

SEED = 20261122
SIZES = (30_000, 200_000, 1_000_000)
MISSPELT = 4_000
# What is first met costs a little more (rows are read, caches fill), which is no part of the speed.
WARM_UP = 200
# extractOne looks at every name for every word, so that a few of the same words give its speed.
EXTRACTED_COMPARISONS = 2_000_000
# Shorter names are too easily another drug, and no correction is tried for them.
SHORTEST = 6
# symspellpy needs several gigabytes and minutes for more names than this.
MOST_SYMSPELL = 250_000
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="counts of names, parted by commas; 0 for none")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",") if int(size)]
    index = build_service(Settings.from_env()).vocabulary.index
    gc.freeze()  # as a worker of the server does, so that the collector leaves the knowledge alone
    print(f"as installed; seed {SEED}")
    real = list(index.table)
    measure(index, real)
    for size in sizes:
        before = memory()
        start = time.perf_counter()
        index = NameIndex.build([Term(name, (name,), "brand") for name in grow(real, size)])
        parts = [*index.table.content, index.near.content]
        print(
            f"\ngrown to {size:,}: built in {time.perf_counter() - start:.1f} s; files {sum(map(len, parts)) / 1e6:.0f} MB,"
            f" mapped and shared by processes; peak memory of the build {memory() - before:.0f} MB"
        )
        del parts
        measure(index, list(index.table))


def measure(index: NameIndex, names: Sequence[str]) -> None:
    words = [name for name in names if name.isalpha() and len(name) >= SHORTEST]
    print(f"{len(names):,} names, {len(words):,} of one word with {SHORTEST} letters or more")
    measure_exact(index, names)
    one, two = misspell(words, 1), misspell(words, 2)
    for _, word in one[:WARM_UP]:
        index.match(word)
    measure_corrected(index, [name for name in names if name.isalpha()], one)
    measure_recall(index, "one edit", one)
    measure_recall(index, "two edits", two)


def measure_exact(index: NameIndex, names: Sequence[str]) -> None:
    chosen = random.Random(SEED).sample(names, min(len(names), 40_000))
    plain = {name: index.lookup(name) for name in chosen}
    many = chosen * max(1, 200_000 // len(chosen))
    ours, theirs = rate(index.lookup, many), rate(plain.get, many)
    print(f"exact: {ours:,.0f} names/s; a plain dict of the same keys {theirs:,.0f}/s; ratio {ours / theirs:.2f}")


def measure_corrected(index: NameIndex, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    words = [word for _, word in pairs]
    ours = rate(index.match, words)
    few = words[: max(EXTRACTED_COMPARISONS // len(names), 2)]
    theirs = rate(lambda word: process.extractOne(word, names), few, 1)
    print(
        f"corrected, one edit: {ours:,.0f} names/s, median {median(index.match, words) * 1e3:.3f} ms;"
        f" rapidfuzz extractOne {theirs:,.1f}/s; ratio {ours / theirs:,.0f}"
    )
    if len(names) > MOST_SYMSPELL:
        return
    start = time.perf_counter()
    symspell = SymSpell(max_dictionary_edit_distance=2)
    for name in names:
        symspell.create_dictionary_entry(name, 1)
    built = time.perf_counter() - start
    theirs = rate(lambda word: symspell.lookup(word, Verbosity.CLOSEST, 2), words)
    found = sum(name in {s.term for s in symspell.lookup(word, Verbosity.CLOSEST, 2)} for name, word in pairs)
    print(
        f"  symspellpy, distance 2: {theirs:,.0f}/s; ratio {ours / theirs:.1f}; the name among its nearest for"
        f" {found / len(pairs):.1%}; built in {built:.0f} s"
    )


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


def grow(names: Sequence[str], size: int) -> list[str]:
    """As many names, the same on every run: the real ones, then words made of their three-letter runs."""
    chance = random.Random(SEED)
    following: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if name.isalpha():
            marked = f"^^{name}$"
            for place in range(len(marked) - 2):
                following[marked[place : place + 2]].append(marked[place + 2])
    grown = dict.fromkeys(names[:size])
    while len(grown) < size:
        word = "^^"
        while len(word) < 20 and (letter := chance.choice(following[word[-2:]])) != "$":
            word += letter
        if len(word) >= SHORTEST + 2:
            grown[word[2:]] = None
    return list(grown)


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


def rate(call: Callable[[str], object], words: Iterable[str], repeats: int = REPEATS) -> float:
    """Calls a second, the best of a few runs."""
    words = list(words)
    best = 0.0
    for _ in range(repeats):
        start = time.perf_counter()
        for word in words:
            call(word)
        best = max(best, len(words) / (time.perf_counter() - start))
    return best


def median(call: Callable[[str], object], words: Sequence[str]) -> float:
    """The middle one of the times of single calls, in seconds."""
    times = []
    for word in words:
        start = time.perf_counter()
        call(word)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def memory() -> float:
    """The most memory this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
