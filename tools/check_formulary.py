"""Compare the embedded formulary with an RxNorm release: RxCUIs, and what brands contain.

    python tools/check_formulary.py RxNorm_full_prescribe_MMDDYYYY.zip

Prints every RxCUI whose name in the release is neither the ingredient's nor a synonym of it (the exit code is then 1),
every brand whose contents the release splits otherwise (a vaccine, a multivitamin: the formulary keeps one ingredient
where no rule needs the parts), and how many names the release confirms. The release is read and not kept; medrisk ships
none of it.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from medrisk.core.name_keys import name_key
from medrisk.knowledge import load_documents
from medrisk.settings import Settings
from medrisk.vocabulary.rxnorm.gather import gather
from medrisk.vocabulary.rxnorm.ingredients import Ingredients
from medrisk.vocabulary.rxnorm.naming import read_title
from medrisk.vocabulary.rxnorm.source import open_source


def main(release: Path) -> int:
    names, contents = _read(release)
    documents = load_documents(Settings.from_env().knowledge_dir)
    wrong = _check_codes(documents.formulary, names)
    _check_brands(documents.formulary, contents)
    return 1 if wrong else 0


def _read(release: Path) -> tuple[dict[str, str], dict[str, set[frozenset[str]]]]:
    """Each concept's name, and what each brand's products contain."""
    with open_source(release) as archive:
        found = gather(archive, lambda table, done, total: None)
    ingredients = Ingredients(found)
    contents: dict[str, set[frozenset[str]]] = defaultdict(set)
    for code, (kind, name) in found.concepts.items():
        brand = read_title(name).brand if kind == "SBD" else None
        if brand and (parts := ingredients.of(code)):
            contents[name_key(brand)].add(frozenset(found.named(part)[1].lower() for part in parts))
    return {str(code): name.lower() for code, (_, name) in found.concepts.items()}, contents


def _check_codes(areas: list[dict], names: dict[str, str]) -> int:
    confirmed = without = wrong = 0
    for area in areas:
        for name, facts in area["ingredients"].items():
            code = facts.get("rxcui")
            if code is None:
                without += 1
            elif names.get(code, "") in {name, *(facts.get("synonyms") or ())}:
                confirmed += 1
            else:
                wrong += 1
                print(f"{area['area']}: {name}: RxCUI {code} is {names.get(code, 'not in the release')}")
    print(f"RxCUIs: {confirmed} confirmed, {wrong} not, {without} ingredients have none")
    return wrong


def _check_brands(areas: list[dict], contents: dict[str, set[frozenset[str]]]) -> None:
    confirmed = unknown = other = 0
    for area, brand, ingredients in _brands(areas):
        known = contents.get(name_key(brand))
        if known is None:
            unknown += 1
        elif frozenset(ingredients) in known:
            confirmed += 1
        else:
            other += 1
            print(f"{area}: {brand}: {sorted(ingredients)} here, {[sorted(found) for found in known]} in the release")
    print(f"brands and products: {confirmed} confirmed, {other} split otherwise, {unknown} not in the release")


def _brands(areas: list[dict]) -> Iterator[tuple[str, str, list[str]]]:
    for area in areas:
        for name, facts in area["ingredients"].items():
            for brand in facts.get("brands") or ():
                yield area["area"], brand, [name]
        for product, facts in (area.get("products") or {}).items():
            yield area["area"], product, facts["ingredients"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
