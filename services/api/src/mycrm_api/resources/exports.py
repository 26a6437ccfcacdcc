"""Exports: the customers as CSV, made while it is downloaded; however many they are, a few hundred are in memory."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from pydantic import Field

from mycrm_api.domain.customer_lists import CustomerFilter, CustomerList
from mycrm_api.domain.customers import MOST_IMPORTANCE, Customer, Validity, sort_of
from mycrm_api.domain.days import day_of, team_zone
from mycrm_api.domain.exports import CHINESE, ENGLISH, MARK, ExportKind, cells, lines
from mycrm_api.domain.followups import FollowupList, Operator, chosen_rule, followup_sort_of
from mycrm_api.domain.roles import Role
from mycrm_api.domain.settings import MOST_DAYS, read_settings
from mycrm_api.ports.customer_lists import CustomerLists
from mycrm_api.ports.followups import Followups
from mycrm_api.ports.settings import SettingsStore
from mycrm_api.resources.customer_list import CustomerFilterForm
from mycrm_api.resources.downloads import CSV, download
from mycrm_api.resources.route import Answer, Call, Form, Handle, Route
from mycrm_common.clock import Clock
from mycrm_common.work import ReadingRoom

_SOME = 500
_BY_ID = "id"


class ExportForm(Form):
    """In which order."""

    sort: str = Field(_BY_ID, description="any field; `-` in front of it is descending")


class FilteredExportForm(CustomerFilterForm, ExportForm):
    """Which customers, in which order."""


class FollowupExportForm(ExportForm):
    """Whom to follow up; what is not said is as in the settings."""

    operator: Operator | None = Field(None, description="how a rating compares with `importance`")
    importance: int | None = Field(None, ge=0, le=MOST_IMPORTANCE)
    days: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="the last contact is more calendar days ago than this"
    )


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What exports are made from."""

    lists: CustomerLists
    followups: Followups
    settings: SettingsStore
    clock: Clock
    reading: ReadingRoom
    zone: str

    async def settled(self) -> tuple[dict[str, object], ZoneInfo]:
        """Return the settings and the team's time zone."""
        async with self.reading() as look:
            present = read_settings(await self.settings.stored(look))
        return dict(present), team_zone(present, default=self.zone)


def routes(
    *,
    lists: CustomerLists,
    followups: Followups,
    settings: SettingsStore,
    clock: Clock,
    reading: ReadingRoom,
    zone: str,
) -> list[Route]:
    """Return the routes of the exports."""
    desk = _Desk(lists=lists, followups=followups, settings=settings, clock=clock, reading=reading, zone=zone)

    def of(kind: ExportKind, *valid: Validity) -> Handle:
        async def export(call: Call) -> Answer:
            form: ExportForm = call.query
            sort_of(form.sort)
            wanted = CustomerList(
                only=CustomerFilter(only_valid=Validity.INVALID not in valid), sort=form.sort, limit=_SOME
            )
            return await _sent(desk, kind, _those(lists.pieces(reading, wanted), valid))

        return export

    async def filtered(call: Call) -> Answer:
        form: FilteredExportForm = call.query
        sort_of(form.sort)
        wanted = CustomerList(only=form.chosen(), sort=form.sort, limit=_SOME)
        return await _sent(desk, "filtered", lists.pieces(reading, wanted))

    async def due(call: Call) -> Answer:
        form: FollowupExportForm = call.query
        followup_sort_of(form.sort)
        present, team = await desk.settled()
        wanted = FollowupList(
            rule=chosen_rule(present, operator=form.operator, importance=form.importance, days=form.days),
            at=clock.now(),
            zone=team,
            sort=form.sort,
            limit=_SOME,
        )
        return await _sent(desk, "followup", _due(desk, wanted))

    async def template(_: Call) -> Answer:
        return download(_lines("template", _nobody(), ZoneInfo("UTC")), name="export_template.csv")

    return [
        _route("all", of("all", *Validity), "all customers", ExportForm),
        _route("valid", of("valid", Validity.VALID), "the customers whose address is valid", ExportForm),
        _route(
            "invalid", of("invalid", Validity.INVALID), "the customers whose address is invalid", ExportForm
        ),
        _route("followup", due, "the customers who are due", FollowupExportForm),
        _route("filtered", filtered, "the customers of a filtered list", FilteredExportForm),
        _route("template", template, "a file with headers only, to be filled in and imported", None),
    ]


def _route(kind: ExportKind, handle: Handle, summary: str, query: type[Form] | None) -> Route:
    return Route(
        method="GET",
        path=f"/exports/{kind}",
        handle=handle,
        needs=Role.MEMBER,
        summary=f"{summary}, as CSV",
        query=query,
        media=CSV,
    )


async def _sent(desk: _Desk, kind: ExportKind, customers: AsyncIterator[Iterable[Customer]]) -> Answer:
    _, team = await desk.settled()
    day = day_of(desk.clock.now(), team).strftime("%Y%m%d")
    return download(_lines(kind, customers, team), name=f"export_{kind}_{day}.csv")


async def _lines(
    kind: ExportKind, customers: AsyncIterator[Iterable[Customer]], zone: ZoneInfo
) -> AsyncIterator[bytes]:
    is_greeted = kind in {"followup", "filtered"}
    yield MARK.encode() + lines([ENGLISH if is_greeted else CHINESE])
    async for some in customers:
        yield lines(cells(one, zone=zone, is_greeted=is_greeted) for one in some)


async def _those(
    customers: AsyncIterator[list[Customer]], valid: Iterable[Validity]
) -> AsyncIterator[list[Customer]]:
    async for some in customers:
        yield [one for one in some if one.valid in valid]


async def _due(desk: _Desk, wanted: FollowupList) -> AsyncIterator[Iterable[Customer]]:
    while True:
        async with desk.reading() as look:
            page = await desk.followups.page(look, wanted)
        yield page.items
        if page.next_cursor is None:
            return
        wanted = replace(wanted, cursor=page.next_cursor)


async def _nobody() -> AsyncIterator[list[Customer]]:
    yield []
