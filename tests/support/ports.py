"""Free loopback ports.

They are taken from below the range that the kernel hands out to outgoing connections, so that a port
which was free when picked is not lost to some client socket before the server binds it, or while the
server is stopped for an outage. The picks are not seeded: runs side by side must not agree on them.
"""

import socket
from random import SystemRandom

LOWEST, HIGHEST = 10_000, 32_000


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of some TCP ports on 127.0.0.1, one after another, that nobody listens on."""
    for candidate in SystemRandom().sample(range(LOWEST, HIGHEST - count), 200):
        if all(_is_free(candidate + more) for more in range(count)):
            return candidate
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
