"""One root for every error that MyCRM raises on purpose.

An error has a code (stable, documented in docs/errors.md, translated by the page) and a kind. Two tables turn
the kind into an answer: `mycrm_api.http.problems` into an HTTP status, `mycrm_common.consumers` into
acknowledge, retry later or park. Adapters turn their library's errors into this one and keep the cause.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What went wrong, as far as the one who must react needs to know."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    LIMITED = "limited"
    BUG = "bug"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldFault:
    """One field that could not be accepted, and why."""

    field: str
    code: str
    message: str


class MyCRMError(Exception):
    """An expected failure: `code` says which, `kind` how to react, `detail` what to tell the reader."""

    def __init__(
        self,
        code: str,
        kind: Kind,
        detail: str = "",
        *,
        errors: Iterable[FieldFault] = (),
        retry_after: float | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.context = dict(context or {})


class StartError(MyCRMError):
    """What stops a start: told in one line in the reader's language, exit code 2, never a stack trace."""

    def __init__(self, code: str, **values: object) -> None:
        detail = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(code, Kind.INVALID, detail)
        self.values = values


def unexpected(error: Exception) -> Exception | None:
    """Return an error whose stack trace tells something; that something is away needs none."""
    is_away = isinstance(error, MyCRMError) and error.kind is Kind.UNAVAILABLE
    return None if is_away else error
