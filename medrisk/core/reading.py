"""Entries -> lines: which drugs stand on an entry, how they were recognised, and whether the patient takes them.

The ladder of names, cheapest first: a code, an exact name, an abbreviation, a name freed of its salt and directions,
a spelling correction with a margin, a look-up online where the user switched it on. What stays is ``unknown`` when it
looks like a medication and ``ignored`` when it does not; both say why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from medrisk.core.code_mentions import CodeMention, find_code
from medrisk.core.cues import CueKind, cue_after, cue_before, is_list_glue
from medrisk.core.dosing import daily_doses
from medrisk.core.listing import Entry, read_listing, read_single
from medrisk.core.mentions import (
    Mention,
    corrected_mentions,
    find_mentions,
    is_drink_in_passing,
    nearest_drugs,
    past_salt,
)
from medrisk.core.model import ONLINE, DailyDose, Ingredient, Line, LineContext, Sig
from medrisk.core.name_keys import Token, name_key, tokenise
from medrisk.core.names import Vocabulary, candidate_of
from medrisk.core.not_drugs import (
    ALLERGY_EXCEPTION,
    ALLERGY_LINE,
    DEVICE,
    class_word,
    is_about_allergies,
    layout_reason,
    looks_like_medication,
)
from medrisk.core.online import look_up
from medrisk.core.routes import FLUID_ROUTE
from medrisk.core.sig import parse_sig, with_product
from medrisk.core.text import fold, line_starts, squeeze, unglue
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, PLAIN_DIRECTIONS

_LONGEST_LINE = 2_000
_SIG_START = re.compile(
    r"^(?:take|inject|insert|apply|use|inhale|instill|give|place|put|spray|dissolve|chew|swallow|mix|sig|one|two|1|2|dose)\b",
    re.IGNORECASE,
)
_OCR_LETTER = re.compile(
    r"(?<=[A-Za-z])[10](?=[A-Za-z]{2,})(?!\d|tab|cap|mg|ml|mcg|meq)|(?<=[A-Za-z]{4})[10](?=[A-Za-z]\b)"
)
# A strength without its unit stands right behind the name ("lasix 40", "Toprol XL 50"); any other number may be a year or a count.
_BARE_STRENGTH = re.compile(
    r"[\s:,(-]*(?:(?:xl|er|sr|cr|la|dr|ec|xr|mr|cd|tabs?|tablets?|caps?|capsules?|dose|inhaler|patch|at)\b[\s.]*){0,2}(?!(?:19|20)\d\d\b)\d",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\s*(?:or|vs\.?|versus|\?|/)\s*", re.IGNORECASE)
# What may stand between the names of one product: "a/b", "a 50/b 25", "a / b". With an amount before a spaced slash, as in
# "a 10 mg / b 25", two drugs are listed.
_LIST_JOIN = re.compile(r"[\d.,]*(?:mg|mcg|g|%|meq)?[/+&-]|\s*[/+&]\s*|\s-\s|\s*\(\s*")


def read_lines(text: str, vocabulary: Vocabulary, clinical: Sequence[tuple[int, int]] = ()) -> tuple[Line, ...]:
    """Every entry of a paste as one line or, where several drugs stand on it, several.

    ``clinical`` are the spans of ``text`` already read as symptoms, conditions and labs.
    """
    starts = line_starts(text)
    lines: list[Line] = []
    for entry in read_listing(text):
        spans = _spans_in(entry, starts, clinical)
        if lines and _is_continuation(entry, lines[-1], vocabulary):
            lines[-1] = _with_directions(lines[-1], entry, vocabulary)
            continue
        lines.extend(_read_entry(entry, vocabulary, spans))
    return tuple(lines)


def read_one(text: str, vocabulary: Vocabulary, number: int, clinical: Sequence[str] = ()) -> Line:
    """One input line as exactly one line, whatever stands on it: ``medrisk normalize``."""
    lines = _read_entry(read_single(text, number), vocabulary, clinical)
    return _merge(lines, text)


def _spans_in(entry: Entry, starts: list[int], clinical: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The clinical words on an entry, as the raw text holds them."""
    begin = starts[entry.number - 1]
    end = begin + len(entry.raw)
    return tuple(entry.raw[max(a - begin, 0) : b - begin] for a, b in clinical if a < end and b > begin)


