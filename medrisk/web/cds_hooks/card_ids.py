"""Card ids that carry, without any store, which rule a card came from.

A client's feedback names a card by its uuid alone. To count outcomes per rule, somebody has to lead back from the one to
the other; a table of the cards given would have to be kept and shared among workers. So the first 48 bits of the uuid (of
version 8, which RFC 9562 leaves to who makes it) are a checksum of the rule's id, and the rest are random. Nothing of the
patient is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

_MARK_BYTES = 6
_VERSION, _VARIANT = 8, 0b10


def new_id(rule: str) -> str:
    """A uuid that is used once. ``rule`` is the id of a rule, class, red flag or symptom."""
    mark = int.from_bytes(_mark(rule))
    bits = mark << 80 | _VERSION << 76 | secrets.randbits(12) << 64 | _VARIANT << 62 | secrets.randbits(62)
    return str(UUID(int=bits))


def rule_of(card: str, rules: Iterable[str]) -> str:
    """Which of the rules the card came from; empty where it came from none of them, or is no uuid."""
    try:
        uuid = UUID(card)
    except ValueError:
        return ""
    mark = uuid.bytes[:_MARK_BYTES]
    return next((rule for rule in rules if _mark(rule) == mark), "") if uuid.version == _VERSION else ""


def _mark(rule: str) -> bytes:
    return blake2b(rule.encode(), digest_size=_MARK_BYTES).digest()
