"""What is done again and again: what people asked, the timer's copies, and the weekly proof.

One process does it at a time (the job's lease). What was missed while nobody was there is caught up by one copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from mycrm_backup.domain.timer import Timer
from mycrm_backup.ports import HostKeys, Hosts, Task, Tasks, Verb
from mycrm_backup.usecases.make_backup import Maker, make_backup, prune_now
from mycrm_backup.usecases.tell_missing import is_telling_due, tell_missing
from mycrm_backup.usecases.verify_backup import Verifier, verify_backup
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.backups import BackupRequestAnswered

_WEEK = timedelta(days=7)
_MOST_ATTEMPTS = 3
_ANSWERS_LAST = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """What it takes to keep copies."""

    maker: Maker
    verifier: Verifier
    tasks: Tasks
    hosts: Hosts
    host_keys: HostKeys
    timer: Timer
    verifies: Literal["each", "weekly", "off"]

    @property
    def needs_proof(self) -> bool:
        """Whether only a proven copy can be relied on."""
        return self.verifies == "each"


async def is_wanted(keeper: Keeper) -> bool:
    """Tell whether there is anything to do; it is asked often, and only looks."""
    maker = keeper.maker
    async with maker.reading() as reading:
        if await keeper.tasks.any_open(reading):
            return True
        if await maker.runs.timer_since(reading) is None:
            return True
    if await _due_at(keeper) is not None or await _is_unproven(keeper):
        return True
    return await is_telling_due(maker=maker, timer=keeper.timer, needs_proof=keeper.needs_proof)


async def keep_backups(keeper: Keeper) -> None:
    """Do all that is to be done now."""
    maker = keeper.maker
    async with maker.reading() as reading:
        is_new = await maker.runs.timer_since(reading) is None
    if is_new:
        async with maker.unit() as work:
            await maker.runs.begin_timer(work)
    await _answer_all(keeper)
    try:
        if (due := await _due_at(keeper)) is not None:
            await _made(due, asked=False, portable=False, keeper=keeper)
        if await _is_unproven(keeper):
            await _prove(None, keeper=keeper)
    finally:
        await tell_missing(maker=maker, timer=keeper.timer, needs_proof=keeper.needs_proof)
    async with maker.unit() as work:
        await keeper.tasks.clean(work, before=work.at - _ANSWERS_LAST)


async def attend_requests(keeper: Keeper) -> None:
    """Do what people asked, where no event tells of it: the command that is its own CRM for a moment."""
    async with keeper.maker.reading() as reading:
        unseen = await keeper.tasks.unseen(reading)
    if not unseen:
        return
    async with keeper.maker.unit() as work:
        for request_id, verb in unseen:
            await keeper.tasks.put(work, request_id, verb=verb)
    await _answer_all(keeper)


async def _due_at(keeper: Keeper) -> datetime | None:
    maker = keeper.maker
    async with maker.reading() as reading:
        since = await maker.runs.timer_since(reading)
        last = await maker.runs.last_due(reading)
    if since is None:
        return None
    after = max(since, last) if last else since
    return keeper.timer.due_at(maker.clock.now(), after=after, zone=maker.zone)


async def _is_unproven(keeper: Keeper) -> bool:
    """Whether a week has passed since a copy was last restored to prove it, or was tried to be."""
    if keeper.verifies == "off":
        return False
    async with keeper.maker.reading() as reading:
        newest = await keeper.maker.runs.newest(reading)
    if newest is None or newest.ended_at is None:
        return False
    now = keeper.maker.clock.now()
    if newest.tried_at is None:
        async with keeper.maker.reading() as reading:
            proven = await keeper.maker.runs.newest(reading, verified=True)
        return proven is None or proven.verified_at is None or now - proven.verified_at > _WEEK
    return now - newest.tried_at > _WEEK


async def _answer_all(keeper: Keeper) -> None:
    unit = keeper.maker.unit
    while True:
        async with unit() as work:
            task = await keeper.tasks.claim(work)
        if task is None:
            return
        try:
            said = await _done(task, keeper)
        except MyCRMError as error:
            if error.code == "lease_lost":
                raise
            said = {"ok": False, "code": error.code, "detail": error.detail}
        async with unit() as work:
            if await keeper.tasks.answer(work, task.request_id, said):
                work.tell(BackupRequestAnswered(request_id=task.request_id, ok=said["ok"]))


async def _done(task: Task, keeper: Keeper) -> Mapping[str, Any]:
    if task.attempts > _MOST_ATTEMPTS:
        detail = f"it was begun {_MOST_ATTEMPTS} times and never ended"
        raise MyCRMError("request_given_up", Kind.UNAVAILABLE, detail)
    if task.verb is Verb.HOST:
        return await _host(task, keeper)
    if task.verb is Verb.PRUNE:
        pruning = await prune_now(is_rehearsal=bool(task.parameters.get("dry_run", True)), maker=keeper.maker)
        return {"ok": True, "files": list(pruning.remove), "reason": pruning.reason}
    if task.verb is Verb.VERIFY:
        run_id = task.parameters.get("run_id")
        return {"ok": True, "run_id": await _prove(run_id, keeper=keeper)}
    now = keeper.maker.clock.now()
    portable = bool(task.parameters.get("portable"))
    return {"ok": True, "run_id": await _made(now, asked=True, portable=portable, keeper=keeper)}


async def _made(due_at: datetime, *, asked: bool, portable: bool, keeper: Keeper) -> int:
    maker = keeper.maker
    run_id = await make_backup(due_at=due_at, asked=asked, portable=portable, maker=maker)
    if not keeper.needs_proof:
        await maker.pings.tell("")
        return run_id
    try:
        await _prove(run_id, keeper=keeper)
    except MyCRMError as error:
        if error.code == "lease_lost":
            raise
        # The copy is there, and that it could not be proven is written beside it.
        await maker.pings.tell("fail")
    else:
        await maker.pings.tell("")
    return run_id


async def _prove(run_id: int | None, *, keeper: Keeper) -> int:
    runs = keeper.maker.runs
    async with keeper.maker.reading() as reading:
        run = await runs.newest(reading) if run_id is None else await runs.by_id(reading, run_id)
    if run is None or run.ended_at is None or run.reason:
        raise MyCRMError("backup_not_found", Kind.NOT_FOUND, "there is no such copy")
    await verify_backup(run, verifier=keeper.verifier)
    return run.id


async def _host(task: Task, keeper: Keeper) -> Mapping[str, Any]:
    """Show the key of the target's host, or trust it when it is still the one that was shown."""
    host, host_key, fingerprint = await keeper.host_keys.shown()
    wanted = task.parameters.get("fingerprint")
    if wanted is not None:
        if wanted != fingerprint:
            detail = f"{host} shows {fingerprint}, not {wanted}"
            raise MyCRMError("backup_host_changed", Kind.FORBIDDEN, detail)
        async with keeper.maker.unit() as work:
            await keeper.hosts.trust(work, host, host_key=host_key, fingerprint=fingerprint)
        keeper.maker.log.info("backup.host_trusted", host=host, fingerprint=fingerprint)
    return {"ok": True, "host": host, "fingerprint": fingerprint, "trusted": wanted is not None}
