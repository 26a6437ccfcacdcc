"""The feed of events: what happened, after a place, and the same live."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from mycrm_api.domain.faults import refuse
from mycrm_api.domain.feed import FeedEvent, FeedList, Missed
from mycrm_api.domain.roles import Role
from mycrm_api.ports.events import Feed
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.live_feed import LiveFeed
from mycrm_api.resources.places import last_heard
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_api.resources.streams import MEDIA, Streams, Told
from mycrm_common.errors import FieldFault
from mycrm_common.events import event_types
from mycrm_common.work import ReadingRoom

_MOST_TYPES = 1_000
_TYPES = "these types only, with commas between them"
_Types = Annotated[str, Field(max_length=_MOST_TYPES, description=_TYPES, examples=["customer.added.v1"])]
_LARGEST = 2**63 - 1


class EventView(View):
    """One event. `seq` has no gaps: it is the place in the feed; `data` is as docs/events describes it."""

    seq: int
    id: str
    type: str
    time: datetime
    subject: str
    source: str
    correlation_id: str
    data: dict[str, Any]


class EventPage(ListView):
    """A page of the feed, the oldest first; events are kept for a week, from `oldest` to `newest`."""

    items: tuple[EventView, ...]
    oldest: int
    newest: int


class EventListForm(ListForm):
    """Which events; with types a page may be short although more follow, and `total` is told only when asked for."""

    type: _Types = ""
    after: int | None = Field(None, ge=0, le=_LARGEST, description="events that follow the one of this `seq`")


class EventStreamForm(Form):
    """Where the stream begins, and what it tells."""

    type: _Types = ""
    after: int | None = Field(
        None,
        ge=0,
        le=_LARGEST,
        description="begin behind this `seq`; without it, with what happens from now on",
    )


class FeedSource:
    """The feed for one reader."""

    def __init__(self, live: LiveFeed, *, place: int, missed: Missed | None, types: frozenset[str]) -> None:
        self._live = live
        self._place = place
        self._missed = missed
        self._types = types
        self._is_new = True

    @property
    def place(self) -> str:
        """The number of the last event that was looked at."""
        return str(self._place)

    async def more(self) -> Sequence[Told]:
        """Return the events that are new; the first word is where the reader stands."""
        if self._is_new:
            self._is_new = False
            return [self._greeting()]
        while True:
            before = self._place
            some = await self._live.after(before, types=self._types)
            self._place = some.place
            if some.events or self._place == before:
                return [_told(event) for event in some.events]

    def _greeting(self) -> Told:
        said: dict[str, object] = {"seq": self._place}
        if self._missed is None:
            return Told(place=self.place, name="ready", data=json.dumps(said))
        return Told(place=self.place, name="reset", data=json.dumps(said | {"reason": self._missed}))


def routes(*, feed: Feed, live: LiveFeed, streams: Streams, reading: ReadingRoom) -> list[Route]:
    """Return the routes of the feed."""

    async def show(call: Call) -> Answer:
        form: EventListForm = call.query
        wanted = FeedList(
            types=_types(form.type),
            after=form.after,
            cursor=form.cursor,
            limit=form.limit,
            exact=form.total is not None,
        )
        async with reading() as look:
            return EventPage.model_validate(await feed.page(look, wanted))

    async def stream(call: Call) -> Answer:
        form: EventStreamForm = call.query
        types = _types(form.type)
        bounds = await live.bounds()
        wished = last_heard(call, form.after)
        missed = bounds.missed(wished)
        place = bounds.newest if wished is None or missed else wished
        source = FeedSource(live, place=place, missed=missed, types=types)
        return await streams.tell(call, source, needs=Role.VIEWER)

    return [
        Route(
            method="GET",
            path="/events",
            handle=show,
            needs=Role.VIEWER,
            summary="past events after a place, the oldest first",
            query=EventListForm,
            gives=EventPage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="GET",
            path="/events/stream",
            handle=stream,
            needs=Role.VIEWER,
            summary="the same live, as server-sent events",
            query=EventStreamForm,
            media=MEDIA,
            problems=("streams_limited",),
        ),
    ]


def _types(text: str) -> frozenset[str]:
    named = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := sorted(named - event_types().keys()):
        message = f"there is no event {unknown[0][:80]}"
        refuse([FieldFault(field="type", code="choice_unknown", message=message)])
    return named


def _told(event: FeedEvent) -> Told:
    return Told(place=str(event.seq), data=EventView.model_validate(event).model_dump_json())
