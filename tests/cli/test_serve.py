"""``medrisk serve``: who is let in, and what goes on while workers die, reload and stop."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"])  # noqa: S104 - what is refused
def test_others_are_not_let_in_without_a_way_to_sign_in(run: Run, host: str) -> None:
    result = run("serve", "--host", host)
    assert result.exit_code == 2
    assert "medrisk token add" in result.stderr
    assert "MEDRISK_TRUSTED_USER_HEADER" in result.stderr
    assert "--host 127.0.0.1" in result.stderr


def test_a_host_from_the_environment_is_refused_alike(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRISK_HOST", "0.0.0.0")  # noqa: S104 - what is refused
    assert run("serve").exit_code == 2


def test_a_proxy_before_a_local_server_asks_for_a_way_to_sign_in_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRISK_ALLOWED_HOSTS", "medrisk.example.org")
    assert run("serve").exit_code == 2


def test_a_port_in_use_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "--port" in result.stderr


@pytest.mark.parametrize("arguments", [("--port", "0"), ("--port", "70000"), ("--port", "http"), ("--workers", "0")])
def test_bad_numbers_are_usage_errors(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("serve", *arguments).exit_code == 2


def test_a_faulty_file_of_clients_is_told_before_anything_starts(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_text('{"clients": []}')
    monkeypatch.setenv("MEDRISK_CDS_CLIENTS", str(path))
    monkeypatch.setenv("MEDRISK_PUBLIC_URL", "https://medrisk.example.org")
    result = run("serve")
    assert result.exit_code == 2
    assert "The file of CDS clients has a fault" in result.stderr
    assert '"jwks"' in result.stderr


def test_it_answers_and_stops_on_an_interrupt() -> None:
    port = _free_port()
    command = [sys.executable, "-m", "medrisk", "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert _get(port, "/healthz", server) == http.client.OK
        assert _get(port, "/", server) == http.client.OK
    finally:
        server.send_signal(signal.SIGINT)
        output, _ = server.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}".encode() in output
    assert b"Traceback" not in output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(port: int, path: str, server: subprocess.Popen[bytes]) -> int:
    """The status of the answer, tried until the server is up."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
