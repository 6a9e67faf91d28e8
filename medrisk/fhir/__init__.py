"""What every door says in FHIR R4: the parts of a DetectedIssue that follow from a note, whoever asks for it."""
