"""A check of 12 lines: in process, from the command line, and in the server."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings

LIST = """\
Medications:
simvastatin 40 mg nightly
amlodipine 5 mg daily
hydroclorothiazide 25 mg every morning
omeprazole 20 mg twice daily
Serevent 50 mcg 2 puffs bd
furosemide 40 mg bd
metformin 500 mg tds with food
aspirin 81 mg daily
Stopped: baclofen 10 mg
c/o leg cramps at night for 3 weeks, no dark urine
K 3.1, eGFR 44
"""
CHECKS, STARTS, REQUESTS = 300, 7, 400
MEDRISK = (sys.executable, "-m", "medrisk")


def main() -> None:
    service = build_service(Settings.from_env())
    measure_process(service)
    measure_cold_start()
    measure_server()


def measure_process(service: Medrisk) -> None:
    service.check(LIST)  # the index for misspellings is built when it is first needed
    ours = timed(lambda: service.check(LIST), CHECKS)
    names = {key: key for key in service.vocabulary.index.table}
    plain = timed(lambda: [names.get(line.split(" ")[0].lower()) for line in LIST.splitlines()], CHECKS)
    median, p95 = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    print(f"check of 12 lines in process: median {median:.2f} ms, p95 {p95:.2f} ms")
    looked_up = statistics.median(plain)
    print(f"  the first word of each line in a dict: median {looked_up:.4f} ms; ratio {median / looked_up:,.0f}")


def measure_cold_start() -> None:
    # Compiled modules stay on disk in ordinary use, whatever the environment of this run says.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def run(*command: str) -> None:
        subprocess.run(command, input=LIST.encode(), stdout=subprocess.DEVNULL, check=True, env=env)

    run(*MEDRISK, "check", "-")
    cold = statistics.median(timed(lambda: run(*MEDRISK, "check", "-"), STARTS))
    bare = statistics.median(timed(lambda: run(sys.executable, "-c", "pass"), STARTS))
    print(f"medrisk check, whole process: median {cold:.0f} ms; python -c pass {bare:.0f} ms; ratio {cold / bare:.1f}")


def measure_server() -> None:
    port = free_port()
    command = (*MEDRISK, "serve", "--port", str(port), "--workers", "1")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        post(port)
        before = worker_memory(server.pid)
        start = time.perf_counter()
        for _ in range(REQUESTS):
            post(port)
        seconds = time.perf_counter() - start
        print(f"server, 1 worker: {before} after 1 check, {worker_memory(server.pid)} after {REQUESTS + 1} checks")
        print(f"  one client, a connection for each request: {REQUESTS / seconds:,.0f} checks/s")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def timed(call: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def post(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/api/v1/check", json.dumps({"text": LIST}), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"the server answered {answer.status}")


def worker_memory(pid: int) -> str:
    """Resident memory of the server's largest child, which is the worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return "memory not known on this system"
    return f"{max(resident(int(child)) for child in children.read_text().split()) / 1024:.0f} MB"


def resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
