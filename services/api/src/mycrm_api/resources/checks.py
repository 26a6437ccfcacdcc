"""Checks of addresses: who waits, what was found, and asking for one now."""

from datetime import datetime

from pydantic import Field

from mycrm_api.domain.roles import Role
from mycrm_api.ports.checks import Checks
from mycrm_api.ports.customers import Customers
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.resources.waiting import Patience
from mycrm_api.usecases.await_check import await_check
from mycrm_api.usecases.request_check import request_check
from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import ReadingRoom, UnitOfWork


class CheckView(View):
    """One finding about an address, and what it rests on."""

    id: int
    customer_id: int
    email: str
    verdict: str = Field(description="valid, invalid, unconfirmed, unknown, or unanswered: it is tried again")
    valid: int | None = Field(description="what follows for the customer; null: nothing")
    log: str
    source: str = Field(description="the provider, `local`, `mail` (our own mail) or `person`")
    evidence: str
    known_at: datetime = Field(description="the moment of what it rests on")
    checked_at: datetime
    credits: int | None


class WaitingView(View):
    """An address that waits."""

    customer_id: int
    email: str
    lane: str = Field(description="asked by a person, first (never checked or needed soon), or again")
    queued_at: datetime
    expected_at: datetime | None = Field(description="about when; null where nobody is ever asked")


class QueueView(View):
    """How it stands with the checks; `items` are the next ones."""

    provider: str
    per_hour: int
    waiting: int
    free_calls: int
    blocked_until: datetime | None
    fault: str = Field(description="what is wrong with the provider; empty if nothing")
    credits: int | None
    ends_at: datetime | None = Field(description="about when the last one has its turn")
    items: tuple[WaitingView, ...]
    history: tuple[CheckView, ...]


class HistoryView(View):
    """What was found about a customer's addresses, the newest first."""

    items: tuple[CheckView, ...]


class PieceForm(Form):
    """How many."""

    limit: int = Field(50, ge=1, le=200)


class CheckLaterView(View):
    """The address is in front; the finding will stand in the customer's checks."""

    request_id: str
    customer_id: int
    expected_at: datetime | None


def routes(
    *,
    checks: Checks,
    customers: Customers,
    requests: Requests,
    clock: Clock,
    unit: UnitOfWork,
    reading: ReadingRoom,
    patience: Patience,
) -> list[Route]:
    """Return the routes of checks."""

    async def show(call: Call) -> Answer:
        form: PieceForm = call.query
        async with reading() as look:
            queue = await checks.queue(look, limit=form.limit, at=clock.now())
            found = await checks.history(look, customer_id=None, before=None, limit=form.limit)
        told = {name: getattr(queue, name) for name in QueueView.model_fields if name != "history"}
        return QueueView.model_validate(told | {"history": found})

    async def history(call: Call) -> Answer:
        form: PieceForm = call.query
        number = call.number("customer_id")
        async with reading() as look:
            if await customers.by_id(look, number) is None:
                raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {number}")
            found = await checks.history(look, customer_id=number, before=None, limit=form.limit)
        return HistoryView.model_validate({"items": found})

    async def ask(call: Call) -> Answer:
        number = call.number("customer_id")
        request_id = await request_check(number, customers=customers, requests=requests, unit=unit)
        found = await await_check(
            request_id,
            checks=checks,
            reading=reading,
            patience_seconds=patience.seconds,
            pause_seconds=patience.pause_seconds,
        )
        if found is not None:
            return CheckView.model_validate(found)
        async with reading() as look:
            queue = await checks.queue(look, limit=200, at=clock.now())
        mine = [one.expected_at for one in queue.items if one.customer_id == number]
        later = CheckLaterView(
            request_id=request_id, customer_id=number, expected_at=mine[0] if mine else None
        )
        return Reply(view=later, status=202)

    return [
        Route(
            method="GET",
            path="/checks",
            handle=show,
            needs=Role.VIEWER,
            summary="who waits for a check and until about when, the questions left, and what was found",
            query=PieceForm,
            gives=QueueView,
        ),
        Route(
            method="GET",
            path="/customers/{customer_id}/checks",
            handle=history,
            needs=Role.VIEWER,
            summary="what was found about a customer's addresses, and what it rests on",
            query=PieceForm,
            gives=HistoryView,
            problems=("customer_not_found",),
        ),
        Route(
            method="POST",
            path="/customers/{customer_id}/check",
            handle=ask,
            needs=Role.MEMBER,
            summary="check a customer's address now; 202 with the expected time when that takes longer than 20 s",
            gives=CheckView,
            later=CheckLaterView,
            status=201,
            problems=("customer_not_found",),
        ),
    ]
