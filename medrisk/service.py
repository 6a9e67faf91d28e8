"""The one door behind all doors: page, API and command line call ``Medrisk`` and nothing below it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from medrisk import __version__
from medrisk.attribution import ATTRIBUTION
from medrisk.core.assess import Tools, assess, patient_of
from medrisk.core.clinical import ClinicalTerms, build_clinical_terms, clinical_spans, read_clinical
from medrisk.core.engine import Engine
from medrisk.core.model import Line, Patient, Report, Versions
from medrisk.core.names import Vocabulary
from medrisk.core.notes import NoteWriter
from medrisk.core.reading import read_lines, read_one
from medrisk.core.rules import ClassEffect, DrugClass, KnowledgeBase
from medrisk.core.stated import Stated, with_stated
from medrisk.errors import InputError, InputTooLargeError
from medrisk.knowledge import build_knowledge, load_documents
from medrisk.settings import Settings
from medrisk.vocabulary import build_vocabulary, load_vocabulary
from medrisk.vocabulary.rxnorm.current import installed


class Medrisk:
    """Knowledge, vocabulary and settings brought together. Build once; safe to share between threads."""

    def __init__(self, knowledge: KnowledgeBase, vocabulary: Vocabulary, settings: Settings) -> None:
        self.knowledge = knowledge
        self.vocabulary = vocabulary
        self.settings = settings
        self.engine = Engine(knowledge, settings.jurisdiction)
        self.versions = Versions(
            __version__, knowledge.version, _vocabulary_name(vocabulary), vocabulary.release, knowledge.site_table,
            online=vocabulary.online.label if vocabulary.online else None,
            attributions=(ATTRIBUTION,) if vocabulary.release or vocabulary.online else (),
        )  # fmt: skip

    def check(self, text: str, stated: Stated | None = None) -> Report:
        """Assess one paste: a list with whatever symptoms, conditions and labs stand in it, or are stated beside it.

        Raises InputError for an empty paste and InputTooLargeError for one over the limits of the settings.
        """
        self._refuse_too_long(text)
        if stated is None:
            self._refuse_empty(text)
        return assess(text, replace(self._tools, vocabulary=self.vocabulary.for_one_check()), self.versions, stated)

    def read(self, text: str) -> tuple[tuple[Line, ...], Patient]:
        """The lines of a text, and what it says of the patient; nothing is assessed."""
        facts = read_clinical(text, self._terms)
        lines = read_lines(text, self.vocabulary.for_one_check(), clinical_spans(facts))
        return lines, patient_of(facts, text)

    def patient(self, facts: str, stated: Stated | None = None) -> Patient:
        """What a text, and what is stated beside it, say of a patient."""
        patient = patient_of(read_clinical(facts, self._terms), facts)
        return with_stated(patient, stated, self._terms)[0] if stated is not None else patient

    def prepare(self) -> None:
        """Do now what the first check would do, so that nobody waits for it."""
        self.check("aspirin 75 mg")

    def normalize(self, text: str, number: int = 1) -> Line:
        """One line by itself: which drugs stand on it."""
        facts = read_clinical(text, self._terms)
        vocabulary = self.vocabulary.for_one_check()
        return read_one(text, vocabulary, number, [text[start:end] for start, end in clinical_spans(facts)])

    def classify(self, name: str) -> list[tuple[str, str | None, list[tuple[DrugClass, tuple[ClassEffect, ...]]]]]:
        """Each ingredient that a name stands for: its RxCUI, and its classes with the effects that hold for it."""
        line = self.normalize(name)
        return [(i.name, i.rxcui, self._classes(i.name)) for i in line.ingredients] if line.status == "matched" else []

    @property
    def vocabulary_notice(self) -> str:
        count = f"{len(self.vocabulary.ingredients):,} ingredients"
        if self.vocabulary.online is not None:
            return f"Names come from the {_vocabulary_name(self.vocabulary)} ({count}). {_ONLINE_NOTICE}"
        if self.vocabulary.release is not None:
            return (
                f"Names come from the embedded formulary and RxNorm release {self.vocabulary.release} ({count})."
                " A drug that neither holds is shown as unknown and is not checked."
            )
        return (
            f"Names come from the embedded formulary ({count}). A drug that it does not hold is shown as unknown and is"
            " not checked; `medrisk rxnorm install` adds every US prescription drug."
        )

    def _classes(self, ingredient: str) -> list[tuple[DrugClass, tuple[ClassEffect, ...]]]:
        return [(c, c.effects_of(ingredient)) for c in self.knowledge.classes.values() if ingredient in c.members]

    @cached_property
    def _tools(self) -> Tools:
        return Tools(self.engine, self.vocabulary, self._terms, NoteWriter(self.knowledge))

    @cached_property
    def _terms(self) -> ClinicalTerms:
        clinical = self.knowledge.clinical
        return build_clinical_terms(clinical["symptoms"], clinical["conditions"], clinical["labs"])

    def _refuse_too_long(self, text: str) -> None:
        if len(text.encode("utf-8", "replace")) > self.settings.max_text_bytes:
            raise InputTooLargeError(
                f"The text is longer than {self.settings.max_text_bytes:,} bytes.",
                hint="Send one patient's list at a time.", field="text",
            )  # fmt: skip
        if text.count("\n") >= self.settings.max_lines:
            raise InputTooLargeError(
                f"The text has more than {self.settings.max_lines:,} lines.",
                hint="Send one patient's list at a time.",
                field="text",
            )

    def _refuse_empty(self, text: str) -> None:
        if not any(c.isalnum() for c in text):
            raise InputError(
                "There is nothing to read: no letter or number was given.",
                hint="Paste a medication list, one drug a line; symptoms and labs may stand in it too.", field="text",
            )  # fmt: skip


_ONLINE_NOTICE = (
    "A name that is not held there is looked up online at RxNav; where that fails, or RxNav does not know it, the line is"
    " shown as unknown and is not checked."
)


def _vocabulary_name(vocabulary: Vocabulary) -> str:
    return "embedded formulary" if vocabulary.release is None else "embedded formulary and RxNorm release"


def build_service(settings: Settings) -> Medrisk:
    """Load knowledge, vocabulary and the site's own table as the settings say, from the cache where it is fresh."""
    documents = load_documents(settings.knowledge_dir, settings.cache_dir)
    release = installed(settings.data_dir)
    vocabulary = load_vocabulary(
        documents.version,
        lambda: build_vocabulary(
            documents.formulary, documents.abbreviations, documents.class_words,
            (tuple(row["names"]) for row in documents.look_alikes), release,
        ),
        settings.cache_dir,
        release,
    )  # fmt: skip
    knowledge = build_knowledge(documents)
    if settings.interactions is not None:
        # Imported here: most sites have no table of their own.
        from medrisk.knowledge.site_table import load_site_table, with_site_table

        knowledge = with_site_table(knowledge, load_site_table(settings.interactions, vocabulary))
    if settings.rxnav:
        # Imported here: off by default, and then nothing of it is needed.
        from medrisk.vocabulary.online import with_rxnav

        vocabulary = with_rxnav(vocabulary, settings.rxnav_url, settings.cache_dir)
    return Medrisk(knowledge, vocabulary, settings)
