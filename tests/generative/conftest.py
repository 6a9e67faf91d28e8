"""Settings of the generated tests: the same examples on every run, few enough for a developer's patience."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "medrisk", deadline=None, derandomize=True, max_examples=100, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("medrisk")
