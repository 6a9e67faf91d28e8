"""An audit in small steps, for a test that kills it: ``python interrupted.py FILE OUT`` prints a line at every step."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from medrisk.audit import gather, run
from medrisk.audit.inputs import open_sources
from medrisk.audit.options import AuditOptions
from medrisk.audit.rows import ReadOptions
from medrisk.service import build_service
from medrisk.settings import Settings


def main(file: Path, out: Path) -> None:
    gather._MOST_HELD = 40
    run._BUCKET_BYTES = 1_500
    sources = [replace(source, block_bytes=1_500) for source in open_sources([file], ReadOptions())]
    run.run_audit(build_service(Settings.from_env()), sources, out, AuditOptions(), progress=_say)


def _say(step: str, share: float, rows: int) -> None:
    print(step, share, rows, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
