"""A small name server on a free port: it answers from a table, fails where it is told to, or stays silent."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# What a table may say instead of records.
SERVFAIL, REFUSED, SILENT, GARBAGE, MISSING = "SERVFAIL", "REFUSED", "SILENT", "GARBAGE", "NXDOMAIN"


@dataclass
class FakeDNS:
    """`zone` holds records by name: {"example.com": {"MX": ["10 mx.example.com."]}}, or one of the words above.

    A name that is not in it does not exist.
    """

    zone: dict[str, Mapping[str, list[str]] | str] = field(default_factory=dict)
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def resolver(self) -> dns.asyncresolver.Resolver:
        """A resolver that asks here and nowhere else."""
        found = dns.asyncresolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], self.port
        found.timeout = 2.0
        return found

    def answer(self, question: bytes) -> bytes | None:
        """The answer to one question, None for none."""
        asked = dns.message.from_wire(question)
        one = asked.question[0]
        name = one.name.to_text().rstrip(".").lower()
        self.asked.append(name)
        known = self.zone.get(name, MISSING)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        if isinstance(known, str):
            if known in {SILENT, GARBAGE}:
                return None if known == SILENT else question[:2] + b"\xff" * 20
            answer.set_rcode(dns.rcode.from_text(known))
            return answer.to_wire()
        records = known.get(dns.rdatatype.to_text(one.rdtype), [])
        if records:
            answer.answer.append(dns.rrset.from_text_list(one.name, 60, one.rdclass, one.rdtype, records))
        return answer.to_wire()


class _Door(asyncio.DatagramProtocol):
    def __init__(self, server: FakeDNS) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own transport for datagrams is none of that class.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def fake_dns(zone: dict[str, Mapping[str, list[str]] | str] | None = None) -> AsyncIterator[FakeDNS]:
    """A name server; its table may be changed while it runs."""
    server = FakeDNS(zone=zone if zone is not None else {})
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Door(server), local_addr=("127.0.0.1", 0))
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
