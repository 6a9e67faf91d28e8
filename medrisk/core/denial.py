"""Whether the words beside a mention deny it, only suppose it, or put it into the past.

Each function takes the words of the sentence before and after the mention. It looks at a bounded number
of them and knows nothing else of the text.
"""

from __future__ import annotations

from medrisk.core import assertion_words as cue


def is_denied(before: list[str], after: list[str], next_sentence: list[str], *, states: bool = False) -> bool:
    """Whether words to the left deny the mention, or words right after it do. ``states``: the mention makes a
    statement of its own ("lips tingly").
    """
    if cue.UNTIL.intersection(after[:3]) or (cue.UNTIL.intersection(after[:5]) and "now" in after):
        return _denied_after(after, next_sentence)  # "never had palpitations until this week"
    if answer(after, next_sentence) or cue.ANSWERS_YES.intersection(after[1:2] if after[:1] == ["("] else after[:1]):
        return False
    if "think" in before[-4:] and cue.RELATED.intersection(after[:4]):
        return False  # "does not think the cramps are related to it"
    if _new_by_now(after) and (cue.VERBS_DENIED.intersection(before[-6:]) or before[-2:-1] == ["had"] or "like" in after[:4]):
        return False
    goes_on = bool(after) and (
        after[0] in cue.LASTS
        or (after[0] in cue.BE_OR_HAVE and bool(cue.STILL_THERE.intersection(after[1:3])))
    )
    if "but" in after[:8] and cue.THERE_AFTER_ALL.intersection(after[after.index("but") + 1 :][:2]):
        return False  # "absent on most days but bad after dialysis"
    states = before[-1:] == [","] and (
        states
        or bool(cue.HOW_OFTEN.intersection(after[:1]))
        or (after[:1] == ["for"] and before.count("no") > 1)  # "no stridor, no wheeze, tingling for two days"
    )
    return _denied_before(before, goes_on, states) or _denied_after(after, next_sentence)


def _new_by_now(after: list[str]) -> bool:
    """ "Never had cramps before the water tablet", "no cramps like this": they are there now."""
    for i, word in enumerate(after[:4]):
        if word in ("before", "prior", "previously"):
            following = after[i + 1] if i + 1 < len(after) else ""
            return following not in cue.BEFORE_OFTEN
        if word == "like":
            return after[i + 1 : i + 2] in (["this"], ["these"])
        if word in cue.TURNS or word in (",", "or", "nor"):
            return False
    return False