def _is_continuation(entry: Entry, last: Line, vocabulary: Vocabulary) -> bool:
    """Directions on the line below the drug they belong to."""
    if (
        entry.ignored
        or last.status not in {"matched", "unknown", "ambiguous"}
        or entry.number not in {last.number, last.number + 1 + last.text.count("\n")}
    ):
        return False
    if not _SIG_START.match(entry.text):
        return False
    sig = parse_sig(entry.text)
    has_directions = sig.dose is not None or sig.frequency is not None or sig.route is not None
    return has_directions and not find_mentions(entry.text, tokenise(entry.text), vocabulary)


def _with_directions(line: Line, entry: Entry, vocabulary: Vocabulary) -> Line:
    text = line.text if entry.number == line.number else f"{line.text}\n{entry.raw.strip()}"
    if not line.ingredients:
        return replace(line, text=text)
    names = tuple(i.name for i in line.ingredients)
    first = line.text.rsplit("\n", 1)[0] if "\n" in line.text else line.text
    sig = parse_sig(f"{unglue(fold(first))}\t{entry.text}", len(names))
    route = _route(sig, line.route, names, vocabulary)
    return replace(line, text=text, sig=sig, route=route, daily_doses=_daily_doses(sig, names, route, vocabulary))


def _read_entry(entry: Entry, vocabulary: Vocabulary, clinical: Sequence[str]) -> list[Line]:
    text = unglue(_OCR_LETTER.sub(lambda m: "l" if m[0] == "1" else "o", entry.text))[:_LONGEST_LINE]
    tokens = tokenise(text)
    code = find_code(text, tokens, vocabulary)
    plain = None if entry.ignored or clinical or code else _read_plain(entry, text, tokens, vocabulary)
    if plain is not None:
        return [plain]
    bare = Line(entry.number, entry.raw.strip(), "ignored", "none")
    ignored = entry.ignored or (None if code else layout_reason(entry, text))
    if ignored:
        is_allergy = ignored != "a heading" and is_about_allergies(entry, text)
        return [replace(bare, reason=ignored, context="allergy" if is_allergy else "none")]
    taken_words = {word for span in clinical for word in name_key(span).split()}
    mentions = find_mentions(text, tokens, vocabulary, taken_words, code)
    mentions += corrected_mentions(text, tokens, entry, vocabulary, taken_words, mentions)
    mentions = [mention for mention in mentions if not is_drink_in_passing(mention, entry, text)]
    groups = _group(sorted(mentions, key=lambda m: m.start), text, vocabulary)
    if not groups:
        asked = look_up(_not_known(entry, text, bare, code, vocabulary, clinical), entry, text, tokens, code, taken_words, vocabulary)
        if asked.mention is None:
            return [asked.line]
        groups, vocabulary = [[asked.mention]], asked.vocabulary
    return _lines_of(groups, entry, text, clinical, vocabulary)


def _read_plain(entry: Entry, text: str, tokens: list[Token], vocabulary: Vocabulary) -> Line | None:
    """The commonest line: one name that is known, then nothing but numbers and words of directions.

    No cue, correction or second drug can stand on it, so that most of the reading is not needed. What is not so plain
    gives None.
    """
    found = vocabulary.index.longest_at(tokens, 0) if tokens and entry.section in _TAKEN_SECTIONS else None
    if found is None or len(found[1]) != 1 or found[1][0].kind == "abbreviation" or entry.is_stopped:
        return None
    count, (term,) = found
    if tokens[0].text in EVERYDAY_SUBSTANCES or (count == 1 and tokens[0].text in NON_DRUG_WORDS):
        return None
    end = past_salt(tokens, count)
    rest = tokens[end:]
    if not rest or any(not token.text[0].isdigit() and token.text not in PLAIN_DIRECTIONS for token in rest):
        return None
    mention = Mention(tokens[0].start, tokens[end - 1].end, (term,), "exact")
    is_bare = _BARE_STRENGTH.match(text[mention.end :]) is not None
    sig = _plain_sig(squeeze(text[mention.end :]), len(term.ingredients))
    return _line_of([mention], entry, "", is_bare, "active", vocabulary, sig)


