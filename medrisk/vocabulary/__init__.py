"""The drug names medrisk knows: the embedded formulary."""

from medrisk.vocabulary.formulary import build_vocabulary
from medrisk.vocabulary.kept import load_vocabulary

__all__ = ["build_vocabulary", "load_vocabulary"]
