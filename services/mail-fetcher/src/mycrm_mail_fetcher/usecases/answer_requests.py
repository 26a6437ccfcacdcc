"""Answers those who asked whether mailbox settings work.

The server is asked outside any transaction; a claim keeps others from asking it too. Who dies meanwhile leaves
the task to the next one, but a task that has cost five lives is given up.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from mycrm_common.clock import Clock
from mycrm_common.errors import MyCRMError
from mycrm_common.events.mailboxes import MailboxRequestAnswered
from mycrm_common.secretbox import SecretBox
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_mail_fetcher.ports import MailAccount, MailServer
from mycrm_mail_fetcher.ports.requests import (
    Answer,
    MailboxRequest,
    MailSettings,
    Requests,
    SettingsStore,
    Task,
    Tasks,
    Verb,
)
from mycrm_mail_fetcher.usecases.open_account import open_account
from mycrm_mail_fetcher.usecases.try_mailbox import try_mailbox

_LEASE = timedelta(minutes=3)
_MOST_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Examiner:
    """What it takes to try settings: the stored ones, the request, the way to a server."""

    requests: Requests
    settings: SettingsStore
    server: MailServer
    box: SecretBox
    ca_file: Path | None
    excluded: Collection[str]
    reading: ReadingRoom


async def answer_requests(
    examiner: Examiner, *, tasks: Tasks, unit: UnitOfWork, clock: Clock, owner: str
) -> None:
    """Answer all tests that are due."""
    while await _is_due(tasks, reading=examiner.reading, clock=clock):
        async with unit() as work:
            task = await tasks.claim(work, Verb.TEST, owner=owner, lease=_LEASE)
        if task is None:
            break
        answer = await _try(task, examiner)
        async with unit() as work:
            if await tasks.answer(work, task.request_id, answer):
                work.tell(MailboxRequestAnswered(request_id=task.request_id, ok=answer.ok))


async def _is_due(tasks: Tasks, *, reading: ReadingRoom, clock: Clock) -> bool:
    # Looking first keeps the writer free: most of the time nobody asks.
    async with reading() as looking:
        due = await tasks.next_due(looking, Verb.TEST)
    return due is not None and due <= clock.now()


async def _try(task: Task, examiner: Examiner) -> Answer:
    if task.attempts > _MOST_ATTEMPTS:
        return Answer(code="request_given_up", detail=f"it was begun {_MOST_ATTEMPTS} times and never ended")
    async with examiner.reading() as reading:
        request = await examiner.requests.by_id(reading, task.request_id)
        stored = await examiner.settings.mail_settings(reading)
    if request is None:
        return Answer(code="request_missing", detail=task.request_id)
    try:
        account = _wished(stored, request, examiner)
    except MyCRMError as error:
        return Answer(code=error.code, detail=error.detail)
    return await try_mailbox(account, server=examiner.server, excluded=examiner.excluded)


def _wished(stored: MailSettings, request: MailboxRequest, examiner: Examiner) -> MailAccount:
    """Return the account of the stored settings, with what the request wants tried in their place."""
    said: dict[str, Any] = {
        name: request.parameters[f"mail_{name}"]
        for name in ("host", "port", "username")
        if request.parameters.get(f"mail_{name}")
    }
    if request.sealed is None:
        return open_account(replace(stored, **said), box=examiner.box, ca_file=examiner.ca_file)
    settings = replace(stored, **said, sealed_password=request.sealed)
    return open_account(settings, box=examiner.box, ca_file=examiner.ca_file, sealed_as=request.sealed_as)
