"""The words by which notes deny, attribute, suppose and date a mention. ``medrisk.core.assertion`` says how
each is used.
"""

from __future__ import annotations

import re

from medrisk.core.word_sets import word_set

# A denial does not reach past these.
TURNS = word_set(
    """
    but however although though except apart yet still because due admits reports reported complains
    complaining c/o presents presented presenting positive +ve describes develops developed now besides
    whereas while why
    """
)
# After a comma or "and", these begin a new statement.
NEW_STATEMENT = word_set(
    """
    has have had he she i they pt patient reports complains c/o gets got getting feels felt with also
    started developed woke experiencing having is are does do her his my their we it you
    """
)
DENIALS = word_set(
    """
    denies denied deny denying without neither nor never none nil absent negative neg -ve negatives w/o
    lacks lack hasnt havent hadnt doesnt didnt dont isnt wasnt arent werent wouldnt zero excludes
    excluded not no s/o
    """
)
# Denials that reach past a colon: "Ruled out rhabdomyolysis: urine clear, CK 180".
BEFORE_COLON = word_set("denies denied negative neg negatives out absent excluded without -ve")
NOT_THEN = word_set(
    """
    only sure certain clear just improve improved improving better resolved settled gone help helped
    helping helps know known stop stopped explain explained relieve relieved taking take takes tolerate
    tolerated tolerating able sleep sleeping slept responding respond walk straighten eat eating drink
    drinking taken on think due related caused worse mind want like
    """
)
NO_THEN = word_set(
    """
    change changes improvement relief better worse difference help doubt wonder idea reason longer
    matter response effect benefit explanation cause obvious let
    """
)
# "No known allergies, leg cramps": the list ends with the comma.
NO_ABOUT = word_set(
    """
    known allergy allergies meds med medication medications medicines medicine drug drugs tablets
    exercise injury trauma appetite alcohol smoking nkda changes change
    """
)
NO_OF = word_set(
    """
    evidence sign signs symptom symptoms complaint complaints history h/o hx suggestion report reports
    episode episodes feature features hint indication concern concerns recurrence trace more further new
    other active current single
    """
)
ABLE = word_set("can cant cannot could couldnt able unable")
AFTER_DENIALS = word_set("denied absent negative excluded no none nil neg never unlikely")
AFTER_VERBS = word_set(
    """
    present reported seen noted found raised observed detected elevated evident felt experienced
    mentioned elicited problem issue bothering occurred recurred happening complained
    """
)
GONE = word_set(
    """
    resolved settled gone stopped subsided disappeared cleared vanished ceased
    """
)

_SHE = word_set("mother mum mom mam sister daughter wife aunt grandmother grandma nan niece girlfriend")
_HE = word_set("father dad brother son husband uncle grandfather grandad grandpa nephew boyfriend")
_ANYONE = word_set(
    """
    parent parents sibling siblings cousin partner friend neighbour neighbor roommate relative relatives family
    brothers sisters grandparents colleague boss twin fhx fh
    """
)
# Each with the pronoun that may stand for it.
RELATIVES = {**dict.fromkeys(_SHE, "she"), **dict.fromkeys(_HE, "he"), **dict.fromkeys(_ANYONE, "")}
REPORTING = word_set(
    """
    reports reported report says said say states stated notes noted notice noticed notices thinks
    thought tells told called rang rings brought brings worried worries asks asked describes described
    found saw sees phoned observed observes mentions mentioned confirms present accompanied concerned
    wants wanted believes feels gave gives helps witnessed
    """
)
PATIENT = word_set("patient patients pt pts i ive im me myself client resident")

