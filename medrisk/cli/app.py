"""The group of all commands, and what becomes of errors, interrupts and closed pipes."""

from __future__ import annotations

import io
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from medrisk import __version__
from medrisk.cli.audit import audit
from medrisk.cli.check import check
from medrisk.cli.classify import classify
from medrisk.cli.knowledge import knowledge
from medrisk.cli.normalize import normalize
from medrisk.cli.reload import reload
from medrisk.cli.rxnorm import rxnorm
from medrisk.cli.scale import scale
from medrisk.cli.serve import serve
from medrisk.cli.token import token
from medrisk.errors import KnowledgeError, MedriskError, SiteTableError

# What a shell reports for a program ended by SIGINT or SIGPIPE; neither may look like findings (1) or bad input (2).
_INTERRUPTED, _PIPE_CLOSED = 130, 141
# EX_SOFTWARE of sysexits.h.
_OWN_MISTAKE = 70
# A start that fails on the knowledge files shows the first of their faults; `medrisk knowledge check` shows all.
_MOST_FAULTS = 10
_PACKAGE = str(Path(__file__).parent.parent)


class _ExplainedError(click.ClickException):
    """An error of medrisk's own, shown as its message and hint."""

    exit_code = MedriskError.exit_code

    def __init__(self, error: MedriskError, *, in_full: bool) -> None:
        super().__init__(error.message if in_full else _brief(error))
        self._hint = error.hint

    def show(self, file: Any = None) -> None:
        click.echo(f"Error: {self.message}", err=True)
        if self._hint:
            click.echo(f"Hint: {self._hint}", err=True)


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        _never_fail_on_a_letter()
        try:
            return super().invoke(ctx)
        except MedriskError as error:
            raise _ExplainedError(error, in_full=ctx.invoked_subcommand == "knowledge") from None
        except BrokenPipeError:
            _drop_output()
            raise click.exceptions.Exit(_PIPE_CLOSED) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(_INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of medrisk's own, whose message may repeat what was typed
            click.echo(f"Error: medrisk made a mistake ({_place(error)}). Please report it.", err=True)
            raise click.exceptions.Exit(_OWN_MISTAKE) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="medrisk")
def cli() -> None:
    """Read medication lists and return cited risk notes for a pharmacist to review.

    Exit codes: 0 done, 1 findings at or above --fail-on, 2 bad input or usage.
    """


for _command in (audit, check, normalize, classify, knowledge, reload, rxnorm, scale, serve, token):
    cli.add_command(_command)


def main() -> None:
    """The entry point of the ``medrisk`` script."""
    cli(prog_name="medrisk")


def _brief(error: MedriskError) -> str:
    if not isinstance(error, KnowledgeError) or isinstance(error, SiteTableError) or len(error.faults) <= _MOST_FAULTS:
        return error.message
    shown = error.message.splitlines()[: _MOST_FAULTS + 1]
    return "\n".join([*shown, f"  ... and more: `medrisk knowledge check` shows all {len(error.faults)}."])


def _place(error: Exception) -> str:
    """The kind of error and the last line of medrisk's own that it passed: enough to find it, and nothing typed."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if _PACKAGE in f.filename]
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else type(error).__name__


def _never_fail_on_a_letter() -> None:
    """A terminal that cannot show a letter (µ, an accent) gets a question mark, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _drop_output() -> None:
    """Send what is still unwritten nowhere, so that the interpreter does not complain about the pipe as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
