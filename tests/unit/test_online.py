"""The last rung: which lines are looked up, what of them is handed over, and what is believed of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from tiny import drug_class

from medrisk.core.bare_name import bare_names
from medrisk.core.model import Ingredient, Line
from medrisk.core.name_keys import tokenise
from medrisk.core.names import CodedDrug, OnlineAnswer, OnlineClasses, OnlineDrug, Vocabulary
from medrisk.core.online_classes import words_of_classes
from medrisk.core.reading import read_lines, read_one

NONE = OnlineAnswer()
FAILED = OnlineAnswer(not_checked="it was not reached")


def drug(name: str, *contents: str, rxcui: str = "900") -> OnlineDrug:
    return OnlineDrug(name, rxcui, tuple(Ingredient(one, str(1000 + index)) for index, one in enumerate(contents or (name,))))


@dataclass
class FakeOnline:
    """Answers from what a test puts in, and remembers what it was asked."""

    exact: dict[str, OnlineAnswer] = field(default_factory=dict)
    alike: dict[str, OnlineAnswer] = field(default_factory=dict)
    codes: dict[str, OnlineAnswer] = field(default_factory=dict)
    classes: dict[str, OnlineClasses] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    label: str = "a fake"

    def for_one_check(self) -> FakeOnline:
        return self

    def named(self, name: str) -> OnlineAnswer:
        self.asked.append(name)
        return self.exact.get(name, NONE)

    def near(self, name: str) -> OnlineAnswer:
        return self.alike.get(name, NONE)

    def by_code(self, system: str, code: str) -> OnlineAnswer:
        self.asked.append(f"{system} {code}")
        return self.codes.get(code, NONE)

    def classes_of(self, rxcui: str) -> OnlineClasses:
        self.asked.append(rxcui)
        return self.classes.get(rxcui, OnlineClasses())


@pytest.fixture
def online() -> FakeOnline:
    return FakeOnline()


@pytest.fixture
def wired(vocabulary: Vocabulary, online: FakeOnline) -> Vocabulary:
    return replace(vocabulary, online=online)


def _one(text: str, vocabulary: Vocabulary) -> Line:
    (line,) = read_lines(text, vocabulary)
    return line


def test_a_name_that_is_known_there(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["Quorvex"] = OnlineAnswer((drug("Quorvex", "quorvexan", "lisinopril", rxcui="77"),))
    line = _one("Quorvex 10 mg twice daily", wired)
    assert (line.status, line.context, line.method, line.score) == ("matched", "active", "rxnav", 100.0)
    assert line.ingredients == (Ingredient("quorvexan", "1000"), Ingredient("lisinopril", "1001"))
    assert (line.product, line.rxcui, line.candidates, line.is_guess) == ("Quorvex", "77", (), False)
    assert line.sig.frequency is not None
    assert line.warnings == ('looked up at RxNav as "Quorvex"',)
    assert online.asked == ["Quorvex"]


def test_an_ingredient_is_no_product_and_its_dose_is_read(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["quorvexan"] = OnlineAnswer((drug("quorvexan", rxcui="1000"),))
    line = _one("stopped: quorvexan sodium 10 mg bd", wired)
    assert (line.status, line.context, line.product) == ("matched", "stopped", None)
    assert [str(dose.amount) for dose in line.daily_doses if dose] == ["20 mg"]


def test_directions_on_the_next_line_belong_to_it(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["quorvexan"] = OnlineAnswer((drug("quorvexan", rxcui="1000"),))
    line = _one("quorvexan 10 mg\nTake 2 tablets daily", wired)
    assert [str(dose.amount) for dose in line.daily_doses if dose] == ["20 mg"]
    assert read_one("quorvexan 10 mg", wired, 3).method == "rxnav"


def test_the_way_a_brand_is_taken_is_not_guessed(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact = {"Quorvex": OnlineAnswer((drug("Quorvex", "albuterol"),))}
    assert [_one(text, wired).route for text in ("Quorvex 2 mg", "Quorvex 2 mg po tid")] == ["unknown", "oral"]


def test_a_number_that_the_vocabulary_has_stands(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["Quorvex"] = OnlineAnswer((drug("Quorvex", "simvastatin"),))
    assert _one("Quorvex 10 mg", wired).ingredients == (Ingredient("simvastatin", "36567"),)
    online.exact["Quorvex"] = OnlineAnswer((drug("Quorvex", "warfarin"),))
    assert _one("Quorvex 10 mg", wired).ingredients == (Ingredient("warfarin", "1000"),)


def test_several_drugs_of_one_name(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["Quorvex"] = OnlineAnswer((drug("Quorvex", "quorvexan"), drug("Quorvex", "lisinopril")))
    line = _one("Quorvex 10 mg", wired)
    assert (line.status, [c.name for c in line.candidates]) == ("ambiguous", ["quorvexan", "lisinopril"])
    online.exact["Quorvex"] = OnlineAnswer((drug("Quorvex", "quorvexan"),), has_more=True)
    assert _one("Quorvex 10 mg", wired).status == "unknown", "one of the others may be another drug"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Quorvex 10 mg once daily with food", "Quorvex"),
        ("quorvex hydrochloride 10 mg po bid prn for pain", "quorvex"),
        ("she takes quorvex 10 mg daily since March 2019", "quorvex"),
        ("stopped: quorvex-forte 10 mg", "quorvex"),
        ("Neo-Quorvex eye drops", "Neo-Quorvex"),
        ("sodium quorvexate 500 mg", "sodium quorvexate"),
        ("Quorvex HCT 20/12.5 mg", "Quorvex HCT"),
        ("quorvex/vexquora 10/20 mg daily", "quorvex/vexquora"),
        ("Margaret has quorvex 10 mg nightly", "quorvex"),
        ("quorvex10mg daily", "quorvex"),
        ("1. QUORVEX TAB 10MG (30) refills 2", "QUORVEX"),
        ("quorvex 10 mg #12345678", "quorvex"),
    ],
)
def test_only_the_bare_name_is_handed_over(text: str, name: str, wired: Vocabulary, online: FakeOnline) -> None:
    read_lines(text, wired)
    assert online.asked == [name]


@pytest.mark.parametrize(
    "text",
    [
        "simvastatin 40 mg", "simvastatine 40 mg", "HCTZ 25", "hydralazine/hydroxyzine 25 mg", "water pill", "blood thinner daily",
        "Allergies: quorvex", "PCP: Dr Quorvex", "TED stockings", "avoid naproxen", "no known drug allergies", "RxCUI 36567 40 mg",
        "Family history: quorvex", "K 3.1", "cramps at night", "",
    ],
)  # fmt: skip
def test_lines_that_are_not_looked_up(text: str, wired: Vocabulary, online: FakeOnline) -> None:
    read_lines(text, wired)
    assert online.asked == []


def test_words_already_read_as_a_symptom_stay_here(wired: Vocabulary, online: FakeOnline) -> None:
    text = "quorvex glutealgia 10 mg daily"
    read_lines(text, wired, [(text.index("glut"), text.index(" 10"))])
    assert online.asked == ["quorvex"]


def test_a_sentence_is_no_name(vocabulary: Vocabulary) -> None:
    text = "abcder bcderf cderfg derfgh erfghi 10 mg"
    assert bare_names(text, tokenise(text), vocabulary) == []


def test_a_near_name_is_shown_as_a_correction(wired: Vocabulary, online: FakeOnline) -> None:
    online.alike["quorvexin"] = OnlineAnswer((drug("quorvexan", rxcui="1000"),))
    line = _one("quorvexin 10 mg", wired)
    assert (line.status, line.method, line.is_guess) == ("matched", "rxnav", True)
    assert line.score is not None and 80 <= line.score < 100
    assert [(c.name, c.ingredients[0].rxcui, c.score) for c in line.candidates] == [("quorvexan", "1000", line.score)]
    assert line.warnings == ('looked up at RxNav as "quorvexin", where "quorvexan" is the nearest name',)


@pytest.mark.parametrize(
    ("text", "asked", "names"),
    [
        ("quorvexin 10 mg", "quorvexin", ["quorvexan", "quorvexon"]),  # two as near
        ("quorvexin 10 mg", "quorvexin", ["quorlexal"]),  # too far
        ("borvex 10 mg", "borvex", ["bolvex"]),  # short, and another consonant
        ("zuorvex 10 mg", "zuorvex", ["quorvex"]),  # another first letter
        ("hydralezyne 10 mg", "hydralezyne", ["hydralazine"]),  # known here, and refused here
    ],
)
def test_a_near_name_that_is_not_believed(
    text: str, asked: str, names: list[str], wired: Vocabulary, online: FakeOnline
) -> None:
    online.alike[asked] = OnlineAnswer(tuple(drug(name) for name in names))
    line = _one(text, wired)
    if asked.startswith("hydral"):
        assert line.method != "rxnav", "the ladder ends before it"
        return
    assert (line.status, line.ingredients, line.method) == ("unknown", (), None)
    assert "RxNav knows only names that are near" in line.reason


def test_candidates_are_offered_each_drug_once(wired: Vocabulary, online: FakeOnline) -> None:
    online.alike["quorvexin"] = OnlineAnswer((drug("quorvexan"), drug("quorvexon"), drug("Quorvexen", "quorvexan")))
    line = _one("quorvexin 10 mg", wired)
    assert sorted(c.name for c in line.candidates) == ["quorvexan", "quorvexon"]
    assert all(c.score >= 76 for c in line.candidates)


def test_names_beyond_those_looked_at_leave_it_open(wired: Vocabulary, online: FakeOnline) -> None:
    online.alike["quorvexin"] = OnlineAnswer((drug("quorvexan"),), has_more=True)
    assert _one("quorvexin 10 mg", wired).status == "unknown"


def test_published_look_alikes_are_never_exchanged(online: FakeOnline, vocabulary: Vocabulary) -> None:
    index = type(vocabulary.index)(
        vocabulary.index.table, dict(vocabulary.index.look_alikes) | {"quorvexan": frozenset({"warfarin", "quorvexol"})}
    )
    online.alike["quorvexam"] = OnlineAnswer((drug("quorvexan"), drug("quorvexol")))
    assert _one("quorvexam 10 mg", replace(vocabulary, online=online)).method == "rxnav"
    assert _one("quorvexam 10 mg", replace(vocabulary, online=online, index=index)).status == "unknown"


def test_a_name_known_here_stands_against_one_from_there(wired: Vocabulary, online: FakeOnline) -> None:
    # Two slips from "simvastatin" in a sentence, where the correction from here was not believed.
    text = "he says that zimvostatin from the shop did him a lot of good daily po"
    online.alike["zimvostatin"] = OnlineAnswer((drug("zimvustatin"),))
    assert _one(text, wired).method != "rxnav"


def test_in_a_sentence_only_a_single_slip_is_believed(wired: Vocabulary, online: FakeOnline) -> None:
    text = "she was taking quorvixyn when needed and it did her good po"
    online.alike["quorvixyn"] = OnlineAnswer((drug("quorvexan"),))
    assert _one(text, wired).status == "unknown"


def test_a_failure_is_said_beside_the_reason(wired: Vocabulary, online: FakeOnline, vocabulary: Vocabulary) -> None:
    online.exact["quorvex"] = FAILED
    online.alike["vexquor"] = FAILED
    for text in ("quorvex 10 mg", "vexquor 10 mg"):
        line = _one(text, wired)
        assert line.reason == f"{_one(text, vocabulary).reason}; not checked online: it was not reached"
        assert replace(line, reason="") == replace(_one(text, vocabulary), reason="")


def test_nothing_known_there_either(wired: Vocabulary) -> None:
    assert _one("quorvex 10 mg", wired).reason == "no drug of this name is known, neither here nor at RxNav"
    assert _one("XL184", wired).reason.endswith("not checked online: no name stands out on this line")


def test_other_words_that_were_not_looked_up_are_named(wired: Vocabulary, online: FakeOnline) -> None:
    online.exact["quorvex"] = OnlineAnswer((drug("quorvex"),))
    line = _one("quorvex 10 mg, vexquor", wired)
    assert line.warnings[-1] == 'not recognised on this line, and not looked up: "vexquor"'


@pytest.mark.parametrize(("text", "asked"), [("RxCUI 999 10 mg daily", "rxcui 999"), ("NDC 12345-678-90 daily", "ndc 12345-678-90")])
def test_a_code_that_is_not_known_here(text: str, asked: str, wired: Vocabulary, online: FakeOnline) -> None:
    code = asked.split()[1]
    line = _one(text, wired)
    assert (line.status, online.asked) == ("unknown", [asked])
    assert line.reason.endswith("is known, neither here nor at RxNav")
    online.codes[code] = FAILED
    assert _one(text, wired).reason.endswith("not checked online: it was not reached")
    online.codes[code] = OnlineAnswer((drug("quorvexan 10 MG Oral Tablet", "quorvexan"),), trail=("it is obsolete",))
    line = _one(text, wired)
    assert (line.status, line.method, line.product, line.rxcui) == ("matched", "rxnav", "quorvexan 10 MG Oral Tablet", "900")
    assert line.warnings[-1] == "it is obsolete"


def test_a_code_beside_a_known_name_is_not_asked(wired: Vocabulary, online: FakeOnline) -> None:
    assert _one("simvastatin RxCUI 999", wired).status == "matched"
    assert online.asked == []


def test_without_an_online_part_nothing_changes(vocabulary: Vocabulary) -> None:
    assert vocabulary.for_one_check() is vocabulary
    assert _one("quorvex 10 mg", vocabulary).reason == "no drug of this name is known"


def _taken(name: str, rxcui: str | None) -> Line:
    return Line(1, name, "matched", "active", (Ingredient(name, rxcui),))


def test_classes_are_asked_for_drugs_that_are_in_none(online: FakeOnline) -> None:
    lines = [
        _taken("statin a", "1"), _taken("quorvexan", "2"), _taken("vexquoran", "3"), _taken("no number", None), _taken("late", "5"),
        replace(_taken("gone", "6"), context="stopped"),
    ]  # fmt: skip
    online.classes = {"2": OnlineClasses(("ATC1-4 Some agents (A01BC)", "EPC Agent (N1)")), "5": OnlineClasses(not_checked="it was slow")}
    words = words_of_classes(lines, [drug_class("statin", ["statin a"])], online)
    assert online.asked == ["5", "2", "3"]
    assert words == [
        "In no class of this knowledge: quorvexan. RxClass: ATC1-4 Some agents (A01BC); EPC Agent (N1). Not reviewed, and no rule fires on it.",
        "RxClass has no class either for vexquoran.",
        "RxClass was not checked for late: it was slow.",
    ]
    assert words_of_classes(lines, [], None) == []


def test_what_is_known_here_of_a_code_is_still_said(wired: Vocabulary) -> None:
    class Retired:
        def by_code(self, _system: str, _code: str) -> CodedDrug:
            return CodedDrug((), "old tablet", "999", reason="RxCUI 999 (old tablet) is retired")

        def by_product_name(self, _key: str) -> None:
            return None

    line = _one("RxCUI 999 daily", replace(wired, codes=Retired()))
    assert line.reason == "RxCUI 999 (old tablet) is retired; no drug of this RxCUI is known, neither here nor at RxNav"
