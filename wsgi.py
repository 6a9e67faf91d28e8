"""The WSGI entry point: ``granian --interface wsgi wsgi:app`` or ``gunicorn wsgi:app``."""

from medrisk.service import build_service
from medrisk.settings import Settings
from medrisk.web import create_app

settings = Settings.from_env()
app = create_app(build_service(settings), settings)
