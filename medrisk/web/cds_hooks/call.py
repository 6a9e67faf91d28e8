"""One call of a service: which orders it is about, and what the EHR sent with it.

Real traffic keeps to no schema, so each part is read by itself, and what is not of the expected kind is as if it were not
there. Only a call of another hook, or without a context, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from medrisk.errors import InputError
from medrisk.fhir.tree import Json, code_of, one
from medrisk.web.cds_hooks.resources import Found, as_taken, find_resources, is_drug, names_a_drug
from medrisk.web.cds_hooks.services import ALERT_NON_SERIOUS, DETECTED_ISSUE, Service

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
# The PDDI-CDS guide renamed it; both are in use.
_OPTION_FIELDS = ("configuration-items", "pddi-configuration-items")
# Calls from before CDS Hooks 1.0 carry these in their context.
_OLD_PREFETCH = re.compile(r"item\d+")


@dataclass(frozen=True, slots=True)
class Call:
    """What was understood. ``orders`` are all drafts; ``focus`` the places among them of those that the call is about.

    ``beside`` are the Medications that stand among the orders, for these to refer to.
    """

    hook: str
    patient_id: str
    orders: tuple[Found, ...]
    focus: frozenset[int]
    beside: tuple[Found, ...]
    prefetch: Mapping[str, Any]
    fhir_server: str
    access_token: str
    wants_issues: bool
    only_serious: bool

    @property
    def is_about_orders(self) -> bool:
        return self.hook != "patient-view"

    @property
    def has_nothing_to_check(self) -> bool:
        """Orders of other things than drugs, or one for which no drug was chosen yet."""
        return self.is_about_orders and not any(names_a_drug(self.orders[place]) for place in self.focus)


def read_call(body: Json, service: Service) -> Call:
    hook = body.get("hook", service.hook)
    if hook not in service.hooks:
        raise InputError(
            "This service answers another hook.", hint=f"It is called for {', '.join(service.hooks)}; GET /cds-services lists all.",
            field="hook",
        )  # fmt: skip
    context = body.get("context")
    if not isinstance(context, dict):
        raise InputError(
            "The call has no context.", hint="Send what the hook's specification has in context.", field="context"
        )
    sent = list(_orders(hook, context))
    orders = tuple(as_taken(found) for found in sent if is_drug(found))
    options = _options(body)
    return Call(
        hook=hook,
        patient_id=_patient_id(context.get("patientId")),
        orders=orders,
        focus=_focus(hook, context, orders),
        beside=tuple(found for found in sent if found.kind == "Medication"),
        prefetch=_prefetch(body, context),
        fhir_server=code_of(body.get("fhirServer")).rstrip("/"),
        access_token=code_of(one(body.get("fhirAuthorization")).get("access_token")),
        wants_issues=options.get(DETECTED_ISSUE) is True,
        only_serious=options.get(ALERT_NON_SERIOUS) is False,
    )


def _orders(hook: str, context: Json) -> Iterator[Found]:
    if hook == "patient-view":
        return
    if hook == "medication-verify":
        # Its specification names the field "medication" in its table and "order.resource" in its examples.
        yield from find_resources([context.get("medication"), context.get("order")])
    else:
        yield from find_resources([context.get("draftOrders"), context.get("medications")])


def _focus(hook: str, context: Json, orders: tuple[Found, ...]) -> frozenset[int]:
    """Orders that were selected; all of them where the call selects none that is here."""
    selections = context.get("selections") if hook == "order-select" else None
    tails = {_tail(item) for item in selections if isinstance(item, str)} if isinstance(selections, list) else set()
    chosen = {
        place
        for place, order in enumerate(orders)
        if order.name and (tails & {order.name, code_of(order.resource["id"])})
    }
    return frozenset(chosen or range(len(orders)))


def _tail(reference: str) -> str:
    """The last two parts of a reference, or a bare id as it is. MedicationOrder is MedicationRequest's older name."""
    return "/".join(reference.strip().split("/")[-2:]).replace("MedicationOrder/", "MedicationRequest/")


def _prefetch(body: Json, context: Json) -> dict[str, Any]:
    old = {key: value for key, value in context.items() if _OLD_PREFETCH.fullmatch(key)}
    return {**one(context.get("prefetch")), **old, **one(body.get("prefetch"))}


def _patient_id(value: Any) -> str:
    """The bare id, where it is one as FHIR has it: it goes into addresses."""
    found = code_of(value).removeprefix("Patient/")
    return found if _ID.fullmatch(found) else ""


def _options(body: Json) -> Json:
    extension = one(body.get("extension"))
    return {name: value for field in _OPTION_FIELDS for name, value in one(extension.get(field)).items()}
