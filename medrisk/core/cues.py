"""Whether a drug on a line is taken, stopped, planned, an allergy or only spoken of: the words that tell.

Directions count: "stopped the naproxen" tells of what follows, "naproxen (finished in May)" of what precedes.
The cue nearest to the drug decides, and a cue carries over "a, b and c".
"""

from __future__ import annotations

import re
from typing import Literal

CueKind = Literal["active", "stopped", "planned", "allergy", "none"]

# Kept as text: the module ``re`` compiles and keeps each when it is first needed, and most lists need few of them.
_BEFORE: tuple[tuple[str, CueKind], ...] = (
    (r"\bno (?:recent )?changes? (?:to|in|with)\b|\bdo(?:n't| not) stop\b|\bnot (?:to )?stop\b", "active"),
    (
        r"\bno longer (?:on|tak\w+|us\w+|need\w*)\b|\b(?:is |are |was )?not (?:currently |now )?taking\b|\bused to (?:take|be on|use)\b|\b(?:was|were) (?:on|taking)\b|\bran out of\b|\btaper(?:ed|ing)? off\b|\b(?:previously|formerly)\b"
        r"(?: (?:on|taking|took|used|tried|treated with))?|\bhad (?:previously )?(?:been )?(?:tried|taking|taken|used|on)\b|\btried and failed\b|\bfailed\b(?! to)"
        r"|\b(?:did|could|does|can) ?(?:not|n't) tolerate\b|\b(?:changed|switch(?:ed|ing)?|converted|transitioned|swapped) (?:\w+ )?from\b|\b(?:come|came|coming|weaned|taken|took|is|been) off(?: of)?\b"
        r"|\boff (?:of |the |her |his |my )\b|\bstop(?:ped|s|ping)?\b(?: taking)?|\bstoped\b|\bd/c(?:'?e?d)?\b|\bdc'?d\b|\bdc\b(?=\s*:?\s*\w)|\bdiscontinu\w+|\bquit\b|\bhold(?:ing)?\b|\bheld\b|\bcease[ds]?\b"
        r"|\bex\s*:|\b(?:past|previous|prior|old|former|inactive) (?:meds?|medications?|medicines?|drugs?|treatment)\b|\bfinished\b|\bcompleted\b|\blast took\b|\bgave up\b|\breplac(?:ed|ing)\b(?! by)"
        r"|\binstead of\b|\brather than\b|\bin place of\b|\bremoved?\b|\bdeprescrib\w+",
        "stopped",
    ),
    (
        r"\b(?:may|might|will|could) need\b|\bplan(?:s|ning|ned)?\b(?: (?:is )?(?:to|on))?|\b(?:will|would|could|might|may|should|to|can) (?:\w+ )?(?:start|begin|try|add|initiate|consider|discuss|trial|recommend|switch|change)\b"
        r"|\bconsider(?:ing)?\b|\b(?:going|wants?|like|hoping) to (?:start|begin|try)\b|\brecommend(?:ed|ing|s)?\b|\bsuggest(?:ed|s|ing)?\b|\bswitching to\b|\b(?:undergo )?a trial of\b"
        r"|\b(?:another|an|other) options?\b|\bproposed\b|\bawaiting\b|\bdiscuss(?:ed|ing)?\b|\bif (?:needed|no better|persists?),? (?:add|start|try)\b|\bnext step\b|\bto be started on\b",
        "planned",
    ),
    (
        r"\ballerg(?:y|ies|ic)\b|\bintoleran\w+|\badverse (?:drug )?(?:reactions?|events?)\b|\breact(?:s|ed|ions?) to\b|\b(?:can'?t|cannot|can not|must not|unable to) (?:have|take|tolerate)\b|\banaphyla\w+"
        r"|\bsensitiv\w+ to\b|\bnkda\b",
        "allergy",
    ),
    (
        r"\bden(?:y|ies|ied|ying)\b|\bno\b|\bnot\b|\bnever\b|\bwithout\b|\brefus\w+|\bdeclin\w+|\bavoid(?:ing|s|ed)?\b|\bdo(?:es)?n'?t\b|\bisn'?t\b|\bneither\b|\bnor\b|\bcontraindicat\w+|\bwhile (?:on|taking)\b(?=.*\bif\b)",
        "none",
    ),
    (
        r"\bother than\b|\bexcept(?: for)?\b|\bbesides\b|\bapart from\b|\btak(?:es?|ing)\b|\b(?:is|are|remains?|stays?|kept|put|started|maintained|currently|now|been) (?:\w+ )?on\b|\bon\b|\bcontinu\w+|\bus(?:es?|ing)\b|\bgiven\b|\bprescri\w+|\brestart\w*|\bresum\w+|\bcurrent(?:ly)?\b"
        r"|\bincreas\w+|\bdecreas\w+|\breduc\w+|\b(?:changed|switched|converted|transitioned|swapped)(?: \w+)? to\b|\bfrom\b[^.;]{1,40}\bto\b|^\W*to\b|\bnow\b|\bstart(?:ed)?\b|\bnew\b|\bchange\b|\btreated with\b|\bhas\b|\bhome\b|\breceiv\w+|\bhad\b",
        "active",
    ),
)

