"""The WSGI entry point for any server: ``granian --interface wsgi wsgi:app``, ``gunicorn wsgi:app``."""

from medrisk.wsgi import build_app

app = build_app()
