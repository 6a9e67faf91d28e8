"""From any concept down to its ingredients (IN), in the order in which its name has them.

An answer is whole or there is none: a product of which only one of two ingredients can be told would hide the other.
The name says how many there must be.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from medrisk.vocabulary.rxnorm.gather import Gathered
from medrisk.vocabulary.rxnorm.kinds import PACK_KINDS
from medrisk.vocabulary.rxnorm.naming import read_pack, read_title

# For each kind of concept its ways down, the best first: relation, and the kinds it may lead to. The first way that
# leads to all ingredients is taken. A product's way to its brand ("SBD has_ingredient BN") is none of them.
_WAYS: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    kind: tuple((relation, frozenset(targets.split())) for relation, targets in ways)
    for kind, ways in {
        "PIN": (("form_of", "IN"),),
        "MIN": (("has_part", "IN PIN"),),
        "SCDC": (("has_ingredient", "IN"), ("has_precise_ingredient", "PIN")),
        "SBDC": (("tradename_of", "SCDC"), ("consists_of", "SCDC")),
        "SCD": (
            ("consists_of", "SCDC"), ("has_ingredients", "MIN"), ("quantified_form_of", "SCD"), ("isa", "SCDF SCDG"),
        ),
        "SBD": (
            ("tradename_of", "SCD"), ("consists_of", "SCDC"), ("consists_of", "SBDC"), ("quantified_form_of", "SBD"),
            ("isa", "SBDF SBDG"),
        ),
        "SCDF": (("has_ingredient", "IN"), ("has_ingredients", "MIN"), ("isa", "SCDG")),
        "SBDF": (("tradename_of", "SCDF"), ("isa", "SBDG")),
        "SCDG": (("has_ingredient", "IN"), ("has_ingredients", "MIN")),
        "SBDG": (("tradename_of", "SCDG"),),
        "SCDFP": (("has_precise_ingredient", "PIN"), ("has_ingredient", "IN"), ("isa", "SCDF SCDGP")),
        "SCDGP": (("has_precise_ingredient", "PIN"), ("has_ingredient", "IN"), ("isa", "SCDG")),
        "SBDFP": (("tradename_of", "SCDFP"), ("isa", "SBDF")),
        "GPCK": (("contains", "SCD"),),
        "BPCK": (("contains", "SCD SBD"), ("tradename_of", "GPCK")),
    }.items()
}  # fmt: skip

# Kinds whose names list every ingredient, so that the name tells how many there are.
_LISTED = frozenset({"MIN", "SCD", "SBD", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SCDFP", "SCDGP", "SBDFP"})
_PART_SIGN = " / "
# Words after an ingredient that name its salt: where a product has no links, "amphetamine aspartate" is amphetamine.
_SALTS = frozenset(
    "acetate anhydrous aspartate besylate bitartrate bromide calcium chloride citrate dihydrate dipropionate disodium fumarate furoate"
    " gluconate hydrobromide hydrochloride lactate maleate mesylate monohydrate nitrate pamoate phosphate potassium propionate"
    " saccharate sodium succinate sulfate tartrate tosylate trihydrate valerate xinafoate".split()
)


class Ingredients:
    """Answers for one release; each concept is worked out once."""

    def __init__(self, found: Gathered) -> None:
        self._found = found
        self._known: dict[int, tuple[int, ...]] = {}
        self._by_name = {
            text.lower(): code
            for code, (kind, text) in {**found.withdrawn, **found.concepts}.items()
            if kind in {"IN", "PIN"}
        }
        self.read_from_name: Counter[str] = Counter()
        self._products_of_brand = self._sort_by_brand()
        self._below = self._sort_by_group()

    def of(self, rxcui: int) -> tuple[int, ...]:
        """The ingredients of a concept; none where the release does not tell all of them."""
        known = self._known.get(rxcui)
        if known is None:
            self._known[rxcui] = ()  # so that links in a circle come to an end
            known = self._known[rxcui] = self._work_out(rxcui, *self._found.named(rxcui))
        return known

    def of_name(self, called: str) -> int | None:
        """The ingredient of one part of a product's name, as far as an ingredient or salt is called exactly that."""
        words = called.lower().split()
        for end in range(len(words), 0, -1):
            code = self._by_name.get(" ".join(words[:end]))
            if code is not None:
                contents = self.of(code)
                return contents[0] if len(contents) == 1 else None
            if words[end - 1] not in _SALTS:
                return None
        return None

    def parts(self, rxcui: int, relation: str, kinds: frozenset[str]) -> list[int]:
        """What ``relation`` leads to, in the order of the name."""
        found, named = [], self._found.named
        for name, lower in self._found.down.get(rxcui, ()):
            if name == relation and named(lower)[0] in kinds and lower not in found:
                found.append(lower)
        return self._in_order(found, named(rxcui)[1]) if len(found) > 1 else found

    def products_of(self, brand: int) -> list[int]:
        return self._products_of_brand.get(brand, [])

    def _work_out(self, rxcui: int, kind: str, name: str) -> tuple[int, ...]:
        if kind == "IN":
            return (rxcui,)
        if kind == "BN":
            return self._of_brand(rxcui)
        wanted = _parts_named(kind, name)
        for relation, kinds in _WAYS.get(kind, ()):
            parts = self.parts(rxcui, relation, kinds)
            contents = [self.of(part) for part in parts]
            found = tuple(dict.fromkeys(code for each in contents for code in each))
            if found and all(contents) and self._is_whole(kind, wanted, parts, found):
                return found
        return self._of_products_below(rxcui) if kind == "SBDG" else self._from_name(kind, name)

    def _of_products_below(self, group: int) -> tuple[int, ...]:
        """A brand's group of products ("Lipitor Pill"): what its products have, if they all have the same."""
        sets = [self.of(product) for product in self._below.get(group, ())]
        return sets[0] if sets and all(set(each) == set(sets[0]) for each in sets) else ()

    def _is_whole(self, kind: str, wanted: int, parts: list[int], found: tuple[int, ...]) -> bool:
        """Whether there are as many parts as the name has, or one concept (a MIN, the generic product) with as many."""
        if len(parts) >= wanted or (kind not in PACK_KINDS and len(found) >= wanted):
            return True
        return len(parts) == 1 and _parts_named(*self._found.named(parts[0])) >= wanted

    def _of_brand(self, brand: int) -> tuple[int, ...]:
        """What the release says of the brand, ordered as in its products; what all its products have, where that is more."""
        parts = self.parts(brand, "tradename_of", frozenset({"IN", "PIN", "MIN"}))
        said = frozenset(code for part in parts for code in self.of(part))
        sets = [self.of(product) for product in self.products_of(brand)]
        for contents in sets:
            if frozenset(contents) == said:
                return contents
        if not all(sets):
            return ()  # a product that is not told whole: what is said of the brand may be short of the same part
        if sets and said < frozenset(sets[0]) and all(frozenset(contents) == frozenset(sets[0]) for contents in sets):
            return sets[0]
        return tuple(sorted(said))

    def _sort_by_brand(self) -> dict[int, list[int]]:
        products: dict[int, list[int]] = defaultdict(list)
        for kinds in ({"SBD", "BPCK"}, {"SBDC", "SBDF", "SBDG"}):
            fresh: dict[int, list[int]] = defaultdict(list)
            for rxcui, links in self._found.down.items():
                if self._found.concepts.get(rxcui, ("",))[0] in kinds:
                    for relation, lower in links:
                        if relation == "has_ingredient" and self._found.named(lower)[0] == "BN":
                            fresh[lower].append(rxcui)
            for brand, found in fresh.items():
                products.setdefault(brand, sorted(found))
        return products

    def _sort_by_group(self) -> dict[int, list[int]]:
        below: dict[int, list[int]] = defaultdict(list)
        for rxcui, links in self._found.down.items():
            if self._found.named(rxcui)[0] in {"SBD", "SBDF"}:
                for relation, upper in links:
                    if relation == "isa" and self._found.named(upper)[0] == "SBDG":
                        below[upper].append(rxcui)
        return below

    def _in_order(self, parts: list[int], name: str) -> list[int]:
        segments = name.lower().split(_PART_SIGN)
        return sorted(parts, key=lambda part: (self._place(part, segments), part))

    def _place(self, part: int, segments: list[str]) -> int:
        names = [self._found.named(part)[1].lower()]
        names += [self._found.named(code)[1].lower() for code in self.of(part)]
        for text in names:
            for test in (str.startswith, str.__contains__):
                for place, segment in enumerate(segments):
                    if text and test(segment, text):
                        return place
        return len(segments)

    def _from_name(self, kind: str, name: str) -> tuple[int, ...]:
        """A concept without all its links: each part of its name must be a known ingredient or salt, or there is no answer."""
        if kind not in _LISTED:
            return ()
        found: dict[int, None] = {}
        for part in read_title(name).parts:
            code = self.of_name(part.called)
            if code is None:
                return ()
            found[code] = None
        self.read_from_name[kind] += 1
        return tuple(found)


def _parts_named(kind: str, name: str) -> int:
    """How many products the name of a pack lists, how many ingredients that of another concept; 1 where it lists none."""
    if kind in PACK_KINDS:
        return len(read_pack(name))
    return name.count(_PART_SIGN) + 1 if kind in _LISTED else 1
