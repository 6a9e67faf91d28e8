"""Readers of prescription files: whatever a site exports, as rows in one form."""

from medrisk.audit.inputs.opening import open_sources

__all__ = ["open_sources"]
