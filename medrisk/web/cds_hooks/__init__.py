"""CDS Hooks 2.0.1: the door of electronic health records. docs/cds-hooks.md says how a hospital registers it.

``call`` reads what an EHR sends, ``prefetch`` sees to what is missing, the API's FHIR reader makes a list of it, the same
service as behind every door checks it, ``loudness`` says what is worth a card, and ``cards`` writes them.
"""

from medrisk.web.cds_hooks.views import blueprint

__all__ = ["blueprint"]
