"""What a user said of how a CSV file is written, checked in the same words for every door."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING

from medrisk.errors import InputError

if TYPE_CHECKING:
    # The server looks at these words too, and starts without polars.
    from medrisk.audit.rows import ReadOptions

NO_ENCODING = "No encoding that can be read here has this name."
ENCODING_HINT = "Names are utf-8, cp1252, latin-1 and others that write plain letters as ASCII does; without one it is found."
NO_DELIMITER = "A delimiter is one ASCII character, and no quote or line end."
DELIMITER_HINT = "Give one such as ; or | (\\t for a tab); without one it is found."

_TAB_IN_WORDS = "\\t"
# In others a comma or a line feed is not the one byte that files are parted at.
_ASCII = "".join(map(chr, range(32, 127))) + "\t\r\n"

# A file in UTF-16 is known by its mark, and is UTF-8 when it comes to the readers. Windows-1252 holds all letters of Latin-1.
_READ_AS = {"utf-16": "utf-8", "utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "cp1252"}


def checked(options: ReadOptions) -> ReadOptions:
    """The same under the names that the readers know. Raises InputError, which does not repeat what was typed."""
    encoding, delimiter = options.encoding, options.delimiter
    if encoding is not None:
        encoding = encoding_named(encoding)
        if encoding is None:
            raise InputError(f"--encoding: {NO_ENCODING}", hint=ENCODING_HINT, field="encoding")
    if delimiter is not None:
        delimiter = delimiter_meant(delimiter)
        if delimiter is None:
            raise InputError(f"--delimiter: {NO_DELIMITER}", hint=DELIMITER_HINT, field="delimiter")
    return replace(options, encoding=encoding, delimiter=delimiter)


def encoding_named(text: str) -> str | None:
    """Python's own name of an encoding; None where there is none, or none that text can be read in."""
    try:
        name = codecs.lookup(text).name
        keeps_ascii = _ASCII.encode(name) == _ASCII.encode("ascii")
    except (LookupError, ValueError):
        return None
    return _READ_AS.get(name, name if keeps_ascii else None)


def delimiter_meant(text: str) -> str | None:
    """One character that can part columns; None for anything else."""
    if text == _TAB_IN_WORDS:
        return "\t"
    return text if len(text) == 1 and text.isascii() and text not in '"\r\n\0' else None
