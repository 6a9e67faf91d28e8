"""The JSON API: every resource under /api/v1, its OpenAPI document, and the page that shows it to people.

Importing the modules of resources binds them to the blueprint.
"""

from medrisk.web.api import about, audits, checking, knowledge, naming
from medrisk.web.api.operations import blueprint

__all__ = ["about", "audits", "blueprint", "checking", "knowledge", "naming"]
