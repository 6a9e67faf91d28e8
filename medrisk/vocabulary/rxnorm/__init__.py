"""An RxNorm release: downloaded or handed in, checked, built into one file, and read from there."""

from medrisk.vocabulary.rxnorm.release import Release

__all__ = ["Release"]
