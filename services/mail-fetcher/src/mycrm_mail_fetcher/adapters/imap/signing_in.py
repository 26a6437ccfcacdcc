"""The opening after TLS: password or token, then what the server can do for us now, then who we are.

Capabilities are asked again after LOGIN, because many servers change them (QQ drops IDLE, others add most), and
the client introduces itself before it opens anything, because NetEase refuses strangers ("Unsafe Login").
"""

import asyncio
import json
from base64 import b64decode
from contextlib import suppress

from mycrm_common.errors import MyCRMError
from mycrm_mail_fetcher.adapters.imap import answers, failures
from mycrm_mail_fetcher.adapters.imap.commands import identify, login, plain, xoauth2
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.ports import MailAccount
from mycrm_mail_fetcher.ports.tokens import Tokens

_NETEASE = (".163.com", ".126.com", ".126.net", ".yeah.net", ".188.com", ".netease.com")


async def sign_in(
    connection: Connection, account: MailAccount, *, tokens: Tokens | None, let_in: bool, seconds: float
) -> frozenset[str]:
    """Sign in and give the server's capabilities."""
    try:
        async with asyncio.timeout(seconds):
            if not let_in and account.grant is None:
                await _login(connection, account)
            elif not let_in:
                await _show_token(connection, account, tokens)
            connection.signed_in()
            able = await _capabilities(connection)
            if "ID" in able or is_netease(account.host):
                await connection.ask(identify())
            return able
    except TimeoutError as error:
        raise failures.connection_lost(f"not signed in within {seconds:g} s") from error


def is_netease(host: str) -> bool:
    """Whether the host belongs to the provider that wants an introduction even where it does not say so."""
    return f".{host.lower().rstrip('.')}".endswith(_NETEASE)


async def _login(connection: Connection, account: MailAccount) -> None:
    if "LOGINDISABLED" in await _capabilities(connection):
        raise failures.login_refused("the server takes no passwords", secret=account.password)
    try:
        command = login(username=account.username, password=account.password)
    except ValueError as error:
        raise failures.login_refused(str(error), secret=account.password) from error
    reply = await connection.ask(command)
    if reply.result != "OK":
        raise failures.login_refused(reply.text, secret=account.password)


async def _show_token(connection: Connection, account: MailAccount, tokens: Tokens | None) -> None:
    if account.grant is None or tokens is None:
        raise RuntimeError("nobody gives tokens here")
    able = await _capabilities(connection)
    if "AUTH=XOAUTH2" not in able:
        raise failures.login_refused("the server takes no tokens (XOAUTH2)", secret="")
    token = await tokens.token(account.grant)
    refusal = await _try_token(connection, account, token, at_once="SASL-IR" in able)
    if refusal is None:
        return
    # Tokens can be withdrawn before their time, so a new one is worth one more try.
    second = await tokens.token(account.grant, refused=token)
    with suppress(MyCRMError):  # Some servers hang up after the first refusal, whose words say more.
        refusal = await _try_token(connection, account, second, at_once="SASL-IR" in able)
    if refusal is not None:
        raise failures.login_refused(refusal, secret=second)


async def _try_token(
    connection: Connection, account: MailAccount, token: str, *, at_once: bool
) -> str | None:
    """The server's words where it refuses the token."""
    try:
        command = xoauth2(username=account.username, token=token, at_once=at_once)
    except ValueError as error:
        raise failures.login_refused(str(error), secret=token) from error
    reply = await connection.ask(command)
    if reply.result == "OK":
        return None
    return f"{reply.text} {_reason(reply.challenge)}".replace(token, "***").strip()


def _reason(challenge: bytes) -> str:
    """What the server says of a refusal: JSON in base 64, of which the status is for people."""
    try:
        said = json.loads(b64decode(challenge, validate=True))
        return f"({said['status']})"
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


async def _capabilities(connection: Connection) -> frozenset[str]:
    return answers.capabilities((await connection.must(plain("CAPABILITY"))).answers)
