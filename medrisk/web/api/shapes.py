"""JSON Schema of the knowledge's own values: what a dataclass becomes when ``as_plain`` writes it.

The values of ``medrisk.core.rules`` are the contract, so their shape is read from them and stands nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from medrisk.core.units import Quantity

# A condition holds conditions. Deeper than this it is described as an object only.
_DEEPEST = 4
_PLAIN: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


@cache
def shape_of(kind: Any, depth: int = 0) -> dict[str, Any]:
    """The JSON Schema of a value of this type."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is Quantity:
        return {"type": "string"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if is_dataclass(kind):
        return _object(kind, depth)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in {Union, UnionType}:
        return {"anyOf": [shape_of(argument, depth) for argument in arguments]}
    if origin in {tuple, frozenset} and arguments:
        return {"type": "array", "items": _item(arguments, depth)}
    raise TypeError(f"no shape for {kind}")


def _object(kind: Any, depth: int) -> dict[str, Any]:
    if depth >= _DEEPEST:
        return {"type": "object"}
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    return {
        "type": "object",
        "required": names,
        "properties": {name: shape_of(hints[name], depth + 1) for name in names},
    }


def _item(arguments: tuple[Any, ...], depth: int) -> dict[str, Any]:
    kinds = tuple(dict.fromkeys(argument for argument in arguments if argument is not Ellipsis))
    return shape_of(kinds[0], depth) if len(kinds) == 1 else {"anyOf": [shape_of(kind, depth) for kind in kinds]}
