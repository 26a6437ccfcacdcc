"""Events with arbitrary content, for properties that hold for all of them."""

from datetime import UTC, datetime
from typing import Any, get_type_hints

from hypothesis import strategies as st

from mycrm_common.bus.codec import seal
from mycrm_common.bus.envelope import Envelope
from mycrm_common.events import event_types
from mycrm_common.events.registry import Event
from mycrm_common.ids import new_id

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(min_value=0, max_value=2**53 - 1),
    bool: st.booleans(),
    float: st.floats(min_value=0, max_value=1e9),
    str: st.text(),
    int | None: st.none() | st.integers(min_value=0, max_value=2**53 - 1),
    str | None: st.none() | st.text(),
    tuple[str, ...]: st.lists(st.text(), max_size=5).map(tuple),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def some_event() -> st.SearchStrategy[Event]:
    """An event of any type with any content."""
    return st.sampled_from(sorted(event_types().values(), key=lambda cls: cls.event_type)).flatmap(_of)


def sealed(event: Event, *, at: datetime = AT) -> Envelope:
    """The event in its envelope, told by api."""
    return seal(event, event_id=new_id(at), service="api", at=at)


def _of(cls: type[Event]) -> st.SearchStrategy[Event]:
    fields = cls.__dataclass_fields__  # type: ignore[attr-defined]  # every event is a dataclass
    hints = get_type_hints(cls)
    return st.builds(cls, **{name: _BY_TYPE[hints[name]] for name in fields})
