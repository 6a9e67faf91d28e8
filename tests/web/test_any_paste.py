"""Whatever is pasted or sent is answered or refused in words: text of every script, huge lines, no fault and no endless work."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from medrisk.service import Medrisk
from medrisk.web import create_app

CHECK = "/api/v1/check"
MEGABYTE = 1_000_000
# One line of each, of any length. Several once made a pattern begin anew at each of its letters.
LINES = {
    "letters": lambda n: "a" * n,
    "commas": lambda n: "a" + "," * n + "b",
    "drugs and commas": lambda n: "simvastatin 40 mg, " * (n // 19),
    "misspelt": lambda n: "simvastatn " * (n // 11),
    "blanks": lambda n: "a" + " " * n + "b",
    "blanks that do not break": lambda n: "a" + "\u00a0" * (n // 2) + "b",
    "tabs": lambda n: "a" + "\t" * n + "b",
    "dots": lambda n: "a" + "." * n + "b",
    "strokes": lambda n: "~" * n + "b",
    "rules": lambda n: "a" + "- " * (n // 2) + "b",
    "brackets": lambda n: "a" + "(" * (n // 2) + ")" * (n // 2) + "b",
    "digits": lambda n: "1" * n,
    "results": lambda n: "K " + "3.1 -> " * (n // 7),
    "symptoms": lambda n: "cramps, no dark urine, " * (n // 23),
    "nothing to see": lambda n: "a" + "\0" * n,
    "right to left": lambda n: "א \u202e" * (n // 6),
    "accents": lambda n: "e" + "\u0301" * (n // 2),
    "joined": lambda n: "a" + "\u200d👩" * (n // 7),
    "Chinese": lambda n: "药" * (n // 3),
}
# A letter of every script that Unicode names, beside the words of a list.
_SCRIPTS: dict[str, str] = {}
for _letter in map(chr, range(0x80, 0x20000)):
    if unicodedata.category(_letter) in {"Lo", "Ll", "Mn", "Nd"}:
        _SCRIPTS.setdefault(unicodedata.name(_letter, "?").split()[0], _letter)
_words = st.sampled_from([
    "simvastatin", "40 mg", "Zocor", "cramps", "no", "K 3.1", "/", ",", ":", "- ", "\n", "\r", "\t", "\0", "\ufeff", "\u202e", "\u2028", "½", "&amp;", "&#0;", "<b>",
])  # fmt: skip
_pastes = st.lists(_words | st.sampled_from(sorted(_SCRIPTS.values())) | st.text(max_size=12), max_size=25).map("".join)


@pytest.fixture(scope="module")
def client(service: Medrisk) -> FlaskClient:
    return create_app(service, service.settings).test_client()


@given(text=_pastes)
@example(text="".join(_SCRIPTS.values()))
@example(text="\n".join(_SCRIPTS.values()))
@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_text_of_every_script_is_answered_alike_by_page_and_api(client: FlaskClient, text: str) -> None:
    page = client.post("/", data={"text": text.encode(errors="replace").decode()})
    plain = client.post(CHECK, data=text.encode(errors="replace"), content_type="text/plain; charset=utf-8")
    spelt = client.post(CHECK, data=json.dumps({"text": text}), content_type="application/json")
    assert page.status_code == plain.status_code == spelt.status_code
    assert page.status_code in {200, 400}


def test_every_script_is_there() -> None:
    assert {"ARABIC", "HEBREW", "CJK", "DEVANAGARI", "THAI", "GREEK", "CYRILLIC", "HANGUL", "ETHIOPIC"} <= set(_SCRIPTS)


@pytest.mark.parametrize("place", ["text", "symptoms", "labs"])
@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "a\\udc00\\ud800b"])
def test_half_a_character_is_refused_by_its_field(client: FlaskClient, place: str, half: str) -> None:
    parts = {"text": f'"text": "{half}"', "symptoms": f'"text": "a", "symptoms": [{{"name": "{half}"}}]',
             "labs": f'"text": "a", "labs": [{{"name": "K", "value": 3, "unit": "{half}"}}]'}  # fmt: skip
    response = client.post(CHECK, data="{" + parts[place] + "}", content_type="application/json")
    assert response.status_code == 400
    assert json.loads(response.data)["field"].startswith(place)


@pytest.mark.parametrize("kind", LINES)
def test_the_longest_line_that_is_taken_is_answered(client: FlaskClient, kind: str) -> None:
    """Nothing is measured here; a line that is read again at each of its letters would take minutes and be noticed."""
    text = LINES[kind](100_000)
    response = client.post(CHECK, data=text.encode(), content_type="text/plain")
    assert response.status_code == 200
    assert response.get_json()["lines"]


@pytest.mark.parametrize("kind", LINES)
def test_a_line_of_a_megabyte_is_refused_unread(client: FlaskClient, kind: str) -> None:
    text = LINES[kind](MEGABYTE)
    for response in (client.post(CHECK, data=text.encode(), content_type="text/plain"), client.post("/", data={"text": text})):
        assert response.status_code == 413
        assert "too long" in response.text or "larger than" in response.text


def test_a_line_of_a_megabyte_is_answered_where_settings_permit_it(service: Medrisk) -> None:
    roomy = Medrisk(service.knowledge, service.vocabulary, replace(service.settings, max_text_bytes=2_000_000))
    client = create_app(roomy, roomy.settings).test_client()
    for kind in ("blanks", "strokes", "nothing to see"):
        response = client.post(CHECK, data=LINES[kind](MEGABYTE).encode(), content_type="text/plain")
        assert response.status_code == 200
