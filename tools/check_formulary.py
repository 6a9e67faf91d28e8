"""Compare the embedded formulary with an RxNorm release: RxCUIs, and what brands contain.

    python tools/check_formulary.py RxNorm_full_prescribe_MMDDYYYY.zip

Prints every RxCUI whose name in the release is neither the ingredient's nor a synonym of it (the exit code is then 1),
every brand whose contents the release splits otherwise (a vaccine, a multivitamin: the formulary keeps one ingredient
where no rule needs the parts), and how many names the release confirms. The release is read and not kept; medrisk ships
none of it.
"""

from __future__ import annotations

import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from medrisk.core.name_keys import name_key
from medrisk.knowledge import load_documents
from medrisk.settings import Settings

# Ways from a brand's product to its ingredients (RXNREL reads RXCUI2 RELA RXCUI1).
_DOWN = {"tradename_of", "consists_of", "has_ingredient", "has_part", "form_of", "has_ingredients"}


def main(release: Path) -> int:
    names, relations = _read(release)
    documents = load_documents(Settings.from_env().knowledge_dir)
    wrong = _check_codes(documents.formulary, names)
    _check_brands(documents.formulary, _brand_contents(names, relations))
    return 1 if wrong else 0


def _rows(archive: zipfile.ZipFile, table: str) -> Iterator[list[str]]:
    """Rows of an RRF table: parted by "|", never quoted."""
    member = next(name for name in archive.namelist() if name.endswith(f"rrf/{table}.RRF"))
    with archive.open(member) as file:
        for line in file:
            yield line.decode("utf-8").rstrip("\n").split("|")


def _read(release: Path) -> tuple[dict[str, tuple[str, str]], dict[str, set[str]]]:
    """Each concept's name and type, and each concept's way down to what it contains."""
    names: dict[str, tuple[str, str]] = {}
    relations: dict[str, set[str]] = defaultdict(set)
    with zipfile.ZipFile(release) as archive:
        for row in _rows(archive, "RXNCONSO"):
            if row[11] == "RXNORM" and row[12] in {"IN", "PIN", "MIN", "BN", "SBD"}:
                names[row[0]] = (row[14].lower(), row[12])
            elif row[11] == "RXNORM":
                names.setdefault(row[0], (row[14].lower(), row[12]))
        for row in _rows(archive, "RXNREL"):
            if row[7] in _DOWN:
                relations[row[4]].add(row[0])
    return names, relations


def _check_codes(areas: list[dict], names: dict[str, tuple[str, str]]) -> int:
    confirmed = without = wrong = 0
    for area in areas:
        for name, facts in area["ingredients"].items():
            code = facts.get("rxcui")
            if code is None:
                without += 1
            elif names.get(code, ("", ""))[0] in {name, *(facts.get("synonyms") or ())}:
                confirmed += 1
            else:
                wrong += 1
                print(f"{area['area']}: {name}: RxCUI {code} is {names.get(code, ('not in the release', ''))[0]}")
    print(f"RxCUIs: {confirmed} confirmed, {wrong} not, {without} ingredients have none")
    return wrong


def _brand_contents(names: dict[str, tuple[str, str]], relations: dict[str, set[str]]) -> dict[str, set[frozenset[str]]]:
    contents: dict[str, set[frozenset[str]]] = defaultdict(set)
    for code, (name, kind) in names.items():
        if kind == "SBD" and name.endswith("]"):
            found = _ingredients(code, names, relations)
            if found:
                contents[name_key(name[name.rindex("[") + 1 : -1])].add(frozenset(found))
    return contents


def _ingredients(code: str, names: dict[str, tuple[str, str]], relations: dict[str, set[str]], depth: int = 0) -> set[str]:
    if names.get(code, ("", ""))[1] == "IN":
        return {names[code][0]}
    if depth > 5:
        return set()
    return {name for other in relations.get(code, ()) for name in _ingredients(other, names, relations, depth + 1)}


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
