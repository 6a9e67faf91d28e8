"""Pasted text -> entries under their headings: what a list's layout says, before any drug name is known.

Handles numbered and bulleted lists, tab- and pipe-separated tables with a status column, headings on their own line
or before their content, sentences with several headings, and struck-out lines. It names no drugs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from medrisk.core.text import fold, split_lines, squeeze

SectionKind = Literal["none", "active", "stopped", "planned", "allergy", "clinical", "family", "person", "plan"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of the paste to be understood by itself.

    ``number`` counts lines of the paste from 1. ``section`` is what the headings say of it; ``ignored`` holds a reason
    when the layout alone shows that it is no medication. ``is_item`` marks an item of a list under a medication heading.
    """

    number: int
    raw: str
    text: str
    section: SectionKind
    ignored: str = ""
    is_item: bool = False
    is_stopped: bool = False
    is_row: bool = False


# A heading is made of words of its kind alone: at least one that names the section, and words that go with it. In the
# order in which kinds are tried; phrases that are headings only as a whole stand after "=".
_HEADINGS: tuple[tuple[SectionKind, str, str, str], ...] = (
    (
        "stopped",
        "discontinued stopped stop held hold inactive past previous prior former completed dc ceased deprescribed",
        "home medication medications meds med medicine medicines drug drugs therapy prescription prescriptions these taking to on d c old the"
        " admission discharge by your you do not",
        "no longer taking|on hold|d/c|dc'd|d/c'd",
    ),
    (
        "allergy",
        "allergies allergy intolerance intolerances sensitivities adr adrs adverse",
        "known drug medication medicine food environmental reactions reaction list and to medications medicines drugs sensitivity or other",
        "",
    ),
    ("family", "fh fhx fam family", "history hx medical", "family"),
    (
        "plan",
        "plan recommendations recommendation suggestions suggestion proposed planned future disposition",
        "assessment and a p medication medications changes care steps next",
        "a/p|a&p|to start|to consider|to do|next steps",
    ),
    (
        "clinical",
        "history hx pmh pmhx pshx shx hpi hpc problem problems diagnosis diagnoses dx complaint complaints cc symptom symptoms ros vitals vital"
        " obs observations lab labs laboratory bloods results result investigations assessment impression subjective objective condition"
        " conditions comorbidities indications indication habits lifestyle diet immunizations immunisations devices device supplies"
        " equipment dme social comments comment notes note instructions questions age sex gender weight height wt ht procedures concerns"
        " exam examination reports pathology imaging",
        "past medical surgical psychiatric and of present presenting illness chief reason for visit referral admission reported review systems"
        " physical signs recent latest blood data patient code status hospital course at discharge on the today's active list current other"
        " c o last",
        "c/o|sh|reason for visit|reason for admission|reason for referral|hospital course|code status|review of systems",
    ),
    (
        "person",
        "patient pt name dob mrn pcp gp provider prescriber physician doctor consultant pharmacist pharmacy insurance address phone tel"
        " telephone fax date page printed author signed nok account room ward bed nhs",
        "name id of birth number no hospital ordering electronically by reviewed next kin the primary care",
        "reviewed by|next of kin|hospital number",
    ),
    (
        "active",
        "medication medications meds med medicine medicines drugs drug prescription prescriptions rx therapy treatment treatments supplement"
        " supplements herbal herbals vitamins otc otcs inhalers injections prn regular scheduled morning evening bedtime night am pm noon"
        " continue changed change new start unchanged current repeat repeats acute acutes tto tta ttas mar taking daily weekly monthly prescribed",
        "current home discharge admission inpatient outpatient active routine continued chronic other additional as needed required oral"
        " inhaled injectable iv topical general preadmission pre pre-admission pre-op op maintenance over the counter over-the-counter"
        " non-prescription facility nursing spine cardiac pain and list of her his my reconciliation history on at discharge time prior to"
        " record summary profile review this present currently right now include includes is are from pt phone record chart for patient's"
        " transfer final updated complete full all confirmed verified these"
        " how you take your",
        "as needed|as required|over the counter|over-the-counter",
    ),
)
_HEADING_WORDS = tuple(
    (kind, frozenset(core.split()), frozenset(core.split()) | frozenset(beside.split()), frozenset(whole.split("|")) - {""})
    for kind, core, beside, whole in _HEADINGS
)
_HEADING_SPLIT = re.compile(r"[\s/&,]+")

