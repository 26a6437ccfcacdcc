"""A command as data: how it is typed, what its help says in both languages, and what it does.

Nearly every command is a client of the HTTP API (docs/decisions/0008): `do` asks it and says what it answered.
"""

from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mycrm_embedded.api import Api
from mycrm_embedded.speech import Speech, Words


class UsageError(Exception):
    """Arguments that do not go together; the words say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words[0])
        self.words = words


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument, by the names under which it is given; `how` is what argparse takes."""

    names: tuple[str, ...]
    help: Words
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A command that was typed: its arguments, the API that it may ask, and how it answers."""

    given: Namespace
    api: Api
    speech: Speech


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command that asks the API; `check` raises `UsageError` before anything is opened."""

    name: str
    help: Words
    do: Callable[[Asked], Awaitable[None]]
    arguments: tuple[Argument, ...] = ()
    check: Callable[[Namespace], None] = lambda _: None


@dataclass(frozen=True, kw_only=True)
class OwnCommand:
    """One command that needs no API, and returns the exit code."""

    name: str
    help: Words
    do: Callable[[Namespace], int]
    arguments: tuple[Argument, ...] = ()
