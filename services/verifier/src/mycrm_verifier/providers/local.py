"""What can be known of an address without asking anybody about it: its form, its domain's DNS, and lists.

Only the domain is revealed, to the resolver. That a domain takes mail says nothing of a mailbox, so the best that
is found here is `unknown`; a domain that is not there, or says that it takes no mail (RFC 7505), is sure.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.resolver
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

from mycrm_verifier.domain.verdicts import Finding, Verdict
from mycrm_verifier.providers.lists import Words
from mycrm_verifier.providers.mail_hosts import make_resolver

LOCAL: Final = "local"
_SECONDS: Final = 10.0
_MOST_AT_ONCE: Final = 10
DISPOSABLE: Final = blocklist
# RFC 2142: the names that a house has for its offices; whoever reads them may be anybody.
ROLES: Final = frozenset(
    {
        *("info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster"),
        *("usenet", "news", "webmaster", "www", "uucp", "ftp"),
    }
)


class LocalChecks:
    """Looks at addresses."""

    def __init__(
        self,
        *,
        resolver: Callable[[], dns.asyncresolver.Resolver] = make_resolver,
        disposable: Words | None = None,
        roles: Words | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._seconds = seconds
        self._resolver = resolver()
        self._disposable = disposable or Words(DISPOSABLE)
        self._roles = roles or Words(ROLES)
        self._slots = asyncio.Semaphore(_MOST_AT_ONCE)

    async def look(self, email: str) -> Finding:
        """A finding; one that decides nothing says in `evidence` what was seen."""
        try:
            known = validate_email(
                email,
                check_deliverability=False,
                test_environment=True,
                allow_quoted_local=True,
                allow_domain_literal=False,
            )
        except EmailNotValidError as error:
            return _finding(Verdict.INVALID, f"SyntaxError: {error}", "syntax")
        if self._disposable.has(known.ascii_domain):
            return _finding(Verdict.UNKNOWN, "DisposableDomain", "disposable")
        async with self._slots:
            found = await self._ask(known.ascii_domain)
        if not found.is_decisive and self._roles.has(known.local_part):
            return _finding(found.verdict, f"{found.log}, RoleAddress", "role")
        return found

    async def _ask(self, domain: str) -> Finding:
        try:
            return await self._mail_servers(domain)
        except dns.resolver.NXDOMAIN:
            return _finding(Verdict.INVALID, "DomainDoesNotExist", "dns: NXDOMAIN")
        except (dns.exception.DNSException, OSError) as error:
            return _finding(Verdict.UNKNOWN, "DomainNotAnswering", f"dns: {type(error).__name__}")

    async def _mail_servers(self, domain: str) -> Finding:
        try:
            servers = await self._resolver.resolve(f"{domain}.", "MX", lifetime=self._seconds, search=False)
        except dns.resolver.NoAnswer:
            return await self._addresses(domain)
        names = [str(server.exchange) for server in servers]
        if names == ["."]:
            return _finding(Verdict.INVALID, "DomainTakesNoMail", "dns: null MX")
        return _finding(Verdict.UNKNOWN, "DomainTakesMail", f"dns: MX {', '.join(sorted(names)[:5])}")

    async def _addresses(self, domain: str) -> Finding:
        """Without an MX the domain's own address takes its mail (RFC 5321); without that nobody does."""
        for kind in ("A", "AAAA"):
            try:
                await self._resolver.resolve(f"{domain}.", kind, lifetime=self._seconds, search=False)
            except dns.resolver.NoAnswer:
                continue
            return _finding(Verdict.UNKNOWN, "DomainTakesMail", f"dns: {kind}, no MX")
        return _finding(Verdict.INVALID, "DomainTakesNoMail", "dns: no MX and no address")


def _finding(verdict: Verdict, log: str, evidence: str) -> Finding:
    return Finding(verdict=verdict, log=log, source=LOCAL, evidence=evidence)
