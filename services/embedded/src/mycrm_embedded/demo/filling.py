"""Fills an empty CRM: mail as the mail-fetcher stores it, then the account and the customers through the API."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from mycrm_api.service import NAME as API
from mycrm_api.service import operators_door
from mycrm_api.store import users
from mycrm_common.db import schema
from mycrm_common.runtime import Runtime, ServiceRuntime, open_runtime
from mycrm_common.settings import Settings
from mycrm_embedded.api import api_at
from mycrm_embedded.demo.letters import TEAM, Letter, made_letters
from mycrm_embedded.demo.people import Person, made_people
from mycrm_mail_fetcher.adapters.reading_here import ThreadReader
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.domain.cursors import FolderState
from mycrm_mail_fetcher.ports.ledger import Ledger, NewMessage, Place, PlaceState
from mycrm_mail_fetcher.ports.mailbox import MailHead
from mycrm_mail_fetcher.ports.reading import FetchedMail
from mycrm_mail_fetcher.service import NAME as MAIL_FETCHER
from mycrm_mail_fetcher.store import folders, locations, messages
from mycrm_mail_fetcher.usecases.store_batch import Batch, store_batch

USERNAME = "demo"
_AT_ONCE = 100


async def fill(settings: Settings, *, password: str, language: str, customers: int, seed: int) -> None:
    """Make the account and everything that there is to see."""
    chance = Random(seed)  # noqa: S311 - made-up names need no secrecy, and the same seed makes the same
    async with open_runtime(settings, shown="error") as runtime:
        await schema.migrate(runtime.database)
        people = made_people(customers, chance)
        letters = made_letters(people, chance, now=runtime.for_service(API).clock.now())
        await _deliver(runtime.for_service(MAIL_FETCHER), letters)
        await _add(runtime, people, password=password, language=language)


async def _deliver(runtime: ServiceRuntime, letters: Sequence[Letter]) -> None:
    ledger = Ledger(
        folders=folders, messages=messages, locations=locations, reading=runtime.reading, unit=runtime.unit
    )
    for folder in sorted({letter.folder for letter in letters}):
        async with runtime.unit() as work:
            known = await folders.add(work, folder, mailbox=TEAM)
        here = [letter for letter in letters if letter.folder == folder]
        for first in range(0, len(here), _AT_ONCE):
            batch = await _batch(known.id, here[first : first + _AT_ONCE], first_uid=first + 1)
            await store_batch(batch, ledger=ledger)


async def _batch(folder_id: int, letters: Sequence[Letter], *, first_uid: int) -> Batch:
    mails = [
        FetchedMail(
            head=MailHead(uid=uid, internal_date=letter.at, size=len(letter.raw), header=b""), raw=letter.raw
        )
        for uid, letter in enumerate(letters, start=first_uid)
    ]
    outcomes = await ThreadReader().read(mails, ours=Ours(addresses=frozenset((TEAM,)), admin_name=""))
    read = [
        (mail, outcome)
        for mail, outcome in zip(mails, outcomes, strict=True)
        if isinstance(outcome, NewMessage)
    ]
    last = first_uid + len(letters) - 1
    return Batch(
        folder_id=folder_id,
        state=FolderState(uid_validity=1, last_uid=last, seen_messages=last, seen_uid_next=last + 1),
        window_from=letters[0].at,
        places=[
            Place(
                uid=mail.head.uid,
                internal_date=mail.head.internal_date,
                size=mail.head.size,
                state=PlaceState.STORED,
                content_key=outcome.content_key,
            )
            for mail, outcome in read
        ],
        messages=[outcome for _, outcome in read],
    )


async def _add(runtime: Runtime, people: Sequence[Person], *, password: str, language: str) -> None:
    api_runtime = runtime.for_service(API)
    async with api_runtime.unit() as work:
        await users.put_setup_code(work, None)
    with tempfile.TemporaryDirectory(prefix="mycrm-") as folder:
        path = Path(folder) / "mycrm.sock"
        async with operators_door(api_runtime, path=path).open(), api_at(path, language=language) as api:
            for person in people:
                await api.post("/customers", person.fields)
            # It signs the asker in, who would then no longer be the operator; so it comes last.
            await api.post("/setup", {"username": USERNAME, "password": password})