def _denied_before(before: list[str], goes_on: bool, qualified: bool) -> bool:
    crossed_colon = False
    for k in range(len(before) - 1, max(-1, len(before) - 31), -1):
        word = before[k]
        following = before[k + 1] if k + 1 < len(before) else ""
        if before[max(k - 1, 0) :] == ["not", "due", "to"]:
            return True  # "cramps not due to low potassium"
        if (word in cue.TURNS and word != "now" and not (k and before[k - 1] in cue.DENIALS)) or (word == "now" and following != ","):
            return False
        if word == "(" or (word == "than" and k and before[k - 1] == "other"):
            return False
        if word == ":":
            # "does not have any of the following: ..."
            crossed_colon = crossed_colon or not k or before[k - 1] not in ("following", "these")
        elif word == "," or word == "and":
            if goes_on or (k and before[k - 1] in cue.NORMAL):
                return False  # "no tenderness, tone normal, reflexes brisk"
            nearest = before[k + 2] if following in ("and", "also") and k + 2 < len(before) else following
            if nearest in cue.NEW_STATEMENT or (nearest == "more" and before[k + 2 : k + 3] in (["a"], ["of"], ["like"])):
                return False
            qualified = qualified or nearest in cue.QUALIFIERS
        elif (
            (word == "out" and k and before[k - 1] in ("ruled", "rules"))
            or (word == "free" and following in ("of", "from"))
            or (word == "absence" and following == "of")
            or (word == "nothing" and following == "to" and before[k + 2 : k + 3] in (["suggest"], ["indicate"], ["support"]))
            or (word in ("unremarkable", "clear", "devoid") and following in ("for", "of"))
            or (word == "last" and following in cue.HAPPENED and "since" in before[max(0, k - 4) : k])
            or (word in cue.CANNOT and following in cue.RECALL and not cue.QUESTIONS.intersection(before[k + 2 : k + 4]))
        ):
            return not _turned_round(before, k)
        elif word in cue.TIED_TO and following in cue.DETERMINERS and k and before[k - 1] not in cue.NOT_TIED:
            if not cue.LISTS.intersection(before[k:]):
                return False  # "no palpitations before the blackout"
        elif word == "of" and following in cue.DETERMINERS and k and before[k - 1] in ("cause", "reason", "source"):
            return False  # "ruled out as a cause of the cramps"
        elif (word == "than" and k and before[k - 1] == "rather") or (word == "instead" and following == "of"):
            if len(before) - k <= 5 and not cue.NEW_STATEMENT.intersection(before[k + 1 :]):
                return True
        elif _is_postfix(before, k):
            continue
        elif word in cue.DENIALS and (not crossed_colon or word in cue.BEFORE_COLON or _heads_a_list(before, k)):
            if word in cue.SECOND_DENIALS and _turned_round(before, k):
                return False
            verdict = _verdict(before, k)
            if verdict and qualified and word in ("no", "nil", "not", "without") and "or" not in before[k:]:
                return False  # "no weakness, occasional cramps"
            if verdict is not None:
                return verdict
    return False


def _heads_a_list(before: list[str], k: int) -> bool:
    """ "None of the following: cramps", "No: cramps, weakness"."""
    return before[k] in ("none", "no", "nil") and (before[k + 1] == "of" or (not k and before[1] == ":"))


def _turned_round(before: list[str], k: int) -> bool:
    """Whether the denial at ``k`` is itself denied: "not without cramps", "never been free of cramps"."""
    window = before[max(0, k - (6 if before[k] == "without" else 3)) : k]
    return bool(cue.NOTS.intersection(window) or window[-1:] == ["no"]) and not {",", "and", ":"}.intersection(window)


def _is_postfix(before: list[str], k: int) -> bool:
    """Whether a denial belongs to the item before it: "cramps -ve, tingling", "weakness (none), numbness"."""
    word, following, previous = before[k], before[k + 1 : k + 2], before[k - 1] if k else ""
    if word == "no" and previous == "(" and following == [")"]:
        return True
    if word in cue.VERBS_DENIED and k and following and following[0] in cue.AFTER_VERBS:
        return before[k + 2 : k + 3] == [","] and previous not in cue.PEOPLE  # "confusion not seen, drowsiness seen"
    if word not in cue.POSTFIXES or following not in ([","], [")"]):
        return False
    if previous in ("(", ":"):
        return k > 1 and (previous == "(" or word in ("none", "nil", "0"))
    return bool(previous) and previous not in cue.OPENINGS


