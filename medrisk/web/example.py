"""A made-up paste for the page's "Load an example": one line of each sort that a reader should recognise later."""

EXAMPLE = """\
Furosemide 40 mg tablet 1 tab PO BID
HCTZ 25 mg daily
Zocor 40 mg qhs
amlodipine 10 mg po daily
Prilosec 20 mg daily
gabapentn 300 mg tid
hydralizine 25 mg tid
the small white pill for sleep
Stopped last month: quinine 300 mg at night
Allergies: penicillin (rash)

68 year old woman, cramps in both calves at night for two weeks, thighs ache. No dark urine.
CKD stage 3, hypothyroidism
K 3.1 mmol/L, Mg 0.62 mmol/L
"""
