"""From an address to a connection that is protected: TLS from the first byte, or STARTTLS before anything else.

Certificates are always checked, against the system's authorities and one more file, with the host's name. There
is no switch for that, and no way in which a password leaves before it is done.
"""

import asyncio
import socket
import ssl
from typing import Protocol

from mycrm_mail_fetcher.adapters.imap import answers, failures
from mycrm_mail_fetcher.adapters.imap.commands import plain
from mycrm_mail_fetcher.adapters.imap.connection import Connection, Patience
from mycrm_mail_fetcher.adapters.imap.framing import ProtocolViolationError
from mycrm_mail_fetcher.adapters.imap.wire import Wire
from mycrm_mail_fetcher.ports import MailAccount

POSSIBLE_PORTS = range(1, 1 << 16)
# Many routers forget a connection on which nothing was said for five minutes; one that waits in IDLE says nothing.
QUIET_SECONDS, BETWEEN_PROBES, MOST_PROBES = 60, 20, 3
ONE_ADDRESS_SECONDS = 0.25


class Keepable(Protocol):
    """A socket, as far as it is set up here."""

    def setsockopt(self, level: int, option: int, value: int, /) -> None:
        """Set an option."""
        ...


async def dial(account: MailAccount, patience: Patience, *, starttls: bool) -> tuple[Connection, bool]:
    """A protected connection, and whether the server has let us in already (PREAUTH)."""
    if not (
        account.host and account.port in POSSIBLE_PORTS
    ):  # asyncio's race of addresses hides such mistakes
        raise failures.address_invalid(f"{account.host}:{account.port} is no address")
    context = trust(account)
    wire = Wire()
    connection = Connection(wire, patience)
    try:
        async with asyncio.timeout(patience.connect):
            await _reach(wire, account, None if starttls else context)
            keep_alive(wire.transport.get_extra_info("socket"))
            let_in = _welcome(await wire.greeting())
            if starttls:
                await _protect(connection, context, account, let_in=let_in)
    except ProtocolViolationError as error:
        connection.abandon()
        raise failures.protocol_error(error) from error
    except (OSError, ValueError, failures.ConnectionBrokenError) as error:
        connection.abandon()
        raise failures.connecting_fault(error) from error
    except BaseException:
        connection.abandon()
        raise
    return connection, let_in


def trust(account: MailAccount) -> ssl.SSLContext:
    """The authorities that may vouch for this server."""
    context = ssl.create_default_context()
    if account.ca_file:
        try:
            context.load_verify_locations(account.ca_file)
        except OSError as error:  # ssl.SSLError is one too
            raise failures.authorities_unreadable(account.ca_file, error) from error
    return context


def keep_alive(line: Keepable) -> None:
    """Let the system ask now and then whether the other side is still there."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_KEEPIDLE": QUIET_SECONDS, "TCP_KEEPINTVL": BETWEEN_PROBES, "TCP_KEEPCNT": MOST_PROBES}
    for name, value in options.items():
        if hasattr(socket, name):  # not every system has each of them
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _reach(wire: Wire, account: MailAccount, context: ssl.SSLContext | None) -> None:
    await asyncio.get_running_loop().create_connection(
        lambda: wire,
        account.host,
        account.port,
        ssl=context,
        server_hostname=account.host if context else None,
        happy_eyeballs_delay=ONE_ADDRESS_SECONDS,  # an IPv6 address that swallows everything is common
    )


def _welcome(greeting: str) -> bool:
    match greeting.upper().split(maxsplit=2)[:2]:
        case ["*", "OK"]:
            return False
        case ["*", "PREAUTH"]:
            return True
        case ["*", "BYE"]:
            raise failures.connection_lost(greeting)
        case _:
            raise failures.protocol_error(f"not an IMAP server: {greeting}")


async def _protect(
    connection: Connection, context: ssl.SSLContext, account: MailAccount, *, let_in: bool
) -> None:
    if let_in:  # STARTTLS is not allowed any more, and who let us in is unknown
        raise failures.tls_required("the server let us in before TLS")
    offered = answers.capabilities((await connection.must(plain("CAPABILITY"))).answers)
    if "STARTTLS" not in offered:
        raise failures.tls_required("the server does not offer STARTTLS")
    reply = await connection.ask(plain("STARTTLS"))
    if reply.result != "OK":
        raise failures.tls_required(f"STARTTLS was refused: {reply.text}")
    await connection.secure(context, account.host)
