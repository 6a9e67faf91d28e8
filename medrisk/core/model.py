"""The values that travel from typed text to notes. All frozen; each knows nothing of how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from medrisk.core.clinical import ConditionMention, LabResult, SymptomMention
from medrisk.core.rules import Severity, Tier
from medrisk.core.units import Quantity

LineStatus = Literal["matched", "ambiguous", "unknown", "ignored"]
LineContext = Literal["active", "stopped", "allergy", "planned", "none"]
# The method of a line whose drug was looked up online.
ONLINE = "rxnav"


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often: as typed, how many times a day (None when it cannot be worked out), and whether only when needed."""

    text: str
    per_day: float | None
    as_needed: bool = False


@dataclass(frozen=True, slots=True)
class DailyDose:
    """Amount taken in a day. ``assumption`` says what had to be assumed to work it out, or is empty."""

    amount: Quantity
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Sig:
    """The directions of one line. Whatever is None was not written, and is never taken for a usual value.

    ``by_time`` holds the amounts of "40 mg am, 20 mg noon", which together are the day's. ``most`` is the written most
    in a day ("max 3 g a day"). ``note`` says what was chosen among several doses.
    """

    strengths: tuple[Quantity, ...] = ()
    per_volume: Quantity | None = None
    dose: Quantity | None = None
    form: str | None = None
    route: str | None = None
    frequency: Frequency | None = None
    bare_numbers: tuple[float, ...] = ()
    by_time: tuple[Quantity, ...] = ()
    most: Quantity | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An RxNorm ingredient; ``rxcui`` is None where the number could not be confirmed."""

    name: str
    rxcui: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A drug that may have been meant, with how near it lies to what was typed (0 to 100)."""

    name: str
    ingredients: tuple[Ingredient, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list: what was typed and what was understood.

    ``number`` is the line of the paste, counted from 1. ``reason`` says why a line is ambiguous, unknown or ignored.
    ``product`` is the brand or product named and ``rxcui`` its RxCUI, known only for a code or a product's full name.
    """

    number: int
    text: str
    status: LineStatus
    context: LineContext
    ingredients: tuple[Ingredient, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    method: str | None = None
    score: float | None = None
    product: str | None = None
    rxcui: str | None = None
    sig: Sig = Sig()
    route: str | None = None
    daily_doses: tuple[DailyDose | None, ...] = ()
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_guess(self) -> bool:
        """Whether the name was read from another spelling, here or online, and has to be confirmed."""
        return self.method == "corrected" or (self.method == ONLINE and bool(self.candidates))


@dataclass(frozen=True, slots=True)
class Medication:
    """One ingredient that the patient takes (or stopped): the unit the engine works with."""

    ingredient: Ingredient
    line: int
    route: str
    status: Literal["active", "stopped"]
    daily_dose: DailyDose | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known about the patient. None and absence mean unknown, never normal.

    ``indications`` are symptoms named as what a drug is for ("quinine at night for leg cramps").
    """

    symptoms: tuple[SymptomMention, ...] = ()
    conditions: tuple[ConditionMention, ...] = ()
    labs: tuple[LabResult, ...] = ()
    age: float | None = None
    sex: Literal["female", "male"] | None = None
    pregnant: bool | None = None
    indications: frozenset[str] = frozenset()


FindingKind = Literal["drug_class", "interaction", "dose_cap", "duplicate", "burden", "cascade", "red_flag"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, class or red flag that applies to this patient.

    ``medications`` are the drugs it is about, in a fixed order. ``unchecked`` names what was missing when the rule
    could not be decided; such a finding asserts nothing.
    """

    kind: FindingKind
    rule: str
    medications: tuple[Medication, ...]
    tier: Tier
    severity: Severity | None = None
    interruptive: bool = False
    why: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    jurisdictions: frozenset[str] = frozenset()
    mechanisms: tuple[tuple[str, str], ...] = ()


ContributionTier = Literal["likely", "possible", "listed", "not_suggested"]


@dataclass(frozen=True, slots=True)
class Component:
    """One step of a contribution's reckoning, open to view."""

    name: str
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """How likely one drug is to explain one symptom: an ordinal tier with its components."""

    ingredient: Ingredient
    symptom: str
    tier: ContributionTier
    points: int
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A source as a note shows it: what was cited, where in it, and whether that was read."""

    id: str
    citation: str
    where: str
    locator: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A finding in words."""

    id: str
    rule: str
    kind: str
    tier: Tier
    severity: Severity | None
    interruptive: bool
    drugs: tuple[str, ...]
    effects: tuple[str, ...]
    evidence: str | None
    verified: bool
    summary: str
    why: tuple[str, ...]
    actions: tuple[str, ...]
    sources: tuple[Citation, ...]
    lines: tuple[int, ...]
    would_change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer rests on. ``online`` names the service that unknown names are looked up at, None where none is asked.

    ``attributions`` is what the owners of the names ask to be shown with them.
    """

    program: str
    knowledge: str
    vocabulary: str
    vocabulary_release: str | None = None
    site_table: str | None = None
    online: str | None = None
    attributions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer to one paste."""

    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    contributors: tuple[Contribution, ...]
    patient: Patient
    questions: tuple[str, ...]
    not_assessed: tuple[str, ...]
    versions: Versions
