"""Reading from the EHR's FHIR server what it did not send, with the token that it lent for this one call.

The token goes to the permitted base address and nowhere else: a next page elsewhere is not read, and redirects are not
followed. Whatever happens is over within a few seconds and a bounded number of pages.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from medrisk.fhir.tree import Json, code_of, many
from medrisk.outgoing import OutgoingError, get_json

_SECONDS = 4.0
_MOST_PAGES = 10
_MOST_BYTES = 4_000_000
_ACCEPT = "application/fhir+json"


@dataclass(slots=True)
class Answer:
    """The pages that were read, and why there are no more of them where there should be."""

    pages: list[Json] = field(default_factory=list)
    problem: str = ""


class FhirServer:
    """One permitted server, for one call."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self._token = token
        self._until = time.monotonic() + _SECONDS

    def read_all(self, addresses: Mapping[str, str], one_page: Set[str]) -> dict[str, Answer]:
        """What stands at each address, all asked for at once, with the pages that follow it but for keys of ``one_page``."""
        if not addresses:
            return {}
        with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
            jobs = {key: pool.submit(self._read, address, key in one_page) for key, address in addresses.items()}
            return {key: job.result() for key, job in jobs.items()}

    def _read(self, address: str, is_one_page: bool) -> Answer:
        answer = Answer()
        while address and not answer.problem:
            if not self._is_inside(address):
                answer.problem = "A page lies outside of the permitted FHIR server."
            elif len(answer.pages) == _MOST_PAGES:
                answer.problem = "There are more pages than are read."
            else:
                address = "" if (following := self._add_page(answer, address)) and is_one_page else following
        return answer

    def _add_page(self, answer: Answer, address: str) -> str:
        """Reads one page and returns the address of the next."""
        try:
            page = get_json(address, until=self._until, most_bytes=_MOST_BYTES, accept=_ACCEPT, bearer=self._token)
        except OutgoingError as error:
            answer.problem = f"The FHIR server was asked. {error}"
            return ""
        if not isinstance(page, dict) or page.get("resourceType") in {None, "OperationOutcome"}:
            answer.problem = "The FHIR server was asked. Its answer holds no resource."
            return ""
        answer.pages.append(page)
        following = (code_of(link.get("url")) for link in many(page.get("link")) if link.get("relation") == "next")
        return next(following, "")

    def _is_inside(self, address: str) -> bool:
        rest = address.removeprefix(self.base)
        path = unquote(unquote(urlsplit(address).path)).replace("\\", "/")
        return len(rest) < len(address) and rest[:1] in {"/", "?"} and ".." not in path.split("/")
