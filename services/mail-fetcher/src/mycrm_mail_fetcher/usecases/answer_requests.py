"""Answers those who asked whether mailbox settings work, or for the bytes of a mail.

The server is asked outside any transaction; a claim keeps others from asking it too. Who dies meanwhile leaves
the task to the next one, but a task that has cost five lives is given up.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_common.events.mailboxes import MailboxRequestAnswered
from mycrm_common.secretbox import SecretBox
from mycrm_common.work import ReadingRoom, UnitOfWork
from mycrm_mail_fetcher.ports import MailServer
from mycrm_mail_fetcher.ports.ledger import Folders
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
from mycrm_mail_fetcher.usecases.copy_mail import Copier, copy_mail
from mycrm_mail_fetcher.usecases.open_account import open_account
from mycrm_mail_fetcher.usecases.try_mailbox import try_mailbox
from mycrm_mail_fetcher.usecases.wished_account import wished_account

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
    folders: Folders
    copier: Copier


async def answer_requests(
    examiner: Examiner, *, tasks: Tasks, unit: UnitOfWork, clock: Clock, owner: str
) -> None:
    """Answer all that is due."""
    for verb in (Verb.TEST, Verb.COPY):
        while await _is_due(verb, tasks, reading=examiner.reading, clock=clock):
            async with unit() as work:
                task = await tasks.claim(work, verb, owner=owner, lease=_LEASE)
            if task is None:
                break
            answer = await _answer(task, examiner)
            async with unit() as work:
                if await tasks.answer(work, task.request_id, answer):
                    work.tell(MailboxRequestAnswered(request_id=task.request_id, ok=answer.ok))


async def _is_due(verb: Verb, tasks: Tasks, *, reading: ReadingRoom, clock: Clock) -> bool:
    # Looking first keeps the writer free: most of the time nobody asks.
    async with reading() as looking:
        due = await tasks.next_due(looking, verb)
    return due is not None and due <= clock.now()


async def _answer(task: Task, examiner: Examiner) -> Answer:
    if task.attempts > _MOST_ATTEMPTS:
        return Answer(code="request_given_up", detail=f"it was begun {_MOST_ATTEMPTS} times and never ended")
    async with examiner.reading() as reading:
        request = await examiner.requests.by_id(reading, task.request_id)
        stored = await examiner.settings.mail_settings(reading)
    if request is None:
        return Answer(code="request_missing", detail=task.request_id)
    try:
        if task.verb is Verb.COPY:
            return await _copy(request, stored, examiner)
        account = wished_account(request, stored, box=examiner.box, ca_file=examiner.ca_file)
    except MyCRMError as error:
        return Answer(code=error.code, detail=error.detail)
    return await try_mailbox(account, server=examiner.server, excluded=examiner.excluded)


async def _copy(request: MailboxRequest, stored: MailSettings, examiner: Examiner) -> Answer:
    async with examiner.reading() as reading:
        folder = await examiner.folders.by_id(reading, int(request.parameters["folder_id"]))
    if folder is None:
        raise MyCRMError("mail_gone", Kind.NOT_FOUND, "its folder is not known any more")
    account = open_account(stored, box=examiner.box, ca_file=examiner.ca_file)
    uid = int(request.parameters["uid"])
    await copy_mail(uid, folder=folder, account=account, request_id=request.id, copier=examiner.copier)
    return Answer()
