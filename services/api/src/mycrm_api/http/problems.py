"""Errors as problem+json (RFC 9457): the one table from an error's kind to a status.

What nobody expected is logged with its trace, and told without any of it.
"""

import json
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.logs import Logger, correlation_id

STATUS = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.UNAVAILABLE: 503,
    Kind.LIMITED: 429,
    Kind.BUG: 500,
}
# What HTTP itself has a status for.
_STATUS_OF_CODE = {
    "not_signed_in": 401,
    "sign_in_refused": 401,
    "method_not_allowed": 405,
    "media_type_unsupported": 415,
    "body_too_large": 413,
    "body_unreadable": 400,
    "storage_full": 507,
}
_TITLES = {
    400: "the request cannot be read",
    401: "please sign in",
    403: "this is not allowed",
    404: "there is no such thing",
    405: "this address does not do that",
    409: "this conflicts with what is there",
    413: "this is too large",
    415: "this kind of body is not taken here",
    422: "something in the request is not acceptable",
    429: "too many requests",
    500: "something went wrong inside",
    503: "this is not available right now",
    507: "there is no room to store this",
}
_TO_STATUS_CODE = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


def status_of(error: MyCRMError) -> int:
    """Return the HTTP status of an error."""
    return _STATUS_OF_CODE.get(error.code, STATUS[error.kind])


def problem(error: MyCRMError) -> web.Response:
    """Return an error as problem+json."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "code": error.code,
        "detail": error.detail,
        "errors": [
            {"field": fault.field, "code": fault.code, "message": fault.message} for fault in error.errors
        ],
        "request_id": correlation_id(),
        **error.context,
    }
    headers = {"Retry-After": str(int(error.retry_after) + 1)} if error.retry_after is not None else None
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False, default=str).encode(),
        content_type="application/problem+json",
        headers=headers,
    )


def from_http(error: web.HTTPException) -> MyCRMError:
    """Return aiohttp's own refusal as one of ours."""
    code = _TO_STATUS_CODE.get(error.status, "request_invalid")
    kind = Kind.NOT_FOUND if error.status == 404 else Kind.INVALID  # noqa: PLR2004 - HTTP's number
    return MyCRMError(code, kind, error.reason)


def from_validation(error: ValidationError, *, where: str) -> MyCRMError:
    """Return what pydantic found, with every field named."""
    faults = [
        FieldFault(
            field=".".join(str(part) for part in fault["loc"]) or where,
            code=_CODES.get(fault["type"], fault["type"]),
            message=fault["msg"],
        )
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return MyCRMError("request_invalid", Kind.INVALID, f"the {where} is not acceptable", errors=faults)


def unexpected(error: Exception, *, log: Logger, path: str) -> MyCRMError:
    """Log what nobody expected, and return what may be told of it."""
    log.error("request.failed", error=error, path=path, exc_info=error)
    return MyCRMError("internal_error", Kind.BUG, "the log has the details under this request_id")


_CODES = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "string_too_long": "text_long",
    "string_too_short": "text_short",
    "too_long": "list_long",
    "too_short": "list_short",
    "list_type": "list_expected",
    "string_type": "text_expected",
    "string_unicode": "text_expected",
    "int_type": "number_expected",
    "int_parsing": "number_expected",
    "int_from_float": "number_expected",
    "float_type": "number_expected",
    "bool_type": "boolean_expected",
    "bool_parsing": "boolean_expected",
    "literal_error": "choice_unknown",
    "enum": "choice_unknown",
    "greater_than_equal": "number_small",
    "greater_than": "number_small",
    "less_than_equal": "number_large",
    "less_than": "number_large",
    "value_error": "value_invalid",
    "string_pattern_mismatch": "value_invalid",
    "model_attributes_type": "object_expected",
    "model_type": "object_expected",
    "dict_type": "object_expected",
}
