"""The page: a box to paste a list into, the answer under it, and what the knowledge behind it is worth.

Rendered here and complete without a script, so that it works on any machine a dispensary has. What was typed
travels in the body of a POST and comes back only into the box and the table of lines, never into an address.
"""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request

from medrisk.errors import InputError
from medrisk.presentation import report_to_dict
from medrisk.status import count_knowledge, count_sources, review_notice
from medrisk.web import answer as arranged
from medrisk.web.example import EXAMPLE
from medrisk.web.inputs import read_form_text
from medrisk.web.problems import problem_of
from medrisk.web.wiring import current_service

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """The empty box, or the made-up example in it."""
    return render_template("check.html", text=EXAMPLE if "example" in request.args else "", answer=None, problem=None)


@blueprint.post("/")
def check() -> tuple[str, int]:
    """The answer to the list in the box. A list that cannot be read comes back into the box, with what to do."""
    text = read_form_text(request)
    service = current_service()
    try:
        report = report_to_dict(service.check(text))
    except InputError as error:
        problem = problem_of(error)
        return render_template("check.html", text=text, answer=None, problem=problem), problem.status
    answer = arranged.arrange(report, service.knowledge)
    return render_template("check.html", text=text, answer=answer, problem=None), 200


@blueprint.get("/about")
def about() -> str:
    """How much the knowledge of this server can be relied on."""
    knowledge = current_service().knowledge
    return render_template("about.html", kinds=count_knowledge(knowledge), sources=count_sources(knowledge))


@blueprint.app_context_processor
def _shared() -> dict[str, object]:
    """What the frame of every page shows, error pages included."""
    service = current_service()
    return {
        "versions": service.versions,
        "vocabulary_notice": service.vocabulary_notice,
        "review_notice": review_notice(service.knowledge),
    }


def add_words(app: Flask) -> None:
    """The page's words for the report's terms, as template filters."""
    app.jinja_env.filters.update(
        kind_words=arranged.kind_words,
        likelihood_words=arranged.likelihood_words,
        context_words=arranged.context_words,
        directions=arranged.directions,
        is_guess=arranged.is_guess,
        as_sentence=arranged.as_sentence,
        state_words=arranged.state_words,
    )
