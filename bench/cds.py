"""order-sign over CDS Hooks with 12 medications beside an empty Flask view on the same workers, in one run.

One of the twelve is the order that is signed; the others, the patient, a condition and three results come prefetched. CDS Hooks
wants an answer within 500 ms. With as many calls at once as there are threads nothing waits in a queue; with 16, most of the time
is the queue's.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import serve
from check import free_port, wait_for
from serve import EMPTY, THREADS, WORKERS, Figures, build_both, load_with_python, load_with_wrk, memory, wrk

from medrisk import serving

__all__ = ["build_both"]  # what a worker loads
ROUNDS, SECONDS = 3, 10
SIGN = "/cds-services/medrisk-order-sign"
ORDERED = ("simvastatin 40 mg tablet", "1 tablet at night")
LIST = (
    ("amlodipine 5 mg tablet", "1 tablet daily"), ("hydrochlorothiazide 25 mg tablet", "1 tablet in the morning"),
    ("omeprazole 20 mg capsule", "1 capsule daily"), ("furosemide 40 mg tablet", "1 tablet twice a day"),
    ("digoxin 125 mcg tablet", "1 tablet daily"), ("warfarin 3 mg tablet", "as directed"),
    ("salbutamol 100 mcg inhaler", "2 puffs as needed"), ("metformin 500 mg tablet", "1 tablet twice a day"),
    ("levothyroxine 50 mcg tablet", "1 tablet in the morning"), ("paracetamol 500 mg tablet", "2 tablets four times a day as needed"),
    ("prednisolone 5 mg tablet", "1 tablet daily"),
)  # fmt: skip
RESULTS = (("2823-3", 3.1, "mmol/L"), ("2160-0", 132.0, "umol/L"), ("33914-3", 44.0, "mL/min/{1.73_m2}"))


def request_body() -> str:
    def drug(number: int, name: str, directions: str, status: str) -> dict[str, Any]:
        return {
            "resourceType": "MedicationRequest", "id": f"m{number}", "status": status, "intent": "order", "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"text": name}, "dosageInstruction": [{"text": directions}],
        }  # fmt: skip

    def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": resource} for resource in resources],
        }

    def result(number: int, code: str, value: float, unit: str) -> dict[str, Any]:
        return {
            "resourceType": "Observation", "id": f"o{number}", "status": "final", "effectiveDateTime": "2026-11-20",
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value, "unit": unit},
        }  # fmt: skip

    return json.dumps({
        "hook": "order-sign", "hookInstance": "8f4c1c1e-7a5b-4c6f-9d7c-0f3a2b1c4d5e",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(drug(0, *ORDERED, "draft"))},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1954-05-01", "gender": "female"},
            "medications": bundle(*(drug(number, *words, "active") for number, words in enumerate(LIST, start=1))), "statements": None,
            "conditions": bundle({"resourceType": "Condition", "id": "c1", "code": {"text": "hypothyroidism"}}),
            "labs": bundle(*(result(number, *values) for number, values in enumerate(RESULTS))),
        },
    })  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--connections", type=int, nargs="+", default=[WORKERS * THREADS, 16], help="calls under way at once"
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serving.serve("cds:build_both", "127.0.0.1", options.serve, WORKERS, threads=THREADS, seconds_to_stop=30)
        return
    # The load of bench/serve.py, with another address and another body.
    serve.CHECK, serve.BODY = SIGN, request_body()
    port = free_port()
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(port)], cwd=Path(__file__).parent)
    try:
        wait_for(port)
        load(port, SIGN, 2)
        for connections in options.connections:
            serve.CONNECTIONS = connections
            print(
                f"{WORKERS} workers of {THREADS} threads, {connections} connections kept open, load by {'wrk' if wrk() else 'this file'}"
            )
            compare(port)
        print(f"memory of a worker, all and its own: {memory(server.pid)}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def compare(port: int) -> None:
    rounds = [(load(port, EMPTY, SECONDS), load(port, SIGN, SECONDS)) for _ in range(ROUNDS)]
    for name, index in (("empty Flask view", 0), (f"order-sign, {1 + len(LIST)} medications", 1)):
        runs = [pair[index] for pair in rounds]
        per_second, p50, p99 = (
            statistics.median(getattr(run, field) for run in runs) for field in ("per_second", "p50", "p99")
        )
        print(
            f"{name}: {per_second:,.0f} requests/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms, {sum(run.failed for run in runs)} failed"
        )


def load(port: int, path: str, seconds: float) -> Figures:
    return load_with_wrk(port, path, seconds) if wrk() else load_with_python(port, path, seconds)


if __name__ == "__main__":
    main()