_HEADING_DATE = re.compile(r"[\s,]*(?:(?:as of|on|from|dated?)\s+)?\(?\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\)?$", re.IGNORECASE)
_DOSE_LIKE = re.compile(r"\d\s*(?:m?c?g|mEq|mL|units?|%)\b", re.IGNORECASE)
_RULED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "=#*_~|+.:-"
_INLINE = re.compile(r"^\s*([A-Za-z][A-Za-z0-9&'()/., -]{0,60}?)\s*(?::|\s-\s(?=[A-Z])|,(?=[A-Z]))\s*(.*)$", re.DOTALL)
_BULLET = re.compile(
    r"^\s*(?:(?:[-*•·‣▪◦●○■□►➢✓✔>+–]|\[[ xX✓]?\]|\(?\d{1,3}[.)]|\(?[a-hA-H][.)]|#\d{1,3}[.:)]?|\d{1,2}\s*[-:](?=\s))\s*)+(?=\S)"
)
_STROKE = "~~"
_WORD = re.compile(r"\w")
_STRUCK_COMBINING = re.compile("[\u0335\u0336\u0338]")
_CELL = re.compile(r"\t|\s*\|\s*")
_PAGE = re.compile(r"^\s*(?:page|pg\.?)\s*\d+(?:\s*(?:of|/)\s*\d+)?\s*$", re.IGNORECASE)
# A new heading inside a line: "ALLERGIES: MORPHINE. CURRENT MEDICATIONS: Abilify."
_HEADING_INSIDE = re.compile(
    r"(?<=[.;])\s+(?=(?:[A-Z]{2,}[A-Z /&]*|(?:Allergies|Medications|Current medications|Meds|Labs|Problems?|Discontinued|Stopped|PMH)):)"
)

_COLUMN_WORDS = frozenset(
    "medication medications drug medicine name product strength dose dosage route freq frequency sig directions status start date end last fill"
    " qty quantity refills prescriber indication am pm morning evening noon night bedtime midday form schedule reason comments instructions".split()
)
_NAME_COLUMNS = frozenset(
    "medication medications drug medicine name product item rx description med meds drugs".split()
)
_SKIP_COLUMNS = re.compile(
    r"last fill|filled|date|prescriber|provider|pharmacy|refills?|qty|quantity|indication|reason|comment|note|ordered|author|status|start|end|stop",
    re.IGNORECASE,
)
_STATUS_COLUMNS = re.compile(r"status|state|taking\?|active\?", re.IGNORECASE)
_STOPPED_STATUS = re.compile(
    r"\b(?:discontinued|stopped|completed|finished|inactive|held|on hold|expired|cancel\w+|ended|not taking|ceased|dc'?d|no)\b",
    re.IGNORECASE,
)


def is_heading(text: str) -> SectionKind | None:
    """The kind of section a whole line opens, None when it is no heading."""
    if len(text) > 120 or _DOSE_LIKE.search(text):
        return None
    bare = squeeze(undecorated(text)).rstrip(":").strip()
    bare = _HEADING_DATE.sub("", re.sub(r"\s*\([^)]*\)$", "", bare)).strip()
    if not bare or len(bare) > 70:
        return None
    text = bare.lower()
    words = frozenset(_HEADING_SPLIT.split(text)) - {""}
    for kind, core, allowed, whole in _HEADING_WORDS:
        if text in whole or (words <= allowed and not words.isdisjoint(core)):
            return kind
    return None


