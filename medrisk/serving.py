"""The production server, set up so that a worker that dies or stops takes no waiting connection with it.

By itself granian gives every worker on Linux a listening socket of its own, and whoever waits in the queue of a worker
that ends is cut off. Here the main process opens one socket and all workers take from it: a connection waits there until
any worker is free, also while none is alive.
"""

from __future__ import annotations

import importlib
import signal
import socket
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]  # it is there under another name
from granian.server.mp import MPServer

_BACKLOG = 1024


class _OneSocketServer(MPServer):
    """What granian itself does on systems that cannot share a port."""

    def _init_shared_socket(self) -> None:
        holder: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._ssp, self._shd, self._sfd = None, holder, holder.get_fd()
        self._sso = socket.socket(fileno=holder.get_fd())
        self._sso.set_inheritable(True)


def load(target: str) -> Any:
    """The application, in a worker. Until it is there, a signal to stop ends the worker at once: the handlers that it was
    forked with are the main process's, and would swallow it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)()


def serve(target: str, host: str, port: int, workers: int, *, threads: int, seconds_to_stop: int) -> None:
    """Serve until a signal says stop. Dead workers are started again, and requests under way are finished at the end."""
    server = _OneSocketServer(
        target,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        backlog=_BACKLOG,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=seconds_to_stop,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load)
