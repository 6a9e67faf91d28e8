"""What RxClass says of the drugs that are in no class here: shown with where it was read, and never a reason to fire a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medrisk.core.model import Line
from medrisk.core.names import OnlineNames
from medrisk.core.rules import DrugClass


def words_of_classes(lines: Sequence[Line], classes: Iterable[DrugClass], online: OnlineNames | None) -> list[str]:
    """One sentence for each drug taken that is in no class of this knowledge, if the service may be asked."""
    if online is None:
        return []
    known = {name for drug_class in classes for name in drug_class.members}
    taken = {
        ingredient.name: ingredient.rxcui
        for line in lines
        if line.status == "matched" and line.context == "active"
        for ingredient in line.ingredients
        if ingredient.rxcui is not None and ingredient.name not in known
    }
    words, without = [], []
    unasked: dict[str, list[str]] = {}
    for name, rxcui in sorted(taken.items()):
        found = online.classes_of(rxcui)
        if found.not_checked:
            unasked.setdefault(found.not_checked, []).append(name)
        elif found.classes:
            listed = "; ".join(found.classes)
            words.append(f"In no class of this knowledge: {name}. RxClass: {listed}. Not reviewed, and no rule fires on it.")
        else:
            without.append(name)
    if without:
        words.append(f"RxClass has no class either for {', '.join(without)}.")
    words += [f"RxClass was not checked for {', '.join(names)}: {why}." for why, names in unasked.items()]
    return words
