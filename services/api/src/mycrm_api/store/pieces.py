"""Many keys, a few hundred at a time: what one statement can carry."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Key = TypeVar("Key", int, str)

MOST_KEYS = 500


def pieces(keys: Iterable[Key], *, most: int = MOST_KEYS) -> Iterator[list[Key]]:
    """Return the keys in ascending order, each once, in lists of at most so many.

    Ascending, because rows that are locked in one order by everybody are never waited for in a circle.
    """
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), most):
        yield ordered[start : start + most]
