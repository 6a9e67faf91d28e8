"""The drug names medrisk knows: the embedded formulary."""

from medrisk.vocabulary.formulary import build_vocabulary

__all__ = ["build_vocabulary"]