def _verdict(before: list[str], k: int) -> bool | None:
    """What the denial at ``k`` does to a mention after it: denies it, says it is asserted, or nothing."""
    word = before[k]
    rest = before[k + 1 :]
    following = rest[0] if rest else ""
    previous = before[k - 1] if k else ""
    if _of_what_goes_on(rest):
        return None
    if word == "no":
        if previous in cue.ABLE:
            return None
        if following == "longer":
            return None if previous in cue.ABLE or cue.NOT_THEN.intersection(rest[1:2]) else True
        if following in cue.NO_THEN or (following == "more" and "than" in rest[:2]):
            return None
        if "," in rest and cue.NO_ABOUT.intersection(rest[: min(3, rest.index(","))]):
            return None
        for i, other in enumerate(rest[:6]):
            if other in ("for", "from", "to") and i and rest[i - 1] not in cue.NO_OF:
                return None
        return True
    if word == "without" and cue.DETERMINERS.intersection(rest[1:]) and not cue.LISTS.intersection(rest):
        return None  # "without quinine the cramps come back"
    if word in ("without", "nil", "zero"):
        return None if following in cue.NO_THEN else True
    if rest[:2] == ["so", "much"] and "as" in rest:
        return None  # "not so much pain as stiffness"
    if word == "not" and following in ("a", "an") and "," in rest and not cue.NO_OF.intersection(rest[1:2]):
        return None  # "not a good night, cramps in both calves"
    if word in cue.VERBS_DENIED:
        if previous in cue.ABLE and word == "not" and following not in ("have", "complain"):
            return None
        if following in cue.NOT_THEN and not (following in ("think", "know", "like") and word == "never"):
            return None if not (following == "think" or (word == "wouldnt" and following == "say")) else True
        if following == "been" and len(rest) > 1 and rest[1] in cue.NOT_THEN:
            return None
        return True
    if word == "non":
        return True if not rest else None  # "non-tender"
    if word == "neg" or word == "negative":
        return True if following in ("for", ":", "") or previous == "" else None
    return True


def _of_what_goes_on(rest: list[str]) -> bool:
    """Whether only a change of the symptom is denied: "no real improvement in", "has not had any relief from"."""
    for i, word in enumerate(rest[:5]):
        if word in cue.CHANGES:
            return rest[i + 1 : i + 2] in (["in"], ["of"], ["to"], ["from"], ["for"], ["with"])
        if word not in cue.BEFORE_CHANGES:
            return False
    return False


def _denied_after(after: list[str], next_sentence: list[str]) -> bool:
    if not after:
        return answer(after, next_sentence) is False
    if after[0] in cue.AFTER_DENIALS and (after[0] not in cue.ALONE or len(after) == 1 or after[1] in (",", ")")):
        return True
    if after[0] == "neither" or after == [",", "no"] or (after[-1] in ("denied", "absent", "negative", "nil") and cue.ALL_OF_THEM.intersection(after[-3:])):
        return True
    if after[-1] in ("denied", "absent", "negative", "excluded") and (
        after[-2:-1] == [")"] or (after[0] in cue.LISTS and {"and", "or"}.intersection(after))
    ):
        # "(tingling, cramps, tetany) absent", "tingling, cramps and tetany absent"
        if not cue.NEW_STATEMENT.intersection(after) and not cue.TURNS.intersection(after):
            return True
    if answer(after, next_sentence) is False:
        return True
    if after[0] in (":", "(", ",") and len(after) > 1 and after[1] in cue.AFTER_DENIALS:
        return after[0] != "," and (after[1] != "no" or len(after) == 2 or after[2] in (",", ")"))
    for i, word in enumerate(after[:8]):
        if word in (",", "but", "because") or (word in ("and", "or") and i > 4):
            return word == "but" and bool(cue.RULED_OUT.intersection(after[i + 1 : i + 4]))
        if word in ("denied", "absent", "excluded", "unlikely") and i <= 5:
            return True
        if word in ("nil", "none") and i <= 3 and (after[i + 1 : i + 2] or [","])[0] in cue.AFTER_NIL:
            return True
        if word in ("ruled",) and after[i + 1 : i + 2] == ["out"]:
            return True
        if word in ("not", "never", "isnt", "wasnt", "arent", "werent", "hasnt", "havent") and i <= 3:
            return bool(cue.AFTER_VERBS.intersection(after[i + 1 : i + 5]))
        if word == "free" and i == 0:
            return True
    return False


