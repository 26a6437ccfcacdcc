"""Events to bytes and back: CloudEvents 1.0, structured mode, JSON, UTF-8.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. Reading is tolerant
of fields that it does not know, so that a newer service may add some; what lacks a field that is needed, or
holds one of another type, is `event_unreadable` and gets parked.
"""

import json
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from mycrm_common.bus.envelope import Envelope
from mycrm_common.bus.port import UNREADABLE
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events import event_types
from mycrm_common.events.registry import Event

CONTENT_TYPE = "application/cloudevents+json"
# What the inbox and the deliveries can hold; a longer id could never be remembered as done.
_ID_LENGTH = 36
_TYPE_LENGTH = 80


def seal(event: Event, *, event_id: str, service: str, at: datetime, correlation_id: str = "") -> Envelope:
    """Put an event into its envelope, with the bytes that will travel."""
    data = _form_of(event.event_type).dump_python(event, mode="json")
    written: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "type": event.event_type,
        "source": f"/mycrm/{service}",
        "subject": event.subject,
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    if correlation_id:
        written["correlationid"] = correlation_id
    return Envelope(
        id=event_id,
        type=event.event_type,
        source=written["source"],
        subject=event.subject,
        time=at,
        data=data,
        body=to_json(written),
        correlation_id=correlation_id,
    )


def unseal(body: bytes) -> Envelope:
    """Read an envelope from its bytes, or raise `event_unreadable`."""
    try:
        said = json.loads(body)
        if said["specversion"] != "1.0" or not isinstance(said["data"], dict):
            raise _unreadable("it is no CloudEvents 1.0 object with data")
        return Envelope(
            id=_name(said, "id", at_most=_ID_LENGTH),
            type=_name(said, "type", at_most=_TYPE_LENGTH),
            source=_text(said, "source"),
            subject=str(said.get("subject", "")),
            time=_moment(said),
            data=said["data"],
            body=body,
            correlation_id=_correlation_of(said),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def event_of(envelope: Envelope) -> Event:
    """Return the fact that an envelope carries, or raise `event_unreadable`."""
    if envelope.type not in event_types():
        raise _unreadable(f"no event is called {envelope.type}")
    try:
        # Strictly, as JSON: a number that became a text is another meaning, and guessing one is worse than parking.
        return _form_of(envelope.type).validate_json(json.dumps(envelope.data), strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise _unreadable(f"{envelope.type}.{fault['loc']}: {fault['msg']}") from error


@cache
def _form_of(event_type: str) -> TypeAdapter[Event]:
    # Built once per type: building costs a thousand times what using it does.
    return TypeAdapter(event_types()[event_type])


def _text(said: dict[str, Any], name: str) -> str:
    value = said[name]
    if not isinstance(value, str) or not value:
        raise _unreadable(f"{name} is no text")
    return value


def _name(said: dict[str, Any], name: str, *, at_most: int) -> str:
    value = _text(said, name)
    if len(value) > at_most or not value.isascii() or not value.isprintable():
        raise _unreadable(f"{name} is no ASCII text of at most {at_most} characters")
    return value


def _moment(said: dict[str, Any]) -> datetime:
    moment = datetime.fromisoformat(_text(said, "time"))
    if moment.tzinfo is None:
        raise _unreadable("time has no zone")
    return moment


def _correlation_of(said: dict[str, Any]) -> str:
    # Only a help in reading the log: one that the log cannot hold is left out.
    value = said.get("correlationid", "")
    is_usable = (
        isinstance(value, str) and len(value) <= _ID_LENGTH and value.isascii() and value.isprintable()
    )
    return value if is_usable else ""


def _unreadable(why: str) -> MyCRMError:
    return MyCRMError(UNREADABLE, Kind.INVALID, why)
