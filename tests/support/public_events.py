"""The public schemas of events, to hold against them what the product really tells."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

_SCHEMAS = Path(__file__).resolve().parents[2] / "docs/events/schemas"


@lru_cache
def public_schema(event_type: str) -> Any:
    """Return the published schema of a type of event."""
    return json.loads((_SCHEMAS / f"{event_type}.json").read_text(encoding="utf-8"))


def unfit(bodies: Iterable[bytes | str]) -> list[str]:
    """Return what is wrong with events as they travel, by the public schema of each; none may be wrong."""
    faults = []
    for body in bodies:
        said = json.loads(body)
        check = jsonschema.Draft7Validator(public_schema(said["type"]))
        faults += [f"{said['type']}: {error.message}" for error in check.iter_errors(said)]
    return faults
