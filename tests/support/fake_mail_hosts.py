"""Real SMTP servers (aiosmtpd) on loopback addresses of their own and one port, each with its manners.

A mail server is reached by its address: 127.0.0.2 is one, 127.0.0.3 another. What stands in no table refuses the
connection.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.support.ports import free_port

TAKEN, NOBODY = "250 2.1.5 Ok", "550 5.1.1 <somebody@here>: Recipient address rejected: User unknown"
GREYLISTED = "451 4.7.1 Greylisting in action, please come back later"
UNWANTED = "554 5.7.1 Service unavailable; client host blocked using a block list"


@dataclass
class MailHost:
    """How a mail server behaves: whom it knows, what it says of the rest, and what it says to everybody.

    `first` is said to each sender's first recipient of a mailbox, once, as greylisting does. `greeting` takes the
    place of its 220; `silent` says nothing at all; `drops` breaks off at the first recipient.
    """

    mailboxes: Mapping[str, str] = field(default_factory=dict)
    others: str = NOBODY
    postmaster: str = TAKEN
    first: str = ""
    greeting: str = ""
    sender: str = "250 2.1.0 Ok"
    silent: bool = False
    drops: bool = False
    utf8: bool = True
    seen: set[str] = field(default_factory=set)
    talks: int = 0
    most_talks: int = 0
    senders: list[tuple[str, str]] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    def say(self, recipient: str) -> str:
        """What it says of a recipient."""
        local = recipient.rpartition("@")[0]
        if local == "postmaster":
            return self.postmaster
        if self.first and recipient not in self.seen and local in self.mailboxes:
            self.seen.add(recipient)
            return self.first
        return self.mailboxes.get(local, self.others)


class _Manners:
    def __init__(self, host: MailHost) -> None:
        self._host = host

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del server
        self._host.senders.append((session.host_name, address))
        if self._host.sender.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self._host.sender

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del session, options
        self._host.recipients.append(address)
        if self._host.drops:
            server.transport.abort()
            return TAKEN
        said = self._host.say(address)
        if said.startswith("25"):
            envelope.rcpt_tos.append(address)
        return said


class _Server(SMTP):
    """aiosmtpd's, which counts its conversations."""

    def __init__(self, host: MailHost) -> None:
        super().__init__(
            _Manners(host), hostname="mx.test", enable_SMTPUTF8=host.utf8, loop=asyncio.get_running_loop()
        )
        self._mail_host = host

    def connection_made(self, transport: Any) -> None:
        self._mail_host.talks += 1
        self._mail_host.most_talks = max(self._mail_host.most_talks, self._mail_host.talks)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._mail_host.talks -= 1
        super().connection_lost(error)


class _Curt(asyncio.Protocol):
    """Says one thing, or nothing, and hears nothing."""

    def __init__(self, said: str) -> None:
        self._said = said

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._said:
            transport.write(f"{self._said}\r\n".encode())


def _door(host: MailHost) -> Callable[[], asyncio.Protocol]:
    if host.greeting or host.silent:
        return lambda: _Curt(host.greeting)
    return lambda: _Server(host)


@asynccontextmanager
async def fake_mail_hosts(hosts: Mapping[str, MailHost]) -> AsyncIterator[int]:
    """The mail servers by address; yields their port."""
    port, servers = free_port(), []
    loop = asyncio.get_running_loop()
    try:
        for address, host in hosts.items():
            servers.append(await loop.create_server(_door(host), address, port))
        yield port
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()
