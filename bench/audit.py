"""``medrisk audit`` over made-up prescription files, beside polars that only reads the same file and groups it by patient.

Each run is a process of its own; the two take turns. Memory is what all processes of a run hold of their own at the same
time, without pages of files, which the system may take back.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import prescriptions

ROWS = (1_000_000, 10_000_000, 30_000_000)
AUDIT = f"{shlex.quote(sys.executable)} -m medrisk audit"
LOOK_EVERY = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Run:
    """Seconds, and the most megabytes held at a time."""

    seconds: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--distinct", type=int, default=prescriptions.DISTINCT, help="distinct texts")
    parser.add_argument("--mode", choices=("ever", "overlap"), default="ever")
    parser.add_argument("--rounds", type=int, default=2, help="runs of each; the best counts")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the files are kept for the next time")
    parser.add_argument("--audit", default=AUDIT, metavar="COMMAND", help="another command to measure")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_and_group(options.read)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        peaks = {}
        for rows in options.rows:
            file = folder / f"prescriptions-{rows}-{options.distinct}-{prescriptions.SEED}.csv"
            make(file, rows, options.distinct)
            out = Path(scratch) / "out"
            audit = [*shlex.split(options.audit), str(file), "-o", str(out), f"--{options.mode}"]
            peaks[rows] = compare(file, rows, audit, out, options.rounds)
            if not options.keep:
                file.unlink()
    if len(peaks) > 1:
        least, most = min(peaks), max(peaks)
        print(f"a file of {most / least:.0f} times the rows: {peaks[most] / peaks[least]:.2f} times the memory")


def make(file: Path, rows: int, distinct: int) -> None:
    start = time.perf_counter()
    if not file.exists():
        unfinished = file.with_suffix(".part")
        prescriptions.write(unfinished, rows, distinct)
        unfinished.rename(file)
    print(
        f"{rows:,} rows, {distinct:,} distinct texts, seed {prescriptions.SEED}, {file.stat().st_size / 1e6:,.0f} MB,"
        f" made in {time.perf_counter() - start:.0f} s",
        flush=True,
    )


def compare(file: Path, rows: int, audit: list[str], out: Path, rounds: int) -> float:
    """Prints how long both take; returns the most memory that the audit held, in megabytes."""
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(run([sys.executable, __file__, "--read", str(file)]))
        shutil.rmtree(out, ignore_errors=True)
        ours.append(run(audit))
    for name, runs in (("polars alone", theirs), ("medrisk audit", ours)):
        seconds, memory = fastest(runs), max(each.memory for each in runs)
        print(f"  {name}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s, at most {memory:,.0f} MB")
    print(f"  ratio {fastest(ours) / fastest(theirs):.2f}", flush=True)
    return max(each.memory for each in ours)


def fastest(runs: list[Run]) -> float:
    return min(each.seconds for each in runs)


def read_and_group(file: Path) -> None:
    """What is compared with: every column that the audit needs, as text, and the rows of each patient brought together.

    Of the ways polars has to do this, the fastest on the files made here.
    """
    rows = pl.scan_csv(file, infer_schema=False, truncate_ragged_lines=True)
    rows.group_by("patient_id").agg(pl.len(), pl.all()).collect(engine="streaming")


def run(command: list[str]) -> Run:
    start = time.perf_counter()
    most = 0.0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, cwd=tempfile.gettempdir())
        while process.poll() is None:
            most = max(most, sum(own_memory(pid) for pid in family(process.pid)))
            time.sleep(LOOK_EVERY)
        seconds = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{shlex.join(command)} ended with {process.returncode}:\n{said.read().decode()}")
    return Run(seconds, most)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    try:
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return [pid]
    return [pid, *(each for words in lists for child in words.split() for each in family(int(child)))]


def own_memory(pid: int) -> float:
    """Megabytes of a process that stand in no file; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))) / 1024


if __name__ == "__main__":
    main()
