"""Keeps the contract of released events: docs/events/released holds what others rely on, one file per type.

`python -m tools.release_events` takes today's events over: new types, and fields that were added. What would break
somebody is refused, because both sides of a queue may be older than the other: whoever reads today's events must
find every field that was promised, in the same form; and we must be able to read what was told before. Such a change
is another event (`.v2`) beside the first. `--break TYPE` takes a breaking change over all the same, for a type that
nobody outside has been given yet.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from mycrm_common.events import event_types
from tools.generate_events import PLACE, schema_of

RELEASED = PLACE / "released"
Schema = dict[str, Any]
# What only explains a field.
_WORDS = frozenset({"$schema", "title", "description", "default", "examples"})


def main() -> int:
    """Take today's events over, unless that would break somebody."""
    allowed = set(sys.argv[2:]) if sys.argv[1:2] == ["--break"] else set()
    today = contracts()
    broken = [
        line for name, lines in all_breaks(today, released()).items() if name not in allowed for line in lines
    ]
    for line in broken:
        sys.stderr.write(f"{line}\n")
    if broken:
        return 1
    RELEASED.mkdir(exist_ok=True)
    for path in RELEASED.glob("*.json"):
        if path.stem not in today:
            path.unlink()
    for name, contract in today.items():
        (RELEASED / f"{name}.json").write_text(written(contract), encoding="utf-8")
    return 0


def contracts() -> dict[str, Schema]:
    """Return what today's events promise, by type."""
    return {name: promise(schema_of(cls)) for name, cls in sorted(event_types().items())}


def released() -> dict[str, Schema]:
    """Return what was promised when events were last released, by type."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RELEASED.glob("*.json"))
    }


def written(contract: Schema) -> str:
    """Return a contract as its file holds it."""
    return json.dumps(contract, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def promise(schema: Any) -> Any:
    """Return a schema without what only explains it."""
    if isinstance(schema, list):
        return [promise(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: promise(inner) for key, inner in schema.items() if key not in _WORDS or key == "properties"}
    if "properties" in schema:
        kept["properties"] = {name: promise(inner) for name, inner in schema["properties"].items()}
    return kept


def all_breaks(today: dict[str, Schema], before: dict[str, Schema]) -> dict[str, list[str]]:
    """Return what would break somebody, by type."""
    found = {}
    for name, contract in before.items():
        if name not in today:
            found[name] = [f"{name}: is told no more"]
        elif lines := list(breaks(today[name], contract, at=name)):
            found[name] = lines
    return found


def breaks(today: Schema, before: Schema, *, at: str) -> Iterator[str]:
    """Yield what of a promise is not kept any more, each with its place."""
    is_object = "properties" in before and "properties" in today
    for key in sorted(today.keys() | before.keys()):
        if is_object and key in {"properties", "required"}:
            continue
        if today.get(key) != before.get(key):
            yield f"{at}: {key} was {json.dumps(before.get(key))} and is {json.dumps(today.get(key))}"
    if not is_object:
        return
    for name, contract in before["properties"].items():
        if name not in today["properties"]:
            yield f"{at}.{name}: was removed"
        else:
            yield from breaks(today["properties"][name], contract, at=f"{at}.{name}")
    must, had_to = set(today.get("required", ())), set(before.get("required", ()))
    for name in sorted(must - had_to):
        yield f"{at}.{name}: must be there now, and what was told before may lack it"
    for name in sorted((had_to - must) & today["properties"].keys()):
        yield f"{at}.{name}: was always there, and need not be now"


if __name__ == "__main__":
    sys.exit(main())
