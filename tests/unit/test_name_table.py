"""The table of names gives back every term it was built of, and refuses rows that belong to another."""

from __future__ import annotations

import marisa_trie
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrisk.core.name_table import NameTable, Term

_words = st.text(st.characters(blacklist_characters="\t\n\x00", blacklist_categories=["Cs"]), min_size=1, max_size=8)
_terms = st.builds(
    Term, _words, st.lists(_words, min_size=1, max_size=3).map(tuple), st.sampled_from(["ingredient", "brand"]),
    st.none() | _words, st.booleans(),
)  # fmt: skip
_tables = st.dictionaries(_words, st.lists(_terms, min_size=1, max_size=3), max_size=6)


@given(_tables, _words)
def test_every_name_gives_its_terms(names: dict[str, list[Term]], other: str) -> None:
    built = NameTable.build(names)
    trie, rows = built.content
    for table in (built, NameTable(marisa_trie.Trie().frombytes(trie), rows)):
        assert {key: list(table.get(key)) for key in table} == names
        assert len(table) == len(names)
        assert (other in table) == (other in names)
        assert sorted(table.beginning_with(other[:1])) == sorted(key for key in names if key.startswith(other[:1]))


def test_rows_of_another_trie_are_refused() -> None:
    one = NameTable.build({"a": [Term("a", ("a",), "ingredient")]}).content
    two = NameTable.build({k: [Term(k, (k,), "brand")] for k in "abc"}).content
    for trie, rows in ((one[0], two[1]), (two[0], one[1]), (one[0], one[1][:-1])):
        with pytest.raises(ValueError, match="rows"):
            NameTable(marisa_trie.Trie().frombytes(trie), rows)


def test_a_name_with_a_tab_would_be_read_back_as_two() -> None:
    with pytest.raises(ValueError, match="tab"):
        NameTable.build({"a b": [Term("a\tb", ("a",), "ingredient")]})
