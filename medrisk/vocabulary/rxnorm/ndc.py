"""National drug codes: every layout in which they are written, read as the 11 digits that RxNorm uses.

A package's NDC has three parts: labeler, product, package. The label shows ten digits as 4-4-2, 5-3-2 or 5-4-1; billing
and RxNorm use eleven (5-4-2), the short part filled with a zero. Without hyphens, ten digits can be any of the three.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_PREFIX = re.compile(r"(?i)^(?:ndc|n\.d\.c\.)\s*(?:code|no\.?|number)?[:#\s]*")
_PARTS = re.compile(r"\d+(?:[-\s]\d+)*")
_FULL, _SHORT, _FEWEST = 11, 10, 7
_LENGTHS = (5, 4, 2)
_LABEL_LAYOUTS = ((4, 4, 2), (5, 3, 2), (5, 4, 1))


class NdcReading(NamedTuple):
    """The codes that a text may stand for, each with the layout it was read in; or what is wrong with it."""

    codes: tuple[tuple[str, str], ...] = ()
    lost_zeros: bool = False
    problem: str = ""


def read_ndc(text: str) -> NdcReading:
    """Read one NDC. Several codes come back where the layout cannot be told; nothing is guessed."""
    plain = _PREFIX.sub("", _DASHES.sub("-", text).strip()).strip()
    if "*" in plain:
        return NdcReading(problem="an asterisk stands in the place of a digit, which one is not known")
    if not plain.isascii() or not _PARTS.fullmatch(plain):
        return NdcReading(problem="an NDC is 10 or 11 digits, with or without hyphens")
    parts = re.split(r"[-\s]", plain)
    return _read_digits(plain) if len(parts) == 1 else _read_parts(parts)


def code_of_table(value: str) -> int | None:
    """The one code that a release's row means, as a number; None where it has none or may mean several."""
    if len(value) == _FULL and value.isascii() and value.isdigit():
        return int(value)
    codes = {code for code, _ in read_ndc(value).codes}
    return int(codes.pop()) if len(codes) == 1 and not read_ndc(value).lost_zeros else None


def _read_parts(parts: list[str]) -> NdcReading:
    lengths = tuple(len(part) for part in parts)
    if lengths == (6, 4, 2) and parts[0][0] == "0":
        return NdcReading(((_joined([parts[0][1:], *parts[1:]]), "12 digits, a zero before 5-4-2"),))
    if lengths in {_LENGTHS, *_LABEL_LAYOUTS}:
        return NdcReading(((_joined(parts), "-".join(map(str, lengths))),))
    if lengths in {(4, 4), (5, 3), (5, 4)}:
        return NdcReading(problem="only labeler and product: the part for the package is missing")
    return NdcReading(problem=f"no NDC has parts of {'-'.join(map(str, lengths))} digits")


def _read_digits(digits: str) -> NdcReading:
    count = len(digits)
    if count == _FULL:
        return NdcReading(((digits, "11 digits"),))
    if count == _FULL + 1 and digits[0] == "0":
        return NdcReading(((digits[1:], "12 digits, a zero before 11"),))
    if count == _SHORT:
        return NdcReading(_paddings(digits))
    if _FEWEST <= count < _SHORT:
        padded = (digits.zfill(_FULL), f"{_FULL - count} zeros put before {count} digits")
        return NdcReading((padded, *_paddings(digits.zfill(_SHORT))), lost_zeros=True)
    return NdcReading(problem=f"an NDC has 10 or 11 digits, here are {count}")


def _paddings(digits: str) -> tuple[tuple[str, str], ...]:
    """Ten digits read in each layout of a label; the same code is listed once."""
    found: dict[str, str] = {}
    for lengths in _LABEL_LAYOUTS:
        first, second = lengths[0], lengths[0] + lengths[1]
        code = _joined([digits[:first], digits[first:second], digits[second:]])
        found.setdefault(code, "10 digits, read as " + "-".join(map(str, lengths)))
    return tuple(found.items())


def _joined(parts: list[str]) -> str:
    return "".join(part.zfill(length) for part, length in zip(parts, _LENGTHS, strict=True))
