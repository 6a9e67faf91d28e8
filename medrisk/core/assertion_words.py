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
    whereas while why just simply simple merely bar
    """
)
# After a comma or "and", these begin a new statement.
NEW_STATEMENT = word_set(
    """
    has have had he she i they pt patient reports complains c/o get gets got getting feel feels felt with also some only instead its
    drink drinks smokes takes lives works sleeps walks eats
    hes shes theyre ive im
    ongoing continues continuing
    started developed woke experiencing having is are does do her his my their we it you
    """
)
DENIALS = word_set(
    """
    denies denied deny denying without neither nor never none nil absent negative neg -ve negatives w/o
    lacks lack hasnt havent hadnt doesnt didnt dont isnt wasnt arent werent wouldnt zero excludes
    excluded not no s/o ø w/out non havnt dosnt doesent dident aint nvr
    """
)
VERBS_DENIED = word_set(
    """
    not doesnt didnt dont isnt wasnt hasnt havent hadnt arent werent wouldnt never havnt dosnt doesent dident aint nvr
    """
)
# Denials that reach past a colon: "Ruled out rhabdomyolysis: urine clear, CK 180".
BEFORE_COLON = word_set("denies denied negative neg negatives out absent excluded without -ve")
NOT_THEN = word_set(
    """
    only sure certain clear just improve improved improving better resolved settled gone help helped
    helping helps know known stop stopped explain explained relieve relieved taking take takes tolerate
    tolerated tolerating able sleep sleeping slept responding respond walk straighten eat eating drink
    drinking taken on think due related caused worse mind want like convinced
    persuaded attributed attributable secondary
    """
)
NO_THEN = word_set(
    """
    change changes improvement relief better worse difference help doubt wonder idea reason longer
    matter response effect benefit explanation cause let question dispute mistaking getting
    """
)
# "No change in the cramps": only a change is denied, or what would ease them.
CHANGES = word_set(
    """
    change changes improvement improvements increase decrease reduction progression worsening deterioration
    difference relief respite resolution easing let-up benefit end control response escape break
    """
)
BEFORE_CHANGES = word_set(
    """
    any a an the real much great big significant clear noticeable noted marked major further lasting obvious apparent
    definite had has have got found noticed noted seen been felt reported shown recent overall good full complete
    substantial meaningful more there
    """
)
# These may themselves be denied: "not without cramps", "does not deny cramps".
SECOND_DENIALS = word_set("without lacks lack deny denies denying denied w/o absent")
NOTS = word_set(
    "not never hasnt havent hadnt isnt wasnt arent werent doesnt didnt dont cant cannot couldnt rarely seldom hardly"
)
CANNOT = word_set("cant cannot couldnt wouldnt doesnt dont didnt")
RECALL = word_set("say recall remember report recollect")
QUESTIONS = word_set("when why where how what if whether which who exactly")
# After a comma these begin a finding, where the list is one of things that are absent: "no weakness, mild cramps".
QUALIFIERS = word_set(
    """
    occasional intermittent mild slight bad severe terrible awful persistent frequent constant daily nightly worsening
    increasing new marked
    """
)
# "... and the cramps persist", "..., the cramps are back": a statement of its own.
LASTS = word_set("persist persists persisted remain remains remained continue continues continued recurred returned without w/o")
BE_OR_HAVE = word_set("is are was were has have had")
STILL_THERE = word_set("back worse worsening returned recurred persisted continued ongoing persistent unchanged still")
NORMAL = word_set("normal fine intact ok okay preserved good stable unremarkable present")
DETERMINERS = word_set("the her his my these those")
PEOPLE = word_set("i he she they patient pt has have had was were is")
# "No palpitations before the blackout": the blackout is told of, not denied.
TIED_TO = word_set("for before during after preceded preceding with between")
NOT_TIED = word_set("neg negative unremarkable problem problems trouble issue issues bother bothered difficulty troubled")
AFTER_NIL = word_set(", ; since at today reported currently noted now ) this")
# "No stridor, lips tingly": what is said of a part of the body is no item of a list.
THERE_AFTER_ALL = word_set("bad worse present severe there back frequent terrible return come worst")
HOW_OFTEN = word_set("daily nightly every most constantly worse worsening")
ANYONE = word_set("anyone anybody someone people others")
PREDICATES = word_set(
    """
    tingly weak weaker numb stiff swollen sore tender painful heavy shaky tremulous dark brown cold restless brisk tense
    """
)
HAVE_PREDICATES = word_set(
    """
    leg calf calves thigh foot feet toe hand finger fingertip arm limb knee shoulder neck back jaw lip mouth tongue face
    muscle urine reflex
    """
)
# "No cramps before bed": an hour of the day, and no time when they were not yet there.
BEFORE_OFTEN = word_set("bed bedtime breakfast sleep meals food or nor and after lunch dinner exercise work")
MAY_HAPPEN = word_set("occur happen develop appear result arise follow be")
COMMON = word_set("common possible expected listed frequent recognised recognized rare usual known")
# "No known allergies, leg cramps": the list ends with the comma.
NO_ABOUT = word_set(
    """
    known allergy allergies meds med medication medications medicines medicine drug drugs tablets
    exercise injury trauma appetite alcohol smoking nkda changes change ecg ekg bloods falls
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
AFTER_DENIALS = word_set("denied absent negative excluded no none nil neg never unlikely -ve 0 n deny denies")
# These deny what stands before them only as the last word of their item: "cramps no", not "cramps no better".
ALONE = word_set("no never n deny denies")
RULED_OUT = word_set("excluded ruled discounted disproved dismissed")
# "Cramps: denies", "cramps? N": only where the word is the answer to a heading or a question.
ANSWERS_NO = AFTER_DENIALS | word_set("denies n nope not nothing")
AFTER_NO = word_set(
    "reported noted mentioned of all any at to these thanks thank really currently today none not elicited seen found"
)
ASKED_AFTER = word_set("present reported noted experienced at all today recently lately now currently ever anywhere")
TO_TELL = word_set("report call ring seek return come contact stop watch look")
TOLD = word_set("knows know told asked instructed advised reminded aware needs agreed understands encouraged")
LISTS = word_set(", or and")
SUBJECTS = word_set("i he she they we pt patient")
AUXILIARIES = word_set("do does did have has had is am are was were")
# "It is months since she last had a cramp."
HAPPENED = word_set("had got felt experienced noticed suffered occurred happened")
ANSWERS_YES = word_set("yes y yep +ve")
# Written after what they deny, and so not before the next word of the list: "cramps -ve, tingling".
ENDS = frozenset(",.;\n?!")
LETTERS = word_set("y n yes yep nope")
POSTFIXES = word_set("-ve neg negative absent denied excluded nil none 0")
OPENINGS = word_set(": , ( ) is was are were all ros")
ALL_OF_THEM = word_set("all both also too")
UNTIL = word_set("until untill till til")
AFTER_VERBS = word_set(
    """
    present reported seen noted found raised observed detected elevated evident felt experienced
    mentioned elicited problem issue bothering occurred occur recurred recur happening happened happen complained
    feature symptom complaint returned return come came appeared appear developed started
    """
)
GONE = word_set(
    """
    resolved settled gone stopped subsided disappeared cleared vanished ceased completely
    """
)

