"""``medrisk serve``: the page and the API on this machine, under the production server."""

from __future__ import annotations

import ipaddress
import socket
import sys

import click

from medrisk.errors import SettingsError
from medrisk.settings import Settings

_FACTORY = "medrisk.wsgi:build_app"
# Threads of one worker. A check only computes, so more of them would wait for one another.
_THREADS = 2


@click.command()
@click.option("--host", help="Address to listen on; only this machine's own. [default: 127.0.0.1 or MEDRISK_HOST]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on. [default: 8000 or PORT]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer. [default: 2 or MEDRISK_WORKERS]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the page and the API to this machine."""
    settings = Settings.from_env()
    host, port = host or settings.host, port or settings.port
    refuse_open_host(host)
    _refuse_taken_port(host, port)
    # Imported here: the service and the server take time that no other command should pay for.
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

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
    click.echo(f"medrisk is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C to stop)", err=True)
    Granian(
        _FACTORY,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers or settings.workers,
        blocking_threads=_THREADS,
        log_level=LogLevels.warning,
    ).serve()


def refuse_open_host(host: str) -> None:
    """Raises SettingsError for an address that other machines could reach."""
    if host == "localhost" or _is_loopback(host):
        return
    raise SettingsError(
        "medrisk serves only this machine: access control is not part of this version.",
        hint="Use --host 127.0.0.1, and put a proxy that signs users in before it where others must reach it.",
        field="host",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
