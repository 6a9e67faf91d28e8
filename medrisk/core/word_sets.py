"""Groups of words that phrases name in angle brackets, and the way lists of words are written in this
package.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set: for lists of words that are read more easily as a line of words."""
    return frozenset(text.split())


# "<limb> cramp" in data/symptoms.yaml stands for each of these words before "cramp".
WORD_GROUPS = {
    "<lower>": "leg legs calf calves thigh thighs foot feet toe toes shin shins ankle ankles sole "
    "arch instep hamstring "
    "hamstrings quad quads le",
    "<limb>": "leg legs calf calves thigh thighs foot feet toe toes shin shins ankle ankles sole "
    "arch instep hamstring "
    "hamstrings quad quads quadriceps limb limbs extremity extremities le ue hand hands finger "
    "fingers fingertip "
    "fingertips thumb thumbs arm arms forearm forearms bicep biceps wrist knee knees",
    "<face>": "lip lips mouth tongue face cheek chin",
    "<night>": "night nights nightly nighttime nocturnal nocturnally nocte nite nites overnight bed "
    "bedtime asleep "
    "sleep sleeping sleeps wake wakes waking woke woken awake wakened awakens awakened midnight 1am "
    "2am 3am 4am 5am hs qhs",
}
