"""POST /api/v1/check with 12 lines beside an empty Flask view on the same workers, in one run.

``--minutes 10`` goes on for so long and shows whether memory or times grow. wrk makes the load where it is installed
(``apt-get install wrk``); else this file does, which takes more of the machine's time for itself.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from check import LIST, free_port, wait_for
from flask import Flask, jsonify
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from medrisk import serving
from medrisk.wsgi import build_app

WORKERS, THREADS, CONNECTIONS, ROUNDS, SECONDS = 2, 2, 16, 3, 10
CHECK, EMPTY = "/api/v1/check", "/empty/"
BODY = json.dumps({"text": LIST})


@dataclass(frozen=True)
class Figures:
    """One load on one address. Times in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0, help="keep the load up for so long")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serving.serve("serve:build_both", "127.0.0.1", options.serve, WORKERS, threads=THREADS, seconds_to_stop=30)
        return
    port = free_port()
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(port)], cwd=Path(__file__).parent)
    try:
        wait_for(port)
        load(port, CHECK, 2)
        print(f"{WORKERS} workers of {THREADS} threads, {CONNECTIONS} connections kept open, load by {'wrk' if wrk() else 'this file'}")
        print(f"memory of a worker, all and its own: {memory(server.pid)}")
        long_run(port, server.pid, options.minutes) if options.minutes else compare(port)
        print(f"memory of a worker, all and its own: {memory(server.pid)}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def build_both() -> Any:
    """medrisk with a bare Flask application beside it, so that both run in the same processes."""
    empty = Flask("empty")
    empty.add_url_rule("/", view_func=lambda: jsonify(status="ok"))
    return DispatcherMiddleware(build_app(), {"/empty": empty})


def compare(port: int) -> None:
    """In turns, so that what else the machine does falls on both."""
    rounds = [(load(port, EMPTY, SECONDS), load(port, CHECK, SECONDS)) for _ in range(ROUNDS)]
    for name, index in (("empty Flask view", 0), ("check of 12 lines", 1)):
        runs = [pair[index] for pair in rounds]
        per_second, p50, p99 = (statistics.median(getattr(run, field) for run in runs) for field in ("per_second", "p50", "p99"))
        print(f"{name}: {per_second:,.0f} requests/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms, {sum(run.failed for run in runs)} failed")
    ratio = statistics.median(check.per_second / empty.per_second for empty, check in rounds)
    print(f"ratio: {ratio:.3f} of the empty view (median of {ROUNDS} rounds)")


def long_run(port: int, pid: int, minutes: float) -> None:
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        run = load(port, CHECK, 30)
        print(f"{run.per_second:,.0f} requests/s, p50 {run.p50:.1f} ms, p99 {run.p99:.1f} ms, {run.failed} failed; {memory(pid)}", flush=True)


def wrk() -> str | None:
    return shutil.which("wrk")


def load(port: int, path: str, seconds: float) -> Figures:
    return load_with_wrk(port, path, seconds) if wrk() else load_with_python(port, path, seconds)


def load_with_wrk(port: int, path: str, seconds: float) -> Figures:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if path == CHECK:
            quoted = BODY.replace("\\", "\\\\").replace("'", "\\'")
            script.write(f"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '{quoted}'\n")
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency", "-s", script.name, f"http://127.0.0.1:{port}{path}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"(50%|99%|Requests/sec:)\s+([\d.]+(?:us|ms|s)?)", said))
    failed = sum(map(int, re.findall(r"(?:connect|read|write|timeout|responses:) (\d+)", said)))
    return Figures(float(found["Requests/sec:"]), milliseconds(found["50%"]), milliseconds(found["99%"]), failed)


def milliseconds(text: str) -> float:
    number = text.rstrip("mus")
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[text[len(number) :]]


def load_with_python(port: int, path: str, seconds: float) -> Figures:
    with ProcessPoolExecutor(CONNECTIONS) as pool:
        parts = list(pool.map(one_connection, [port] * CONNECTIONS, [path] * CONNECTIONS, [seconds] * CONNECTIONS))
    times = sorted(taken for part, _ in parts for taken in part)
    return Figures(
        len(times) / seconds, times[len(times) // 2], times[len(times) * 99 // 100], sum(failed for _, failed in parts)
    )


def one_connection(port: int, path: str, seconds: float) -> tuple[list[float], int]:
    """The times of the answers on one connection, and how many were no good. A bare socket: a client library is slower."""
    head = f"POST {CHECK} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}"
    message = (head if path == CHECK else f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").encode()
    times, failed = [], 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        file = connection.makefile("rb")
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            connection.sendall(message)
            status = file.readline()
            length = 0
            while (line := file.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            file.read(length)
            failed += b" 200 " not in status
            times.append((time.perf_counter() - start) * 1000)
    return times, failed


def memory(pid: int) -> str:
    """Resident memory of each worker, and what of it no other process shares."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return "not known on this system"
    figures = []
    for child in children.read_text().split():
        rows = dict(line.split()[:2] for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()[1:])
        own = int(rows["Private_Clean:"]) + int(rows["Private_Dirty:"])
        figures.append(f"{int(rows['Rss:']) / 1024:.0f} MB ({own / 1024:.0f} MB)")
    return ", ".join(figures)


if __name__ == "__main__":
    main()
