"""Copies of the database: the runs, a copy now, and the proof of one."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal

from pydantic import Field

from mycrm_api.domain.backups import RunState
from mycrm_api.domain.roles import Role
from mycrm_api.ports.backups import Backups
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.backup_waiting import answered
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.resources.waiting import Patience, RequestView
from mycrm_api.usecases.request_backup import request_backup
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.work import ReadingRoom, UnitOfWork


class BackupTroubleView(View):
    """Why something came to nothing."""

    code: str
    detail: str


class ProofView(View):
    """When a copy was last restored to prove it, in how many seconds, and what came of it."""

    at: datetime
    ok: bool
    seconds: float
    error: BackupTroubleView | None


class BackupView(View):
    """One run; `sent` grows while it runs, `rows` is over all tables."""

    id: int
    state: RunState
    asked: bool = Field(description="by a person, and not by the timer")
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    place: str
    file: str
    sent: int
    bytes: int
    sha256: str
    engine: Literal["", "sqlite", "mariadb"]
    rows: int
    portable: bool = Field(description="holds rows that the other kind of database takes")
    error: BackupTroubleView | None
    proof: ProofView | None
    removed: tuple[str, ...] = Field(description="old copies that went when this one was safe")
    prune_reason: str = Field(description="why no old copies could be removed, if so")


class BackupPageView(View):
    """Runs, newest first; `proven` is the newest copy that was restored to prove it."""

    items: tuple[BackupView, ...]
    next_cursor: str | None
    previous_cursor: str | None = None
    total: int
    proven: BackupView | None


class BackupPageForm(Form):
    """Which page of the runs."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", pattern=r"^([1-9]\d{0,17})?$", description="what another page named")


class BackupForm(Form):
    """What the copy is to hold besides the dump."""

    portable: bool = Field(False, description="also the rows in a form that the other kind of database takes")


def routes(
    *, backups: Backups, requests: Requests, unit: UnitOfWork, reading: ReadingRoom, patience: Patience
) -> list[Route]:
    """Return the routes of backups."""
    wait = partial(answered, backups=backups, reading=reading, patience=patience)

    async def page(call: Call) -> Answer:
        form: BackupPageForm = call.query
        before = int(form.cursor) if form.cursor else None
        async with reading() as look:
            found = await backups.page(look, before=before, limit=form.limit + 1)
            total = await backups.total(look)
            proven = await backups.newest_proven(look)
        items = found[: form.limit]
        return BackupPageView(
            items=tuple(BackupView.model_validate(item) for item in items),
            next_cursor=str(items[-1].id) if len(found) > form.limit else None,
            total=total,
            proven=BackupView.model_validate(proven) if proven else None,
        )

    async def show(call: Call) -> Answer:
        return await _view(call.number("id"), backups=backups, reading=reading)

    async def make(call: Call) -> Answer:
        form: BackupForm = call.body
        return await asked("run", {"portable": form.portable}, status=201)

    async def verify(call: Call) -> Answer:
        return await asked("verify", {"run_id": call.number("id")}, status=200)

    async def asked(verb: Literal["run", "verify"], wish: Mapping[str, Any], *, status: int) -> Answer:
        request_id = await request_backup(verb, wish, backups=backups, requests=requests, unit=unit)
        said = await wait(request_id)
        if said is None:
            return Reply(view=RequestView(request_id=request_id), status=202)
        return Reply(view=await _view(said["run_id"], backups=backups, reading=reading), status=status)

    return [
        Route(
            method="GET",
            path="/backups",
            handle=page,
            needs=Role.ADMIN,
            summary="the copies of the database, newest first",
            query=BackupPageForm,
            gives=BackupPageView,
        ),
        Route(
            method="GET",
            path="/backups/{id}",
            handle=show,
            needs=Role.ADMIN,
            summary="one copy",
            gives=BackupView,
            problems=("backup_not_found",),
        ),
        Route(
            method="POST",
            path="/backups",
            handle=make,
            needs=Role.ADMIN,
            summary="make a copy now; 202 with a request_id when it takes longer than 20 s",
            takes=BackupForm,
            gives=BackupView,
            status=201,
            later=RequestView,
        ),
        Route(
            method="POST",
            path="/backups/{id}/verify",
            handle=verify,
            needs=Role.ADMIN,
            summary="prove a copy by restoring it; 202 with a request_id when it takes longer than 20 s",
            gives=BackupView,
            later=RequestView,
            problems=("backup_not_found",),
        ),
    ]


async def _view(run_id: int, *, backups: Backups, reading: ReadingRoom) -> BackupView:
    async with reading() as look:
        run = await backups.by_id(look, run_id)
    if run is None:
        raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "there is no such copy")
    return BackupView.model_validate(run)
