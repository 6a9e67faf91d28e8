"""One tree of errors.

A mistake of the user's carries what to do about it (``hint``), the exit code of the command line and the
HTTP status of the service. It never carries what was typed: a line number or a field name says where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MedriskError(Exception):
    """Anything medrisk can explain without a traceback."""

    exit_code = 2
    http_status = 400
    title = "The request could not be understood"

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field


class InputError(MedriskError):
    """What was handed in cannot be read as a medication list."""


class InputTooLargeError(InputError):
    http_status = 413
    title = "The text is too long"


class SettingsError(MedriskError):
    """A setting (an environment variable) has no usable value."""

    http_status = 500
    title = "medrisk is not set up correctly"


class UnknownIdError(MedriskError):
    """No class, rule, source or other entry of knowledge has this id."""

    http_status = 404
    title = "Not found"


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a knowledge file: which file, which field, what is wrong."""

    file: str
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.field}" if self.field else self.file
        return f"{where}: {self.message}"


class KnowledgeError(MedriskError):
    """The files under ``data/`` do not hold together. Carries every fault found, not only the first."""

    http_status = 500
    title = "The knowledge files have faults"
    place = "the knowledge files"
    help = "Mend the files named above; docs/knowledge-guide.md says what each field may hold."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            f"{len(self.faults)} {noun} in {self.place}:\n{lines}",
            hint=self.help,
        )


class SiteTableError(KnowledgeError):
    """A site's own interaction table cannot be used as it stands. Shown in full: no other command would show it."""

    title = "The site's interaction table has faults"
    place = "the site's interaction table"
    help = "Mend the lines named above; docs/site-table.md says what each column may hold."


class AuditError(MedriskError):
    """Prescription files cannot be audited as they were handed in, or a run cannot go on."""

    title = "The audit cannot be made"


class RxNormError(MedriskError):
    """An RxNorm release cannot be installed, read or removed."""

    http_status = 500
    title = "The RxNorm release cannot be used"


class ReleaseFileError(RxNormError):
    """The file handed in is no RxNorm release, or not a whole one."""


class ChecksumError(ReleaseFileError):
    """The file is not the one that its checksum was published for."""


class DownloadError(RxNormError):
    """The release could not be fetched. What arrived so far is kept, and the next try goes on from there."""


class InstallBusyError(RxNormError):
    """Another process is installing or removing a release at this moment."""


class ReleaseDamagedError(RxNormError):
    """The installed release cannot be read: a file is missing, cut short or changed."""
