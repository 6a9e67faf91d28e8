"""The service for one command."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medrisk.service import Medrisk
    from medrisk.settings import Settings


def start_service(settings: Settings) -> Medrisk:
    """Load knowledge and names.

    The garbage collector waits meanwhile: loading makes some hundred thousand objects, all of which stay.
    """
    gc.disable()
    try:
        # Imported here: the engine and the knowledge take time that `medrisk --help` should not.
        from medrisk.service import build_service

        return build_service(settings)
    finally:
        gc.freeze()
        gc.enable()
