"""The page: a box to paste a list into, the answer under it, and what the knowledge behind it is worth.

Rendered here and complete without a script, so that it works on any machine a dispensary has. What was typed
travels in the body of a POST and comes back only into the box and the table of lines, never into an address.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request

from medrisk.errors import InputError
from medrisk.presentation import report_to_dict
from medrisk.status import count_knowledge, count_sources, review_notice
from medrisk.web import answer as arranged
from medrisk.web.access import asks_sign_in, current_caller
from medrisk.web.corrections import Change, apply_choices
from medrisk.web.example import EXAMPLE
from medrisk.web.form import CheckForm, read_form
from medrisk.web.patient_line import with_patient
from medrisk.web.problems import Problem, problem_of
from medrisk.web.wiring import current_service

blueprint = Blueprint("pages", __name__)

_SEARCH = "/api/v1/drugs/search"
# Only the page with the box has a script: its own, from this server. All other answers permit none.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
def home() -> Response:
    """The empty box, or the made-up example in it."""
    return _page(CheckForm(EXAMPLE if "example" in request.args else ""))


@blueprint.post("/")
def check() -> Response:
    """The answer to the list in the box, after what was chosen for single lines has been written into it.

    A list that cannot be read comes back into the box, with what to do.
    """
    form = read_form(request)
    if form.problem is not None:
        return _page(form, problem=problem_of(form.problem))
    service = current_service()
    text, changes = apply_choices(form.text, form.choices, service)
    text = with_patient(text, form.patient)
    if text != form.text:
        form = CheckForm(text)
    try:
        report = report_to_dict(service.check(text))
    except InputError as error:
        return _page(form, problem=problem_of(error))
    answer = arranged.arrange(report, service.knowledge, review_notice(service.knowledge))
    return _page(form, answer, changes)


def _page(
    form: CheckForm,
    answer: arranged.Answer | None = None,
    changes: Sequence[Change] = (),
    problem: Problem | None = None,
) -> Response:
    has_search = any(rule.rule == _SEARCH for rule in current_app.url_map.iter_rules())
    html = render_template(
        "check.html", form=form, answer=answer, changes=changes, problem=problem,
        search_address=_SEARCH if has_search else "",
    )  # fmt: skip
    response = make_response(html, problem.status if problem else 200)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


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
        "asks_sign_in": asks_sign_in(),
        "signed_in": current_caller(),
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
        seen_mark=arranged.seen_mark,
    )