_SHE = word_set("mother mum mom mam sister daughter wife aunt grandmother grandma nan niece girlfriend")
_HE = word_set("father dad brother son husband uncle grandfather grandad grandpa nephew boyfriend")
_ANYONE = word_set(
    """
    parent parents sibling siblings cousin partner friend neighbour neighbor roommate relative relatives family
    flatmate housemate workmate coworker classmate children kids grandchildren brothers sisters grandparents colleague boss twin fhx fh
    """
)
# Each with the pronoun that may stand for it.
RELATIVES = {**dict.fromkeys(_SHE, "she"), **dict.fromkeys(_HE, "he"), **dict.fromkeys(_ANYONE, "")}
REPORTING = word_set(
    """
    reports reported report says said say state states stated notes noted notice noticed notices thinks
    thought tells told called rang rings brought brings worried worries asks asked describes described
    found saw sees phoned observed observes mentions mentioned confirms present accompanied concerned
    denies denied wants wanted believes feels gave gives helps witnessed
    """
)
PATIENT = word_set("patient patients pt pts i ive im me my mine myself client resident")
PRONOUNS = {"he": "he", "hes": "he", "she": "she", "shes": "she"}

POSSIBLE = word_set(
    """
    if prevent prevents preventing prevention prophylaxis avoid suitable would whether beware unless leaflet lists listed
    r/o google internet online
    """
)
POSSIBLE_AFTER = {
    "may": word_set("cause have get develop experience occur give feel notice include produce lead result"),
    "might": word_set("cause have get develop experience occur give feel notice produce lead result"),
    "will": word_set("cause give trigger bring lead develop produce"),
    "can": word_set("cause give produce lead result include trigger bring"),
    "could": word_set("cause give produce lead result trigger develop get"),
    "risk": word_set("of for"),
    "so": word_set("that"),
    "watch": word_set("for out"),
    "look": word_set("for out"),
    "monitor": word_set("for"),
    "in": word_set("case"),
    "return": word_set("precautions if to"),
    "call": word_set("for us"),
    "seek": word_set("help advice care attention medical urgent immediate"),
    "come": word_set("back"),
    "event": word_set("of"),
    "first": word_set("sign signs hint symptom symptoms"),
    "safety": word_set("net netted netting"),
    "advised": word_set("about re regarding of on"),
    "scared": word_set("of about"),
    "frightened": word_set("of about"),
    "terrified": word_set("of about"),
    "anxious": word_set("about"),
    "nervous": word_set("about"),
    "educated": word_set("on about re regarding"),
    "education": word_set("on about re regarding"),
    "suspicion": word_set("of for"),
    "aware": word_set("of"),
    "side": word_set("effects effect"),
    "should": word_set("you she he they"),
    "report": word_set("any"),
    "such": word_set("as"),
    "rule": word_set("out"),
    "causes": word_set("of you people"),
    "cause": word_set("you people"),
    "give": word_set("you people"),
    "gives": word_set("you people"),
    "known": word_set("to"),
    "treatment": word_set("of for"),
    "indicated": word_set("for in"),
    "prescribed": word_set("for"),
    "used": word_set("for in"),
    "adverse": word_set("effects effect reactions"),
    "warned": word_set("about of that"),
    "counselled": word_set("about on re"),
    "counsel": word_set("about on re regarding"),
    "ask": word_set("about"),
    "counseled": word_set("about on re"),
    "about": word_set("getting developing having"),
    "afraid": word_set("of"),
    "fear": word_set("of"),
    "fears": word_set("of"),
}
UNSURE = word_set("possible possibly poss suspected query presumed consider exclude")
EITHER = word_set("vs versus")
# "Positive for cramps" and "awake for the cramps" give no reason for a drug.
NOT_A_REASON = word_set("pos positive neg negative +ve -ve sleep awake except reason unremarkable clear")
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
    seen present presents presented presenting attends attended here came come comes referred admitted consulted
    hospital clinic review reviewed investigated visit consult asks help worried tested ongoing
    struggling waiting known
    """
)

RELATED = word_set("related due from caused linked connected coming")
JUST_BEFORE = word_set("previous prev")
GOES_ON = word_set("now has have they it this these which since")
PAST = word_set("previously formerly childhood teenager historically prior")
YOUTH = word_set("child teenager boy girl student baby kid youngster")
PRESENT = word_set("now present presents presenting with c/o")
# "Simvastatin caused aches, stopped 2015."
BROUGHT_ON = word_set("caused gave triggered")
GAVE_UP = word_set("stopped discontinued intolerant tolerate intolerance allergic")
REASON = word_set("because due for ( with to")
FINE_NOW = word_set("nothing normal none gone fine better resolved")
NOT_GONE = word_set("not never havent hasnt")
# "D+V 5/7", "cramps x3": how long it has lasted, so it is there now.
LASTING = re.compile(r"\d+/(?:7|52|12)|x\d*")
WHY = word_set("why causing behind")
YEAR = re.compile(r"(?:19[3-9]\d|20[0-4]\d)")
SECTION = re.compile(
    r"^[ \t>*•#-]*(?:(family (?:history|hx|hist\w*)|fhx?|fmhx?|fam hx)"
    r"|((?:drug |medication )?allerg\w*[^\n:,.]{0,30}|(?:drug )?intoleranc\w+"
    r"|adverse (?:drug )?(?:reactions?|effects?) history|previous (?:adverse )?reactions?"
    r"|adrs?|side effect history)"
    r"|(p(?:ast )?(?:medical )?(?:history|hx)|pmhx?|past history|previous history|psh)"
    r"|(return precautions?|safety ?net\w*|counsell?ing|side effects?|possible side effects?"
    r"|warnings?|red flags?|precautions?|risks?|"
    r"patient education|when to (?:call|seek help))"
    r"|([a-z][a-z /&-]{2,38}))[ \t]*(?=:|$)",
    re.MULTILINE,
)
SECTION_NAMES = ("", "family", "reaction", "past", "warning", "")

# Signs before the items of a list: "-cramps, +weakness", "(+) tingling", "[x] cramps [ ] weakness".
SIGN = re.compile(r"(?:(?<![^\s,;(])(?:(?P<plus>\+)|(?P<minus>[-−–∅]))(?!ve\b)(?=[^\W\d_])|(?<![^\s,;(])\+ (?=[^\W\d_])|\((?:\+|-)\)|\[[ x✓]?\]|[☐☑☒])")
# Signs after the items: "cramps (+), weakness (-)", "cramps+ weakness-".
MINUS_AFTER = re.compile(r"[ \t]?(?:\([ \t]?[-−–][ \t]?\)|[-−–])(?=[ \t]*(?:[,;.)\n]|$))")
BRACKETED_MINUS = re.compile(r"[ \t]?\([-−–]\)")
PLUS_AFTER = re.compile(r"[ \t]?\([ \t]?\+{1,3}[ \t]?\)(?=[ \t]*(?:[,;.)\n]|$))|[ \t]?\+{1,3}(?=[ \t]*(?:[,;.)\n]|$)|[ \t])")
NO_SIGNS = frozenset("-−–∅")
FIRST_PERSON = re.compile(
    r"\b(?:i (?:have|get|had|got|am|take|do|don't|dont|feel|was|can't|cant)|i'm|i've|im on|my (?:leg"
    r"|calf|calves|foot|feet|toe|hand|muscle|arm|jaw|thigh)s?|mine)\b"
)
# Somebody who tells of a relative tells of the patient: "Daughter reports mum is confused".
TOLD_BY = re.compile(
    r"\b(?:(?<!her )(?<!his )(?<!my )(daughter|son|wife|husband|granddaughter|grandson|niece|nephew|mother|mum|mom|father|dad)\b"
    r"(?: \w+){0,2}? (?:reports?|rings?|rang|phoned|calls|called|calling|says?|said|states?|stated|brings|brought|asks?|worried"
    r"|concerned|noticed|thinks)\b|(?:caller|informant|collateral|history|hx|per|from|spoke (?:to|with))\W+(?:\w+ ){0,2}?"
    r"(daughter|son|wife|husband|granddaughter|grandson|niece|nephew)\b)"
)
_PARENTS = word_set("mother mum mom mam father dad")
_ELDERS = word_set("grandmother grandma nan grandfather grandad grandpa")
TOLD_OF = {
    **dict.fromkeys(("daughter", "son"), _PARENTS),
    **dict.fromkeys(_PARENTS, word_set("daughter son")),
    **dict.fromkeys(("granddaughter", "grandson"), _ELDERS),
    **dict.fromkeys(("niece", "nephew"), word_set("aunt uncle")),
    **{"wife": word_set("husband"), "husband": word_set("wife")},
}
PROXY = re.compile(
    r"\bmy (mother|mum|mom|father|dad|wife|husband|son|daughter|sister|brother|aunt|uncle|grandmother"
    r"|grandfather|nan|partner)\b"
    r"[^.\n]{0,40}?(?:\b(?:is|was|'s) (?:on|taking|prescribed|given)\b|\btakes (?!the same)|'s (?:med"
    r"|tablet|pill|drug|list|prescription)|\bmeds\b|\bhas been (?:put )?on\b|\bgets?\b|\bhas\b)"
)
