"""Two published lists of drug pairs: one that every checker should warn of, and one that should interrupt nobody.

High priority: Phansalkar 2012 (doi 10.1136/amiajnl-2011-000612). Non-interruptive: Phansalkar 2013 (doi
10.1136/amiajnl-2012-001089). The drugs of each class are those of the public-PDDI-analysis tables made from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from medrisk.core.model import Note
from medrisk.core.rules import Severity
from medrisk.service import Medrisk

Pair = tuple[str, str]

_QT = """
amiodarone, anagrelide, arsenic trioxide, astemizole, azithromycin, bepridil, chloroquine, chlorpromazine, cisapride, citalopram, clarithromycin,
cocaine, disopyramide, dofetilide, domperidone, dronedarone, droperidol, erythromycin, escitalopram, flecainide, halofantrine, haloperidol, ibutilide,
levomethadyl, mesoridazine, methadone, moxifloxacin, ondansetron, pentamidine, pimozide, probucol, procainamide, quinidine, sevoflurane, sotalol,
sparfloxacin, sulpiride, terfenadine, thioridazine, vandetanib
"""
_MAO_INHIBITORS = "isocarboxazid, phenelzine, procarbazine, selegiline, tranylcypromine"
_PROTEASE_INHIBITORS = (
    "amprenavir, atazanavir, darunavir, fosamprenavir, indinavir, lopinavir, nelfinavir, ritonavir, saquinavir, tipranavir"
)
_MACROLIDES_AND_AZOLES = "clarithromycin, erythromycin, telithromycin, itraconazole, ketoconazole"
_STATIN_INHIBITORS = f"{_PROTEASE_INHIBITORS}, {_MACROLIDES_AND_AZOLES}, nefazodone"
_HIGH_PRIORITY = {
    "amphetamines with MAO inhibitors": (
        "amphetamine, atomoxetine, benzphetamine, dexmethylphenidate, dextroamphetamine, diethylpropion, methamphetamine, methylphenidate, "
        "phendimetrazine, phentermine, pseudoephedrine", _MAO_INHIBITORS),
    "SSRI, SNRI with MAO inhibitors": (
        "citalopram, desvenlafaxine, duloxetine, escitalopram, fluoxetine, fluvoxamine, milnacipran, nefazodone, paroxetine, sertraline, "
        "venlafaxine", _MAO_INHIBITORS),
    "tricyclics with MAO inhibitors": (
        "amitriptyline, amoxapine, clomipramine, desipramine, doxepin, imipramine, nortriptyline, protriptyline, trimipramine", _MAO_INHIBITORS),
    "opioids with MAO inhibitors": ("dextromethorphan, fentanyl, meperidine, methadone, tapentadol, tramadol", _MAO_INHIBITORS),
    "triptans with MAO inhibitors": ("rizatriptan, sumatriptan, zolmitriptan", "isocarboxazid, phenelzine, tranylcypromine"),
    "tranylcypromine with procarbazine": ("tranylcypromine", "procarbazine"),
    "atazanavir with proton pump inhibitors": ("atazanavir", "esomeprazole, lansoprazole, omeprazole, pantoprazole, rabeprazole"),
    "febuxostat with thiopurines": ("febuxostat", "azathioprine, mercaptopurine"),
    "irinotecan with CYP3A4 inhibitors": (
        "irinotecan", f"{_STATIN_INHIBITORS}, amiodarone, aprepitant, cimetidine, diltiazem, fluconazole, verapamil, voriconazole"),
    "protease inhibitors with inducers": (_PROTEASE_INHIBITORS, "bosentan, carbamazepine, rifabutin, rifampin, rifapentine, st. john's wort"),
    "protease inhibitors with simvastatin, lovastatin": (_PROTEASE_INHIBITORS, "lovastatin, simvastatin"),
    "ergot with CYP3A4 inhibitors": (
        "dihydroergotamine, ergonovine, ergotamine, methylergonovine", f"{_PROTEASE_INHIBITORS}, {_MACROLIDES_AND_AZOLES}"),
    "simvastatin, lovastatin with CYP3A4 inhibitors": (
        "lovastatin, simvastatin", f"{_STATIN_INHIBITORS}, amiodarone, diltiazem, fluconazole, verapamil"),
    "ramelteon with CYP1A2 inhibitors": ("ramelteon", "amiodarone, ciprofloxacin, fluvoxamine, ticlopidine"),
    "tizanidine with CYP1A2 inhibitors": (
        "tizanidine", "amiodarone, ciprofloxacin, fluvoxamine, mexiletine, propafenone, ticlopidine, zileuton"),
}  # fmt: skip

_ACE = "benazepril, captopril, enalapril, fosinopril, lisinopril, perindopril, quinapril, ramipril, trandolapril"
_ARB = "azilsartan, candesartan, eprosartan, irbesartan, losartan, olmesartan, telmisartan, valsartan"
_BETA_BLOCKERS = """
acebutolol, atenolol, betaxolol, bisoprolol, carteolol, carvedilol, esmolol, labetalol, metoprolol, nadolol, nebivolol, oxprenolol, penbutolol,
pindolol, propranolol, sotalol, timolol
"""
_NSAIDS = """
celecoxib, diclofenac, diflunisal, etodolac, fenoprofen, flurbiprofen, ibuprofen, indomethacin, ketoprofen, ketorolac, lornoxicam, meclofenamate,
mefenamic acid, meloxicam, nabumetone, naproxen, nimesulide, oxaprozin, piroxicam, salsalate, sulindac, tolmetin
"""
_THIAZIDES = "bendroflumethiazide, chlorothiazide, hydrochlorothiazide, methyclothiazide, polythiazide, trichlormethiazide"
_ANTITHROMBOTICS = """
anagrelide, apixaban, argatroban, bivalirudin, dabigatran, dalteparin, dipyridamole, enoxaparin, heparin, rivaroxaban, warfarin
"""
_STATINS = "atorvastatin, fluvastatin, lovastatin, pravastatin, rosuvastatin, simvastatin"
_STEROIDS = "betamethasone, dexamethasone, hydrocortisone, methylprednisolone, prednisolone, prednisone, triamcinolone"
_THYROID = "levothyroxine, liothyronine"
_CALCIUM = "calcium acetate, calcium carbonate"
_PPIS = "lansoprazole, omeprazole, pantoprazole, rabeprazole"
_NON_INTERRUPTIVE = {
    "ACE inhibitors with salicylates": (_ACE, "aspirin, salsalate"),
    "ACE inhibitors with NSAIDs": (_ACE, _NSAIDS),
    "ACE inhibitors with ARBs": (_ACE, _ARB),
    "thiazides with ACE inhibitors": (_THIAZIDES, _ACE),
    "thiazides with NSAIDs": (_THIAZIDES, f"{_NSAIDS}, aspirin"),
    "sulfonylureas with ACE inhibitors": ("chlorpropamide, gliclazide, glimepiride, glipizide, glyburide, tolazamide, tolbutamide", _ACE),
    "niacin with statins": ("niacin", _STATINS),
    "beta blockers with SSRI": (_BETA_BLOCKERS, "citalopram, escitalopram, fluoxetine, fluvoxamine, paroxetine, sertraline"),
    "beta blockers with NSAIDs": (_BETA_BLOCKERS, f"{_NSAIDS}, aspirin"),
    "beta blockers with dihydropyridines": (
        _BETA_BLOCKERS, "amlodipine, felodipine, isradipine, nicardipine, nifedipine, nimodipine, nisoldipine, nitrendipine"),
    "beta blockers with thyroid hormones": (_BETA_BLOCKERS, _THYROID),
    "beta blockers with calcium": (_BETA_BLOCKERS, _CALCIUM),
    "bisphosphonates with calcium": ("alendronate, ibandronate, pamidronate, risedronate, zoledronic acid", _CALCIUM),
    "thyroid hormones with calcium": (_THYROID, _CALCIUM),
    "thyroid hormones with statins": (_THYROID, _STATINS),
    "antithrombotics with acetaminophen": (_ANTITHROMBOTICS, "acetaminophen"),
    "antithrombotics with corticosteroids": (_ANTITHROMBOTICS, _STEROIDS),
    "antithrombotics with vitamin E": (_ANTITHROMBOTICS, "vitamin e"),
    "antithrombotics with statins": (_ANTITHROMBOTICS, _STATINS),
    "antithrombotics with proton pump inhibitors": (_ANTITHROMBOTICS, _PPIS),
    "clopidogrel with salicylates": ("clopidogrel", "aspirin, salsalate"),
    "proton pump inhibitors with imidazoles": (_PPIS, "ketoconazole, miconazole"),
    "omeprazole with benzodiazepines": (
        "omeprazole", "alprazolam, chlordiazepoxide, clonazepam, clorazepate, diazepam, estazolam, flurazepam, lorazepam, midazolam, nitrazepam, "
        "oxazepam, temazepam, triazolam"),
    "corticosteroids with antacids": (_STEROIDS, "aluminum hydroxide, calcium carbonate, magnesium oxide, sodium bicarbonate"),
    "corticosteroids with anticholinesterases": (_STEROIDS, "edrophonium, neostigmine, physostigmine, pyridostigmine"),
    "contraceptives with corticosteroids": ("desogestrel, ethynodiol, etonogestrel, levonorgestrel, norethindrone", _STEROIDS),
    "immunosuppressants with corticosteroids": ("everolimus, sirolimus, tacrolimus", _STEROIDS),
    "methotrexate with folic acid": ("methotrexate", "folic acid"),
}  # fmt: skip


def _drugs(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _pairs(first: str, second: str) -> Iterator[Pair]:
    return (pair for pair in product(_drugs(first), _drugs(second)) if pair[0] != pair[1])


def _on_the_high_priority_list() -> set[frozenset[str]]:
    by_class = (pair for classes in _HIGH_PRIORITY.values() for pair in _pairs(*classes))
    return {frozenset(pair) for pair in (*by_class, *combinations(_drugs(_QT), 2))}


def _notes(service: Medrisk, pair: Pair) -> list[Note]:
    """What is said of the two together, of drugs that were both understood."""
    report = service.check("\n".join(pair))
    assert [line.status for line in report.lines] == ["matched", "matched"], pair
    names = {i.name for line in report.lines for i in line.ingredients}
    return [note for note in report.notes if names <= set(note.drugs)]


def _is_serious(note: Note) -> bool:
    return note.severity in {Severity.MAJOR, Severity.CONTRAINDICATED}


def test_two_drugs_of_the_qt_list_are_serious_together(service: Medrisk) -> None:
    assert [pair for pair in combinations(_drugs(_QT), 2) if not any(map(_is_serious, _notes(service, pair)))] == []


@pytest.mark.parametrize("classes", _HIGH_PRIORITY.values(), ids=list(_HIGH_PRIORITY))
def test_a_pair_of_the_high_priority_list_is_serious(classes: tuple[str, str], service: Medrisk) -> None:
    assert [pair for pair in _pairs(*classes) if not any(map(_is_serious, _notes(service, pair)))] == []


@pytest.mark.parametrize("classes", _NON_INTERRUPTIVE.values(), ids=list(_NON_INTERRUPTIVE))
def test_a_pair_of_the_other_list_interrupts_nobody(classes: tuple[str, str], service: Medrisk) -> None:
    on_both = _on_the_high_priority_list()
    pairs = (pair for pair in _pairs(*classes) if frozenset(pair) not in on_both)
    loud = [(*pair, note.rule) for pair in pairs for note in _notes(service, pair) if note.interruptive]
    assert loud == []