_AFTER: tuple[tuple[str, CueKind], ...] = (
    (
        r"^[^,;.]{0,60}?(?:\(|-|:|\bwas\b|\bis\b|\bhas been\b|\bdose\b|\bnow\b|\bbeing\b|\bbut\b|\[|\t)\s*(?:\w+ )?(?:stop(?:ped)?|discontinued|d/c'?d?|dc'?d|held|on hold|hold|finished|completed|quit|no longer|ended|ceased|expired|inactive|not taking)\b"
        r"|(?<!be )\b(?:finished|completed|ended) (?:(?:last|yesterday|earlier)\b|[^,;.]{1,25}\bago\b)|\bcourse (?:is |has |was )?(?:finished|completed|ended)\b|^\W*(?:on hold|held|stopped|discontinued)\b|\bnot (?:currently )?taking\b|^\s*\?\s*(?:no|not)\b|\bin the past\b|\bnow off\b|\bnot tolerated\b|\b(?:now|was|were|has been|since) (?:stopped|discontinued|held)\b|\bbut (?:quit|stopped)\b|\(finished\b|\btaking\?\s*(?:no|not)\b|\bwith (?:little|no) (?:relief|improvement|benefit)\b|\bdiscontinued\b",
        "stopped",
    ),
    (
        r"\b(?:if|should) (?:\w+ ){0,4}(?:persists?|worsens?|continues?|no better|fails?|needed later)\b|\b(?:start(?:ing|s)?|begin(?:ning)?) (?:next|tomorrow|on monday)\b|\bto be started\b|\bplanned\b|\bnot (?:yet )?started\b",
        "planned",
    ),
    (
        r"^\s*(?:\w+\s)?allerg(?:y|ies|ic)\b|^\s*\((?:\w+\s)?(?:rash|hives|anaphylaxis|angioedema|swelling|allergy)\)|^\s*intoleran\w+",
        "allergy",
    ),
    (r"^\s*(?:is |was )?(?:not done|n/a|refused|declined|contraindicated)\b|^\s*:?\s*none\b", "none"),
)

# Words between two drugs that keep them under one cue: "a, b and c 10 mg", but not "a and she takes b".
_LIST_GLUE = re.compile(
    r"^[\s,/&+()\d.\-:;]*(?:(?:and|or|nor|also|plus|the|her|his|my|both|mg|mcg|g|ml|units|tabs?|daily|bid|tid)\b[\s,/&+()\d.\-]*)*$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;](?=\s|$)|\bbut\b|\bhowever\b|\t", re.IGNORECASE)


def cue_before(text: str) -> CueKind | None:
    """The kind of the last cue in the words before a drug, None without one. A clause ends a cue's reach."""
    if not text.strip():
        return None
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    clause = text[ends[-1] :] if ends else text
    if re.search(_ANOTHER_PERSON, clause, re.IGNORECASE):
        return "none"
    found = [
        (match.end(), -rank, kind)
        for rank, (pattern, kind) in enumerate(_BEFORE)
        for match in re.finditer(pattern, clause, re.IGNORECASE)
    ]
    if not found:
        return None
    last = max(found, key=lambda cue: cue[:2])
    is_plain = last[2] != "active" or last[1] == 0
    return last[2] if is_plain else _governing(clause, found)


# "her mother was on X": whatever else the words say, it is not the patient's.
_ANOTHER_PERSON = (
    r"\b(?:mother|father|sister|brother|wife|husband|son|daughter|aunt|uncle|friend|roommate|neighbou?r)(?:'s)?"
    r"(?: (?:is|was|takes?|took|taking|on|uses?|has|had|also|who|been))+\s*(?:the|a|an)?\s*$"
)
_ARTICLE = r"\s*(?:the|her|his|my|on|a|an|any)?\s*$"
# Words that say "taken" only by themselves: after "will discuss switching" a "to" plans, after "does not" a "use" denies.
_WEAK_LINK = re.compile(rf"\b(?:to|start|on|new|has|had|change){_ARTICLE}", re.IGNORECASE)
_WEAK_VERB = re.compile(rf"\b(?:tak(?:es?|ing)|us(?:es?|ing|ed)|given|prescribed|receiv\w+){_ARTICLE}", re.IGNORECASE)
_LINK_REACH = 30
_VERB_REACH = 2


def _governing(clause: str, found: list[tuple[int, int, CueKind]]) -> CueKind:
    """The cue that governs an "active" word at the end of a clause; that word itself when none stands close before it."""
    verb, link = _WEAK_VERB.search(clause), _WEAK_LINK.search(clause)
    if verb is not None:
        start, reach = verb.start(), _VERB_REACH
    elif link is not None:
        start, reach = link.start(), _LINK_REACH
    else:
        return "active"
    near = [cue for cue in found if cue[2] != "active" and start - reach <= cue[0] <= len(clause)]
    near = [
        cue for cue in near if not (cue[2] == "stopped" and re.search(r"\bfrom\b.*\bto\s*$", clause, re.IGNORECASE))
    ]
    return max(near, key=lambda cue: cue[:2])[2] if near else "active"


# Without one of these no pattern above can match; most lines end in plain directions and stop here.
_AFTER_HINTS = (
    "stop", "not ", "? no", "discon", "d/c", "dc", "hold", "held", "finish", "complet", "quit", "longer", "ended", "ceas", "expir", "inactive",
    "taking", "past", "now off", "toler", "relief", "improv", "benefit", "persist", "worsen", "continue", "better", "fail", "later", "start",
    "begin", "planned", "allerg", "rash", "hives", "anaph", "angio", "swell", "done", "n/a", "refused", "declined", "contraind", "none",
)  # fmt: skip


def cue_after(text: str) -> CueKind | None:
    """The kind of a cue in the words that follow a drug, up to the next drug or clause."""
    lower = text.lower()
    if not any(hint in lower for hint in _AFTER_HINTS):
        return None
    for pattern, kind in _AFTER:
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return None


def is_list_glue(text: str) -> bool:
    """Whether the words between two drugs only string them together, so that one cue governs both."""
    return _LIST_GLUE.match(text) is not None
