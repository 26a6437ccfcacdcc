"""The API's use cases over a real database, with a mail-fetcher that stores what a test says."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from mycrm_api.adapters import addresses, rich_text
from mycrm_api.domain.bulk import Bulk
from mycrm_api.domain.customers import Customer, NewCustomer
from mycrm_api.domain.history import HistoryEntry, HistoryList, Written
from mycrm_api.domain.undoing import Undone
from mycrm_api.service import customer_books
from mycrm_api.store import address_changes, contacts, customers, history
from mycrm_api.usecases.add_customer import add_customer
from mycrm_api.usecases.delete_customer import delete_customer
from mycrm_api.usecases.delete_many_customers import delete_many_customers
from mycrm_api.usecases.edit_customer import edit_customer
from mycrm_api.usecases.edit_many_customers import edit_many_customers
from mycrm_api.usecases.note_contact import note_contact
from mycrm_api.usecases.restore_customer import restore_customer
from mycrm_api.usecases.undo_change import undo_change
from mycrm_common.bus.codec import event_of, unseal
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database
from mycrm_common.db.tables.events import outbox
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.events.customers import CustomerUpdated
from mycrm_common.events.messages import MessageStored
from mycrm_common.events.registry import Event
from mycrm_common.keys import email_key
from mycrm_common.work import Reading
from mycrm_mail_fetcher.store import addresses as shown_addresses
from mycrm_mail_fetcher.usecases.move_addresses import move_addresses
from tests.support.clock import FakeClock

OURS = "sales@ours.example"


class Office:
    """Does what people and events make the API do."""

    def __init__(self, database: Database) -> None:
        self.clock = FakeClock()
        self.database = database
        self.unit = SqlUnits(database, service="api", clock=self.clock, crash=CrashPoints())
        self.books = customer_books()
        self.by = "1"
        self.mail = SqlUnits(database, service="mail-fetcher", clock=self.clock, crash=CrashPoints())

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """Look at the database."""
        return self.database.reading()

    async def add(self, email: str, **fields: Any) -> Customer:
        """Add a customer."""
        return (await self.write_new(email, **fields)).customer

    async def write_new(self, email: str, **fields: Any) -> Written:
        """Add a customer, and return all that is told of it."""
        return await add_customer(
            NewCustomer(email=email, **fields),
            by=self.by,
            books=self.books,
            addresses=addresses,
            rich_text=rich_text,
            unit=self.unit,
        )

    async def edit(self, customer_id: int, *, version: int | None = None, **changes: Any) -> Customer:
        """Edit a customer."""
        return (await self.write_edit(customer_id, version=version, **changes)).customer

    async def write_edit(self, customer_id: int, *, version: int | None = None, **changes: Any) -> Written:
        """Edit a customer, and return all that is told of it."""
        return await edit_customer(
            customer_id,
            changes,
            by=self.by,
            expected_version=version,
            books=self.books,
            addresses=addresses,
            rich_text=rich_text,
            unit=self.unit,
        )

    async def delete(self, customer_id: int, *, version: int | None = None) -> str:
        """Delete a customer, and return the change's id."""
        return await delete_customer(
            customer_id,
            by=self.by,
            expected_version=version,
            books=self.books,
            unit=self.unit,
        )

    async def restore(self, customer_id: int) -> Customer:
        """Bring a deleted customer back."""
        return (await restore_customer(customer_id, by=self.by, books=self.books, unit=self.unit)).customer

    async def edit_many(self, *customer_ids: int, **changes: Any) -> Bulk:
        """Give many customers the same values."""
        return await edit_many_customers(
            customer_ids,
            changes,
            by=self.by,
            books=self.books,
            addresses=addresses,
            rich_text=rich_text,
            unit=self.unit,
        )

    async def delete_many(self, *customer_ids: int) -> Bulk:
        """Delete many customers."""
        return await delete_many_customers(customer_ids, by=self.by, books=self.books, unit=self.unit)

    async def undo(self, change_id: str | None) -> Undone:
        """Take back what one act did."""
        assert change_id is not None
        return await undo_change(change_id, by=self.by, books=self.books, unit=self.unit)

    async def history(self, customer_id: int) -> list[HistoryEntry]:
        """A customer's history, newest first."""
        async with self.reading() as look:
            page = await history.of_customer(look, HistoryList(customer_id=customer_id, limit=200))
        return list(page.items)

    async def customer(self, customer_id: int) -> Customer:
        """The customer as it stands."""
        async with self.reading() as look:
            found = await customers.by_id(look, customer_id)
        assert found is not None
        return found

    async def store_mail(
        self,
        date: datetime,
        *,
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        bcc: Sequence[str] = (),
        kind: str = "sendto",
        sender: str = OURS,
        content: str = "<p>Hello</p>",
    ) -> MessageStored:
        """Store a mail and return what mail-fetcher tells of it."""
        roles = [("from", sender), *(("to", one) for one in to), *(("cc", one) for one in cc)]
        roles += [("bcc", one) for one in bcc]
        async with self.mail() as work:
            done = await work.connection.execute(
                insert(messages).values(
                    sender=sender,
                    date=date,
                    type=kind,
                    subject="Subject",
                    content=content,
                    message_id="",
                    sender_address=sender,
                    attachments="[]",
                    blocked_images=0,
                    stored_at=work.at,
                )
            )
            message_id = int(done.lastrowid)
            rows = [
                {
                    "msg_id": message_id,
                    "address": one,
                    "address_key": email_key(one),
                    "role": role,
                    "date": date,
                }
                for role, one in roles
            ]
            await work.connection.execute(insert(msg_addrs), rows)
        shown = tuple(dict.fromkeys(address for _, address in roles))
        return MessageStored(
            message_id=message_id, type=kind, date=date, sender_address=sender, addresses=shown
        )

    async def note(self, event: MessageStored) -> None:
        """Let the API hear of a stored mail."""
        await note_contact(event, contacts=contacts, address_changes=address_changes, unit=self.unit)

    async def send(self, date: datetime, *to: str) -> None:
        """Store a mail that we sent, and let the API hear of it."""
        await self.note(await self.store_mail(date, to=to))

    async def move_mail(self, event: CustomerUpdated) -> None:
        """Let mail-fetcher hear of a changed address."""
        await move_addresses(event, addresses=shown_addresses, unit=self.mail)

    async def told(self) -> list[Event]:
        """Return every event that was told, in its order."""
        async with self.reading() as look:
            rows = await look.connection.execute(select(outbox.c.body).order_by(outbox.c.id))
            return [event_of(unseal(row.body)) for row in rows]

    async def company_dates_are_right(self) -> bool:
        """Tell whether every company's date is what its members' dates say."""
        async with self.reading() as look:
            return await contacts.company_contacts_differ(look) == []
