"""JSON and safe text for a terminal or a pipe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from medrisk.core.model import Versions


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in ASCII, so that it survives a terminal or pipe of any encoding and cannot carry an escape sequence."""
    return json.dumps(value, indent=indent)


def printable(text: str) -> str:
    """Typed text made safe to show: blanks for line ends and tabs, a mark for whatever else a terminal might act on."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def say_attributions(versions: Versions) -> None:
    """What NLM asks to be shown, beside answers that may hold something of RxNav's and have no place for it."""
    if versions.online:
        for attribution in versions.attributions:
            click.echo(attribution, err=True)
