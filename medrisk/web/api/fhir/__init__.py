"""FHIR R4 at the door: resources in, DetectedIssue out, with the same service between them as for a typed list."""

from medrisk.web.api.fhir.answer import write_fhir, write_issue
from medrisk.web.api.fhir.bundle import FhirList, read_fhir

__all__ = ["FhirList", "read_fhir", "write_fhir", "write_issue"]