def split_heading(text: str) -> tuple[SectionKind, str, str] | None:
    """``"Allergies: penicillin"`` -> (``"allergy"``, ``"Allergies"``, ``"penicillin"``); None without a known heading."""
    match = _INLINE.match(text) if ":" in text or " - " in text or "," in text else None
    if match is None:
        return None
    kind = is_heading(match[1])
    return None if kind is None else (kind, match[1].strip(), match[2].strip())


# After "b.i.d." only a word that plainly begins a sentence ends the one before.
_SENTENCE_END = re.compile(
    r"(?<=[a-z0-9)\]?!])(?<!\b[a-z])[.?!]+\s+(?=[A-Z][a-z]*\b)"
    r"|(?<=\.[a-z])\.\s+(?=(?:Allergic|Allergies|She|He|They|Patient|Pt|Denies|Reports|No|Also|Was|Has|Her|His|We|I|Stopped|Currently|Previously|Discontinued)\b)"
)
_NO_END = re.compile(r"\b(?:dr|mr|mrs|ms|st|vs|approx|no|dept|hosp|tab|cap|inj|oint|susp|soln|liq)$", re.IGNORECASE)


def split_sentences(text: str) -> list[str]:
    """The sentences of a line of prose, so that "allergic to X" in one says nothing of the drugs in another."""
    if ". " not in text and "? " not in text and "! " not in text:
        return [text]
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        if not _NO_END.search(text[start : end.start()]):
            sentences.append(text[start : end.start() + 1])
            start = end.end()
    return [*sentences, text[start:]]


def undecorated(text: str) -> str:
    """Without the rules, arrows and stars round it. A pattern for its end would begin anew at each of thousands of dots."""
    return text.lstrip(_RULED + ">").rstrip(_RULED + "<")


def _between_strokes(text: str) -> str:
    """What stands between the first two tildes and the last two, where no word stands outside them; else empty."""
    start, end = text.find(_STROKE), text.rfind(_STROKE)
    outside = text[:start] + text[end + len(_STROKE) :]
    return "" if end < start or _WORD.search(outside) else text[start + len(_STROKE) : end].strip("~ ")


def strip_bullet(text: str) -> str:
    """The line without its number or bullet."""
    if text[:2].isalpha():
        return text
    return _BULLET.sub("", text, count=1)


def read_listing(text: str) -> tuple[Entry, ...]:
    """Part a whole paste into entries, headings applied. Blank lines are left out; every other line gives an entry."""
    reader = _ListingReader()
    for number, raw in enumerate(split_lines(text), start=1):
        reader.read_line(number, raw)
    return tuple(reader.entries)


def read_single(raw: str, number: int = 1) -> Entry:
    """One line by itself, as ``medrisk normalize`` reads it: a heading on it governs this line only."""
    reader = _ListingReader()
    reader.read_line(number, raw)
    if len(reader.entries) == 1:
        return reader.entries[0]
    text = fold(raw)
    if not reader.entries:
        return Entry(number, raw, text, "none", ignored="blank")
    taken = [
        e for e in reader.entries if not e.ignored and e.section not in {"allergy", "clinical", "family", "person"}
    ]
    return (
        taken[0] if len(taken) == 1 else Entry(number, raw, text, reader.entries[0].section, reader.entries[0].ignored)
    )


