"""aioftp's client, whose data connections begin TLS only after the command was taken.

Servers such as pure-ftpd and vsftpd answer the handshake of a data connection when they have begun the transfer;
whoever waits for the handshake before sending the command waits for ever. The session of the control connection is
resumed, because servers may insist on that: it proves that both connections are one client's.
"""

import asyncio
import ssl
from typing import Any

import aioftp
from aioftp.client import DataConnectionThrottleStreamIO
from aioftp.common import SSLSessionBoundContext


class FtpClient(aioftp.Client):
    """Signs in and commands as aioftp does; carries data in its own way."""

    async def get_stream(  # type: ignore[override] # aioftp's may also be entered; ours is only awaited
        self,
        command: str | None = None,
        expected_codes: str | tuple[str, ...] = (),
        wait_codes: str | tuple[str, ...] = (),
        **_: Any,
    ) -> DataConnectionThrottleStreamIO:
        """Begin a transfer: the command, and the connection on which its data goes."""
        await self.command("TYPE I", "200")
        port = await self._passive_port()
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(self.server_host, port), self.connection_timeout
        )
        try:
            await self.command(command, expected_codes, wait_codes)
            if (context := self._data_context()) is not None:
                shake = writer.start_tls(context, server_hostname=self.server_host)
                await asyncio.wait_for(shake, self.connection_timeout)
        except BaseException:
            writer.transport.abort()
            raise
        return DataConnectionThrottleStreamIO(
            self, reader, writer, throttles={"_": self.throttle}, timeout=self.socket_timeout
        )

    async def _passive_port(self) -> int:
        """Ask for a port; the address that a server names is not to be trusted, and often wrong behind a router."""
        try:
            _, port = await self._do_epsv()
        except aioftp.StatusCodeError as error:
            if not error.received_codes[-1].matches("50x"):
                raise
            _, port = await self._do_pasv()
        return port

    def _data_context(self) -> ssl.SSLContext | None:
        control = self.stream.writer.get_extra_info("ssl_object")
        if control is None:
            return None
        return SSLSessionBoundContext(
            ssl.PROTOCOL_TLS_CLIENT, context=control.context, session=control.session
        )