def answer(after: list[str], next_sentence: list[str]) -> bool | None:
    """What is said to a mention that stands as a question or a heading: "Cramps? N", "weakness: denies"."""
    if after and next_sentence[:1] == ["?"] and len(after) < 13 and cue.LISTS.intersection(after):
        # "Any cramps, twitching or tingling? None": a no is said to all of them, a yes to some.
        return False if answer([], next_sentence) is False else None
    if after and next_sentence[:1] == ["?"] and cue.ASKED_AFTER.issuperset(after):
        after = []  # "Cramps present? No"
    said = next_sentence[1:] if not after and next_sentence[:1] == ["?"] else after[1:7] if after[:1] == [":"] else []
    if said[:2] == ["a", ":"]:
        said = said[2:]  # "Q: any cramps? A: no"
    if said and said[0] in cue.SUBJECTS:
        said = _short_answer(said[1:])
    if not said or (
        len(said) > 1
        and said[1] not in cue.ENDS
        and said[1] not in cue.AFTER_NO
        and said[0] not in cue.LETTERS
        and ":" not in said  # "cramps: no / weakness: no"
    ):
        return None
    return True if said[0] in cue.ANSWERS_YES else False if said[0] in cue.ANSWERS_NO else None


def _short_answer(said: list[str]) -> list[str]:
    """ "She does not", "I haven't", "he does", brought to one word; nothing where more is said."""
    if said[:1] and said[0] in cue.AUXILIARIES:
        negated = said[1:2] == ["not"]
        if said[1 + negated : 2 + negated] in ([], ["."], [","], [";"], ["\n"]):
            return ["no" if negated else "yes"]
    elif said[:1] and said[0] in cue.VERBS_DENIED and said[1:2] in ([], ["."], [","], [";"], ["\n"]):
        return ["no"]
    return []


def is_possible(
    before: list[str], after: list[str], end: list[str], prefix: str, *, reasons: bool = True
) -> bool:
    """Whether the mention is only feared, prevented, asked about or given as the reason of a drug."""
    if answer(after, end) is not None:
        return False
    end = end[:1]
    if not reasons and not after and end == ["?"]:
        return True
    if prefix.endswith("?") or prefix.endswith("? "):
        return not before or end != ["?"]
    if cue.UNSURE.intersection(before[-2:]) or cue.EITHER.intersection((*before[-1:], *after[:1])):
        return True
    if before[:1] == ["should"] and end != ["?"] and len(before) <= 4:
        return True  # "Should cramps recur, ..."
    if before[:1] == ["were"] and "to" in before[1:4] and end != ["?"]:
        return True  # "Were he to become confused, ..."
    question = end == ["?"]
    if (
        question
        and before
        and before[0] in cue.POSSIBLE_STARTS
        and not {"my", "his", "her", "these", "this", "the"}.intersection(before[-4:])
    ):
        return True
    for k in range(len(before) - 1, max(-1, len(before) - 26), -1):
        word = before[k]
        following = before[k + 1] if k + 1 < len(before) else ""
        if (word == "r/o" or (word == "out" and k and before[k - 1] == "rule")) and {",", ":"}.intersection(before[k:]):
            return False  # "cannot rule out rhabdomyolysis, muscles tender"
        if word in ("because", "but", "despite", "currently") or (word == "now" and k < len(before)):
            return False
        if (
            word in cue.POSSIBLE
            and not (word == "would" and following in ("say", "like"))
            and not (word == "if" and following == "any")
            and not (word in ("if", "whether") and cue.WHY.intersection(before[k:]))
        ):
            return word != "would" or question
        if word == "to" and following in cue.TO_TELL and k and before[k - 1] in cue.TOLD:
            return True  # "knows to report dark urine"
        if word in cue.POSSIBLE_AFTER and following in cue.POSSIBLE_AFTER[word]:
            if word == "known" and "," in before[k:]:
                return False  # "not known to have epilepsy, seizure seen"
            return True
        if (
            word in ("worried", "concerned", "concern")
            and following in ("about", "over")
            and not cue.DETERMINERS.intersection(before[k:])
            and after[:1] in (["if"], ["with"], ["on"], ["when"], ["from"])
        ):
            return True
        if reasons and word in ("for", "prn", "against") and k >= len(before) - 5 and _is_reason(before, k):
            return True
        if word == "?":
            return False
    if before and before[-1] == "any" and (question or "report" in before):
        return True
    last, first = before[-1] if before else "", after[0] if after else ""
    if (question and last in ("give", "cause")) or last in ("provoke", "provokes", "induce", "induces"):
        return True  # "Do these tablets give cramps?"
    if question and cue.ANYONE.intersection(before):
        return True  # "Has anyone on this drug had cramps?"
    if first in ("may", "might", "can", "could") and cue.MAY_HAPPEN.intersection(after[1:4]):
        return True  # "cramps may occur"
    if first in ("are", "is"):
        if after[1:2] in (["likely"], ["possible"], ["expected"]):
            return True
        if cue.COMMON.intersection(after[1:3]) and {"with", "on", "in"}.intersection(after[2:4]):
            return True  # "cramps are common with diuretics"
    if first in ("have", "has") and after[1:4] in (["been", "reported", "with"], ["been", "reported", "in"]):
        return True
    return bool(after[:2] == ["prevention"]) or (
        bool(after) and after[0] in ("prevention", "prophylaxis", "tablets", "tablet")
    )


