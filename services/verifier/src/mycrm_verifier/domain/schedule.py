"""Whose turn it is.

Three lanes: who a person asked about, who was never checked (or is about to be written to), and who was checked long
ago. Each is served in the order of `rank_at`. A person's wish goes first, then the second lane; but one question in
five is kept for the third while anybody waits there, and after three wishes in a row somebody else has a turn, so
that nobody waits for ever.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Lane(StrEnum):
    """Why an address waits."""

    ASKED = "asked"
    FIRST = "first"
    AGAIN = "again"


class State(StrEnum):
    """How far an address has come: to be looked at for free, waiting for a question, done."""

    FRESH = "fresh"
    WAITING = "waiting"
    DONE = "done"


RECHECK_AFTER: Final = timedelta(days=30)
# Who is about to be written to is served as if it had waited so much longer.
AHEAD: Final = timedelta(days=7)
# How long somebody who has an address in hand may take before another one takes it over.
IN_HAND: Final = timedelta(minutes=5)
_MOST_REST: Final = timedelta(days=1)
_REST: Final = timedelta(hours=1)
# Who greylists takes the next one after some minutes, seldom after an hour.
_LATER: Final = timedelta(minutes=10)
_LATER_GROWS: Final = 6
MOST_ATTEMPTS: Final = 6
_KEPT_AFTER: Final = 4
_MOST_WISHES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns:
    """How many questions went by since the last re-check, and how many wishes of people were the last ones."""

    since_again: int = 0
    asked_in_row: int = 0


def lanes_in_turn(turns: Turns) -> tuple[Lane, ...]:
    """Return the lanes in the order in which they are asked for somebody who waits."""
    kept = turns.since_again >= _KEPT_AFTER
    others = (Lane.AGAIN, Lane.FIRST) if kept else (Lane.FIRST, Lane.AGAIN)
    return (*others, Lane.ASKED) if turns.asked_in_row >= _MOST_WISHES else (Lane.ASKED, *others)


def after_turn(turns: Turns, lane: Lane) -> Turns:
    """Return the turns after somebody of a lane was served."""
    return Turns(
        since_again=0 if lane is Lane.AGAIN else min(turns.since_again + 1, _KEPT_AFTER),
        asked_in_row=min(turns.asked_in_row + 1, _MOST_WISHES) if lane is Lane.ASKED else 0,
    )


def rest_after(attempts: int) -> timedelta:
    """Return how long an address rests after so many questions that were not answered."""
    return min(_REST * (1 << max(0, attempts - 1)), _MOST_REST)


def later_after(attempts: int) -> timedelta:
    """Return how long an address rests whose mail server said `later`: ten minutes, an hour, six, a day."""
    rest: timedelta = _LATER * _LATER_GROWS ** min(max(0, attempts - 1), 5)
    return min(rest, _MOST_REST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in the queue."""

    lane: Lane
    rank_at: datetime


def first_place(*, checked_at: datetime | None, at: datetime, is_needed: bool = False) -> Place:
    """Return where an address gets in line."""
    if is_needed:
        return Place(lane=Lane.FIRST, rank_at=at - AHEAD)
    if checked_at is None:
        return Place(lane=Lane.FIRST, rank_at=at)
    return Place(lane=Lane.AGAIN, rank_at=checked_at)


def is_due(checked_at: datetime | None, *, at: datetime) -> bool:
    """Tell whether an address is to be checked, or checked again."""
    return checked_at is None or checked_at <= at - RECHECK_AFTER
