"""Examples for the description, made from the schemas: people of example.com, and numbers within their bounds."""

from collections.abc import Mapping
from typing import Any

_PREFIX = "#/components/schemas/"
_DEEPEST = 8

# What a field of that name holds, whatever it belongs to.
_BY_NAME: Mapping[str, Any] = {
    "email": "li.ming@example.com",
    "previous_email": "li@example.com",
    "name": "李明",
    "company": "Example Trading Ltd.",
    "country": "中国",
    "address": "上海市示例路 1 号",
    "phone": "+86 21 5555 0100",
    "website": "https://shop.example.com",
    "comment": "<p>喜欢绿茶</p>",
    "username": "manager",
    "password": "a long enough password",
    "subject": "报价",
    "content": "<p>您好</p>",
    "sender": "Li Ming",
    "addresses": ["li.ming@example.com"],
    "role": "member",
    "language": "zh-CN",
    "time_zone": "Asia/Shanghai",
    "mail_host": "imap.example.com",
    "mail_port": 993,
    "mail_username": "team@example.com",
    "importance": 3,
    "valid": 2,
    "version": 1,
    "next_cursor": None,
    "previous_cursor": None,
}
_BY_FORMAT: Mapping[str, Any] = {
    "date-time": "2026-11-22T08:30:00Z",
    "date": "2026-11-22",
    "password": "a secret",
    "email": "li.ming@example.com",
}


def example_of(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str = "", depth: int = 0
) -> Any:
    """Return something that the schema takes."""
    if "$ref" in schema:
        inner = schemas[str(schema["$ref"]).removeprefix(_PREFIX)]
        return example_of(inner, schemas, name=name, depth=depth + 1)
    for known in ("const", "example", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return _of_choices(choices, schemas, name=name, depth=depth)
    return _of_type(schema, schemas, name=name, depth=depth)


def _of_choices(choices: Any, schemas: Mapping[str, Any], *, name: str, depth: int) -> Any:
    if name in _BY_NAME and _BY_NAME[name] is None:
        return None
    chosen = next((one for one in choices if one.get("type") != "null"), choices[0])
    return example_of(chosen, schemas, name=name, depth=depth)


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        fields = {} if depth > _DEEPEST else schema.get("properties", {})
        return {
            field: example_of(said, schemas, name=field, depth=depth + 1) for field, said in fields.items()
        }
    if kind == "array":
        return _of_list(schema, schemas, name=name, depth=depth)
    if kind == "string":
        known = _BY_NAME.get(name)
        made = known if isinstance(known, str) else _BY_FORMAT.get(str(schema.get("format")), "text")
        return str(made)[: schema.get("maxLength", len(str(made)))]
    if kind in {"integer", "number"}:
        known = _BY_NAME.get(name)
        least = int(schema.get("minimum", schema.get("exclusiveMinimum", 0)))
        return known if isinstance(known, int) else max(least, 1)
    return True if kind == "boolean" else None


def _of_list(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str, depth: int) -> list[Any]:
    if isinstance(_BY_NAME.get(name), list):
        return list(_BY_NAME[name])
    if depth > _DEEPEST or schema.get("maxItems") == 0:
        return []
    if "prefixItems" in schema:
        return [example_of(one, schemas, depth=depth + 1) for one in schema["prefixItems"]]
    return [example_of(schema.get("items", {"type": "string"}), schemas, depth=depth + 1)]
