"""Which problems each route may answer with, by status, for its description.

What the edge refuses follows from the route's shape; what its own acts refuse stands in the route. The statuses of the
codes are those of docs/errors.md, which a test holds against this table.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mycrm_api.domain.roles import Role
from mycrm_api.resources.route import Route

STATUS_OF_CODE: Mapping[str, int] = {
    "account_invalid": 422,
    "account_missing": 403,
    "backup_download_ended": 503,
    "backup_file_missing": 404,
    "backup_host_changed": 409,
    "backup_host_keyless": 409,
    "backup_not_found": 404,
    "backup_target_unreachable": 503,
    "body_too_large": 413,
    "body_unreadable": 400,
    "change_not_found": 404,
    "change_of_import": 409,
    "columns_many": 422,
    "columns_wrong": 422,
    "copy_expired": 404,
    "copy_not_ready": 404,
    "cursor_invalid": 422,
    "customer_email_taken": 409,
    "customer_not_deleted": 409,
    "customer_not_found": 404,
    "customer_version_stale": 409,
    "database_busy": 503,
    "database_unavailable": 503,
    "http_malformed": 400,
    "import_empty": 422,
    "import_not_found": 404,
    "import_state_wrong": 409,
    "log_not_found": 404,
    "mail_bytes_missing": 404,
    "mail_gone": 404,
    "mail_not_held": 404,
    "mail_too_large": 422,
    "mailbox_certificate_untrusted": 422,
    "mailbox_connection_lost": 422,
    "mailbox_login_refused": 422,
    "mailbox_not_configured": 409,
    "mailbox_tls_required": 422,
    "mailbox_unreachable": 422,
    "media_type_unsupported": 415,
    "message_not_found": 404,
    "not_found": 404,
    "not_signed_in": 401,
    "origin_foreign": 403,
    "parked_not_found": 404,
    "parked_unreadable": 409,
    "request_invalid": 422,
    "role_missing": 403,
    "setup_code_wrong": 403,
    "setup_done": 409,
    "setup_not_local": 403,
    "sheet_unreadable": 422,
    "sign_in_limited": 429,
    "sign_in_refused": 401,
    "storage_full": 507,
    "streams_limited": 429,
}

# Of a code that the table has not learned yet; a test tells.
_UNTOLD = 422
_READS = frozenset({"GET", "HEAD"})
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problem_answers(route: Route) -> dict[str, Any]:
    """Return the description of each status that tells a problem of this route."""
    codes: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys((*_of_shape(route), *route.problems)):
        codes[STATUS_OF_CODE.get(code, _UNTOLD)].append(code)
    return {str(status): _answer(status, codes[status]) for status in sorted(codes)}


def problem_examples() -> dict[str, Any]:
    """Return an example of each problem, by its code."""
    return {code: {"summary": code, "value": _example(code)} for code in sorted(STATUS_OF_CODE)}


def _of_shape(route: Route) -> Iterator[str]:
    if route.needs is not None:
        yield "not_signed_in"
        if route.needs is not Role.VIEWER:
            yield "role_missing"
    if route.method not in _READS:
        yield "origin_foreign"
        yield "storage_full"
    if "{" in route.path:
        yield "not_found"
    if route.takes or route.upload:
        yield from ("body_unreadable", "body_too_large")
    yield from ("http_malformed", "media_type_unsupported", "request_invalid")
    yield from ("database_busy", "database_unavailable")


def _answer(status: int, codes: Sequence[str]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes if code in STATUS_OF_CODE}
    content = {"application/problem+json": {"schema": _PROBLEM, "examples": examples}}
    return {"description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}", "content": content}


def _example(code: str) -> dict[str, Any]:
    field = {"field": "email", "code": "value_invalid", "message": "it cannot be taken"}
    return {
        "type": "about:blank",
        "title": HTTPStatus(STATUS_OF_CODE[code]).phrase,
        "status": STATUS_OF_CODE[code],
        "code": code,
        "detail": "",
        "errors": [field] if code == "request_invalid" else [],
        "request_id": "0193a0c1-7d1e-7000-8000-000000000000",
    }
