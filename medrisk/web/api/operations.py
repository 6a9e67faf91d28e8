"""The resources of the API, each said once: its address, its method, what it takes and what it gives.

The same entry binds the view to its address and is written into the OpenAPI document, so that neither can hold what the
other does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from medrisk.web.api.bodies import JSON, choose_answer

PREFIX = "/api/v1"
View = Callable[..., ResponseReturnValue]
# A schema of marshmallow, or an object as JSON Schema has it.
Shape = type[Schema] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. ``takes`` and ``gives`` are shapes by media type; ``status`` and ``headers`` those of the good answer."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    gives: Mapping[str, Shape]
    takes: Mapping[str, Shape] = field(default_factory=dict)
    query: type[Schema] | None = None
    refusals: tuple[int, ...] = ()
    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# Those of every server, and those of one that audits files.
OPERATIONS: list[Operation] = []
AUDIT_OPERATIONS: list[Operation] = []
blueprint = Blueprint("api", __name__, url_prefix=PREFIX, template_folder="templates")


def reads_query(endpoint: str | None) -> bool:
    """Whether a view of the API reads what stands behind the question mark, by a schema that refuses everything else."""
    return any(f"{blueprint.name}.{operation.name}" == endpoint for operation in OPERATIONS if operation.query is not None)


def resource(operation: Operation, part: Blueprint = blueprint, known: list[Operation] = OPERATIONS) -> Callable[[View], View]:
    """Binds a view to the address of its operation, in a part of the API that may be left out."""

    def bind(view: View) -> View:
        known.append(operation)

        def answer(**parts: str) -> ResponseReturnValue:
            kind = choose_answer(request, tuple(operation.gives)) if operation.gives else JSON
            response = make_response(view(**parts))
            if kind != JSON or len(operation.gives) > 1:
                response.vary.add("Accept")
            return response

        part.add_url_rule(operation.path, operation.name, answer, methods=[operation.method])
        return view

    return bind
