"""The way to a mailbox over IMAP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mycrm_mail_fetcher.adapters.imap.connection import Patience
from mycrm_mail_fetcher.adapters.imap.dialling import dial
from mycrm_mail_fetcher.adapters.imap.session import Session
from mycrm_mail_fetcher.adapters.imap.signing_in import sign_in
from mycrm_mail_fetcher.ports import ImapSession, MailAccount
from mycrm_mail_fetcher.ports.tokens import Tokens

STARTTLS_PORT = 143


class ImapServer:
    """Connects to real servers; every port but one speaks TLS from the first byte."""

    def __init__(
        self,
        *,
        tokens: Tokens | None = None,
        patience: Patience | None = None,
        starttls_port: int = STARTTLS_PORT,
    ) -> None:
        self._tokens = tokens
        self._patience = patience or Patience()
        self._starttls_port = starttls_port

    @asynccontextmanager
    async def connect(self, account: MailAccount) -> AsyncIterator[ImapSession]:
        """A session that is signed in over verified TLS and ends with the block."""
        if account.grant and self._tokens:
            await self._tokens.token(
                account.grant
            )  # Whoever has none need not knock; it is kept for the sign-in.
        connection, let_in = await dial(account, self._patience, starttls=account.port == self._starttls_port)
        try:
            able = await sign_in(
                connection, account, tokens=self._tokens, let_in=let_in, seconds=self._patience.login
            )
            yield Session(connection, able)
        except BaseException:
            connection.abandon()
            raise
        await connection.leave()
