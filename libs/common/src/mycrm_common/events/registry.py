"""What an event is: a fact in the past tense, frozen, with its name on the wire written beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform


class Event:
    """A fact that one service tells the others; ids and small values only."""

    event_type: ClassVar[str]
    subject_field: ClassVar[str]

    @property
    def subject(self) -> str:
        """What the fact is about, as text: the id of the customer, message or request."""
        return str(getattr(self, self.subject_field))


E = TypeVar("E", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(event_type: str, *, subject: str) -> Callable[[type[E]], type[E]]:
    """Declare an event: its wire name (never derived, so a renamed class breaks nothing) and its subject."""

    def declare(cls: type[E]) -> type[E]:
        cls.event_type = event_type
        cls.subject_field = subject
        return dataclass(frozen=True, kw_only=True)(cls)

    return declare
