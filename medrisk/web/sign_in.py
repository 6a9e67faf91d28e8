"""Signing in with a token in a browser, and out again."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from medrisk.web.access import current_access

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> Response:
    """The form, or who is signed in."""
    g.caller = current_access().find_caller()
    return make_response(render_template("sign_in.html", caller=g.caller, problem=""))


@blueprint.post("/sign-in")
def enter() -> Response:
    """Takes a token. What was typed into the field is never repeated: it may be anything on the clipboard."""
    access = current_access()
    token = access.tokens.find(request.form.get("token", "").strip())
    if token is None:
        problem = "This token does not count here. It may have been revoked, or not been copied whole."
        response = make_response(render_template("sign_in.html", caller=None, problem=problem), 403)
    else:
        response = make_response(redirect(url_for("pages.home"), 303))
        access.start_session(response, token)
    return response


@blueprint.post("/sign-out")
def leave() -> Response:
    """Ends the session of this browser, also one that has ended by itself."""
    response = make_response(redirect(url_for("sign_in.form"), 303))
    current_access().end_session(response)
    return response
