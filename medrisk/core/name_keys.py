"""The form under which names are compared, and the words and numbers of a text with their places."""

from __future__ import annotations

import re
from typing import NamedTuple

from medrisk.core.text import ascii_lower

# Words and numbers, parted where letters meet digits, so that "metoprolol25mg" and "vitamin b12" read alike on both sides.
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*")


class Token(NamedTuple):
    """A word or number in lower case, with its place in the text. A tuple, since every line makes a dozen of them."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Lower-case words and numbers with their places in ``text``."""
    plain = ascii_lower(text)
    if len(plain) != len(text):  # a letter that folds to several, or a combining mark: compare word by word
        return [Token(ascii_lower(m[0]).replace("'", ""), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    tokens = [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(plain)]
    return [token._replace(text=token.text.replace("'", "")) for token in tokens] if "'" in plain else tokens


def name_key(name: str) -> str:
    """The form under which names are compared: words parted by one blank, no case, accents or punctuation."""
    if name.isascii() and (plain := name.replace("-", " ")).replace(" ", "").isalpha():
        return " ".join(plain.lower().split())
    return " ".join(token.text for token in tokenise(name))
