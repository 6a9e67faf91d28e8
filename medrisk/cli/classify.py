"""``medrisk classify``: names in, their classes and effects out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from medrisk.cli.output import say_attributions, to_json
from medrisk.cli.start import start_service
from medrisk.settings import Settings

if TYPE_CHECKING:
    from medrisk.core.rules import ClassEffect, DrugClass
    from medrisk.service import Medrisk

    Classes = Sequence[tuple[DrugClass, tuple[ClassEffect, ...]]]

_NOT_KNOWN = "not known, which does not mean safe"
_NO_CLASS = "in no class of this knowledge, which does not mean safe"


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def classify(names: tuple[str, ...]) -> None:
    """Print the drug classes and effects of each NAME, one JSON line for each ingredient of it."""
    service = start_service(Settings.from_env())
    say_attributions(service.versions)
    for name in names:
        # A name that came in a broken encoding must still print as valid JSON.
        for answer in classify_name(service, name.encode("utf-8", "replace").decode()):
            click.echo(to_json(answer))


def classify_name(service: Medrisk, name: str) -> Iterator[dict[str, Any]]:
    """One answer for each ingredient, or one that says that the name is not known."""
    line = service.normalize(name)
    if line.status != "matched":
        status = "ambiguous" if line.status == "ambiguous" else "unknown"
        candidates = list(dict.fromkeys(candidate.name for candidate in line.candidates))
        yield {"query": name, "ingredient": None, "status": status, "candidates": candidates, "message": _NOT_KNOWN}
        return
    for ingredient, rxcui, classes in service.classify(name):
        known = {"query": name, "ingredient": ingredient, "rxcui": rxcui, "status": line.status, "method": line.method}
        yield known | _classes(classes) | ({} if classes else {"message": _NO_CLASS})


def _classes(classes: Classes) -> dict[str, Any]:
    effects = _best_grades(effect for _, found in classes for effect in found)
    listed = [
        {"id": c.id, "name": c.name, "role": c.role, "effects": list(grades), "evidence": grades}
        for c, found in classes
        for grades in [_best_grades(found)]
    ]
    return {"classes": listed, "effects": list(effects), "evidence": effects}


def _best_grades(effects: Iterator[ClassEffect] | Sequence[ClassEffect]) -> dict[str, str]:
    """Each effect with the best grade that any of them gives it."""
    best: dict[str, ClassEffect] = {}
    for effect in effects:
        known = best.get(effect.effect)
        if known is None or effect.grade.rank > known.grade.rank:
            best[effect.effect] = effect
    return {name: effect.grade.value for name, effect in best.items()}
