"""Codes are types that check themselves, so that a bare string never passes for one."""

from __future__ import annotations

import re

_RXCUI = re.compile(r"[1-9]\d{0,7}")
_SLUG = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")


class RxCui(str):
    """An RxNorm concept unique identifier: one to eight digits, no leading zero (RxNorm Technical Documentation)."""

    __slots__ = ()

    def __new__(cls, value: str) -> RxCui:
        if not _RXCUI.fullmatch(value):
            raise ValueError("an RxCUI is one to eight digits without a leading zero")
        return super().__new__(cls, value)


def is_identifier(text: str) -> bool:
    """Whether the text can name a class, effect, rule or source."""
    return _SLUG.fullmatch(text) is not None
