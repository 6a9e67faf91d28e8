"""FHIR R4 as every door reads and writes it: JSON that cannot be trusted, code systems, directions in words, DetectedIssues."""
