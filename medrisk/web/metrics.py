"""What the server counts: requests and their time by route, method and status, notes by tier, and cards of CDS Hooks with
what became of them by rule. Never content.

Labels are the application's own words: the pattern of a route and not the address that was asked, and "other" for a
method that no view knows. ``medrisk serve`` gives its workers a folder to count in together, so that any of them can
answer for all; where none is set, each process answers for itself.
"""

from __future__ import annotations

import time
from collections import Counter as Counted
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from medrisk.core.model import Report
from medrisk.service import Medrisk
from medrisk.settings import metrics_folder

_KEY = "medrisk.metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """The counts of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("medrisk_requests", "Requests", ["route", "method", "status"], registry=self._registry)
        self.seconds = Histogram(
            "medrisk_request_seconds", "Time of a request", ["route"], buckets=_SECONDS, registry=self._registry
        )
        self.notes = Counter("medrisk_notes", "Notes given", ["tier"], registry=self._registry)
        self.cds_cards = Counter(
            "medrisk_cds_cards", "Cards given over CDS Hooks", ["service", "rule", "indicator"], registry=self._registry
        )
        self.cds_feedback = Counter(
            "medrisk_cds_feedback", "What became of cards", ["service", "rule", "outcome", "reason"], registry=self._registry
        )

    def written(self) -> tuple[bytes, str]:
        folder = metrics_folder()
        registry = self._registry
        if folder is not None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST


class _Counted:
    """A service whose reports are counted, and which is otherwise the service itself."""

    def __init__(self, service: Medrisk, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    def check(self, *args: Any, **kwargs: Any) -> Report:
        report = self._service.check(*args, **kwargs)
        for tier, count in Counted(note.tier.value for note in report.notes).items():
            self._metrics.notes.labels(tier).inc(count)
        return report

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)


def measure(app: Flask, service: Medrisk) -> Medrisk:
    """Count every request of this application. Returns the service, counted too."""
    metrics = Metrics()
    app.extensions[_KEY] = metrics
    app.before_request(_start)
    app.after_request(_count)
    return counted(app, service)


def counted(app: Flask, service: Medrisk) -> Medrisk:
    return cast(Medrisk, _Counted(service, cast(Metrics, app.extensions[_KEY])))


def current_metrics() -> Metrics:
    return cast(Metrics, current_app.extensions[_KEY])


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    metrics = current_metrics()
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in _METHODS else "other"
    metrics.requests.labels(route, method, str(response.status_code)).inc()
    metrics.seconds.labels(route).observe(time.perf_counter() - g.get("started", time.perf_counter()))
    return response