def _is_reason(before: list[str], k: int) -> bool:
    if before[k] == "prn":
        return True
    earlier = before[:k]
    if cue.NOT_A_REASON.intersection(earlier[-1:]) or cue.ABLE.intersection(earlier[-3:]):
        return False
    if cue.VISITS.intersection(earlier):
        return False
    if cue.ACTUAL.intersection(before[k + 1 :]):
        return False
    return len(earlier) <= 2 or any(
        word in cue.DRUG_CUES or cue.DRUG_DOSE.fullmatch(word) for word in earlier
    )


def is_past(before: list[str], after: list[str]) -> bool:
    """Whether the mention belongs to the past: "used to get", "h/o", "in 2014", "resolved"."""
    if cue.BROUGHT_ON.intersection(before[-3:]) and cue.GAVE_UP.intersection(after[:8]):
        return True
    lasting = any(cue.LASTING.fullmatch(word) for word in (*before, *after[:3]))
    return (not lasting and _past_before(before)) or _past_after(after[:12], before)


def _past_before(before: list[str]) -> bool:
    if cue.JUST_BEFORE.intersection(before[-2:]):
        return True
    for k, word in enumerate(before):
        rest = before[k + 1 :]
        if _in_youth(before, k) or (word == "used" and rest[:1] == ["to"] and "because" not in rest):
            return True
        if word in ("h/o", "hx") or (word == "history" and rest[:1] == ["of"]) or word in cue.PAST:
            return not cue.PRESENT.intersection(rest) or len(rest) < 3
        if word in cue.GAVE_UP and cue.REASON.intersection(rest):
            # "Stopped simvastatin because of ...", "did not tolerate simvastatin (...)"
            return "of" in rest or "due" in rest or "(" in rest or word == "intolerant"
    return False


def _past_after(after: list[str], before: list[str]) -> bool:
    if ("now" in after and cue.FINE_NOW.intersection(after)) or ("none" in after and "since" in after):
        return True
    for i, word in enumerate(after):
        following = after[i + 1] if i + 1 < len(after) else ""
        if word in ("but", ","):
            if following in cue.GOES_ON and cue.GONE.intersection(after[i + 2 : i + 6]):
                continue  # "cramp last week but it has now gone"
            return False
        if word in cue.GONE and not cue.NOT_GONE.intersection(after[:i]):
            return True
        if word == "in" and (cue.YEAR.fullmatch(following) or following == "childhood"):
            return "had" in before or not before
        if word == "in" and after[i + 1 : i + 3] == ["the", "past"]:
            return True
        if _in_youth(after, i) or (word in ("years", "year") and following == "ago" and "had" in before):
            return True
    return False


def _in_youth(words: list[str], k: int) -> bool:
    """ "as a child", "as a teenager"."""
    return words[k : k + 2] == ["as", "a"] and len(words) > k + 2 and words[k + 2] in cue.YOUTH
