"""Python's search for cycles, tuned to what runs here.

What was loaded at the start lives as long as the process; looking through it again every seven hundred new objects
took a tenth of the processor time of a first look at a mailbox. Our own values hold no cycles, so rare searches are
enough, and memory stays the same.
"""

import gc

_NEW_OBJECTS = 50_000
_YOUNG_SEARCHES = 20
_OLD_SEARCHES = 50


def collect_seldom() -> None:
    """Leave what is loaded now out of all searches for garbage, and make them rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_SEARCHES, _OLD_SEARCHES)
