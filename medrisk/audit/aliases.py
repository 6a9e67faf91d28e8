"""The user's answers to the worklist: what was meant by texts that nobody could match."""

from __future__ import annotations

import csv
from pathlib import Path

from medrisk.audit.harmless import restored
from medrisk.errors import InputError

_HINT = "Take unmatched.csv of an earlier run and write into the column meant: a drug's name, or ignore."
# What a text becomes that is to be ignored: a line with nothing to read on it.
IGNORED = "-"


def read_aliases(path: Path) -> dict[str, str]:
    """Text -> what is read in its place. Rows whose ``meant`` is empty are left for later.

    Raises InputError, with the line, where the file cannot be read or answers one text in two ways.
    """
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, strict=True)
            if not {"text", "meant"} <= set(rows.fieldnames or ()):
                raise InputError("The file of aliases has no columns text and meant.", hint=_HINT, field="aliases")
            for row in rows:
                text, meant = restored(row["text"] or ""), (restored(row["meant"] or "")).strip()
                if not text or not meant:
                    continue
                meant = IGNORED if meant.lower() == "ignore" else meant
                if found.setdefault(text, meant) != meant:
                    raise InputError(f"Line {rows.line_num} of the file of aliases answers a text a second time, in another way.", hint="Keep one of the two.", field="aliases")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no CSV file in UTF-8"
        raise InputError(f"The file of aliases cannot be read: {reason}.", hint=_HINT, field="aliases") from None
    return found
