"""The page, the JSON API and CDS Hooks: the doors that are reached with a browser or over HTTP.

The app factory receives the service and the settings, so that this package reads no file, no environment and no
knowledge of its own, and a test can hand in whatever service it likes.
"""

from __future__ import annotations

from flask import Flask
from flask_compress import Compress
from jinja2 import StrictUndefined

from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.web import (
    api,
    cds_hooks,
    encoding,
    entries,
    metrics,
    operations,
    pages,
    problems,
    security,
    sign_in,
    wiring,
)

# A form or JSON body is longer than the text in it: "%0A" and "%C2%B5" take three bytes for each one typed.
_ENCODING_FACTOR = 3
_ENVELOPE_BYTES = 4_096
# gzip alone is enough, and every program that asks for a shorter answer knows it.
_COMPRESSION = {
    "COMPRESS_ALGORITHM": ["gzip"],
    "COMPRESS_MIN_SIZE": 1_000,
    "COMPRESS_MIMETYPES": [
        "application/json", "application/fhir+json", "application/problem+json", "text/html", "text/css", "text/javascript", "image/svg+xml",
    ],
}  # fmt: skip


def create_app(service: Medrisk, settings: Settings) -> Flask:
    """The web application around a service that is ready to answer."""
    app = Flask(__name__)
    _limit_size(app, settings)
    app.config.update(_COMPRESSION)
    app.json = encoding.JsonProvider(app)
    # A name that the answer does not hold must fail a test, not leave a hole in what a pharmacist reads.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    wiring.attach(app, metrics.measure(app, service))
    pages.add_words(app)
    security.protect(app, settings)
    problems.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(entries.blueprint)
    app.register_blueprint(api.blueprint)
    if settings.audits:
        api.audits.offer(app, settings)
    app.register_blueprint(api.about.health_blueprint)
    app.register_blueprint(cds_hooks.blueprint)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(operations.blueprint)
    Compress(app)
    return app


def replace_service(app: Flask, service: Medrisk) -> None:
    """Another service answers from the next request on; requests under way keep theirs."""
    wiring.attach(app, metrics.counted(app, service))


def _limit_size(app: Flask, settings: Settings) -> None:
    """Bodies that cannot hold a text of the permitted size are refused unread; the service counts exactly."""
    limit = settings.max_text_bytes * _ENCODING_FACTOR + _ENVELOPE_BYTES
    app.config.update(MAX_CONTENT_LENGTH=limit, MAX_FORM_MEMORY_SIZE=limit)
