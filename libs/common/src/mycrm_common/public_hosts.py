"""Whom a request that people or mail caused may reach: hosts of the public network, looked at when connecting.

The name is resolved and checked in the same step that connects, so no second answer of a name server can lead
elsewhere (DNS rebinding).
"""

import ipaddress
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class HostRefusedError(OSError):
    """The host lies in the own network, where such a request may not go."""


class PublicResolver(AbstractResolver):
    """Finds hosts, and refuses those that lie in the own network, at the moment of the connection."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where the host is."""
        found = await self._inner.resolve(host, port, family)
        if any(not is_public(each["host"]) for each in found):
            raise HostRefusedError
        return found

    async def close(self) -> None:
        """Nothing is held."""


def is_private_literal(host: str) -> bool:
    """Tell whether this is an address, not a name, and not one of the public network: those are never resolved."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network."""
    found: Any = ipaddress.ip_address(address.partition("%")[0])
    return bool(found.is_global and not found.is_multicast)
