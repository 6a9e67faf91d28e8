"""What is written of a finished run beside its tables, and then the manifest, with which the run is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from medrisk.audit.options import AuditOptions
from medrisk.audit.run import finish
from medrisk.service import Medrisk


def write_reports(out: Path, manifest: dict[str, Any], service: Medrisk, options: AuditOptions) -> dict[str, Any]:
    """Write the reports and give the manifest as it was written."""
    return finish(out, manifest)
