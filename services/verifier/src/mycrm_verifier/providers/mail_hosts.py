"""Where a domain's mail goes, as the DNS tells."""

from typing import Final

import dns.asyncresolver
import dns.resolver

_SECONDS: Final = 10.0
_MOST: Final = 3


class NoMailHostError(Exception):
    """The domain says, or its lack of any address says, that it takes no mail."""


def make_resolver() -> dns.asyncresolver.Resolver:
    """Return a resolver as this machine is set up; one that knows no server where it is not."""
    try:
        return dns.asyncresolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return dns.asyncresolver.Resolver(configure=False)


async def mail_hosts(resolver: dns.asyncresolver.Resolver, domain: str) -> tuple[str, ...]:
    """Return a domain's mail servers, those it prefers first; without an MX it is its own (RFC 5321, 5.1)."""
    try:
        found = await resolver.resolve(f"{domain}.", "MX", lifetime=_SECONDS, search=False)
    except dns.resolver.NoAnswer:
        return (domain,)
    names = [str(one.exchange).rstrip(".") for one in sorted(found, key=lambda one: one.preference)]
    if names == [""]:
        raise NoMailHostError
    return tuple(name for name in names if name)[:_MOST]


async def addresses_of(resolver: dns.asyncresolver.Resolver, host: str) -> tuple[str, ...]:
    """Return a mail server's addresses, none where it has none."""
    found: list[str] = []
    for kind in ("A", "AAAA"):
        try:
            answer = await resolver.resolve(f"{host}.", kind, lifetime=_SECONDS, search=False)
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            continue
        found += [str(one) for one in answer]
    return tuple(found[:_MOST])