class _ListingReader:
    """Walks the lines of a paste and keeps the section that the last heading opened."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._section: SectionKind = "none"
        self._columns: list[str] | None = None

    def read_line(self, number: int, raw: str) -> None:
        text = fold(raw)
        if not text.strip():
            self._columns = None
            return
        struck = _between_strokes(text) if _STROKE in text else ""
        is_struck = bool(struck) or (not raw.isascii() and _STRUCK_COMBINING.search(raw) is not None)
        text = struck or _STRUCK_COMBINING.sub("", text)
        if self._read_layout(number, raw, text) or self._read_table(number, raw, text):
            return
        for part in _HEADING_INSIDE.split(text) if ":" in text else (text,):
            self._read_part(number, raw, part, is_struck)

    def _read_layout(self, number: int, raw: str, text: str) -> bool:
        """Lines that are only layout: rules, page numbers, headings by themselves."""
        if text[0].isalpha() and _DOSE_LIKE.search(text):
            return False
        bare = undecorated(text)
        if not bare:
            self._add(number, raw, text, ignored="a ruled line")
            return True
        if _PAGE.match(text):
            self._add(number, raw, text, ignored="a page number")
            return True
        words = bare.lower().replace("/", " ").split()
        if len(words) > 1 and all(word in _COLUMN_WORDS for word in words) and "\t" not in text:
            self._add(number, raw, text, ignored="a table's header")
            return True
        bulletless = strip_bullet(text)
        kind = is_heading(bulletless) or (None if bulletless == text else is_heading(text))
        if kind is not None and kind != "person":
            self._section, self._columns = kind, None
            self._add(number, raw, text, ignored="a heading")
            return True
        return False

    def _read_part(self, number: int, raw: str, part: str, is_struck: bool) -> None:
        text = squeeze(strip_bullet(part))
        found = split_heading(text)
        if found is None:
            for sentence in split_sentences(text):
                self._add(number, raw, sentence, stopped=is_struck)
            return
        kind, _, content = found
        if kind == "person":
            self._add(number, raw, text, section="person", ignored="about the person, not a medication")
            return
        if kind == "active" or not content:
            self._section, self._columns = kind, None
        if content:
            # "Allergies: penicillin" governs its own line; a heading by itself governs all that follow.
            for sentence in split_sentences(squeeze(strip_bullet(content))):
                self._add(number, raw, sentence, section=kind, stopped=is_struck)
        else:
            self._add(number, raw, text, ignored="a heading")

    def _read_table(self, number: int, raw: str, text: str) -> bool:
        """A table's header row or, under one, a row of it."""
        if text.count("\t") < 1 and text.count("|") < 2:
            return False
        cells = [squeeze(cell) for cell in _CELL.split(text.strip().strip("|"))]
        names = [cell.lower() for cell in cells]
        if len(cells) > 1 and any(
            name in _NAME_COLUMNS or name.split(" ")[0] in _NAME_COLUMNS for name in names if name
        ):
            if not any(re.search(r"\d", cell) for cell in cells):
                self._columns = names
                if self._section not in {"active", "stopped", "planned"}:
                    self._section = "active"
                self._add(number, raw, text, ignored="a table's header")
                return True
        if self._columns is None or len(cells) < 2:
            return False
        self._add_row(number, raw, cells)
        return True

    def _add_row(self, number: int, raw: str, cells: list[str]) -> None:
        columns = self._columns or []
        kept, is_stopped = [], False
        for index, cell in enumerate(cells):
            column = columns[index] if index < len(columns) else ""
            if _STATUS_COLUMNS.search(column):
                is_stopped = is_stopped or _STOPPED_STATUS.search(cell) is not None
            elif not _SKIP_COLUMNS.search(column):
                kept.append(cell)
        text = "\t".join(kept)
        ignored = "" if any(re.search(r"[a-z]{3}", cell, re.IGNORECASE) for cell in kept) else "an empty row"
        self.entries.append(Entry(number, raw, text, self._section, ignored, True, is_stopped, is_row=True))

    def _add(
        self,
        number: int,
        raw: str,
        text: str,
        *,
        section: SectionKind | None = None,
        ignored: str = "",
        stopped: bool = False,
    ) -> None:
        kind = section or self._section
        self.entries.append(Entry(number, raw, text, kind, ignored, kind in {"active", "stopped", "planned"}, stopped))
