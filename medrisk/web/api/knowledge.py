"""The knowledge itself: lists by page, entries by id, as they were understood from the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from medrisk.core.rules import (
    ConditionInfo,
    DrugClass,
    EffectName,
    KnowledgeBase,
    LabInfo,
    RedFlag,
    Rule,
    Source,
    SymptomInfo,
)
from medrisk.errors import UnknownIdError
from medrisk.presentation import as_plain
from medrisk.web.api import answers, asked
from medrisk.web.api.bodies import JSON, load
from medrisk.web.api.operations import PREFIX, Operation, resource
from medrisk.web.api.shapes import shape_of
from medrisk.web.wiring import current_service

# Built once: a schema copies its fields when it is made.
_PAGE_QUERY = asked.PageQuery()
Entries = Mapping[str, Any]

_KINDS: dict[str, tuple[str, type, Callable[[KnowledgeBase], Entries]]] = {
    "classes": ("drug class", DrugClass, lambda base: base.classes),
    "rules": ("rule", Rule, lambda base: base.rules),
    "red_flags": ("red flag", RedFlag, lambda base: {flag.id: flag for flag in base.red_flags}),
    "sources": ("source", Source, lambda base: base.sources),
    "symptoms": ("symptom", SymptomInfo, lambda base: base.symptoms),
    "conditions": ("condition", ConditionInfo, lambda base: base.conditions),
    "labs": ("laboratory test", LabInfo, lambda base: base.labs),
    "effects": ("effect", EffectName, lambda base: base.effects),
}


def _add(kind: str, word: str, shape: type, entries_of: Callable[[KnowledgeBase], Entries]) -> None:
    """The list of one kind and its entries, as two resources."""
    address = f"/knowledge/{kind}"

    @resource(Operation(
        f"list_{kind}", "GET", address, "Knowledge", f"Every {word}, by page",
        gives={JSON: answers.Page}, query=asked.PageQuery, refusals=(400,),
    ))  # fmt: skip
    def listed() -> ResponseReturnValue:
        page = load(_PAGE_QUERY, request.args.to_dict())
        return jsonify(_page(entries_of(current_service().knowledge), f"{PREFIX}{address}", **page))

    @resource(Operation(
        f"get_{kind}", "GET", f"{address}/<entry_id>", "Knowledge", f"One {word}",
        gives={JSON: shape_of(shape)}, refusals=(404,),
    ))  # fmt: skip
    def shown(entry_id: str) -> ResponseReturnValue:
        entry = entries_of(current_service().knowledge).get(entry_id)
        if entry is None:
            raise UnknownIdError(f"No {word} has this id.", hint=f"{PREFIX}{address} lists the ids.", field="id")
        return jsonify(as_plain(entry))


def _page(entries: Entries, address: str, offset: int, limit: int) -> dict[str, Any]:
    ids = sorted(entries)
    following = f"{address}?offset={offset + limit}&limit={limit}" if offset + limit < len(ids) else None
    items = [_listed(entries[name], f"{address}/{name}") for name in ids[offset : offset + limit]]
    return {"total": len(ids), "offset": offset, "limit": limit, "next": following, "items": items}


def _listed(entry: Any, href: str) -> dict[str, str]:
    name = entry.citation if isinstance(entry, Source) else entry.name
    status = {"status": entry.status} if hasattr(entry, "status") else {}
    return {"id": entry.id, "name": name, **status, "href": href}


for _kind, (_word, _shape, _entries_of) in _KINDS.items():
    _add(_kind, _word, _shape, _entries_of)
