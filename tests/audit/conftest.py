"""One finished audit for all tests of what is made from its tables."""

from __future__ import annotations

import pytest
from audit_folders import Audit, some_patients, write_folder

from medrisk.audit.outputs import write_outputs
from medrisk.audit.summary import summarise
from medrisk.service import Medrisk


@pytest.fixture(scope="session")
def audit(service: Medrisk, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """300 patients, with everything made from them. No test may change the folder."""
    folder = write_folder(tmp_path_factory.mktemp("audit"), service, some_patients(300))
    hashes = write_outputs(folder.path, folder.manifest, service.knowledge, detected_issues=True)
    return Audit(folder, summarise(folder.path, folder.manifest, service.knowledge), hashes)
