"""What a text says of the patient has the same mark in every process, for runs and machines are compared by it."""

from __future__ import annotations

import subprocess
import sys

_PRINT = (
    "from medrisk.audit.readings import Reading; from medrisk.core.model import Patient; "
    "print(repr(Reading((), (1, 0, 0, 0), patient=Patient(indications=frozenset('abcdefgh'))).mark))"
)


def test_a_mark_is_the_same_whatever_the_order_of_sets() -> None:
    marks = {
        subprocess.run(
            [sys.executable, "-c", _PRINT], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in "123"
    }  # fmt: skip
    assert len(marks) == 1
    assert len(marks.pop().strip()) > len("''")
