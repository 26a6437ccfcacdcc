"""What copies need besides being made: old ones go, and the host where they lie is trusted."""

from functools import partial

from pydantic import Field

from mycrm_api.domain.roles import Role
from mycrm_api.ports.backups import Backups
from mycrm_api.ports.requests import Requests
from mycrm_api.resources.backup_waiting import answered
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.resources.waiting import Patience, RequestView
from mycrm_api.usecases.request_backup import request_backup
from mycrm_common.work import ReadingRoom, UnitOfWork


class PruningForm(Form):
    """Whether old copies go, or are only named."""

    dry_run: bool = Field(False, description="only tell what would be removed")


class PruningView(View):
    """Which old copies went, or would go; `reason` is why none can be told apart, if so."""

    files: tuple[str, ...]
    reason: str
    dry_run: bool


class HostForm(Form):
    """The fingerprint that was shown, to trust its key; empty to be shown it."""

    fingerprint: str = Field("", max_length=200)


class HostView(View):
    """The host where copies go, and the fingerprint of the key that it shows."""

    host: str
    fingerprint: str
    trusted: bool


def routes(
    *, backups: Backups, requests: Requests, unit: UnitOfWork, reading: ReadingRoom, patience: Patience
) -> list[Route]:
    """Return the routes of pruning and of the host."""
    wait = partial(answered, backups=backups, reading=reading, patience=patience)

    async def prune(call: Call) -> Answer:
        form: PruningForm = call.body
        wish = {"dry_run": form.dry_run}
        request_id = await request_backup("prune", wish, backups=backups, requests=requests, unit=unit)
        said = await wait(request_id)
        if said is None:
            return Reply(view=RequestView(request_id=request_id), status=202)
        return PruningView(files=tuple(said["files"]), reason=said["reason"], dry_run=form.dry_run)

    async def host(call: Call) -> Answer:
        form: HostForm = call.body
        wish = {"fingerprint": form.fingerprint} if form.fingerprint else {}
        request_id = await request_backup("host", wish, backups=backups, requests=requests, unit=unit)
        said = await wait(request_id)
        if said is None:
            return Reply(view=RequestView(request_id=request_id), status=202)
        return HostView.model_validate(dict(said))

    return [
        Route(
            method="POST",
            path="/backups/prune",
            handle=prune,
            needs=Role.ADMIN,
            summary="remove the copies that are past their time, or tell which; 202 after 20 s",
            takes=PruningForm,
            gives=PruningView,
            later=RequestView,
            problems=("backup_not_found",),
        ),
        Route(
            method="POST",
            path="/backups/host",
            handle=host,
            needs=Role.ADMIN,
            summary="the key that the SFTP host of the copies shows; with its fingerprint, trust it",
            takes=HostForm,
            gives=HostView,
            later=RequestView,
            problems=("backup_host_keyless", "backup_host_changed", "backup_target_unreachable"),
        ),
    ]
