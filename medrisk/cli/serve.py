"""``medrisk serve``: the page and the API, under the production server."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from dataclasses import replace

import click

from medrisk.errors import SettingsError
from medrisk.settings import Settings, hand_to_workers, metrics_folder

_FACTORY = "medrisk.wsgi:build_app"
# Threads of one worker. A check only computes, so more of them would wait for one another.
_THREADS = 2
# What a check under way may take when the server stops; none needs a tenth of it.
_SECONDS_TO_STOP = 30


@click.command()
@click.option("--host", help="Address to listen on. Any but this machine's own asks for a sign-in. [default: 127.0.0.1 or MEDRISK_HOST]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on. [default: 8000 or PORT]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer. [default: 2 or MEDRISK_WORKERS]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the page and the API: to this machine, or to whoever has a token."""
    settings = Settings.from_env()
    settings = replace(settings, host=host or settings.host, port=port or settings.port, workers=workers or settings.workers)
    # Imported here: the service and the server take time that no other command should pay for.
    from medrisk.tokens import require_way_in

    require_way_in(settings)
    if settings.cds_clients:
        from medrisk.clients import read_clients

        read_clients(settings.cds_clients)
    _refuse_taken_port(settings.host, settings.port)
    from medrisk.service import build_service

    # Built once before any worker starts: a fault in the knowledge is told here, and the workers find a warm cache.
    release = build_service(settings).vocabulary.release
    if release is None:
        click.echo(
            "Drug names come from the embedded formulary. To add every US prescription product, brand and NDC (free, no login):\n"
            f"    {sys.argv[0]} rxnorm install",
            err=True,
        )
    else:
        click.echo(f"Drug names come from the embedded formulary and RxNorm {release}.", err=True)
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"medrisk is at http://{shown}:{settings.port} (Ctrl-C to stop)", err=True)
    if not settings.is_local:
        click.echo("Whoever asks must sign in. Browsers do so over https alone: put a proxy with a certificate before it.", err=True)
    # The workers read the settings anew, and must come to what was settled here.
    hand_to_workers(MEDRISK_HOST=settings.host, PORT=str(settings.port), MEDRISK_WORKERS=str(settings.workers))
    _run(settings)


def _run(settings: Settings) -> None:
    from medrisk import serving

    counts = None if metrics_folder() else tempfile.mkdtemp(prefix="medrisk-metrics-")
    if counts:
        hand_to_workers(PROMETHEUS_MULTIPROC_DIR=counts)
    try:
        serving.serve(
            _FACTORY, settings.host, settings.port, settings.workers, threads=_THREADS, seconds_to_stop=_SECONDS_TO_STOP
        )
    finally:
        if counts:
            shutil.rmtree(counts, ignore_errors=True)


def _refuse_taken_port(host: str, port: int) -> None:
    """Told before the server starts, whose own complaint is a traceback in each worker."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} cannot be used: {error.strerror}.", hint="Choose another with --port.", field="port"
            ) from None
