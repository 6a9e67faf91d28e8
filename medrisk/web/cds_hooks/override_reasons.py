"""Why a card was not followed: codes of HL7's code system for it, as CDS Hooks 3.0 (ballot) suggests them to services.

Those were chosen that fit a note about drugs; all but four of them are in HL7's own selection for clinicians. Displays are
HL7's.
"""

from __future__ import annotations

SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
_REASONS = {
    "risk-benefit-ratio": "Recipient assessment of risk/benefit ratio",
    "mitigate-risk-negative-outcome": "Action taken to mitigate risk of negative outcome",
    "action-performed-no-adverse-effect": "Intended action was performed previously without adverse effect",
    "action-completed": "Recommended action was already completed",
    "patient-contraindication": "Patient has contraindication to recommended action",
    "need-more-info": "Could not address recommended action due to need for more information/pending results/pending consult",
    "recipient-disagrees-evidence": "Recipient disagrees with recommendation because of issues with the evidence",
    "does-not-align-preferences": "Recommendation does not align with patient preferences or values",
    "cds-not-applicable": "PC CDS does not apply to patient",
    "cds-suboptimal-context": "PC CDS delivered in suboptimal context",
}
OVERRIDE_REASONS = [{"system": SYSTEM, "code": code, "display": display} for code, display in _REASONS.items()]


def label_of(system: object, code: object) -> str:
    """The code where it is one of ours, for counting; no other word that was sent may become a label."""
    return str(code) if system == SYSTEM and isinstance(code, str) and code in _REASONS else "other"