@lru_cache(maxsize=4096)
def _plain_sig(directions: str, ingredient_count: int) -> Sig:
    """Kept, because lists share a few directions; only numbers and words of PLAIN_DIRECTIONS ever come here."""
    return parse_sig(directions, ingredient_count)


_TAKEN_SECTIONS = frozenset({"none", "active"})


def _group(mentions: Sequence[Mention], text: str, vocabulary: Vocabulary) -> list[list[Mention]]:
    """Mentions that are one product or one drug named twice, together: "a/b", "a (b)", "Brand (generic)"."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and _belongs(groups[-1], mention, text, vocabulary):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _belongs(group: Sequence[Mention], mention: Mention, text: str, vocabulary: Vocabulary) -> bool:
    between = text[group[-1].end : mention.start]
    is_joined = _LIST_JOIN.fullmatch(between) is not None
    if group[-1].is_ambiguous or mention.is_ambiguous:
        return is_joined and group[-1].is_ambiguous
    known = {name for m in group for name in m.terms[0].ingredients}
    names = set(mention.terms[0].ingredients)
    if names <= known or known <= names:
        return len(between) <= 40 and not re.search(r"[;.]\s", between)
    if _EITHER.fullmatch(between) and vocabulary.index.are_look_alikes(group[-1].terms[0], mention.terms[0]):
        return True
    if not is_joined:
        return False
    # "a / b" is one product only when such a product exists; otherwise two drugs, between which rules must be able to fire.
    if group[-1].terms[0].kind == "brand" and mention.terms[0].kind == "brand":
        return False
    is_product = any(known | names <= product for product in vocabulary.products)
    return is_product or vocabulary.index.are_look_alikes(group[-1].terms[0], mention.terms[0])


def _lines_of(
    groups: list[list[Mention]], entry: Entry, text: str, clinical: Sequence[str], vocabulary: Vocabulary
) -> list[Line]:
    lines: list[Line] = []
    cue: CueKind | None = None
    for index, group in enumerate(groups):
        previous_end = groups[index - 1][-1].end if index else 0
        next_start = groups[index + 1][0].start if index + 1 < len(groups) else len(text)
        between = text[previous_end : group[0].start]
        if not (index and is_list_glue(between)):
            cue = cue_before(text[: group[0].start] if index == 0 else between) or (
                None if index == 0 else _carried(cue, between)
            )
        if cue == "active" and entry.section == "plan" and _START.search(between):
            cue = "planned"
        following = text[group[-1].end : next_start]
        after = (
            _replaced(following, index + 1 < len(groups))
            or cue_after(following)
            or _conditional_start(between, text[group[-1].end : next_start])
        )
        context = _context(entry, cue, after, text)
        piece = _directions(text, 0 if index == 0 else group[0].start, next_start, group, clinical)
        is_bare = _BARE_STRENGTH.match(text[group[-1].end : next_start]) is not None
        lines.append(_line_of(group, entry, piece, is_bare, context, vocabulary))
    return lines


def _directions(text: str, start: int, end: int, group: Sequence[Mention], clinical: Sequence[str]) -> str:
    """The directions of a drug: its stretch of the entry without the names, whose numbers are no strengths ("70/30"),
    and without the labs and symptoms that share the line.
    """
    parts, position = [], start
    for mention in group:
        parts.append(text[position : mention.start])
        position = mention.end
    piece = " ".join([*parts, text[position:end]])
    for words in clinical:
        piece = piece.replace(words, " ")
    return piece


_REPLACED = re.compile(
    r"(?:\b(?:changed|switched|converted|swapped)(?: over)? (?:to|for)|\breplaced (?:by|with)|-+>|→|=>)\s*(?:the|a)?\s*$",
    re.IGNORECASE,
)


def _replaced(following: str, is_followed: bool) -> CueKind | None:
    """ "simvastatin 40 mg changed to rosuvastatin": the first is no longer taken."""
    return "stopped" if is_followed and _REPLACED.search(following) else None


_START = re.compile(r"\b(?:start|begin|add|initiate)\s*$", re.IGNORECASE)
_IF = re.compile(
    r"\b(?:if|once|when)\b(?! (?:needed|required|necessary))|\b(?:next|tomorrow|on) (?:week|month|visit|mon|tue|wed|thu|fri)",
    re.IGNORECASE,
)


def _conditional_start(before: str, after: str) -> CueKind | None:
    """ "start amlodipine if BP stays up": not taken yet."""
    return "planned" if _START.search(before) and _IF.search(after) else None


def _carried(cue: CueKind | None, between: str) -> CueKind | None:
    """A cue reaches the next drug of a sentence only across a list; a new clause begins afresh."""
    return cue if cue in {"allergy"} else None


def _context(entry: Entry, before: CueKind | None, after: CueKind | None, text: str) -> LineContext:
    if after == "allergy" or before == "allergy":
        return "allergy"
    if entry.section == "allergy" and not _has_directions(text):
        return "allergy"
    if (
        ALLERGY_LINE.search(text)
        and not ALLERGY_EXCEPTION.search(text)
        and before not in {"active", "stopped", "planned"}
    ):
        return "allergy"
    if entry.is_stopped or after == "stopped" or before == "stopped":
        return "stopped"
    if before == "none" or after == "none":
        return "none"
    if entry.section == "stopped":
        return "stopped"
    if after == "planned" or before == "planned" or (entry.section == "plan" and before != "active"):
        return "planned"
    return "active"


def _has_directions(text: str) -> bool:
    sig = parse_sig(text)
    return bool(sig.strengths) and sig.frequency is not None and sig.frequency.per_day is not None


_REASONS: dict[LineContext, str] = {
    "allergy": "named as an allergy or intolerance",
    "none": "spoken of, but not taken by the patient",
    "active": "", "planned": "", "stopped": "",
}  # fmt: skip


def _line_of(
    group: list[Mention],
    entry: Entry,
    piece: str,
    is_bare: bool,
    context: LineContext,
    vocabulary: Vocabulary,
    known_sig: Sig | None = None,
) -> Line:
    """One line from the names of one drug and the words around them."""
    is_taken = context not in {"allergy", "none"}
    ambiguous = next((m for m in group if m.is_ambiguous), None) or _look_alikes(group, vocabulary)
    if ambiguous is not None:
        terms = tuple(dict.fromkeys(t for m in group for t in m.terms))
        offered = ambiguous.candidates if len(group) == 1 else ()
        return Line(
            entry.number, entry.raw.strip(), "ambiguous" if is_taken else "ignored", context,
            candidates=offered or tuple(candidate_of(term, 100.0, vocabulary) for term in terms), method=group[0].method,
            score=group[0].score, sig=parse_sig(piece),
            reason=_REASONS[context] or ambiguous.reason or "the name stands for more than one drug",
            warnings=_warnings(group),
        )  # fmt: skip
    names = tuple(dict.fromkeys(name for m in group for name in m.terms[0].ingredients))
    worst, first = min(group, key=lambda m: m.score), group[0].terms[0]
    sig = known_sig or parse_sig(piece, len(names))
    if sig.bare_numbers and not is_bare:
        sig = replace(sig, bare_numbers=())
    coded = next((m.coded for m in group if m.coded and m.coded.terms), None)
    if coded is not None:
        sig = with_product(sig, coded.strengths, coded.per_volume, coded.form)
    known_route = next((m.terms[0].route for m in group if m.terms[0].route), None)
    route = _route(sig, known_route, names, vocabulary)
    return Line(
        entry.number, entry.raw.strip(), "matched" if is_taken else "ignored", context,
        ingredients=tuple(vocabulary.ingredients.get(name, Ingredient(name)) for name in names),
        candidates=worst.candidates if worst.method in {"corrected", ONLINE} else (), method=worst.method, score=worst.score,
        product=first.name if first.kind in {"brand", "product"} else None, rxcui=coded.rxcui if coded else None, sig=sig,
        route=route, daily_doses=_daily_doses(sig, names, route, vocabulary),
        reason=_REASONS[context], warnings=_warnings(group),
    )  # fmt: skip


_INJECTED = frozenset({"subcutaneous", "intramuscular", "intravenous", "injection", "implant", "intrathecal"})


def _daily_doses(sig: Sig, names: tuple[str, ...], route: str, vocabulary: Vocabulary) -> tuple[DailyDose | None, ...]:
    """The day's amounts. Injections without a frequency are given once or rarely, so nothing is assumed of them."""
    if route in _INJECTED and sig.frequency is None and not sig.by_time:
        return (None,) * len(names)
    return daily_doses(sig, len(names), tuple(vocabulary.units.get(name) for name in names))


