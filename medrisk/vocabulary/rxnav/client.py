"""The RxNav client: a question in, a ``Lookup`` out, never an exception.

A question is answered from the kept answers if it can be. Else it waits for its turn, is asked up to three times within a
fixed time, and ends as found, as nothing found, or as not checked online with the reason.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from medrisk.core.model import Ingredient
from medrisk.vocabulary.rxnav import answers, sendable
from medrisk.vocabulary.rxnav.answers import (
    History,
    Lookup,
    NdcStatus,
    NearName,
    Question,
    RxClass,
    Status,
    UnreadableError,
)
from medrisk.vocabulary.rxnav.limits import Limits

if TYPE_CHECKING:
    import requests

    from medrisk.vocabulary.rxnav.wire import Answer, NoAnswer

LEFT_ALONE = "RxNav failed several times in a row and is left alone for a while"
TOO_MANY = "too many questions to RxNav at once"
NO_FOLDER = "medrisk cannot write its data folder, and without it cannot keep to the pace that RxNav allows"
NEAR_NAMES = "20"

T = TypeVar("T")


class RxNav:
    """Asks one RxNav service. Safe to share between threads; workers that share ``folder`` share one pace.

    ``session``, ``clock``, ``sleep`` and ``chance`` are for tests. ``clock`` is the time of day in seconds.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        limits: Limits | None = None,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        from medrisk.vocabulary.rxnav.store import Store  # here, because a start with RxNav off does not need it

        self._url = url.rstrip("/")
        self._limits = limits or Limits()
        self._store = Store(folder, self._limits)
        self._session = session
        self._clock = clock
        self._sleep = sleep
        self._chance = chance

    def approximate(self, name: str) -> Lookup[tuple[NearName, ...]]:
        """Active concepts whose names lie near this one, nearest first. A name found here is a guess to be confirmed."""
        params = (("term", sendable.tidy(name)), ("maxEntries", NEAR_NAMES), ("option", "1"))
        question = Question("approximateTerm", params, "approximateGroup", ("candidate",), answers.near_names)
        return self._ask(question, sendable.why_not_sent(name))

    def find(self, name: str) -> Lookup[tuple[str, ...]]:
        """RxCUIs of the active concepts with this name: as it stands, or else with case, order, salts and the like set aside."""
        params = (("name", sendable.tidy(name)), ("search", "2"))
        question = Question("rxcui", params, "idGroup", ("rxnormId",), answers.rxcuis)
        return self._ask(question, sendable.why_not_sent(name))

    def ingredients(self, rxcui: str) -> Lookup[tuple[Ingredient, ...]]:
        """Ingredients of an active concept. For a retired one nothing is found: ``history`` has what is known of it."""
        question = Question(
            f"rxcui/{rxcui}/related", (("tty", "IN"),), "relatedGroup", ("conceptGroup",), answers.ingredients
        )
        return self._ask(question, _not_rxcui(rxcui))

    def name(self, rxcui: str) -> Lookup[str]:
        """RxNorm's own name of a concept, for a near name that came without one."""
        question = Question(f"rxcui/{rxcui}/properties", (), "properties", ("name",), answers.concept_name, bare=True)
        return self._ask(question, _not_rxcui(rxcui))

    def history(self, rxcui: str) -> Lookup[History]:
        """Status of a concept, also a retired one, and what took its place. An RxCUI that never was is nothing found."""
        parts = ("metaData", "attributes", "derivedConcepts", "definitionalFeatures")
        question = Question(f"rxcui/{rxcui}/historystatus", (), "rxcuiStatusHistory", parts, answers.history_of(rxcui))
        return self._ask(question, _not_rxcui(rxcui))

    def ndc(self, code: str) -> Lookup[NdcStatus]:
        """What a National Drug Code stands for. An unknown one is nothing found."""
        parts = ("ndc11", "status", "rxcui", "conceptName", "ndcHistory", "ndcSourceMapping")
        question = Question("ndcstatus", (("ndc", code),), "ndcStatus", parts, answers.ndc_status)
        return self._ask(question, "" if sendable.is_ndc(code) else sendable.NO_NDC)

    def classes(self, rxcui: str) -> Lookup[tuple[RxClass, ...]]:
        """Classes of an ingredient, without those of the products it is in."""
        question = Question(
            "rxclass/class/byRxcui",
            (("rxcui", rxcui),),
            "rxclassDrugInfoList",
            ("rxclassDrugInfo",),
            answers.classes_of(rxcui),
            bare=True,
        )
        return self._ask(question, _not_rxcui(rxcui))

    def _ask(self, question: Question[T], why_not: str) -> Lookup[T]:
        if why_not:
            return _not_checked(why_not)
        from medrisk.vocabulary.rxnav.store import STORE_ERRORS

        try:
            return self._from_kept(question) or self._from_service(question)
        except STORE_ERRORS:
            return _not_checked(NO_FOLDER)

    def _from_kept(self, question: Question[T]) -> Lookup[T] | None:
        part = self._store.kept(self._key(question), self._clock())
        if part is None:
            return None
        try:
            return _answered(question.read(part))
        except UnreadableError:
            return None

    def _from_service(self, question: Question[T]) -> Lookup[T]:
        limits, reason = self._limits, LEFT_ALONE
        end = self._clock() + limits.total
        for attempt in range(limits.tries):
            if attempt:
                self._sleep(min(limits.first_wait * 2 ** (attempt - 1) * (0.5 + self._chance()), max(0, end - self._clock())))
            trouble = self._wait_for_turn(end)
            if trouble:
                return _not_checked(trouble if attempt == 0 else reason)
            outcome = self._send(question, end)
            lookup, reason, again = self._judge(question, outcome)
            if lookup:
                return lookup
            if not again:
                break
        return _not_checked(reason)

    def _wait_for_turn(self, end: float) -> str:
        """Wait until a request may go out; or say why it may not."""
        now = self._clock()
        if now >= end or not self._store.may_ask(now):
            return LEFT_ALONE
        start = self._store.turn(now, end)
        if start is None:
            return TOO_MANY
        if start > now:
            self._sleep(start - now)
        return ""

    def _send(self, question: Question[T], end: float) -> Answer | NoAnswer:
        from medrisk.vocabulary.rxnav import wire  # here, because it brings in requests

        if self._session is None:
            self._session = wire.new_session()
        address = f"{self._url}/{question.path}.json"
        return wire.ask(self._session, address, question.params, self._limits, lambda: end - self._clock())

    def _judge(self, question: Question[T], outcome: Answer | NoAnswer) -> tuple[Lookup[T] | None, str, bool]:
        """The look-up if it has ended well, or why not and whether to try again. Tells the other workers either way."""
        from medrisk.vocabulary.rxnav import wire
        from medrisk.vocabulary.rxnav.store import STORE_ERRORS

        now = self._clock()
        if isinstance(outcome, wire.Answer):
            try:
                part = question.part(outcome.payload)
                lookup = _answered(question.read(part))
            except UnreadableError:
                outcome = wire.NoAnswer(wire.UNREADABLE, again=False)
            else:
                found = lookup.status is Status.FOUND
                with suppress(*STORE_ERRORS):
                    self._store.worked()
                    self._store.keep(self._key(question), part, now, self._limits.keep if found else self._limits.keep_nothing)
                return lookup, "", False
        self._store.failed(now)
        if outcome.hold is not None:
            self._store.hold(now + min(outcome.hold or self._limits.hold, self._limits.longest_hold))
        return None, outcome.reason, outcome.again

    def _key(self, question: Question[Any]) -> str:
        return "\n".join([self._url, question.path, *(f"{name}={value}" for name, value in question.params)])


def _not_rxcui(rxcui: str) -> str:
    return "" if sendable.is_rxcui(rxcui) else sendable.NO_RXCUI


def _answered(value: T | None) -> Lookup[T]:
    return Lookup(Status.NOTHING) if value is None else Lookup(Status.FOUND, value)


def _not_checked(reason: str) -> Lookup[Any]:
    return Lookup(Status.NOT_CHECKED, reason=reason)
