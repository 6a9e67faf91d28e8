"""A server that goes on: new knowledge and names are taken up, and dead workers replaced, while lists are sent to it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from small_release import write_release

from medrisk.service import Medrisk

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
CLIENTS = 4
LISTS = {"simvastatin 40 mg\namlodipine 5 mg": "simvastatin", "furosemide 40 mg bd": "furosemide"}


class Server:
    """``medrisk serve`` as a process of its own, with two workers."""

    def __init__(self, **environ: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._environ = os.environ | environ
        command = [sys.executable, "-m", "medrisk", "serve", "--port", str(self.port), "--workers", "2"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self._environ)
        self.wait_until(lambda: self.send("GET", "/readyz")[0] == http.client.OK)

    def send(self, method: str, path: str, text: str = "") -> tuple[int, Any]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, text, {"Content-Type": "text/plain"} if text else {})
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if answer.headers["Content-Type"] == "application/json" else body.decode()
        finally:
            connection.close()

    def workers(self) -> set[int]:
        pid = self._process.pid
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "medrisk", *arguments]
        return subprocess.run(command, env=self._environ, capture_output=True, timeout=300, check=False)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if is_so():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("this did not come about")

    def wait_for_all(self, is_so: Callable[[dict[str, Any]], bool]) -> None:
        """Until twenty answers in a row say so, which no worker of two can give alone."""
        self.wait_until(lambda: all(is_so(self.send("GET", "/readyz")[1]["versions"]) for _ in range(20)))

    def stop(self) -> bytes:
        self._process.send_signal(signal.SIGTERM)
        output, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        return output


@contextmanager
def serving(**environ: str) -> Iterator[Server]:
    server = Server(**environ)
    try:
        yield server
    finally:
        output = server.stop()
    assert b"Traceback" not in output, output.decode()


def _send_again_where_closed(server: Server, text: str) -> tuple[int, Any]:
    """As proxies and browsers do: a connection that is closed before the request was taken in whole is opened once more."""
    try:
        return server.send("POST", "/api/v1/check", text)
    except BrokenPipeError:
        return server.send("POST", "/api/v1/check", text)


@contextmanager
def load(server: Server) -> Iterator[dict[str, list[object]]]:
    """Some clients that send lists all the while. Yields what they got: answers that are right, wrong, and none."""
    got: dict[str, list[object]] = {"right": [], "wrong": [], "none": []}
    over = threading.Event()

    def send_lists() -> None:
        while not over.is_set():
            for text, drug in LISTS.items():
                try:
                    status, answer = _send_again_where_closed(server, text)
                except (OSError, http.client.HTTPException) as error:
                    got["none"].append(type(error).__name__)
                    continue
                is_right = status == http.client.OK and answer["lines"][0]["ingredients"][0]["name"] == drug
                got["right" if is_right else "wrong"].append(status)
                over.wait(0.02)  # the server has two cores to reload on, and so has whoever runs this

    clients = [threading.Thread(target=send_lists) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield got
    finally:
        over.set()
        for client in clients:
            client.join()


@pytest.fixture
def copy(tmp_path: Path, knowledge_dir: Path) -> Path:
    """The knowledge in a folder that a test may change."""
    shutil.copytree(knowledge_dir, tmp_path / "data")
    return tmp_path / "data"


def test_new_knowledge_and_names_are_taken_up_and_no_request_is_lost(copy: Path, tmp_path: Path, service: Medrisk) -> None:
    before = service.versions.knowledge
    source = next((copy / "sources").glob("*.yaml"))
    content = source.read_text(encoding="utf-8")
    with serving(MEDRISK_DATA_DIR=str(tmp_path / "kept"), MEDRISK_KNOWLEDGE_DIR=str(copy)) as server, load(server) as got:
        workers = server.workers()
        source.write_text("[", encoding="utf-8")
        refused = server.command("reload")
        assert refused.returncode == 2, "a fault in the knowledge is told, and changes nothing"
        source.write_text(content + "# changed\n", encoding="utf-8")
        server.command("reload")
        server.wait_for_all(lambda versions: versions["knowledge"] != before)
        server.command("rxnorm", "install", "--from", str(write_release(tmp_path / "RxNorm_full_prescribe_07062026.zip")))
        assert server.send("GET", "/readyz")[1]["versions"]["vocabulary_release"] is None
        server.command("reload")
        server.wait_for_all(lambda versions: versions["vocabulary_release"] is not None)
        assert server.workers() == workers
    assert (got["wrong"], got["none"]) == ([], [])
    assert len(got["right"]) > CLIENTS


def test_a_hangup_starts_new_workers_and_no_request_is_lost() -> None:
    with serving() as server, load(server) as got:
        old = server.workers()
        server.signal(signal.SIGHUP)
        server.wait_until(lambda: not server.workers() & old and len(server.workers()) == 2)
        assert server.send("GET", "/readyz")[0] == http.client.OK
    assert (got["wrong"], got["none"]) == ([], [])


def test_two_killed_workers_cost_only_what_they_were_working_on() -> None:
    with serving() as server, load(server) as got:
        server.wait_until(lambda: len(got["right"]) > CLIENTS)
        old = server.workers()
        for worker in old:
            os.kill(worker, signal.SIGKILL)
        server.wait_until(lambda: len(server.workers()) == 2 and not server.workers() & old)
        served = len(got["right"])
        server.wait_until(lambda: len(got["right"]) > served + CLIENTS)
    assert got["wrong"] == []
    assert len(got["none"]) <= CLIENTS, "those who wait in the queue are served by the next worker"


def test_the_workers_count_together() -> None:
    with serving() as server:
        for _ in range(20):
            server.send("POST", "/api/v1/check", "simvastatin 40 mg")
        counted = [line for line in str(server.send("GET", "/metrics")[1]).splitlines() if 'route="/api/v1/check"' in line]
    assert 'medrisk_requests_total{method="POST",route="/api/v1/check",status="200"} 20.0' in counted


def test_a_server_for_others_asks_for_a_token(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept")
    environ = os.environ | {"MEDRISK_DATA_DIR": kept}
    added = subprocess.run([sys.executable, "-m", "medrisk", "token", "add", "desk"], env=environ, capture_output=True, check=True)
    # The host of the command line must reach the workers, who read the environment.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "medrisk", "serve", "--host", "0.0.0.0", "--port", str(port), "--workers", "1"]  # noqa: S104 - what is tested
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        statuses = [_status(port, token, process) for token in (None, "wrong", added.stdout.decode().strip())]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert statuses == [401, 401, 200]


def _status(port: int, token: str | None, process: subprocess.Popen[bytes]) -> int:
    headers = {"Content-Type": "text/plain"} | ({"Authorization": f"Bearer {token}"} if token else {})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/api/v1/check", "simvastatin 40 mg", headers)
            return connection.getresponse().status
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not answer")


def test_a_stop_while_workers_start_is_heard() -> None:
    server = Server()
    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)
    time.sleep(0.3)
    assert b"refused to gracefully stop" not in server.stop()
