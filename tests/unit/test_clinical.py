"""Symptoms, conditions and laboratory readings in free text, with who has them and how they are meant.

The sentences are our own. An expectation is a list of ids, each with its marks: ``-`` denied, ``~`` someone else's,
``?`` only possible, ``<`` past. ``a|b`` takes either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from medrisk.core import assertion_words
from medrisk.core.clinical import (
    ClinicalFacts,
    ClinicalTerms,
    ConditionMention,
    LabResult,
    SymptomMention,
    build_clinical_terms,
    clinical_spans,
    read_clinical,
)

DATA = Path(__file__).resolve().parents[2] / "data"


def load(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))[name]
    return entries


TERMS: ClinicalTerms = build_clinical_terms(load("symptoms"), load("conditions"), load("labs"))


def read(text: str) -> ClinicalFacts:
    return read_clinical(text, TERMS)


def marked(mention: SymptomMention | ConditionMention) -> str:
    past = "<" if mention.historical else ""
    possible = "?" if mention.hypothetical else ""
    other = "~" if mention.experiencer == "other" else ""
    denied = "-" if mention.negated else ""
    return past + possible + other + denied + mention.id


def assert_found(found: set[str], expected: str, text: str) -> None:
    left = set(found)
    for wanted in expected.split():
        hits = found.intersection(wanted.split("|"))
        assert hits, f"{wanted} not found in {text!r}; found {sorted(found)}"
        left -= hits
    assert not left, f"also found {sorted(left)} in {text!r}"


SENTENCES = [
    ("Woken by calf cramps at 2am most nights since May.", "nocturnal_leg_cramp"),
    ("He denies any cramps, twitching or weakness.", "-muscle_cramp -muscle_twitching -muscle_weakness"),
    ("No muscle pain. Reports tingling round the mouth.", "-myalgia paraesthesia"),
    ("She gets cramp in both hands when knitting.", "muscle_cramp"),
    ("My husband has bad leg cramps but I am fine.", "~muscle_cramp"),
    ("FH: father had seizures.", "~seizure"),
    ("Daughter says he has been very confused since Friday.", "confusion"),
    ("Her mother noticed that her legs give way on the stairs.", "muscle_weakness"),
    ("If you get dark urine or muscle pain, call us.", "?dark_urine ?myalgia"),
    ("Simvastatin can cause muscle pain.", "?myalgia"),
    ("Baclofen 10 mg three times daily for muscle spasm", "?muscle_spasm"),
    ("Quinine sulfate 200 mg nocte for leg cramps", "?muscle_cramp|?nocturnal_leg_cramp"),
    ("Has had leg cramps for three weeks.", "muscle_cramp"),
    ("Seen today for leg cramps.", "muscle_cramp"),
    ("No improvement in leg cramps with magnesium.", "muscle_cramp"),
    ("The cramps have not gone away.", "muscle_cramp"),
    ("Cramps: none. Weakness: no.", "-muscle_cramp -muscle_weakness"),
    ("Muscle cramps? No.", "-muscle_cramp"),
    ("No chest pain, but palpitations and light headed; nearly fainted.", "-chest_pain palpitations syncope"),
    ("Not taking anything for her cramps.", "muscle_cramp"),
    ("I can't sleep because of cramp in my feet.", "nocturnal_leg_cramp|muscle_cramp"),
    ("Previously had myalgia on simvastatin, resolved on stopping.", "<myalgia"),
    ("Allergies: simvastatin (muscle pain), penicillin (rash)", "<myalgia"),
    ("Crampy tummy and loose stools.", "abdominal_cramp vomiting_diarrhoea"),
    ("Bladder spasms after catheter removal.", "bladder_spasm"),
    ("Bronchospasm with beta blockers.", "bronchospasm"),
    ("Stomach cramps and leg cramps", "abdominal_cramp muscle_cramp"),
    ("Writer's cramp.", ""),
    ("Apply cream twice daily. Cramer effect seen on stage.", ""),
    ("thigh mussels are sore and tender", "myalgia"),
    ("weekness of my legs and i have dark urin", "muscle_weakness dark_urine"),
    ("spazms in my back", "muscle_spasm"),
    ("palpatations and tingeling in fingers", "palpitations paraesthesia"),
    ("muscel cramps in my calfs evry night", "nocturnal_leg_cramp"),
    ("Can no longer get out of a chair unaided.", "muscle_weakness"),
    ("Struggles to climb the stairs.", "muscle_weakness"),
    ("Pee looks like coca cola.", "dark_urine"),
    ("CK normal.", "-ck_increase"),
    ("CK 2300 (ULN 200)", "ck_increase"),
    ("Creatine kinase was elevated at 4,500.", "ck_increase"),
    ("Calf pain when walking 100 yards, goes off with rest.", "claudication"),
    ("Right calf swollen, red and hot.", "unilateral_calf_swelling"),
    ("Numb around the saddle area and cannot pass urine.", "saddle_bladder"),
    ("Eyes rolled up and neck twisted after prochlorperazine.", "acute_dystonia"),
    ("Legs feel restless in bed, has to keep moving them.", "restless_legs"),
    ("Double vision and trouble swallowing.", "dysphagia_diplopia breathing_swallowing"),
    ("Fever, rigid and confused on olanzapine.", "rigidity_fever fever confusion"),
    ("No stridor.", "-laryngospasm"),
    ("My eyelid keeps twitching.", "muscle_twitching"),
    ("Fingers curl in and lock.", "tetany"),
    ("The foot went white and cold.", "cold_pale_limb"),
    ("Neither fever nor rigidity.", "-fever -stiffness|-rigidity_fever"),
    ("Without muscle weakness or numbness.", "-muscle_weakness -paraesthesia"),
    ("Weak tea and toast only.", ""),
    ("Weak CYP3A4 inhibitor.", ""),
    ("Mother had leg cramps in pregnancy.", "~muscle_cramp"),
    ("Her sister has myasthenia; she has weakness in both arms.", "muscle_weakness"),
    ("Cramps stopped after the thiazide was withdrawn.", "<muscle_cramp"),
    ("Did she ever have seizures?", "?seizure"),
    ("Could my leg cramps be from the statin?", "muscle_cramp"),
    ("Does magnesium help leg cramps?", "?muscle_cramp"),
    ("Monitor for muscle pain, weakness.", "?myalgia ?muscle_weakness"),
    ("Risk of seizures discussed.", "?seizure"),
    ("Side effects: nausea, dizziness, muscle cramps", "?muscle_cramp"),
    ("ROS: negative for cramps, weakness, dark urine.", "-muscle_cramp -muscle_weakness -dark_urine"),
    ("Calves ache after a long walk.", "myalgia"),
    ("Jaw clenching and teeth grinding at night on sertraline.", "jaw_pain_trismus"),
    ("Hands shaking and sweating, felt hungry.", "sweating_shaky|clonus_tremor"),
    ("Tongue sticking out and he can't close his mouth.", "acute_dystonia"),
    ("Thighs so heavy I can hardly get up from the sofa.", "muscle_weakness"),
    ("Pain out of proportion after plaster cast.", "compartment"),
    ("Collapsed in the shower.", "syncope"),
    ("There is no evidence of tetany.", "-tetany"),
    ("Myalgia ruled out.", "-myalgia"),
    ("Patient is cramp free since March.", "-muscle_cramp"),
    ("She hasn't noticed any dark urine.", "-dark_urine"),
    ("Doesn't get cramps any more.", "-muscle_cramp"),
    ("She complains of cramps but no weakness.", "muscle_cramp -muscle_weakness"),
    ("Cramping in calves at night x2 wks", "nocturnal_leg_cramp"),
    ("Pt reports no cramps, has tingling in feet", "-muscle_cramp paraesthesia"),
    ("Mum says I shout in my sleep with cramp.", "nocturnal_leg_cramp|muscle_cramp"),
    ("Never had a fit.", "-seizure"),
    ("Burning and pins and needles in both feet, worse at night.", "paraesthesia"),
    ("Toes lock and my calf knots up in bed.", "nocturnal_leg_cramp"),
    ("Heart skipping beats and racing.", "palpitations"),
    ("Magnesium for cramps.", "?muscle_cramp"),
    ("Started on quinine for night cramps last year.", "?nocturnal_leg_cramp"),
    ("Cramps are better since stopping bendroflumethiazide.", "muscle_cramp"),
    (
        "No weakness, numbness, or tingling; calf cramps persist.",
        "-muscle_weakness -paraesthesia muscle_cramp",
    ),
    ("Brother's legs cramp too.", "~muscle_cramp"),
    ("Legs jump and twitch in the evening.", "muscle_twitching"),
    ("Worried about getting cramps if she restarts the statin.", "?muscle_cramp"),
    ("Nil cramps.", "-muscle_cramp"),
    ("c/o myalgias ++, CK 12x ULN", "myalgia ck_increase"),
    ("Throat tightening and noisy breathing after metoclopramide.", "laryngospasm"),
    ("Shooting pain from back down the left leg.", "back_leg_radiating"),
    ("Pt denied having cramps; wife states he has cramps nightly.", "-muscle_cramp nocturnal_leg_cramp"),
    ("Pt w/ CKD4 c/o muscle twitching & perioral numbness s/p denosumab.", "muscle_twitching paraesthesia"),
    ("B/L LE weakness x 2 wks, CK 4x ULN.", "muscle_weakness ck_increase"),
    ("Denies N/V, SOB, CP, palps.", "-breathlessness -chest_pain -palpitations -vomiting_diarrhoea"),
    ("No h/o seizures.", "<-seizure"),
    ("Had rhabdo with dark urine in 2016, none since.", "<dark_urine"),
    (
        "Cramps used to wake her but not since the switch.",
        "<muscle_cramp|<nocturnal_leg_cramp|nocturnal_leg_cramp",
    ),
    ("As a child he had febrile convulsions.", "<seizure"),
    ("Grandfather had a tremor, and his uncle weak legs.", "~clonus_tremor ~muscle_weakness"),
    ("Her husband reports she jerks in her sleep.", "clonus_tremor|muscle_twitching"),
    ("Neighbour takes a statin and his muscles ache.", "~myalgia"),
    ("Mum has had seizures, I haven't.", "~seizure"),
    ("To avoid cramps, stretch before bed.", "?muscle_cramp|?nocturnal_leg_cramp"),
    ("Call 999 if throat closing or stridor occurs.", "?laryngospasm"),
    ("Information leaflet lists muscle weakness as a rare side effect.", "?muscle_weakness"),
    ("Is it normal to get muscle pain with this tablet?", "?myalgia"),
    ("Counselled re muscle pain and dark urine.", "?myalgia ?dark_urine"),
    ("Weakness came on 10 days after starting prednisolone.", "muscle_weakness"),
    ("Spasms every evening for the last month.", "muscle_spasm"),
    ("Fainted two days after sotalol was started.", "syncope"),
    ("Right foot went cold and white this morning.", "cold_pale_limb"),
    ("Left hand fingers numb, right fine.", "paraesthesia"),
    ("Mild ache in both thighs, 3/10.", "myalgia"),
    ("Terrible back spasm, could not get out of bed.", "muscle_spasm"),
    ("crampps in legs al nite", "nocturnal_leg_cramp"),
    ("mussels ake all ovr", "myalgia"),
    ("numness in fingars", "paraesthesia"),
    ("siezure last nite", "seizure"),
    ("stifness in neck", "stiffness"),
    ("I wake up with my calf in a knot.", "nocturnal_leg_cramp"),
    ("Feels like ants crawling in my legs, must walk about at night.", "restless_legs"),
    ("My legs turn to jelly going up stairs.", "muscle_weakness"),
    ("My wee is the colour of tea.", "dark_urine"),
    ("Fingers go into a claw and tingle round my lips.", "tetany paraesthesia"),
    ("My muscles feel like they've been beaten.", ""),
    ("Cannot hold my pee any more and my bottom is numb.", "saddle_bladder"),
    ("He keeps choking on food and his eyelids droop.", "breathing_swallowing dysphagia_diplopia"),
    ("Nurse says the patient is muddled and sleepy.", "confusion"),
    ("Took hyoscine for bowel spasm.", "?abdominal_cramp"),
    ("Oesophageal spasm on manometry.", ""),
    ("Coronary spasm.", ""),
    ("Baby has colic.", "abdominal_cramp"),
    ("Seized the opportunity to walk.", ""),
    ("Fit and well, no complaints.", ""),
    ("Weak pulse.", ""),
    ("Potassium 4.2, weakness resolved.", "<muscle_weakness"),
    ("No leg cramps but hands cramp at times; father has gout.", "-muscle_cramp muscle_cramp"),
    ("Denied dark urine, however thighs are tender and CK raised.", "-dark_urine myalgia ck_increase"),
    ("Never had palpitations until this week.", "palpitations"),
    ("Cramps persist despite stopping atorvastatin.", "muscle_cramp"),
    ("Muscle pain not improved.", "myalgia"),
    ("Tremor absent; reflexes normal.", "-clonus_tremor"),
    ("Twitching not seen on examination.", "-muscle_twitching"),
    ("Patient denies any problem with muscle cramps.", "-muscle_cramp"),
    ("Without cramps for two months now.", "-muscle_cramp"),
    ("She is free of pain and cramps.", "-muscle_cramp"),
    ("Leg cramps, no. Weakness, yes.", "-muscle_cramp muscle_weakness"),
    ("Calf tight and sore, worse going uphill, better when she stops.", "myalgia|claudication"),
    ("Stiff as a board, sweating, temp 39.6, muttering.", "fever rigidity_fever"),
    ("Jaw locked open and tongue sticking out after droperidol.", "acute_dystonia"),
    ("Neck twisted to the left, eyes stuck looking up.", "acute_dystonia"),
    ("Urine looked like Coke this morning", "dark_urine"),
    ("Forearm tense and exquisitely painful, worse when the fingers are stretched.", "compartment"),
    ("Leg swollen on one side and warm.", "unilateral_calf_swelling"),
    ("Passed out in church, heart fluttering before.", "syncope palpitations"),
    ("Pain down the back of the leg like an electric shock.", "back_leg_radiating"),
    ("Shaky and sweaty before lunch.", "sweating_shaky"),
    ("no f/c/n/v, + cramps", "-fever -vomiting_diarrhoea muscle_cramp"),
    ("-cramps, +weakness, -fever", "-muscle_cramp muscle_weakness -fever"),
    ("(-) cramps (+) weakness (-) dark urine", "-muscle_cramp muscle_weakness -dark_urine"),
    ("[x] cramps [ ] weakness [ ] dark urine", "muscle_cramp ?muscle_weakness ?dark_urine"),
    ("- cramps in both calves", "muscle_cramp"),
    ("-cramps in both calves", "muscle_cramp"),
    ("Cramps -ve, weakness -ve, tingling +ve", "-muscle_cramp -muscle_weakness paraesthesia"),
    ("Cramps? Y  Tingling? N  Weakness? N", "muscle_cramp -paraesthesia -muscle_weakness"),
    ("cramps: denies; weakness: mild; urine: normal", "-muscle_cramp muscle_weakness -dark_urine"),
    ("cramps 0, spasm 0", "-muscle_cramp -muscle_spasm"),
    ("cramps, weakness and dark urine all denied", "-muscle_cramp -muscle_weakness -dark_urine"),
    ("Pos for fatigue, neg. for palpitations", "fatigue -palpitations"),
    ("No complaints other than leg cramps", "muscle_cramp"),
    ("Not a seizure, just shaking", "-seizure clonus_tremor"),
    ("Nil relief from cramps with quinine", "muscle_cramp"),
    ("didnt have any cramps untill the new tablets came, now every nite", "nocturnal_leg_cramp"),
    ("I can't walk for the cramp in my legs", "muscle_cramp"),
    ("Unable to rule out infection, muscles very tender", "myalgia"),
    ("Possible seizure vs syncope", "?seizure ?syncope"),
    ("Should cramps recur, take one sachet.", "?muscle_cramp"),
    ("Return to ED for chest pain, fainting.", "?chest_pain ?syncope"),
    ("Safety netted re dark urine and weakness", "?dark_urine ?muscle_weakness"),
    ("Side effects discussed incl. myalgia and cramps.", "?myalgia ?muscle_cramp"),
    ("Just wondering if Lipitor could be why my legs hurt?", "myalgia"),
    ("Simvastatin caused muscle aches, stopped 2015", "<myalgia"),
    ("hx gastric bypass, D+V 5/7, cramps ++", "vomiting_diarrhoea muscle_cramp"),
    ("My mum had awful leg cramps, mine is just tingling in the fingers", "~muscle_cramp paraesthesia"),
    ("Daughter reports mum is confused and has leg cramps", "confusion muscle_cramp"),
    ("Caller is daughter. Mum has been getting cramps in her feet.", "muscle_cramp"),
    ("Charley horse R calf woke her at 3 am", "nocturnal_leg_cramp"),
    ("Legs jump about at night, has to get up and walk", "restless_legs"),
    ("I don't get cramps but my legs feel week going up stairs", "-muscle_cramp muscle_weakness"),
    ("Power 4/5 hip flexors, reflexes brisk, ankle clonus", "muscle_weakness clonus_tremor"),
    ("5/5 strength throughout. Afebrile.", "-muscle_weakness -fever"),
    ("Chvostek -ve, Trousseau -ve", "-tetany"),
    ("cramps (none), weakness (none), numbness (toes)", "-muscle_cramp -muscle_weakness paraesthesia"),
    ("Any muscle pain? no. Any cramps? yes", "-myalgia muscle_cramp"),
    ("Doesn't think the cramps are related to the statin", "muscle_cramp"),
    ("refuses statin: previous muscle pain on simvastatin", "<myalgia"),
    ("cramp started after the new tablet but has now eased off completely", "<muscle_cramp"),
    ("her uncle had MND, so she's worried about her twitching thumb", "muscle_twitching"),
    ("my pee looks orange/brown", "dark_urine"),
    ("Risks: myalgia, weakness", "?myalgia ?muscle_weakness"),
    ("Leg cramps (+), claudication (-)", "muscle_cramp -claudication"),
    ("cramps+ weakness-", "muscle_cramp -muscle_weakness"),
    ("Q: any cramps? A: no", "-muscle_cramp"),
    ("Reason for call: leg cramps", "muscle_cramp"),
    ("w/out cramps", "-muscle_cramp"),
    ("mother rang - her 8 yr old son has had a fit", "seizure"),
    ("Nothing to suggest compartment syndrome", "-compartment"),
    ("Pt educated on signs of high potassium: weakness, palpitations", "?muscle_weakness ?palpitations"),
    ("Google says it causes seizures", "?seizure"),
    ("frightened of having a fit", "?seizure"),
    ("my legs ache and feel heavy all day", "myalgia muscle_weakness"),
    ("She has not been without calf cramps for a single week.", "muscle_cramp"),
    ("Not a week goes by without cramp in my calves.", "muscle_cramp"),
    ("No real increase in muscle weakness since the last review.", "muscle_weakness"),
    ("Has not had any relief from the cramps.", "muscle_cramp"),
    ("No weakness, some numbness of the lips.", "-muscle_weakness paraesthesia"),
    ("I never had cramps before the water tablet, but now they wake me.", "nocturnal_leg_cramp"),
    ("No cramps before bed.", "-muscle_cramp|-nocturnal_leg_cramp"),
    ("Unremarkable for weakness or numbness.", "-muscle_weakness -paraesthesia"),
    ("I can't say I have noticed any weakness.", "-muscle_weakness"),
    ("Cramps (no), numbness (no), fatigue (yes)", "-muscle_cramp -paraesthesia fatigue"),
    ("Cramps are common with diuretics.", "?muscle_cramp"),
    ("Any cramps, twitching or numbness? None reported.", "-muscle_cramp -muscle_twitching -paraesthesia"),
    ("Rather than cramps she describes tingling.", "-muscle_cramp paraesthesia"),
    ("He no longer takes quinine and the cramps are back.", "muscle_cramp"),
    ("No rigidity, temp 36.8.", "-stiffness"),
    ("Seizure was considered but excluded by EEG.", "-seizure"),
    ("None of the following: cramps, tingling, blackouts.", "-muscle_cramp -paraesthesia -syncope"),
    ("muscle cramps N, muscle pain Y, dark urine N", "-muscle_cramp myalgia -dark_urine"),
    ("Her cramps never really went away.", "muscle_cramp"),
    ("Stretches so that the cramps don't come back.", "?-muscle_cramp|?muscle_cramp"),
    ("CK within normal limits.", "-ck_increase"),
    ("Painful calf cramps, and he is not weak.", "muscle_cramp -muscle_weakness"),
    ("Weakness without tingling, cramps without twitching.", "muscle_weakness -paraesthesia muscle_cramp -muscle_twitching"),
    ("Palpitations denied. Cramps present? No.", "-palpitations -muscle_cramp"),
    ("No muscle tenderness, tone normal, reflexes brisk.", "-myalgia clonus_tremor"),
    ("There's no denying the cramps are worse.", "muscle_cramp"),
    ("Twitching not observed, drowsiness observed.", "-muscle_twitching confusion"),
    ("She knows to report dark urine or muscle pain.", "?dark_urine ?myalgia"),
    ("Her friend told her statins give you weak legs.", "?muscle_weakness"),
    ("Without quinine the cramps come every night.", "nocturnal_leg_cramp"),
    ("No weakness, and the cramps persist.", "-muscle_weakness muscle_cramp"),
    ("Two fits last month.", "seizure"),
    ("Does not have any of the following: tremor, confusion.", "-clonus_tremor -confusion"),
    ("It is months since I last had a cramp.", "-muscle_cramp"),
    ("Does she have any weakness? She does not.", "-muscle_weakness"),
    ("∅ weakness", "-muscle_weakness"),
    ("Look out for any twitching, weakness or confusion.", "?muscle_twitching ?muscle_weakness ?confusion"),
    ("Not convinced the cramps are from the statin.", "muscle_cramp"),
    ("No palpitations before the blackout.", "-palpitations syncope"),
    ("No c/o muscle pain; c/o tingling.", "-myalgia paraesthesia"),
    ("Palpitations (-) syncope (-) weakness (+)", "-palpitations -syncope muscle_weakness"),
    ("Low magnesium was ruled out as a cause of the cramps.", "muscle_cramp"),
    ("Not only weak, she also has double vision.", "muscle_weakness dysphagia_diplopia breathing_swallowing"),
    ("Denies fits or faints.", "-seizure -syncope"),
    ("My flatmate fainted on doxazosin.", "~syncope"),
    ("Do you have tingling anywhere? No, nowhere.", "-paraesthesia"),
    ("Cramps are absent on most days but bad after dialysis.", "muscle_cramp"),
    ("No stridor, no wheeze, tingling lips for two days.", "-laryngospasm -bronchospasm paraesthesia"),
    ("Symptoms of low calcium (tingling, cramps, tetany) absent.", "-paraesthesia -muscle_cramp -tetany"),
    ("There is no question that his thighs are weak.", "muscle_weakness"),
    ("Not a good day, cramps in both calves.", "muscle_cramp"),
    ("K normal, no ECG changes, palpitations daily.", "palpitations"),
    ("Patient not known to have epilepsy, seizure seen by a nurse.", "seizure"),
    ("She doesn't smoke, gets cramps.", "muscle_cramp"),
    ("Both her children have had febrile convulsions.", "~seizure"),
    ("Has anyone on this drug had dark urine?", "?dark_urine"),
    ("Seizures have been reported with this drug.", "?seizure"),
    ("Found no evidence of weakness.", "-muscle_weakness"),
    ("She is not keen on quinine for her cramps.", "muscle_cramp"),
    ("Urine: not dark. Muscles: not tender.", "-dark_urine -myalgia"),
    ("Were he to become confused, stop the opioid.", "?confusion"),
    ("No palpitations, no stridor, lips tingly.", "-palpitations -laryngospasm paraesthesia"),
    ("Worried about seizures if the dose is raised.", "?seizure"),
    ("Tramadol lowers the seizure threshold.", ""),
    ("I would not call it weakness, more a tiredness.", "-muscle_weakness fatigue"),
    ("Not so much pain as stiffness in the thighs.", "stiffness"),
    ("cramping: no / weakness: no / dark urine: yes", "-muscle_cramp -muscle_weakness dark_urine"),
    ("Fainting episodes nil since the pacemaker.", "-syncope"),
    ("Myalgia neither before nor after the statin.", "-myalgia"),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text[:50] for text, _ in SENTENCES])
def test_symptoms(text: str, expected: str) -> None:
    assert_found({marked(symptom) for symptom in read(text).symptoms}, expected, text)


CONDITIONS = [
    ("Problem: muscle cramps, HTN, hypothyroid, asthma", "hypertension hypothyroidism asthma"),
    ("PMH: CHF, afib, gout", "heart_failure atrial_fibrillation gout"),
    (
        "Problems: MS, DM, CKD stage 3b, PAD",
        "multiple_sclerosis diabetes kidney_disease peripheral_artery_disease",
    ),
    ("MS Contin 15 mg bid", ""),
    ("Ms Hart", ""),
    ("AF 5 mg", ""),
    ("Robitussin DM 5 mL", ""),
    ("diabetes insipidus", ""),
    ("Bone cancer screening", ""),
    ("Mother has diabetes.", "~diabetes"),
    ("Family history: gout, osteoporosis", "~gout ~osteoporosis"),
    ("Denies kidney disease; has cirrhosis", "-kidney_disease cirrhosis"),
    ("possible DVT", "?thrombosis"),
    ("?DVT", "?thrombosis"),
    ("hypokalemia and low magnesium", "low_potassium low_magnesium"),
    ("Lisinopril 10 mg daily for hypertension", "hypertension"),
    ("Apixaban 5 mg bd, DVT prophylaxis", "?thrombosis"),
    ("chronic kidney disease on haemodialysis", "kidney_disease dialysis"),
    (
        "Sits at a desk all day, heavy exercise at weekends, dehydrated.",
        "static_position overuse dehydration",
    ),
    ("Sciatica and an underactive thyroid.", "nerve_compression hypothyroidism"),
    ("28 weeks pregnant", "pregnancy"),
    ("G2P1 at 28 weeks", "pregnancy"),
    ("if pregnant avoid", "?pregnancy"),
    ("ESRD on HD TTS", "kidney_disease dialysis"),
    ("hypoK again, hypoMg", "low_potassium low_magnesium"),
    ("r/o DVT", "?thrombosis"),
    ("neg. for DVT on doppler", "-thrombosis"),
    ("Works at a desk job, flew back from Sydney", "static_position"),
    ("DM -ve HTN +ve", "-diabetes hypertension"),
    ("Cramps not due to low potassium", "-low_potassium"),
    ("Low suspicion for DVT", "?thrombosis"),
    ("Consider myositis", "?neuromuscular_disease"),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_conditions(text: str, expected: str) -> None:
    assert_found({marked(condition) for condition in read(text).conditions}, expected, text)


def reading(text: str, lab: str) -> LabResult:
    results = [result for result in read(text).labs if result.id == lab]
    assert len(results) == 1, f"{lab} found {len(results)} times in {text!r}"
    return results[0]


READINGS = [
    ("K 3.1", "potassium", 3.1, 3.1, "low"),
    ("K+ = 3.1 mmol/L", "potassium", 3.1, 3.1, "low"),
    ("K: 5.6 (H)", "potassium", 5.6, 5.6, "high"),
    ("potassium of 4.6", "potassium", 4.6, 4.6, "normal"),
    ("potassium 3.4 mEq/L", "potassium", 3.4, 3.4, "low"),
    ("Na 118 mEq/L", "sodium", 118, 118, "low"),
    ("Mg 1.4 mg/dL", "magnesium", 1.4, 0.576, "low"),
    ("Mg 1.3", "magnesium", 1.3, None, None),
    ("Mg 1.5 L", "magnesium", 1.5, None, "low"),
    ("Mg 0.55", "magnesium", 0.55, None, "low"),
    ("CK 12 000 U/L", "creatine_kinase", 12000, None, "high"),
    ("creatine kinase 180 IU/L (<190)", "creatine_kinase", 180, 0.947, "normal"),
    ("K 3.1 Ca 2.0 PO4 0.7", "calcium", 2.0, 2.0, "low"),
    ("U&E: K 3.3 Ur 9.2 Cr 118", "creatinine", 118, 118, None),
    ("25(OH)D 22 nmol/L", "vitamin_d", 22, 22, "low"),
    ("her potassium has dropped to 3.0", "potassium", 3.0, 3.0, "low"),
    ("Potassium 3.4 3.5-5.1 mmol/L L", "potassium", 3.4, 3.4, "low"),
    ("| Potassium | 3.2 | mmol/L | 3.5-5.0 | L |", "potassium", 3.2, 3.2, "low"),
    ("Ca 7.9 / Mg 1.3 / Phos 2.0", "calcium", 7.9, 1.975, "low"),
    ("Ca 7.9 / Mg 1.3 / Phos 2.0", "phosphate", 2.0, None, None),
    ("Ca 2.1", "calcium", 2.1, 2.1, "low"),
    ("iCa 0.98", "ionised_calcium", 0.98, 0.98, "low"),
    ("CK 2300 (ULN 200)", "creatine_kinase", 2300, 11.5, "high"),
    ("CK 12x ULN", "creatine_kinase", 12, 12, "high"),
    ("CK 150 U/L (30-200)", "creatine_kinase", 150, 0.75, "normal"),
    ("CK 12k", "creatine_kinase", 12000, None, "high"),
    ("CPK 23,000", "creatine_kinase", 23000, None, "high"),
    ("CK 180", "creatine_kinase", 180, None, None),
    ("eGFR: 25", "egfr", 25, 25, "low"),
    ("CrCl 28 mL/min", "creatinine_clearance", 28, 28, "low"),
    ("Creatinine 140", "creatinine", 140, 140, None),
    ("Cr 1.3", "creatinine", 1.3, 114.92, None),
    ("TSH 14", "tsh", 14, 14, "high"),
    ("TSH <0.01", "tsh", 0.01, 0.01, "low"),
    ("vitamin D 18 ng/mL", "vitamin_d", 18, 45, "low"),
    ("vitamin D 18", "vitamin_d", 18, None, "low"),
    ("vitamin D 28", "vitamin_d", 28, None, None),
    ("glucose 190", "glucose", 190, 10.545, None),
    ("Lithium level 1.4", "lithium_level", 1.4, 1.4, "high"),
    ("lithium 0.9", "lithium_level", 0.9, 0.9, None),
    ("digoxin 2.4 ng/mL", "digoxin_level", 2.4, 2.4, "high"),
    ("QTc 512", "qtc", 512, 512, "high"),
    ("HbA1c 62 mmol/mol", "hba1c", 62, None, None),
    ("K 3.0 Mg 1.5 Cr 1.3", "magnesium", 1.5, None, None),
    ("K 31", "potassium", 31, None, None),
]


@pytest.mark.parametrize(("text", "lab", "value", "canonical", "interpretation"), READINGS)
def test_readings(
    text: str, lab: str, value: float, canonical: float | None, interpretation: str | None
) -> None:
    result = reading(text, lab)
    assert result.value == pytest.approx(value)
    assert result.canonical_value == (None if canonical is None else pytest.approx(canonical, abs=0.01))
    assert result.interpretation == interpretation


DOSES = [
    "KCl 20 mEq",
    "potassium chloride 20 mEq daily",
    "potassium 20 meq",
    "potassium 8 mEq daily",
    "calcium 600 mg",
    "Calcium citrate + D 2 tabs daily",
    "vitamin D 2000 units",
    "vitamin D 1000 daily",
    "vitamin K 5 mg",
    "magnesium oxide 400 mg",
    "Mg 400 mg",
    "lithium 300 mg",
    "lithium 600",
    "digoxin 0.125",
    "sodium bicarbonate 650 mg tid",
    "urea 10% cream",
    "glucose 4 g tablets",
    "K-Dur 20",
    "Furosemide 40 mg 1 tab daily",
    "Furosemide 40 MG 1 TAB",
    "hold if K > 5.5",
    "CA 125 35",
    "Digoxin level: not done",
]


@pytest.mark.parametrize("text", DOSES)
def test_a_dose_or_a_limit_is_not_a_reading(text: str) -> None:
    assert read(text).labs == ()


def test_corrected_calcium_needs_albumin() -> None:
    corrected = reading("Ca 2.01 mmol/L, albumin 28 g/L", "calcium_corrected")
    assert corrected.canonical_value == pytest.approx(2.25)
    assert corrected.interpretation == "normal"
    conventional = reading("Ca 7.9, alb 2.8", "calcium_corrected")
    assert conventional.canonical_value == pytest.approx(2.215)
    assert reading("Ca 7.9", "calcium_corrected").note == "albumin not given: uncorrected"
    assert reading("Adjusted calcium 1.98 mmol/L", "calcium_corrected").interpretation == "low"


def test_a_missing_unit_is_said() -> None:
    labs = "K 3.2, Mg 1.5, Cr 1.3"
    assert reading(labs, "magnesium").unit is None
    assert "unit not given" in (reading(labs, "magnesium").note or "")
    assert "taken for mmol/L" in (reading(labs, "potassium").note or "")


@pytest.mark.parametrize(
    ("text", "values", "counts"),
    [
        ("K 3.2 -> 3.6", [3.2, 3.6], [3.6]),
        ("K 2.8 > 3.4 > 4.1", [2.8, 3.4, 4.1], [4.1]),
        ("serum K 2.7, repeat 3.3", [2.7, 3.3], [3.3]),
        ("Potassium was 2.9 yesterday, 3.6 today", [2.9, 3.6], [3.6]),
        ("K 2.8 (1/3), 3.4 (3/3), 4.1 (5/3)", [2.8, 3.4, 4.1], [4.1]),
        ("K 4.1 on 12 March 2025\nK 3.0 on 2 March 2025", [4.1, 3.0], [4.1]),
        ("K 4.1 (2025-03-12)\nK 3.0 (2025-03-20)", [4.1, 3.0], [3.0]),
        ("K 4.1 (04/03/2025)\nK 3.0 (03/04/2025)", [4.1, 3.0], [4.1, 3.0]),
        ("K 3.0\nK 4.1", [3.0, 4.1], [3.0, 4.1]),
        ("K 3.0 last month\nK 4.1", [3.0, 4.1], [3.0, 4.1]),
    ],
)
def test_of_several_values_the_latest_counts_where_the_text_says_which(
    text: str, values: list[float], counts: list[float]
) -> None:
    labs = read(text).labs
    assert [result.value for result in labs] == values
    assert [result.value for result in labs if not result.superseded] == counts
    if len(counts) > 1:
        assert all("not said" in (result.note or "") for result in labs)


def test_an_old_value_is_said_to_be_old() -> None:
    assert "ask for a newer" in (reading("K 3.2 2 months ago", "potassium").note or "")
    assert reading("K 3.2 in 2019", "potassium").date == "2019"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("K 3.1 (12/03/2025)", "12/03/2025"),
        ("K 3.1 on 12 March 2025", "12 march 2025"),
        ("Labs 11/03: K 3.0", "11/03"),
        ("INR 2.6 last week", "last week"),
        ("Ca 7.9 / Mg 1.3", None),
    ],
)
def test_dates_of_readings(text: str, date: str | None) -> None:
    assert read(text).labs[0].date == date


@pytest.mark.parametrize(
    ("text", "age", "sex", "pregnant"),
    [
        ("Age: 70", 70, None, None),
        ("72F c/o cramps", 72, "female", None),
        ("68 yo man", 68, "male", None),
        ("A 72-year-old woman with hypothyroidism", 72, "female", None),
        ("81 y/o female", 81, "female", None),
        ("Male, 45", 45, "male", None),
        ("Age 6 months old", 0.5, None, None),
        ("Mrs E Hart", None, "female", None),
        ("MS Contin 15 mg", None, None, None),
        ("PMH: febrile seizure aged 2", None, None, None),
        ("took it for 10 years", None, None, None),
        ("28 weeks pregnant", None, "female", True),
        ("Not pregnant.", None, None, False),
        ("Pregnant: no", None, None, False),
        ("h/o leg cramps in pregnancy (2009)", None, None, None),
    ],
)
def test_the_patient(text: str, age: float | None, sex: str | None, pregnant: bool | None) -> None:
    facts = read(text)
    assert (facts.age, facts.sex, facts.pregnant) == (age, sex, pregnant)


@pytest.mark.parametrize(
    ("text", "onset", "days"),
    [
        ("Leg cramps for 3 weeks", "3 weeks", 21),
        ("calf cramps x 2 wks", "2 wks", 14),
        ("calf cramps x 3/52", "x 3/52", 21),
        ("Muscle pain since March.", "since march", None),
        ("Twitching began two days ago", "two days", 2),
        ("Leg cramps began 3 weeks after starting indapamide", "3 weeks after starting indapamide", 21),
        ("Leg cramps", None, None),
    ],
)
def test_onset(text: str, onset: str | None, days: int | None) -> None:
    symptom = read(text).symptoms[0]
    assert (symptom.onset, symptom.onset_days) == (onset, days)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Cramp in left calf", "left"),
        ("Bilateral calf cramps", "bilateral"),
        ("R foot cramp", "right"),
        ("Cramps", None),
    ],
)
def test_laterality(text: str, side: str | None) -> None:
    assert read(text).symptoms[0].laterality == side


PASTE = """Current Medications
1. Furosemide 40 mg PO BID
2. KCl 20 mEq PO daily
3. Tizanidine 2 mg every 8 hours as needed for muscle spasm. May cause drowsiness
4. Albuterol HFA 2 puffs q4h prn SOB
Allergies: simvastatin (muscle pain)
Family history: mother had seizures
PMH: gout, CKD stage 4
72F, c/o calf cramps at night x2 wks. No weakness,
numbness or dark urine.
K 3.2, Mg 1.5, Cr 1.3
"""
PASTE_SYMPTOMS = (
    "?muscle_spasm ?confusion ?breathlessness <myalgia ~seizure nocturnal_leg_cramp "
    "-muscle_weakness -paraesthesia -dark_urine"
)


def test_a_whole_paste() -> None:
    facts = read(PASTE)
    assert_found({marked(symptom) for symptom in facts.symptoms}, PASTE_SYMPTOMS, PASTE)
    assert {condition.id for condition in facts.conditions} == {"gout", "kidney_disease"}
    assert [result.id for result in facts.labs] == ["potassium", "magnesium", "creatinine"]
    assert (facts.age, facts.sex) == (72, "female")


def test_a_mail_about_the_writers_mother_is_about_her() -> None:
    text = "Here is what my mother is on. She takes indapamide.\nHer toes curl up with cramp most nights."
    assert all(symptom.experiencer == "patient" for symptom in read(text).symptoms)


def test_a_relative_stays_the_subject_in_the_next_sentence() -> None:
    facts = read("My sister takes a statin too. She has sore muscles. I have no pain.")
    assert facts.symptoms[0].experiencer == "other"


@pytest.mark.parametrize(
    "word",
    ["cream", "creams", "camps", "clamp", "crampex", "injection", "weekend", "equine", "statin", "spam"],
)
def test_ordinary_words_and_drug_names_are_not_corrected(word: str) -> None:
    assert read(f"uses {word} daily").symptoms == ()


def test_cue_words_are_never_corrected() -> None:
    groups = (value for value in vars(assertion_words).values() if isinstance(value, frozenset))
    cues = {word for group in groups for word in group if word.isalpha() and len(word) > 3}
    read_as = {word: TERMS.index.tokens(word).words[0] for word in cues}
    assert {word for word, seen in read_as.items() if seen not in (word, word.removesuffix("s"))} == set()


def assert_offsets(text: str) -> None:
    facts = read(text)
    for item in (*facts.symptoms, *facts.conditions, *facts.labs):
        assert text[item.start : item.end] == item.text
    spans = clinical_spans(facts)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(spans[i][1] < spans[i + 1][0] for i in range(len(spans) - 1))


@pytest.mark.parametrize(
    "text", [PASTE, PASTE.upper(), "İ " + PASTE, PASTE.replace("\n", "\r\n"), "I don’t get cramps"]
)
def test_offsets_slice_back(text: str) -> None:
    assert_offsets(text)


PIECES = st.sampled_from(
    "no |cramp| in my calf| at night|K |3.1| mg|Mg 1.5|. |, |\n|mother |CK |12k|ULN|?|72F|İ|ß|->|(|<| for |2 weeks|"
    "pregnant |albumin 30 |family history: |Ca 8.1 ".split("|")
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_offsets_hold(text: str) -> None:
    assert_offsets(text)


@given(st.floats(min_value=0.3, max_value=3.0))
@settings(deadline=None)
def test_units_do_not_change_the_interpretation(mmol: float) -> None:
    conventional = reading(f"Mg {mmol / 0.4114:.4f} mg/dL", "magnesium")
    si = reading(f"Mg {conventional.canonical_value:.4f} mmol/L", "magnesium")
    assert conventional.interpretation == si.interpretation


@given(st.sampled_from(["Mg", "vitamin D", "phosphate", "CK"]), st.floats(min_value=0.2, max_value=200))
@settings(deadline=None)
def test_an_unknown_unit_is_never_normal(name: str, value: float) -> None:
    for text in (f"{name} {value:.2f}", f"{name} {value:.2f} foo/L"):
        for result in read(text).labs:
            assert result.canonical_value is None
            assert result.interpretation != "normal"
            assert result.note


NOISE = [
    "cramp ",
    "K 3.1 ",
    "K ",
    "a-",
    "not ",
    "my mother has cramps and ",
    "for 3 weeks ",
    "(",
    "1,",
    "\n",
    "FH\n",
]


@pytest.mark.parametrize("piece", [*NOISE, "K" + " " * 50_000])
def test_noise_is_survived(piece: str) -> None:
    read(piece * (50_000 // len(piece)))


@pytest.mark.parametrize("name", ["symptoms", "conditions"])
def test_every_entry_is_found_by_its_own_plain_terms(name: str) -> None:
    for entry in load(name):
        for term in entry["terms"]:
            if set(term) & set("+*!<"):
                continue
            words = " ".join(part.split("|")[0] for part in term.split())
            facts = read(f"Patient has {words}.")
            found = facts.symptoms if name == "symptoms" else facts.conditions
            assert found, f"{entry['id']}: {words!r} is not found"
