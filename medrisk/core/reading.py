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

from medrisk.core.code_mentions import CodeMention, find_code
from medrisk.core.corrected import corrected_mentions, nearest_drugs
from medrisk.core.cues import CueKind, cue_after, cue_before, is_list_glue
from medrisk.core.line_making import doses_of, line_of, route_of
from medrisk.core.listing import Entry, read_listing, read_single
from medrisk.core.mentions import Mention, find_mentions, is_drink_in_passing, past_salt
from medrisk.core.model import Line, LineContext, Sig
from medrisk.core.name_keys import Token, name_key, tokenise
from medrisk.core.names import Vocabulary
from medrisk.core.not_drugs import (
    DEVICE,
    class_word,
    is_about_allergies,
    layout_reason,
    looks_like_medication,
)
from medrisk.core.online import look_up
from medrisk.core.product_names import group_mentions
from medrisk.core.sig import parse_sig
from medrisk.core.taken import carried, conditional_start, context_of, is_start, replaced
from medrisk.core.text import fold, line_starts, squeeze, unglue
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, PLAIN_DIRECTIONS

_LONGEST_LINE = 2_000
_SIG_START = re.compile(
    r"^(?:take|inject|insert|apply|use|inhale|instill|give|place|put|spray|dissolve|chew|swallow|mix|sig|one|two|1|2|dose)\b",
    re.IGNORECASE,
)
# A digit scanned for a letter. The digit stands first and what is before it after, so that a line without one is passed over.
_OCR_LETTER = re.compile(
    r"[10](?:(?<=[A-Za-z][10])(?=[A-Za-z]{2,})(?!\d|tab|cap|mg|ml|mcg|meq)|(?<=[A-Za-z]{4}[10])(?=[A-Za-z]\b))"
)
# A strength without its unit stands right behind the name ("lasix 40", "Toprol XL 50"); any other number may be a year or a count.
_BARE_STRENGTH = re.compile(
    r"[\s:,(-]*(?:(?:xl|er|sr|cr|la|dr|ec|xr|mr|cd|tabs?|tablets?|caps?|capsules?|dose|inhaler|patch|at)\b[\s.]*){0,2}(?!(?:19|20)\d\d\b)\d",
    re.IGNORECASE,
)
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
    route = route_of(sig, line.route, names, vocabulary)
    return replace(line, text=text, sig=sig, route=route, daily_doses=doses_of(sig, names, route, vocabulary))


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
    groups = group_mentions(sorted(mentions, key=lambda m: m.start), text, vocabulary)
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
    return line_of([mention], entry, "", is_bare, "active", vocabulary, sig)


@lru_cache(maxsize=16_384)
def _plain_sig(directions: str, ingredient_count: int) -> Sig:
    """Kept, because lists share a few directions; only numbers and words of PLAIN_DIRECTIONS ever come here."""
    return parse_sig(directions, ingredient_count)


_TAKEN_SECTIONS = frozenset({"none", "active"})


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
                None if index == 0 else carried(cue, between)
            )
        if cue == "active" and entry.section == "plan" and is_start(between):
            cue = "planned"
        following = text[group[-1].end : next_start]
        after = (
            replaced(following, index + 1 < len(groups))
            or cue_after(following)
            or conditional_start(between, text[group[-1].end : next_start])
        )
        context = context_of(entry, cue, after, text)
        piece = _directions(text, 0 if index == 0 else group[0].start, next_start, group, clinical)
        is_bare = _BARE_STRENGTH.match(text[group[-1].end : next_start]) is not None
        lines.append(line_of(group, entry, piece, is_bare, context, vocabulary))
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


def _not_known(
    entry: Entry, text: str, bare: Line, code: CodeMention | None, vocabulary: Vocabulary, clinical: Sequence[str]
) -> Line:
    """An entry on which no drug was recognised: unknown when it looks like one, ignored when it does not."""
    if code is not None:
        return replace(bare, status="unknown", context=context_of(entry, cue_before(text), None, text), reason=code.drug.reason)
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
            context=context_of(entry, cue_before(text), None, text) if entry.section == "stopped" else "active",
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
