"""Writes docs/events from the event classes: asyncapi.yaml (AsyncAPI 3) and a JSON Schema per type.

`--check` says whether they are fresh. The example in each schema is the event's golden file, so what
integrators read there is what really travels. Sources: https://www.asyncapi.com/docs/reference/specification/v3.0.0,
https://github.com/asyncapi/bindings/tree/master/amqp (0.3.0).
"""

import json
import sys
from inspect import getdoc
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from mycrm_common.bus.codec import CONTENT_TYPE
from mycrm_common.bus.topology import EXCHANGE
from mycrm_common.events import event_types
from mycrm_common.events.registry import Event

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs/events"
GOLDEN = ROOT / "tests/contract/golden"
DIALECT = "http://json-schema.org/draft-07/schema#"
SCHEMA_FORMAT = "application/schema+json;version=draft-07"
MADE_BY = "# Made by `make client` from mycrm_common.events. Do not edit.\n"
INFO = """\
What MyCRM tells. Each event is one CloudEvents 1.0 object (structured mode, JSON) on the topic exchange
`mycrm.events`; the routing key is the event's type, `message_id` its id. Bind a durable queue of your own.

Events arrive at least once: remember the ids that you have done. Order is promised per subject by `version`
only. Fields are added, never renamed: pass over those that you do not know. No event carries mail bodies or
secrets.
"""


def main() -> int:
    """Write the documents, or compare them."""
    wanted = documents()
    stale = [path for path, text in wanted.items() if not _has(path, text)]
    strange = [path for path in sorted((PLACE / "schemas").glob("*")) if path not in wanted]
    if "--check" in sys.argv:
        for path in (*stale, *strange):
            print(f"{path.relative_to(ROOT)} is stale: run `make client`")
        return 1 if stale or strange else 0
    (PLACE / "schemas").mkdir(parents=True, exist_ok=True)
    for path in strange:
        path.unlink()
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


def documents() -> dict[Path, str]:
    """Return every file under docs/events that is made here, with its text."""
    events = event_types()
    schemas = {
        PLACE / f"schemas/{name}.json": json.dumps(schema_of(cls), ensure_ascii=False, indent=2) + "\n"
        for name, cls in sorted(events.items())
    }
    spoken = yaml.dump(asyncapi(events), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return {PLACE / "asyncapi.yaml": MADE_BY + spoken, **schemas}


def schema_of(cls: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema of one event as it travels, with its golden file as the example."""
    data = _without_titles(TypeAdapter(cls).json_schema())
    data.pop("description", None)
    return {
        "$schema": DIALECT,
        "title": cls.event_type,
        "description": getdoc(cls),
        "type": "object",
        "required": ["specversion", "id", "type", "source", "subject", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "maxLength": 36, "description": "unique; the same when it comes again"},
            "type": {"const": cls.event_type},
            "source": {"type": "string", "description": "the service that told it, such as /mycrm/api"},
            "subject": {"type": "string", "description": f"what it is about: the {cls.subject_field}"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "correlationid": {"type": "string", "description": "the same for all that one act set off"},
            "data": data,
        },
        "examples": [json.loads((GOLDEN / f"{cls.event_type}.json").read_text(encoding="utf-8"))],
    }


def asyncapi(events: dict[str, type[Event]]) -> dict[str, Any]:
    """Return the AsyncAPI document."""
    named = {name.replace(".", "_"): cls for name, cls in sorted(events.items())}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MyCRM events",
            "version": "1.0.0",
            "description": INFO,
            "license": {"name": "GPL-3.0-or-later"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "rabbitmq": {
                "host": "{host}:{port}",
                "protocol": "amqp",
                "protocolVersion": "0-9-1",
                "description": "the broker that MYCRM_BUS_URL names",
                "variables": {"host": {"default": "localhost"}, "port": {"default": "5672"}},
            }
        },
        "channels": {key: _channel(key, cls) for key, cls in named.items()},
        "operations": {f"tell_{key}": _operation(key) for key in named},
        "components": {"messages": {key: _message(cls) for key, cls in named.items()}},
    }


def _channel(key: str, cls: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": cls.event_type,
        "messages": {key: {"$ref": f"#/components/messages/{key}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _operation(key: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": "0.3.0"}},
    }


def _message(cls: type[Event]) -> dict[str, Any]:
    return {
        "name": cls.event_type,
        "title": cls.__name__,
        "summary": getdoc(cls),
        "contentType": CONTENT_TYPE,
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./schemas/{cls.event_type}.json"},
        },
        "bindings": {"amqp": {"messageType": cls.event_type, "bindingVersion": "0.3.0"}},
    }


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without the titles that only repeat its fields' names."""
    plain = {key: value for key, value in schema.items() if key != "title"}
    if "properties" in plain:
        plain["properties"] = {name: _without_titles(inner) for name, inner in plain["properties"].items()}
    return plain


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _write_text)


def _has(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
