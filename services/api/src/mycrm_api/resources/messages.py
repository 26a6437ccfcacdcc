"""Messages: of a customer, of an address, the system's notices."""

from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field

from mycrm_api.domain.faults import refuse
from mycrm_api.domain.mail_search import words_of
from mycrm_api.domain.messages import Message, MessageFilter, MessageList, MessageType
from mycrm_api.domain.roles import Role
from mycrm_api.ports.customers import AddressChanges, Customers
from mycrm_api.ports.messages import Messages
from mycrm_api.ports.remote_images import RemoteImages
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.message_body import body_page, waiting_images
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_common.errors import FieldFault, Kind, MyCRMError
from mycrm_common.keys import email_key
from mycrm_common.work import Reading, ReadingRoom


class AttachmentView(View):
    """What hung on a mail; its bytes are not kept."""

    name: str
    content_type: str
    size: int


class MessageView(View):
    """A message; `content` is safe HTML in which images from elsewhere wait to be asked for."""

    id: int
    sender: str
    date: datetime
    type: MessageType
    subject: str
    content: str
    addresses: tuple[str, ...]
    blocked_images: int = Field(description="how many images from elsewhere wait in the content")
    attachments: tuple[AttachmentView, ...]
    thread: str | None = Field(description="names the conversation; null where nobody can answer the mail")
    thread_size: int = Field(description="how many messages of the conversation are stored")


class MessagePage(ListView):
    """A page of messages, newest first.

    A search looks at twenty thousand messages at most for one answer: a page of it may be short or empty although
    more follow, `next_cursor` goes on, and `total` is not known.
    """

    items: tuple[MessageView, ...]
    searched_to: datetime | None = Field(description="the date up to which words were looked for, else null")


class CountView(View):
    """How many there are."""

    count: int


class CustomerMessagesForm(ListForm):
    """Which page of a customer's messages."""

    type: MessageType | None = None
    q: str = Field("", max_length=200, description="words that all stand in the subject or the text")


class MessageListForm(CustomerMessagesForm):
    """Which page of which messages."""

    address: str | None = Field(None, max_length=320, description="who wrote or was written to")


class ThreadForm(ListForm):
    """Which page of a conversation."""


class MessageCountForm(Form):
    """Which messages to count."""

    customer_id: int | None = Field(None, ge=0, le=2**63 - 1)
    address: str | None = Field(None, max_length=320)
    type: MessageType | None = None


class BodyForm(Form):
    """How a message's text is shown."""

    images: Literal["remote"] | None = Field(
        None, description="also show images from elsewhere, which the server fetches"
    )


def routes(
    *,
    messages: Messages,
    customers: Customers,
    address_changes: AddressChanges,
    remote_images: RemoteImages,
    reading: ReadingRoom,
) -> list[Route]:
    """Return the routes of the messages."""
    keys_of = partial(_keys_of, customers=customers, address_changes=address_changes)
    find = partial(_find, messages=messages, reading=reading)

    async def show_of_customer(call: Call) -> Answer:
        form: CustomerMessagesForm = call.query
        async with reading() as look:
            keys = await keys_of(look, call.number("customer_id"))
            chosen = MessageFilter(keys=keys, type=form.type, words=words_of(form.q))
            wanted = MessageList(filter=chosen, cursor=form.cursor, limit=form.limit)
            return MessagePage.model_validate(await messages.page(look, wanted))

    async def show_page(call: Call) -> Answer:
        form: MessageListForm = call.query
        chosen = MessageFilter(keys=_keys(form.address), type=form.type, words=words_of(form.q))
        async with reading() as look:
            wanted = MessageList(filter=chosen, cursor=form.cursor, limit=form.limit)
            return MessagePage.model_validate(await messages.page(look, wanted))

    async def show_count(call: Call) -> Answer:
        form: MessageCountForm = call.query
        if form.customer_id is not None and form.address is not None:
            message = "either a customer or an address"
            refuse([FieldFault(field="address", code="filters_exclusive", message=message)])
        async with reading() as look:
            keys = _keys(form.address) if form.customer_id is None else await keys_of(look, form.customer_id)
            return CountView(count=await messages.count(look, MessageFilter(keys=keys, type=form.type)))

    async def show(call: Call) -> Answer:
        return MessageView.model_validate(await find(call.number("message_id")))

    async def show_thread(call: Call) -> Answer:
        form: ThreadForm = call.query
        message = await find(call.number("message_id"))
        if message.thread is None:
            alone = MessageView.model_validate(message)
            return MessagePage(
                items=(alone,), next_cursor=None, previous_cursor=None, total=1, searched_to=None
            )
        chosen = MessageFilter(thread=message.thread)
        async with reading() as look:
            wanted = MessageList(filter=chosen, cursor=form.cursor, limit=form.limit)
            return MessagePage.model_validate(await messages.page(look, wanted))

    async def show_body(call: Call) -> Answer:
        form: BodyForm = call.query
        message = await find(call.number("message_id"))
        wanted = waiting_images(message.content) if form.images == "remote" else []
        return body_page(message.content, images=await remote_images.fetch(wanted) if wanted else {})

    return [
        Route(
            method="GET",
            path="/customers/{customer_id}/messages",
            handle=show_of_customer,
            needs=Role.VIEWER,
            summary="a customer's messages, newest first",
            query=CustomerMessagesForm,
            gives=MessagePage,
            problems=("customer_not_found", "cursor_invalid"),
        ),
        Route(
            method="GET",
            path="/messages",
            handle=show_page,
            needs=Role.VIEWER,
            summary="messages of an address or a type, or with some words, newest first",
            query=MessageListForm,
            gives=MessagePage,
            problems=("cursor_invalid",),
        ),
        Route(
            method="GET",
            path="/messages/count",
            handle=show_count,
            needs=Role.VIEWER,
            summary="how many messages there are",
            query=MessageCountForm,
            gives=CountView,
            problems=("customer_not_found",),
        ),
        Route(
            method="GET",
            path="/messages/{message_id}",
            handle=show,
            needs=Role.VIEWER,
            summary="one message",
            gives=MessageView,
            problems=("message_not_found",),
        ),
        Route(
            method="GET",
            path="/messages/{message_id}/thread",
            handle=show_thread,
            needs=Role.VIEWER,
            summary="the conversation that a message belongs to, newest first",
            query=ThreadForm,
            gives=MessagePage,
            problems=("message_not_found", "cursor_invalid"),
        ),
        Route(
            method="GET",
            path="/messages/{message_id}/body",
            handle=show_body,
            needs=Role.VIEWER,
            summary="a message's text as a page for a sandboxed frame",
            query=BodyForm,
            media="text/html",
            problems=("message_not_found",),
        ),
    ]


def _keys(address: str | None) -> list[str] | None:
    return None if address is None else [email_key(address)]


async def _keys_of(
    look: Reading, customer_id: int, *, customers: Customers, address_changes: AddressChanges
) -> list[str]:
    customer = await customers.by_id(look, customer_id)
    if customer is None:
        raise MyCRMError("customer_not_found", Kind.NOT_FOUND, f"there is no customer {customer_id}")
    return await address_changes.keys_in_use(look, customer_id, email_key=email_key(customer.email))


async def _find(message_id: int, *, messages: Messages, reading: ReadingRoom) -> Message:
    async with reading() as look:
        message = await messages.by_id(look, message_id)
    if message is None:
        raise MyCRMError("message_not_found", Kind.NOT_FOUND, f"there is no message {message_id}")
    return message
