"""The production server, set up so that a worker that dies or stops takes no waiting connection with it.

By itself granian on Linux has every worker open a listening socket of its own, and the kernel parts the connections among
them; whoever waits in the queue of a worker that ends is cut off. Here the main process opens those sockets, one for each
worker's place, and keeps them: who waits there is served by the next worker of that place. One socket for all workers would
do that too, but then the first to look takes all connections that came at once.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]  # it is there under another name
from granian.server.mp import MPServer

_BACKLOG = 1024


class _KeptSocketsServer(MPServer):
    """Gives a worker the socket of its place, in the way that granian itself shares one on other systems."""

    def _init_shared_socket(self) -> None:
        if sys.platform != "linux":
            super()._init_shared_socket()
            return
        self._ssp = None
        self._kept: list[tuple[Any, socket.socket]] = []
        for _ in range(self.workers):
            holder: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
            opened = socket.socket(fileno=holder.get_fd())
            opened.set_inheritable(True)
            self._kept.append((holder, opened))

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]  # as it is called
        if sys.platform == "linux":
            self._shd, self._sso = self._kept[idx]
        return super()._spawn_worker(idx, target, callback_loader)

    def _drop_shared_socket(self) -> None:
        if sys.platform == "linux":
            self._sso = None
            for _, opened in self._kept:
                opened.close()
        else:
            super()._drop_shared_socket()


def load(target: str) -> Any:
    """The application, in a worker."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)()


def _let_new_workers_be_stopped() -> None:
    """Until its application is there, a signal to stop ends a worker at once: the handlers that it is forked with are the main
    process's, and would swallow it. A signal that comes during the fork waits until the handlers are right.
    """
    stops = (signal.SIGINT, signal.SIGTERM)

    def in_worker() -> None:
        for number in stops:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, stops),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, stops),
        after_in_child=in_worker,
    )


def serve(target: str, host: str, port: int, workers: int, *, threads: int, seconds_to_stop: int) -> None:
    """Serve until a signal says stop. Dead workers are started again, and requests under way are finished at the end."""
    if hasattr(os, "register_at_fork"):
        _let_new_workers_be_stopped()
    server = _KeptSocketsServer(
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
