"""From a `Route` to an aiohttp handler: role, content type, body, call, answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from mycrm_api.http import cookies
from mycrm_api.http.middlewares import IDENTIFY, USER
from mycrm_api.http.patience import patiently
from mycrm_api.http.problems import from_validation
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_common.errors import FieldFault, Kind, MyCRMError

_PATIENCE_SECONDS = 20.0
_MOST_FIELDS = 100


def serve(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler that lets in who may, checks what was sent, and answers."""

    async def answer(request: web.Request) -> web.StreamResponse:
        user = request.get(USER)
        if route.needs is not None:
            if user is None:
                raise MyCRMError("not_signed_in", Kind.FORBIDDEN, "sign in first")
            if not user.role.includes(route.needs):
                raise MyCRMError("role_missing", Kind.FORBIDDEN, f"this needs the role {route.needs.value}")
        call = Call(
            request=request,
            user=user,
            session_token=cookies.token_of(request),
            query=_query(request, route.query),
            body=await _body(request, route),
            identify=request.get(IDENTIFY),
        )
        return _response(route, request, await patiently(route, call))

    return answer


def _query(request: web.Request, form: type[Form] | None) -> Form | None:
    given = dict(request.query)
    twice = sorted({name for name in given if len(request.query.getall(name)) > 1})
    if twice:
        faults = [
            FieldFault(field=name, code="field_twice", message="given more than once") for name in twice
        ]
        raise MyCRMError("request_invalid", Kind.INVALID, "the query is not acceptable", errors=faults)
    if form is None:
        return None
    try:
        return form.model_validate(given)
    except ValidationError as error:
        raise from_validation(error, where="query") from None


async def _body(request: web.Request, route: Route) -> Form | None:
    if route.upload and request.content_type == route.upload:
        return None  # It may be larger than memory: the handler takes it in pieces.
    if route.upload:
        raise MyCRMError("media_type_unsupported", Kind.INVALID, f"send {route.upload}")
    is_json = request.content_type == "application/json"
    if request.body_exists and not is_json:
        raise MyCRMError("media_type_unsupported", Kind.INVALID, "send application/json")
    if route.takes is None:
        return None
    # Whoever sends nothing, and does not call it JSON, has filled in nothing.
    raw = await _read(request, most=route.most_bytes) if request.body_exists or is_json else b"{}"
    try:
        said = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MyCRMError("body_unreadable", Kind.INVALID, f"this is not JSON: {error}") from None
    try:
        return route.takes.model_validate(said)
    except ValidationError as error:
        raise from_validation(error, where="body") from None


async def _read(request: web.Request, *, most: int) -> bytes:
    """Return the body; who sends too much, too slowly, or what does not unfold is refused."""
    too_large = MyCRMError("body_too_large", Kind.INVALID, f"at most {most} bytes")
    if (request.content_length or 0) > most:
        raise too_large
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            raw = await request.read()
    except TimeoutError:
        raise MyCRMError("body_unreadable", Kind.INVALID, "it did not come in time") from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise MyCRMError("body_unreadable", Kind.INVALID, "it did not come as it was announced") from error
    if len(raw) > most:
        raise too_large
    return raw


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Naming each of a million unknown fields would keep everybody else waiting for seconds.
    if len(pairs) > _MOST_FIELDS:
        message = f"an object of more than {_MOST_FIELDS} fields"
        raise ValueError(message)
    said = dict(pairs)
    if len(said) < len(pairs):
        message = "a field is given more than once"
        raise ValueError(message)
    return said


def _refuse_constant(name: str) -> Any:
    message = f"{name} is no JSON number"
    raise ValueError(message)


def _response(route: Route, request: web.Request, answer: Answer) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    if isinstance(answer, View):
        answer = Reply(view=answer)
    response = web.Response(status=answer.status or route.status, headers=dict(answer.headers))
    if answer.view is not None:
        response.content_type = "application/json"
        response.charset = "utf-8"
        response.body = answer.view.model_dump_json().encode()
    if answer.set_session is not None:
        cookies.give(response, request, answer.set_session)
    if answer.clear_session:
        cookies.take_back(response, request)
    return response
