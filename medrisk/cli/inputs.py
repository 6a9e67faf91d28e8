"""Files and standard input as text, whatever wrote them: UTF-8, UTF-16 with its mark, or a Windows export.

Errors here name neither the file nor anything in it: a list typed in place of a file name must not be repeated.
"""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import Any

import click

from medrisk.errors import InputError, InputTooLargeError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WINDOWS = "cp1252"
# In a Windows file two bytes stand for a letter that takes one; so this much is read before the service counts exactly.
_WIDEST = 2


def file_argument(command: Any) -> Any:
    """One FILE. Taken as a list and counted here, because click's own complaint would repeat what was typed."""
    return click.argument("file", nargs=-1, metavar="FILE", callback=_only_one)(command)


def _only_one(_ctx: click.Context, _param: click.Parameter, files: tuple[str, ...]) -> str:
    if len(files) != 1:
        raise click.UsageError("Give one FILE, or - for standard input.")
    return files[0]


def read_text(file: str, most: int) -> str:
    """The text of a file, or of standard input for ``-``. Raises InputError where it is no text or over ``most`` bytes."""
    content = _read_bytes(file, _WIDEST * most + 1)
    if len(content) > _WIDEST * most:
        message = f"The text is longer than {most:,} bytes."
        raise InputTooLargeError(message, hint="Split it into smaller files.", field="text")
    return decode(content)


def decode(content: bytes) -> str:
    """Bytes as text. A Windows code page is taken where UTF-8 does not fit, and that is said."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    try:
        text = content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        if marked:
            raise _not_text() from None
        text = _decode_windows(content)
    if "\0" in text:
        raise _not_text()
    return text


def _decode_windows(content: bytes) -> str:
    if b"\0" in content:
        raise _not_text()
    try:
        text = content.decode(_WINDOWS)
    except UnicodeDecodeError:
        raise _not_text() from None
    click.echo("Notice: the input is not UTF-8 and was read as Windows-1252; check letters such as é and µ.", err=True)
    return text


def _not_text() -> InputError:
    hint = "Save it as plain text in UTF-8; a PDF or office file cannot be read."
    return InputError("The input is not plain text.", hint=hint, field="text")


def _read_bytes(file: str, most: int) -> bytes:
    try:
        if file == "-":
            if sys.stdin.isatty():
                click.echo("Paste the list, then press Ctrl-D (Ctrl-Z and Enter on Windows).", err=True)
            return sys.stdin.buffer.read(most)
        with Path(file).open("rb") as opened:
            return opened.read(most)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        hint = "Give the path of a text file, or - for standard input."
        raise InputError(f"The input cannot be read: {reason}.", hint=hint, field="file") from None
