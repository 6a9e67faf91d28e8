"""YAML without its surprises.

PyYAML keeps the last of two equal keys in silence, turns a bare ``no`` into False, ``2026-11-22`` into a date and
``4603`` into a number whose leading zeros are gone. In a knowledge file each of these is a fact lost, so this loader
keeps dates as text, refuses the rest, and goes on reading so that all faults of a file come at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

_BARE_WORD_TAG = "tag:medrisk,2026:bare_word"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and on which line (0 where the parser does not know)."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What stood in a file. ``document`` is None when the file is not YAML at all."""

    document: object
    problems: list[Problem] = field(default_factory=list)


class _StrictLoader(yaml.CSafeLoader):
    # Empty, so that only the resolvers added below apply: no dates, no base-60 numbers.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML reads it from the class

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, message))

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        # A node met twice is an alias; refusing it also keeps a document from containing itself.
        if node in self.constructed_objects or node in self.recursive_objects:
            self.complain(node, "anchors and aliases are not used here: write the value out")
            return None
        return super().construct_object(node, deep=deep)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, object]:  # type: ignore[override]
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                self.complain(key_node, f"the key {key} must be text: put it in quotes")
            elif key in mapping:
                self.complain(key_node, f"the key {key} stands twice")
            mapping[str(key)] = self.construct_object(value_node, deep=deep)
        return mapping

    def construct_bare_word(self, node: yaml.ScalarNode) -> str:
        self.complain(node, f"a bare {node.value} is ambiguous: write true or false, or put the word in quotes")
        return str(node.value)

    def construct_decimal(self, node: yaml.ScalarNode) -> int:
        """YAML 1.1 would read 0123 as octal."""
        return int(node.value)


def _add_resolver(tag: str, pattern: str, first: str) -> None:
    _StrictLoader.add_implicit_resolver(tag, re.compile(pattern), list(first))


_add_resolver("tag:yaml.org,2002:bool", r"(?:true|false)$", "tf")
_add_resolver("tag:yaml.org,2002:null", r"(?:~|null)$", "~n")
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"$"), [""])
_add_resolver("tag:yaml.org,2002:float", r"[-+]?[0-9]+\.[0-9]*$", "-+0123456789")
_add_resolver("tag:yaml.org,2002:int", r"[-+]?[0-9]+$", "-+0123456789")
_add_resolver(_BARE_WORD_TAG, r"(?i:yes|no|on|off|null|true|false)$", "yYnNoOtTfF")
_StrictLoader.add_constructor(_BARE_WORD_TAG, _StrictLoader.construct_bare_word)
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _StrictLoader.construct_decimal)


def parse_yaml(content: bytes) -> Parsed:
    """Read one document, with everything that is wrong with it as YAML."""
    try:
        loader = _StrictLoader(content.decode("utf-8"))
        document = loader.get_single_data()
    except UnicodeDecodeError:
        return Parsed(None, [Problem(0, "the file is not UTF-8 text")])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return Parsed(None, [Problem(line, f"not valid YAML: {error.problem or error.context}")])
    except yaml.YAMLError:
        return Parsed(None, [Problem(0, "not valid YAML: a character that may not stand there")])
    return Parsed(document, sorted(loader.problems, key=lambda problem: problem.line))