POSSIBLE = word_set(
    """
    if prevent prevents preventing prevention prophylaxis avoid suitable would whether beware unless leaflet lists listed
    """
)
POSSIBLE_AFTER = {
    "may": word_set("cause have get develop experience occur give feel notice include produce lead result"),
    "might": word_set("cause have get develop experience occur give feel notice produce lead result"),
    "can": word_set("cause give produce lead result include trigger bring"),
    "could": word_set("cause give produce lead result trigger develop get"),
    "risk": word_set("of for"),
    "watch": word_set("for out"),
    "look": word_set("for out"),
    "monitor": word_set("for"),
    "in": word_set("case"),
    "return": word_set("precautions if"),
    "side": word_set("effects effect"),
    "should": word_set("you she he they"),
    "report": word_set("any"),
    "such": word_set("as"),
    "rule": word_set("out"),
    "causes": word_set("of"),
    "known": word_set("to"),
    "treatment": word_set("of for"),
    "indicated": word_set("for in"),
    "prescribed": word_set("for"),
    "used": word_set("for in"),
    "adverse": word_set("effects effect reactions"),
    "warned": word_set("about of that"),
    "counselled": word_set("about on re"),
    "counseled": word_set("about on re"),
    "about": word_set("getting developing having"),
    "afraid": word_set("of"),
    "fear": word_set("of"),
    "fears": word_set("of"),
}
UNSURE = word_set("possible possibly suspected query presumed")
POSSIBLE_STARTS = word_set("any does do did can could would should is are will have has")
# "... 2 mg every 8 hours as needed for muscle spasm": a reason for a drug is not a report.
DRUG_CUES = word_set(
    """
    mg mcg g ml units unit tablet tablets tab tabs cap caps capsule capsules puff puffs drops patch take
    takes taking took taken given give gives prescribed started using uses use used on prn needed daily
    bd tds qds od nocte nightly bid tid qid qhs hs po apply applied inhale inject required quinine gel
    cream syrup bottle tonic tried try trial pill pills rx
    """
)
DRUG_DOSE = re.compile(r"\d[\d.,]*(?:mg|mcg|g|ml|mcgs|iu|units?|meq)")
# "for her cramps": the symptom is there, whatever the drug.
ACTUAL = word_set(", has had have is was my his her their these those this")
VISITS = word_set(
    """
    seen presents presented presenting attends attended here came comes referred admitted consulted
    hospital clinic review reviewed investigated visit consult asks help worried tested ongoing
    struggling waiting known
    """
)

PAST = word_set("previously formerly childhood teenager historically prior")
YOUTH = word_set("child teenager boy girl student baby kid youngster")
PRESENT = word_set("now presents presenting with c/o")
GAVE_UP = word_set("stopped discontinued intolerant tolerate intolerance allergic")
REASON = word_set("because due for ( with to")
FINE_NOW = word_set("nothing normal none gone fine better resolved")
NOT_GONE = word_set("not never havent hasnt")
YEAR = re.compile(r"(?:19[3-9]\d|20[0-4]\d)")
SECTION = re.compile(
    r"^[ \t>*•#-]*(?:(family (?:history|hx|hist\w*)|fhx?|fmhx?|fam hx)"
    r"|((?:drug |medication )?allerg\w*[^\n:,.]{0,30}|(?:drug )?intoleranc\w+"
    r"|adverse (?:drug )?(?:reactions?|effects?) history|previous (?:adverse )?reactions?"
    r"|adrs?|side effect history)"
    r"|(p(?:ast )?(?:medical )?(?:history|hx)|pmhx?|past history|previous history|psh)"
    r"|(return precautions?|safety ?net\w*|counsell?ing|side effects?|possible side effects?"
    r"|warnings?|red flags?|precautions?|"
    r"patient education|when to (?:call|seek help))"
    r"|([a-z][a-z /&-]{2,38}))[ \t]*(?=:|$)",
    re.MULTILINE,
)
SECTION_NAMES = ("", "family", "reaction", "past", "warning", "")

FIRST_PERSON = re.compile(
    r"\b(?:i (?:have|get|had|got|am|take|do|don't|dont|feel|was|can't|cant)|i'm|i've|im on|my (?:leg"
    r"|calf|calves|foot|feet|toe|hand|muscle|arm|jaw|thigh)s?)\b"
)
PROXY = re.compile(
    r"\bmy (mother|mum|mom|father|dad|wife|husband|son|daughter|sister|brother|aunt|uncle|grandmother"
    r"|grandfather|nan|partner)\b"
    r"[^.\n]{0,40}?(?:\b(?:is|was|'s) (?:on|taking|prescribed|given)\b|\btakes (?!the same)|'s (?:med"
    r"|tablet|pill|drug|list|prescription)|\bmeds\b|\bhas been (?:put )?on\b|\bgets?\b|\bhas\b)"
)
