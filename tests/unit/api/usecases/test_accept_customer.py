"""What people send of a customer, before it may be stored."""

import threading

from mycrm_api.adapters import addresses
from mycrm_api.usecases.accept_customer import accept_customer


class SlowRichText:
    """Notes in which thread it was asked."""

    def __init__(self) -> None:
        self.thread: int | None = None

    def cleaned(self, html: str) -> str:
        self.thread = threading.get_ident()
        return html.strip("<>")

    def taken(self, text: str) -> str:
        return self.cleaned(text)


async def test_rich_text_is_cleaned_where_it_keeps_nobody_waiting() -> None:
    rich_text = SlowRichText()

    accepted = await accept_customer({"comment": "<text>"}, addresses=addresses, rich_text=rich_text)

    assert accepted == {"comment": "text"}
    assert rich_text.thread not in {None, threading.get_ident()}
