"""The command line as a process of its own: start, pipes, signals, and what it loads."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import medrisk

from .conftest import LIST, RunProcess

HEAVY = ("flask", "granian", "marshmallow", "yaml", "requests", "rapidfuzz", "medrisk.service", "medrisk.core.engine")


def test_check_answers_on_standard_output_alone(run_process: RunProcess) -> None:
    done = run_process("check", "-", "--format", "json", typed=LIST.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(json.loads(done.stdout)["lines"]) >= 8


def test_a_second_start_from_the_cache_gives_the_same_answer(run_process: RunProcess, tmp_path: Path) -> None:
    first, second = (run_process("check", "-", typed=LIST.encode(), MEDRISK_DATA_DIR=str(tmp_path)) for _ in range(2))
    assert b"simvastatin" in first.stdout
    assert first.stdout == second.stdout


def test_fail_on_is_the_exit_code_of_the_process(run_process: RunProcess) -> None:
    typed = b"simvastatin 40 mg nightly\namlodipine 5 mg daily\n"
    assert run_process("check", "-", "--fail-on", "major", typed=typed).returncode == 1


def test_a_letter_that_the_terminal_lacks_is_no_error(run_process: RunProcess) -> None:
    done = run_process("check", "-", typed="simvastatin 40 mg → nightly\n".encode(), PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"simvastatin 40 mg ? nightly" in done.stdout


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m medrisk normalize - | head -n 1"
    typed = b"simvastatin 40 mg nightly\n" * 5_000
    done = subprocess.run(["bash", "-c", command], input=typed, capture_output=True, timeout=120, check=False)
    assert done.stderr == b""
    assert json.loads(done.stdout)["number"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_ends_quietly() -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-u", "-c", _ANNOUNCED_START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert waiting.stdout is not None
    waiting.stdout.readline()
    waiting.send_signal(signal.SIGINT)
    _, complaint = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert complaint == b""


# Reads standard input, which nobody closes, only after it has said that it is about to.
# A shell that starts a program in the background has it ignore interrupts, and its children too: here it must not.
_ANNOUNCED_START = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from medrisk.cli import inputs, main
inner = inputs._read_bytes
def announced(*given):
    print("reading", flush=True)
    return inner(*given)
inputs._read_bytes = announced
sys.argv = ["medrisk", "check", "-"]
main()
"""


def test_a_mistake_of_our_own_says_where_and_repeats_nothing() -> None:
    script = (
        "import sys, medrisk.service as s\n"
        "def fail(self, text): raise ValueError(text)\n"
        "s.Medrisk.check = fail\n"
        "from medrisk.cli import main\n"
        "sys.argv = ['medrisk', 'check', '-']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=b"zzcanaryzz 10 mg", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (70, b"")
    assert b"ValueError at check.py:" in done.stderr
    assert b"zzcanaryzz" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_help_loads_nothing_heavy() -> None:
    script = f"import sys, medrisk.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_check_from_the_cache_loads_no_yaml_and_no_server(run_process: RunProcess) -> None:
    run_process("check", "-", typed=LIST.encode())
    script = (
        "import sys\n"
        "from medrisk.cli import cli\n"
        "sys.argv = ['medrisk', 'check', '-']\n"
        "cli(standalone_mode=False)\n"
        "print([n for n in ('yaml', 'marshmallow', 'flask', 'granian', 'requests') if n in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=LIST.encode(), capture_output=True, check=True)
    assert done.stderr.strip() == b"[]"


def test_version_and_help(run_process: RunProcess) -> None:
    assert medrisk.__version__.encode() in run_process("--version").stdout
    shown = run_process("--help").stdout.decode()
    assert all(name in shown for name in ("check", "normalize", "classify", "knowledge", "serve"))


def test_an_unknown_command_is_a_usage_error(run_process: RunProcess) -> None:
    assert run_process("guess").returncode == 2


def test_a_bad_setting_is_named_and_its_value_is_not(run_process: RunProcess) -> None:
    done = run_process("check", "-", typed=b"simvastatin", PORT="zzcanaryzz")
    assert done.returncode == 2
    assert b"PORT" in done.stderr
    assert b"zzcanaryzz" not in done.stderr