def _look_alikes(group: Sequence[Mention], vocabulary: Vocabulary) -> Mention | None:
    """ "quinine/quinidine": two look-alikes written as if either were meant."""
    for a, b in pairwise(group):
        if vocabulary.index.are_look_alikes(a.terms[0], b.terms[0]):
            return replace(a, reason="two look-alike names stand together")
    return None


def _warnings(group: Sequence[Mention]) -> tuple[str, ...]:
    found = []
    for mention in group:
        term = mention.terms[0]
        if term.unsafe:
            found.append(f"{term.name} is an error-prone abbreviation: confirm which drug is meant")
        if mention.coded is not None:
            found += [*mention.coded.trail, *([mention.coded.reason] if mention.coded.reason else [])]
    return tuple(found)


def _route(sig: Sig, known: str | None, names: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """The route as written; else as the product or ingredient has it; else unknown. "tablet" never overrides a brand."""
    usual = known or (vocabulary.routes.get(names[0]) if names else None)
    if sig.route is None or usual == FLUID_ROUTE:
        return usual or "unknown"
    if sig.route == "oral" and sig.frequency is None and usual and usual != "oral":
        return usual
    if sig.route == "topical" and usual == "vaginal":
        return usual
    return sig.route


def _not_known(
    entry: Entry, text: str, bare: Line, code: CodeMention | None, vocabulary: Vocabulary, clinical: Sequence[str]
) -> Line:
    """An entry on which no drug was recognised: unknown when it looks like one, ignored when it does not."""
    if code is not None:
        return replace(bare, status="unknown", context=_context(entry, cue_before(text), None, text), reason=code.drug.reason)
    if is_about_allergies(entry, text):
        return replace(bare, context="allergy", reason="an allergy or intolerance")
    if DEVICE.search(text):
        return replace(bare, reason="a device or supply")
    named_class = class_word(text, vocabulary)
    if named_class and not clinical:
        reason = f'"{named_class}" names a class of drugs, not a drug: ask which one'
        return replace(bare, status="unknown", context="active", reason=reason)
    if looks_like_medication(entry, text, clinical, vocabulary):
        near = nearest_drugs(text, vocabulary)
        return replace(
            bare,
            status="unknown",
            context=_context(entry, cue_before(text), None, text) if entry.section == "stopped" else "active",
            candidates=near,
            sig=parse_sig(text),
            reason="no drug of this name is known",
        )
    return replace(bare, reason="no medication recognised")


_CONTEXT_ORDER: tuple[LineContext, ...] = ("active", "planned", "stopped", "allergy", "none")
_STATUS_ORDER = ("matched", "ambiguous", "unknown", "ignored")


def _merge(lines: Sequence[Line], text: str) -> Line:
    """Several drugs of one input line as one line: those taken now stand for it, else those planned, else those stopped."""
    if len(lines) == 1:
        return replace(lines[0], text=text)
    status = next(s for s in _STATUS_ORDER if any(line.status == s for line in lines))
    same = [line for line in lines if line.status == status]
    context = next(c for c in _CONTEXT_ORDER if any(line.context == c for line in same))
    chosen = [line for line in same if line.context == context]
    ingredients = tuple(dict.fromkeys(i for line in chosen for i in line.ingredients))
    first = chosen[0]
    if len(chosen) == 1:
        return replace(first, text=text)
    return replace(
        first, text=text, ingredients=ingredients, product=None, daily_doses=tuple(d for line in chosen for d in line.daily_doses),
        score=min((line.score or 0.0) for line in chosen), candidates=tuple(c for line in chosen for c in line.candidates),
    )  # fmt: skip
