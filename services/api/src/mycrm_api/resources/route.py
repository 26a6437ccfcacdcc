"""A route as data: what it is called, who may use it, what it takes and gives, and what may go wrong.

The web edge serves these, the role table and docs/openapi.yaml are made from them, so neither can drift.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from mycrm_api.domain.roles import Role
from mycrm_api.domain.users import OPERATOR, User
from mycrm_common.errors import FieldFault, Kind, MyCRMError

_LARGEST_ID = 2**63 - 1
_MOST_BYTES = 64 * 1024
_OWN_NAME = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.IGNORECASE)


class Form(BaseModel):
    """What a caller sends: unknown fields are refused, so that a misspelt one is never lost in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class View(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer with something besides the record itself."""

    view: View | None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    set_session: str | None = None
    clear_session: bool = False


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request that has passed every door: who asks, and what was sent, already checked."""

    request: web.Request
    user: User | None
    session_token: str | None = None
    body: Any = None
    query: Any = None
    identify: Callable[[], Awaitable[User | None]] | None = None

    @property
    def caller(self) -> User:
        """Who asks; only routes that need a role may look."""
        if self.user is None:
            raise MyCRMError("caller_unknown", Kind.BUG, self.request.path)
        return self.user

    @property
    def account(self) -> User:
        """The account of who asks: for what people do for themselves, and an operator cannot."""
        if self.caller == OPERATOR:
            raise MyCRMError("account_missing", Kind.FORBIDDEN, "the operator has no account of its own")
        return self.caller

    async def look_again(self) -> User | None:
        """Return who asks by now, for answers that last: None once the session is over."""
        return self.user if self.identify is None else await self.identify()

    def number(self, name: str) -> int:
        """Return an id from the path; what is no id is not found."""
        text = self.request.match_info[name]
        if not text.isascii() or not text.isdigit() or int(text[:20]) > _LARGEST_ID:
            raise MyCRMError("not_found", Kind.NOT_FOUND, f"{name} {text[:40]}")
        return int(text)

    @property
    def is_local(self) -> bool:
        """Whether the caller reached this machine by a name that only the machine itself has."""
        return _OWN_NAME.fullmatch(self.request.headers.get("Host", "")) is not None

    @property
    def expected_version(self) -> int | None:
        """The version that the caller has seen, from `If-Match`, or None when it did not say."""
        text = self.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        if not text or text == "*":
            return None
        if not text.isascii() or not text.isdigit() or int(text[:20]) > _LARGEST_ID:
            fault = FieldFault(field="If-Match", code="number_expected", message="the record's version")
            raise MyCRMError("request_invalid", Kind.INVALID, "If-Match is no version", errors=[fault])
        return int(text)


Answer = View | Reply | web.StreamResponse
Handle = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address and verb.

    `needs` None means open to everybody; `problems` are the codes it may answer; `later` is what 202 gives where an
    answer may take too long; a `versioned` write looks at If-Match; one that `gives_change` can be undone, by its
    header Change-Id; a `repeatable` one may be done again although part of it has been stored. `upload` is the media
    type of a body that the handler reads itself, as it comes.
    """

    method: str
    path: str
    handle: Handle
    needs: Role | None
    summary: str
    takes: type[Form] | None = None
    query: type[Form] | None = None
    gives: type[View] | None = None
    status: int = 200
    later: type[View] | None = None
    versioned: bool = False
    gives_change: bool = False
    repeatable: bool = False
    problems: tuple[str, ...] = ()
    media: str = "application/json"
    most_bytes: int = _MOST_BYTES
    upload: str = ""
