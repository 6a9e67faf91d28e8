"""Names without a patient: which drugs stand on a line, what a drug is known for, and names as they are typed."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from medrisk.core.name_keys import name_key
from medrisk.core.names import Vocabulary, ingredients_of
from medrisk.presentation import classify_name, ingredient_to_dict, line_to_dict, versions_to_dict
from medrisk.web.api import answers, asked
from medrisk.web.api.bodies import JSON, read_json
from medrisk.web.api.operations import Operation, resource
from medrisk.web.wiring import current_service

# Built once: a schema copies its fields when it is made.
_NORMALIZE_REQUEST = asked.NormalizeRequest()
_CLASSIFY_REQUEST = asked.ClassifyRequest()
_DRUG_SEARCH_REQUEST = asked.DrugSearchRequest()
# Of names that begin alike so many are looked at: a short name and its products share their drugs.
_LOOKED_AT = 400


@resource(Operation(
    "normalize", "POST", "/normalize", "Names", "Which drugs stand on each line",
    gives={JSON: answers.Lines},
    takes={JSON: asked.NormalizeRequest},
    text="One answer for each line, in order, every line by itself: what the command normalize prints.",
))  # fmt: skip
def normalize() -> ResponseReturnValue:
    lines = read_json(request, _NORMALIZE_REQUEST)["lines"]
    service = current_service()
    read = [line_to_dict(service.normalize(line, number)) for number, line in enumerate(lines, start=1)]
    return jsonify(lines=read, versions=versions_to_dict(service.versions))


@resource(Operation(
    "classify", "POST", "/classify", "Names", "Classes and effects of each name",
    gives={JSON: answers.Classifications},
    takes={JSON: asked.ClassifyRequest},
    text="One answer for each ingredient of each name, in order: what the command classify prints.",
))  # fmt: skip
def classify() -> ResponseReturnValue:
    names = read_json(request, _CLASSIFY_REQUEST)["names"]
    service = current_service()
    found = [answer for name in names for answer in classify_name(service, name)]
    return jsonify(names=found, versions=versions_to_dict(service.versions))


@resource(Operation(
    "search_drugs", "POST", "/drugs/search", "Names", "Names that begin with what was typed",
    gives={JSON: answers.FoundDrugs},
    takes={JSON: asked.DrugSearchRequest},
    text="Shortest names first. A POST, so that nothing that is typed gets into an address.",
))  # fmt: skip
def search_drugs() -> ResponseReturnValue:
    body = read_json(request, _DRUG_SEARCH_REQUEST)
    found = _beginning_with(body["prefix"], current_service().vocabulary)
    return jsonify(drugs=[drug for drug, _ in zip(found, range(body["limit"]), strict=False)])


def _beginning_with(prefix: str, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    start = name_key(prefix)
    if not start:
        return
    table = vocabulary.index.table
    seen = set()
    for key in nsmallest(_LOOKED_AT, table.beginning_with(start), key=lambda name: (len(name), name)):
        for term in table.get(key):
            if (term.name, term.ingredients) not in seen:
                seen.add((term.name, term.ingredients))
                ingredients = [ingredient_to_dict(i) for i in ingredients_of(term, vocabulary)]
                yield {"name": term.name, "kind": term.kind, "ingredients": ingredients}
