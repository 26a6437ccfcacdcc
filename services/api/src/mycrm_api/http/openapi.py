"""docs/openapi.yaml as data, made from the same routes that are served."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mycrm_api.http.described_problems import problem_answers, problem_examples
from mycrm_api.http.examples import example_of
from mycrm_api.resources.change_ids import CHANGE_HEADER
from mycrm_api.resources.route import Form, Route, View
from mycrm_api.resources.streams import MEDIA as STREAM

_VERSION = "0.1.0"
_TEXT_IDS = frozenset({"request_id", "change_id"})
_REF = "#/components/schemas/{model}"
_IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the version that the caller has seen; a stale one gets 409, none lets the last write win",
    "schema": {"type": "string"},
}
_LAST_EVENT_ID: dict[str, Any] = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "the place of the last thing heard, as browsers send it when they come back",
    "schema": {"type": "string"},
}
_CHANGE_ID: dict[str, Any] = {
    "description": "names what was done, for POST /customers/changes/{change_id}/undo; none where nothing changed",
    "schema": {"type": "string"},
}
_UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; docs/errors.md explains each"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes."""
    schemas, references = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, references, schemas)
        paths.setdefault("/api/v1" + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MyCRM",
            "version": _VERSION,
            "description": "Times are RFC 3339 in UTC. Errors are application/problem+json with a stable code.",
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas | {"Problem": _PROBLEM},
            "examples": problem_examples(),
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "mycrm_session"}},
        },
    }


def _schemas(routes: Sequence[Route]) -> tuple[dict[str, Any], dict[type[BaseModel], dict[str, Any]]]:
    taken = {route.takes for route in routes if route.takes}
    given = {view for route in routes for view in (route.gives, route.later) if view}
    inputs: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _sorted(taken)]
    outputs: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in _sorted(given)]
    made, document = models_json_schema(inputs + outputs, ref_template=_REF)
    return document.get("$defs", {}), {model: made[(model, mode)] for model, mode in inputs + outputs}


def _sorted(models: set[type[Form]] | set[type[View]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _operation(
    route: Route, references: dict[type[BaseModel], dict[str, Any]], schemas: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split("/")[1]],
        "x-role": route.needs.value if route.needs else "anyone",
        "security": [{"session": []}] if route.needs else [],
        "responses": _responses(route, references, schemas),
    }
    parameters = [*_path_parameters(route), *_query_parameters(route)]
    if route.versioned:
        parameters.append(_IF_MATCH)
    if route.media == STREAM:
        parameters.append(_LAST_EVENT_ID)
    if parameters:
        operation["parameters"] = parameters
    if route.takes:
        content = {"application/json": _shown(references[route.takes], schemas)}
        operation["requestBody"] = {"required": True, "content": content}
    if route.upload:
        operation["requestBody"] = {"required": True, "content": {route.upload: {"schema": _UPLOAD}}}
    if route.problems:
        operation["x-problems"] = list(route.problems)
    return operation


def _responses(
    route: Route, references: dict[type[BaseModel], dict[str, Any]], schemas: dict[str, Any]
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": route.summary}
    if route.gives:
        good["content"] = {route.media: _shown(references[route.gives], schemas)}
    elif route.status != 204:  # noqa: PLR2004 - HTTP's number for no content
        good["content"] = {route.media: {"schema": {"type": "string"}}}
    if route.gives_change:
        good["headers"] = {CHANGE_HEADER: _CHANGE_ID}
    answers = {str(route.status): good}
    if route.later:
        content = {route.media: _shown(references[route.later], schemas)}
        answers["202"] = {"description": "taken; the answer takes longer", "content": content}
    return answers | problem_answers(route)


def _shown(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {"schema": schema, "example": example_of(schema, schemas)}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if name.endswith("id") and name not in _TEXT_IDS else "string"},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": said}
        for name, said in schema["properties"].items()
    ]


def _operation_id(route: Route) -> str:
    words = re.sub(r"[{}]", "", route.path).strip("/").replace("-", "_").replace("/", "_")
    return f"{route.method.lower()}_{words}"
