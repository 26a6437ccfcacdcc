"""How a connection is set up before anything is said."""

import socket

from mycrm_mail_fetcher.adapters.imap.dialling import QUIET_SECONDS, keep_alive


def test_a_quiet_connection_is_kept_alive_by_the_system() -> None:
    with socket.socket() as line:
        keep_alive(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == QUIET_SECONDS
