"""What the U.S. National Library of Medicine asks to be shown by whatever shows its data: RxNav, RxClass, an RxNorm release."""

from __future__ import annotations

ATTRIBUTION = (
    "This product uses publicly available data courtesy of the U.S. National Library of Medicine (NLM), National Institutes"
    " of Health, Department of Health and Human Services; NLM is not responsible for the product and does not endorse or"
    " recommend this or any other product."
)
