"""The opening after TLS: LOGIN, then what the server can do for us now, then who we are.

Capabilities are asked again after LOGIN, because many servers change them (QQ drops IDLE, others add most), and
the client introduces itself before it opens anything, because NetEase refuses strangers ("Unsafe Login").
"""

import asyncio

from mycrm_mail_fetcher.adapters.imap import answers, failures
from mycrm_mail_fetcher.adapters.imap.commands import identify, login, plain
from mycrm_mail_fetcher.adapters.imap.connection import Connection
from mycrm_mail_fetcher.ports import MailAccount

_NETEASE = (".163.com", ".126.com", ".126.net", ".yeah.net", ".188.com", ".netease.com")


async def sign_in(
    connection: Connection, account: MailAccount, *, let_in: bool, seconds: float
) -> frozenset[str]:
    """Sign in and give the server's capabilities."""
    try:
        async with asyncio.timeout(seconds):
            if not let_in:
                await _login(connection, account)
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


async def _capabilities(connection: Connection) -> frozenset[str]:
    return answers.capabilities((await connection.must(plain("CAPABILITY"))).answers)
