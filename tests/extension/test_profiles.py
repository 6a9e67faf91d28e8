"""The profiles that come with the extension, on pages laid out as their sources lay theirs out; and profiles of one's own."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from .loaded import Extension, marks, until
from .servers import Recorder

MINE = {
    "format": 1, "id": "mine", "name": "Our ward", "url": "*://*/prescribing.html",
    "orders": [{"rows": "table.medications tbody tr", "parts": ["td:nth-of-type(1)", "td:nth-of-type(2)"]}],
}  # fmt: skip


def test_openmrs(extension: Extension, server: Recorder, site: str) -> None:
    extension.set(server=server.address, sites=[{"origin": site, "profile": "openmrs-o3", "on": True}])
    page = extension.open(f"{site}/openmrs/spa/patient/1/chart/Medications")
    until(lambda: len(server.requests) == 1, lambda: "nothing was asked")
    assert server.bodies[0] == {
        "text": "Simvastatin 40mg — 40mg — tablet 1 tablet — oral — once daily — indefinite duration\n"
        "Amlodipine 5mg — 5mg — Tablet 5 mg — Oral — Once daily\nstopped: Baclofen 10mg 10 mg",
        "age": 81, "sex": "female",
    }  # fmt: skip
    until(lambda: marks(page) == ["Major", "Major", "Major"], lambda: str(marks(page)))


def test_openemr_with_the_new_prescription_in_a_frame(extension: Extension, server: Recorder, site: str) -> None:
    extension.set(server=server.address, sites=[{"origin": site, "profile": "openemr", "on": True}])
    page = extension.open(f"{site}/openemr/controller.php?prescription&list&id=1")
    until(lambda: bool(server.requests), lambda: "nothing was asked")
    listed = "Zocor 40 mg 1 in tablet q.d.\nstopped: baclofen 10 mg 1 in tablet t.i.d."
    assert server.bodies[0] == {"text": listed}
    frame = page.frame_locator("iframe")
    frame.get_by_label("Drug").select_option("amlodipine")
    frame.get_by_label("Size").fill("5")
    frame.get_by_label("Unit").select_option("mg")
    frame.get_by_label("Interval").select_option("q.d.")
    written = "amlodipine 5 mg tablet Per Oris q.d."
    until(lambda: server.bodies[-1]["text"] == f"{listed}\n{written}", lambda: server.bodies[-1]["text"])
    expect(frame.locator("medrisk-marks .tag")).to_have_text("Major")
    expect(page.locator("medrisk-marks .tag").first).to_have_text("Major")


def test_a_site_is_read_by_its_own_profile_alone(
    extension: Extension, server: Recorder, site: str, prescribing: str
) -> None:
    extension.set(server=server.address, sites=[{"origin": site, "profile": "openemr", "on": True}])
    page = extension.open(prescribing)
    page.wait_for_timeout(1000)
    extension.set(server=server.address, sites=[{"origin": site, "profile": "plain-table", "on": False}])
    page.reload()
    page.wait_for_timeout(1000)
    assert server.requests == []
    assert marks(page) == []


def test_an_own_profile_is_checked_saved_used_and_removed(
    extension: Extension, server: Recorder, site: str, prescribing: str
) -> None:
    extension.set(server=server.address)
    page = extension.open(prescribing)
    options = extension.open_options()
    field = options.get_by_label("A profile of your own, as JSON")
    for faulty, wanted in [
        ("{", "is not valid JSON"), (json.dumps({**MINE, "orders": [{"rows": "tr[["}]}), "orders[0].rows is not a CSS selector"),
        (json.dumps({**MINE, "id": "openemr"}), "id belongs to a profile that comes with the extension"),
    ]:  # fmt: skip
        field.fill(faulty)
        options.get_by_role("button", name="Save the profile").click()
        expect(options.get_by_role("alert")).to_contain_text(wanted)
        expect(field).to_be_focused()
    field.fill(json.dumps(MINE))
    options.get_by_role("button", name="Save the profile").click()
    expect(options.locator("#profile-result")).to_contain_text("“Our ward” is saved")
    expect(options.get_by_role("alert")).to_be_empty()
    options.get_by_label("Address of the site").fill(f"{site}/somewhere")
    options.get_by_label("Profile", exact=True).select_option("Our ward")
    options.get_by_role("button", name="Allow this site").click()
    expect(options.locator("#sites")).to_contain_text(f"{site}: Our ward")
    # The page was open before: it is read all the same, without the dose of the third column.
    until(lambda: bool(server.requests), lambda: "nothing was asked")
    assert server.bodies[0]["text"].startswith("Zocor 40 mg tablet 1 tablet\namlodipine 5 mg\n")
    options.locator("#sites").get_by_role("checkbox").uncheck()
    until(lambda: marks(page) == [], lambda: str(marks(page)))
    options.locator("#profiles").get_by_role("button", name="Remove Our ward").click()
    expect(options.locator("#profiles")).not_to_contain_text("Our ward")
    options.locator("#sites").get_by_role("button", name="Remove").click()
    expect(options.locator("#sites")).to_be_empty()
