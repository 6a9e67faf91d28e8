"""The page of each rule, class and red flag: where a card's source leads."""

from __future__ import annotations

from flask.testing import FlaskClient

from medrisk.service import Medrisk


def test_every_entry_has_a_page_that_says_what_it_is_worth(real_client: FlaskClient, service: Medrisk) -> None:
    knowledge = service.knowledge
    pages = {f"rules/{id_}": rule.name for id_, rule in knowledge.rules.items()}
    pages |= {f"classes/{id_}": drug_class.name for id_, drug_class in knowledge.classes.items()}
    pages |= {f"red_flags/{flag.id}": flag.name for flag in knowledge.red_flags}
    for path, name in pages.items():
        response = real_client.get(f"/knowledge/{path}")
        assert response.status_code == 200, path
        text = response.get_data(as_text=True)
        assert "Draft knowledge, for pharmacist review" in text, path
        assert name.split("'")[0].split("&")[0].split("<")[0].split(">")[0] in text, path
        assert f"/api/v1/knowledge/{path}" in text


def test_a_page_shows_sources_and_leads_to_the_classes_of_a_rule(real_client: FlaskClient) -> None:
    text = real_client.get("/knowledge/rules/digoxin-pgp-inhibitor").get_data(as_text=True)
    assert "Cytotoxic and P-glycoprotein inhibitors and serum digoxin" in text
    assert 'href="/knowledge/classes/digoxin_raiser"' in text
    assert real_client.get("/knowledge/classes/digoxin_raiser").status_code == 200


def test_what_nobody_read_is_marked(real_client: FlaskClient) -> None:
    assert 'class="unverified"' in real_client.get("/knowledge/rules/nsaid-peptic-ulcer").get_data(as_text=True)


def test_there_is_no_page_of_what_is_not_known(real_client: FlaskClient) -> None:
    for path in ("rules/nothing", "classes/simvastatin-amlodipine-20mg", "sources/label-zocor", "rules"):
        assert real_client.get(f"/knowledge/{path}").status_code == 404
