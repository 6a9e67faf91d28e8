"""Codes on an entry: an RxCUI or an NDC, with or without its label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from medrisk.core.name_keys import Token
from medrisk.core.names import CodedDrug, Vocabulary

_RXCUI = re.compile(r"\b(?:rxcui|rxnorm)(?:\s+code)?\s*[:#=]?\s*(\d{1,8})\b", re.IGNORECASE)
_LABELLED_NDC = re.compile(r"\bndc(?:\s*(?:code|no\.?|number))?\s*[:#=]?\s*(\d[\d*-]{5,14})(?![\d*-])", re.IGNORECASE)
# Three parts in one of the layouts of an NDC, or eleven digits at the head of an entry; a telephone number is neither.
_BARE_NDC = re.compile(r"(?<![\d.-])(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2})(?![\d-])|^\d{11}\b")


class CodeMention(NamedTuple):
    """A code, or a product's full name: where it stands, how it was found, and what it stands for.

    ``drug`` has no terms for a labelled code that means nothing known. ``code`` is what was typed behind the label.
    """

    start: int
    end: int
    method: Literal["rxcui", "ndc", "exact"]
    drug: CodedDrug
    code: str = ""


def find_code(text: str, tokens: Sequence[Token], vocabulary: Vocabulary) -> CodeMention | None:
    """The first code on the entry, or the product whose full name it is. A code without its label only where it is known."""
    if not any(map(str.isdigit, text)):
        return None
    product = vocabulary.codes.by_product_name(" ".join(token.text for token in tokens))
    if product is not None and product.terms:
        return CodeMention(0, len(text), "exact", product)
    match = _RXCUI.search(text)
    if match is not None:
        drug = vocabulary.codes.by_code("rxcui", match[1])
        return CodeMention(*match.span(), "rxcui", drug or CodedDrug((), reason="no drug of this RxCUI is known"), match[1])
    match = _LABELLED_NDC.search(text)
    if match is not None:
        drug = vocabulary.codes.by_code("ndc", match[1])
        return CodeMention(*match.span(), "ndc", drug or CodedDrug((), reason=_NO_NDC), match[1])
    match = _BARE_NDC.search(text) if "-" in text or text[:11].isdigit() else None
    drug = vocabulary.codes.by_code("ndc", match[0]) if match else None
    return CodeMention(*match.span(), "ndc", drug) if match and drug and drug.terms else None


_NO_NDC = "an NDC can be looked up only where an RxNorm release is installed"
