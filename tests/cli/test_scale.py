"""``medrisk scale``: what there is, the questions, and results that say what is missing."""

from __future__ import annotations

import json

import click
import pytest

from medrisk.cli.scale_text import write_result, write_scale
from medrisk.core.scales import score
from medrisk.service import Medrisk

from .conftest import Run


def test_list_names_every_scale_and_whether_its_results_were_read(run: Run) -> None:
    result = run("scale", "list", "--format", "json")
    scales = {one["id"]: one for one in json.loads(result.stdout)}
    assert list(scales) == ["naranjo", "who_umc", "sams_ci", "dips", "hunter", "eas_creatine_kinase"]
    assert scales["naranjo"]["bands"] == ["definite", "probable", "possible", "doubtful"]
    for unread in ("sams_ci", "dips"):
        assert scales[unread]["bands"] == []
        assert "not been read" in scales[unread]["unread"]
    text = run("scale", "list").stdout
    assert all(name in text for name in scales)


def test_show_prints_questions_answers_and_sources(run: Run) -> None:
    text = " ".join(run("scale", "show", "sams_ci").stdout.split())
    assert "calves: both calves (+2)" in text
    assert "(points not read)" in text
    assert "result bands has not been read" in text
    assert "reference-sams-ci-calculator" in text
    assert "no clinician has reviewed" in text
    shown = json.loads(run("scale", "show", "naranjo", "--format", "json").stdout)
    assert len(shown["items"]) == 10


def test_score_names_what_is_missing(run: Run) -> None:
    result = run("scale", "score", "naranjo", "after_drug=yes", "other_causes=no")
    assert result.exit_code == 0
    assert "Result: not settled" in result.stdout
    assert "Not answered" in result.stdout
    assert "better_without" in result.stdout


def test_score_as_json(run: Run) -> None:
    shown = json.loads(run("scale", "score", "hunter", "serotonergic_drug=yes", "Tremor=yes".lower(), "hyperreflexia=YES", "--format", "json").stdout)
    assert (shown["scale"], shown["band"], shown["total"], shown["status"]) == ("hunter", "criteria met", None, "draft")
    assert "spontaneous_clonus" in shown["missing"]
    assert "Settled" in shown["note"]
    assert shown["sources"]


def test_a_very_high_creatine_kinase_says_what_it_may_be(run: Run) -> None:
    text = " ".join(run("scale", "score", "eas_creatine_kinase", "muscle_symptoms=yes", "creatine_kinase=9000/200").stdout.split())
    assert "still possible" in text
    assert "this is called rhabdomyolysis: urgent" in text
    assert "kidney_or_myoglobin" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "zzcanaryzz"), "There are: naranjo"),
        (("score", "naranjo", "zzcanaryzz"), "ITEM=ANSWER"),
        (("score", "naranjo", "zzcanaryzz=yes"), "known_reaction"),
        (("score", "naranjo", "after_drug=zzcanaryzz"), "yes, no, unknown"),
        (("score", "naranjo", "after_drug=yes", "after_drug=no"), "second time"),
        (("score", "eas_creatine_kinase", "creatine_kinase=900"), "2400/200"),
    ],
)
def test_a_mistake_is_explained_and_not_repeated(run: Run, arguments: tuple[str, ...], words: str) -> None:
    result = run("scale", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert "zzcanaryzz" not in result.stderr


def test_every_scale_fits_the_page(service: Medrisk) -> None:
    base = service.knowledge
    for scale in base.scales.values():
        for text in (write_scale(scale, base, 80), write_result(scale, score(scale, {}), base, 80)):
            assert max(map(len, click.unstyle(text).splitlines())) <= 80
            assert "Condition(" not in text
            assert "no such source" not in text
