"""Whatever RxNav may answer, each question ends as found, as nothing found or as unreadable, and in no other way."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from medrisk.vocabulary.rxnav import answers
from medrisk.vocabulary.rxnav.answers import Question, UnreadableError

KEYS = (
    "candidate rxcui score rank name source rxnormId conceptGroup tty conceptProperties metaData status attributes derivedConcepts"
    " definitionalFeatures ingredientAndStrength baseRxcui baseName ingredientConcept ingredientRxcui ingredientName remappedConcept remappedRxCui remappedName remappedActive quantifiedConcept"
    " ndc11 conceptName ndcHistory activeRxcui ndcSourceMapping ndcRxcui rxclassDrugInfo minConcept rxclassMinConceptItem classId"
    " className classType rela relaSource"
).split()
PLAIN = st.sampled_from([None, "", "36567", "1", "9.5", "IN", "Active", "Remapped", "ACTIVE", "ALIEN", "simvastatin", "\ud800", 3, -1.5, True])
ANY = st.recursive(
    PLAIN | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=40,
)
QUESTIONS: list[Question[Any]] = [
    Question("", (), "group", tuple(KEYS), read)
    for read in (
        answers.near_names, answers.rxcuis, answers.ingredients, answers.concept_name,
        answers.history_of("36567"), answers.ndc_status, answers.classes_of("36567"),
    )
]  # fmt: skip


@given(st.sampled_from(QUESTIONS), ANY)
def test_any_answer_is_read_or_refused(question: Question[Any], group: Any) -> None:
    try:
        part = question.part({"group": group})
        value = question.read(part)
    except UnreadableError:
        return
    assert value is None or value
    assert question.read(json.loads(json.dumps(part))) == value
    repr(value).encode()
