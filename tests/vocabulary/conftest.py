"""The small release, installed once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_release import HISTORY, small_tables, write_release

from medrisk.vocabulary.rxnorm.current import installed
from medrisk.vocabulary.rxnorm.install import install
from medrisk.vocabulary.rxnorm.release import Release


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    folder = tmp_path_factory.mktemp("release")
    install(write_release(folder / "RxNorm_full_prescribe_07062026.zip", small_tables() | HISTORY), folder / "data")
    found = installed(folder / "data")
    assert found is not None
    yield found
    found.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"
