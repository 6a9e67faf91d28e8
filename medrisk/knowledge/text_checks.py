"""Text in knowledge files is plain text: what is shown to people and put into web pages holds no markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrisk.knowledge.entries import join

# Control characters, then marks that turn or hide text without being seen.
_UNSEEN = r"[\x00-\x09\x0b-\x1f\x7f-\x9f" r"\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_RULES = (
    (re.compile(r"<[a-zA-Z/!?]"), "holds a markup tag"),
    (re.compile(r"&(?:[a-zA-Z]+|#\w+);"), "holds an HTML entity"),
    (re.compile(r"`"), "holds a backtick"),
    (re.compile(r"\]\("), "holds a Markdown link"),
    (re.compile(r"[{][{%]"), "holds a template"),
    (re.compile(_UNSEEN), "holds a control character"),
)
# Terms are patterns and never shown: "<limb> cramp" stands for any word of that group.
_TERM = re.compile(r"(?:symptoms|conditions|labs)\[\d+\]\.terms\[\d+\]")
_WORD_GROUP = re.compile(r"<(?:limb|lower|face|night)>")


def find_markup(document: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text that is more than plain text: (field path, what it holds)."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _check(key, join(path, key))
            yield from find_markup(value, join(path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from find_markup(value, f"{path}[{index}]")
    elif isinstance(document, str):
        yield from _check(_WORD_GROUP.sub("", document) if _TERM.fullmatch(path) else document, path)


def _check(text: str, path: str) -> Iterator[tuple[str, str]]:
    for pattern, message in _RULES:
        if pattern.search(text):
            yield path, f"{message}: plain text is expected"
