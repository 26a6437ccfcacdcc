"""One conversation with one mail server: three recipients are named, and no mail is sent."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPResponse,
    SMTPResponseException,
)

from mycrm_verifier.domain.mailbox_replies import Meaning, Reply, meaning_of

_OK: Final = 250


class RefusedError(Exception):
    """The server does not talk to us, whatever the recipient; its reply is the argument."""


class SilentError(Exception):
    """The server could not be reached, or broke off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Introduction:
    """How we introduce ourselves: our host's name, and the sender that we name."""

    helo: str
    sender: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """What was said of one whom nobody knows, of the mailbox, and, where that is missing, of postmaster."""

    nobody: Reply
    mailbox: Reply
    postmaster: Reply | None = None


async def ask_about(
    address: str, port: int, *, me: Introduction, local: str, domain: str, nobody: str, seconds: float
) -> Replies:
    """Return what the server at an address says of `local`@`domain`; raise when it says nothing of it."""
    client = SMTP(hostname=address, port=port, local_hostname=me.helo, start_tls=False, timeout=seconds)
    try:
        await client.connect()
        await _greet(client)
        options = await _sender(client, me.sender, is_ascii=local.isascii())
        return await _recipients(client, local=local, domain=domain, nobody=nobody, options=options)
    except SMTPConnectResponseError as error:
        raise RefusedError(_reply(error.code, error.message)) from error
    except (SMTPException, OSError) as error:
        raise SilentError(type(error).__name__) from error
    finally:
        with suppress(SMTPException, OSError):
            if client.is_connected:
                await client.quit()
        client.close()


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        if not client.is_connected:
            raise
        try:
            await client.helo()
        except SMTPResponseException as error:
            raise RefusedError(_reply(error.code, error.message)) from error


async def _sender(client: SMTP, sender: str, *, is_ascii: bool) -> str:
    """Name the sender; return how the recipients are to be written."""
    if not is_ascii and not client.supports_extension("smtputf8"):
        raise RefusedError(Reply(code=553, text="the server takes no addresses beyond ASCII (no SMTPUTF8)"))
    more = () if is_ascii else (b"SMTPUTF8",)
    said = await client.execute_command(b"MAIL", b"FROM:<%b>" % sender.encode("ascii"), *more)
    if said.code != _OK:
        raise RefusedError(_reply(said.code, said.message))
    return "ascii" if is_ascii else "utf-8"


async def _recipients(client: SMTP, *, local: str, domain: str, nobody: str, options: str) -> Replies:
    async def said_of(name: str) -> Reply:
        said: SMTPResponse = await client.execute_command(
            b"RCPT", b"TO:<%b>" % f"{name}@{domain}".encode(options)
        )
        return _reply(said.code, said.message)

    first = await said_of(nobody)
    if meaning_of(first) in {Meaning.LATER, Meaning.REFUSED}:
        return Replies(nobody=first, mailbox=first)
    second = await said_of(local)
    is_missing = meaning_of(second) is Meaning.MISSING and meaning_of(first) is not Meaning.TAKEN
    return Replies(
        nobody=first, mailbox=second, postmaster=await said_of("postmaster") if is_missing else None
    )


def _reply(code: int, text: str) -> Reply:
    return Reply(code=code, text=text)
