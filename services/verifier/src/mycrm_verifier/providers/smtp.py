"""Asks the mail server of an address's own domain whether it would take a mail; none is sent.

Opt-in, for it shows our host and our sender to strangers, and a host that asks too often is taken for a spammer's.
Who asks must have a name that its address leads back to, and port 25 open to the outside, which most providers of
access and of clouds have closed: that is found out once, before any question is spent on it. The big providers are
never asked (`domain/big_providers`), one server has one connection at a time, and what says `later` is asked later.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.resolver
from email_validator import EmailNotValidError, validate_email

from mycrm_common.public_hosts import is_public
from mycrm_verifier.domain.big_providers import is_big
from mycrm_verifier.domain.mailbox_replies import Meaning, Reply, judge_replies, meaning_of
from mycrm_verifier.domain.verdicts import Verdict, short_log
from mycrm_verifier.ports.provider import Answer, HostTurns, Outcome
from mycrm_verifier.providers.mail_hosts import NoMailHostError, addresses_of, mail_hosts, make_resolver
from mycrm_verifier.providers.smtp_talk import Introduction, RefusedError, Replies, SilentError, ask_about

_PORT: Final = 25
_REPLY_SECONDS: Final = 20.0
_WHOLE_SECONDS: Final = 90.0
_PROBE_SECONDS: Final = 10.0
_LOGS: Final = {
    Verdict.VALID: "Success",
    Verdict.UNCONFIRMED: "ServerIsCatchAll",
    Verdict.INVALID: "MailboxDoesNotExist",
    Verdict.UNKNOWN: "ServerIsUnsure",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How long is waited, through which port, and whether servers in the own network are asked."""

    port: int = _PORT
    reply_seconds: float = _REPLY_SECONDS
    whole_seconds: float = _WHOLE_SECONDS
    probe_seconds: float = _PROBE_SECONDS
    allow_private: bool = False


class SmtpProvider:
    """Asks mail servers."""

    name = "smtp"
    cost = 1
    reveals = "the address, our host and our sender, to the mail server of its domain"

    def __init__(
        self,
        *,
        me: Introduction,
        probes: Sequence[str],
        turns: HostTurns,
        manners: Manners | None = None,
        resolver: Callable[[], dns.asyncresolver.Resolver] = make_resolver,
    ) -> None:
        self._me = me
        self._probes = tuple(probes)
        self._turns = turns
        self._manners = manners or Manners()
        self._resolver = resolver()
        self._is_open = not self._probes

    async def fault(self) -> str:
        """Return why no mail server can be asked from here; once one was reached, nobody tries that again."""
        if not self._is_open:
            found = await asyncio.gather(*(self._reaches(host) for host in self._probes))
            self._is_open = any(found)
        tried = ", ".join(self._probes)
        return "" if self._is_open else f"port 25 is blocked: no mail server could be reached ({tried})"

    async def foresee(self, email: str) -> Answer | None:
        """Return what is known without a question: a big provider is not asked."""
        known = _parsed(email)
        if known is None:
            return None
        servers: tuple[str, ...] = ()
        with suppress(dns.exception.DNSException, OSError, NoMailHostError):
            servers = await mail_hosts(self._resolver, known[1])
        if not is_big(known[1], servers):
            return None
        return _answered(Verdict.UNKNOWN, "BigProviderNotAsked", f"smtp: {', '.join(servers) or known[1]}")

    async def check(self, email: str) -> Answer:
        """Ask the domain's mail servers, the preferred one first."""
        known = _parsed(email)
        if known is None:
            return _answered(Verdict.UNKNOWN, "an address of this form is not asked about", "smtp: form")
        return await self.foresee(email) or await self._ask_in_time(known)

    async def close(self) -> None:
        """Nothing is held: each conversation ends by itself."""

    async def _ask_in_time(self, known: tuple[str, str]) -> Answer:
        try:
            async with asyncio.timeout(self._manners.whole_seconds):
                return await self._ask(*known)
        except TimeoutError:
            return _later("the mail server took too long")
        except NoMailHostError:
            return _answered(Verdict.INVALID, "DomainTakesNoMail", "dns: null MX")
        except dns.resolver.NXDOMAIN:
            return _answered(Verdict.INVALID, "DomainDoesNotExist", "dns: NXDOMAIN")
        except (dns.exception.DNSException, OSError) as error:
            return _later(f"the domain does not answer ({type(error).__name__})")

    async def _ask(self, local: str, domain: str) -> Answer:
        reason = "no mail server of the domain has an address"
        for host in await mail_hosts(self._resolver, domain):
            for address in await addresses_of(self._resolver, host):
                if not (self._manners.allow_private or is_public(address)):
                    reason = f"{host} is in a private network"
                    continue
                try:
                    return await self._talk(host, address, local=local, domain=domain)
                except SilentError as error:
                    reason = f"{host} does not answer ({error})"
        return _later(reason)

    async def _talk(self, host: str, address: str, *, local: str, domain: str) -> Answer:
        async with self._turns.one_at(address) as is_ours:
            if not is_ours:
                return _later(f"{host} is being asked about somebody else")
            try:
                replies = await ask_about(
                    address,
                    self._manners.port,
                    me=self._me,
                    local=local,
                    domain=domain,
                    nobody=f"{secrets.token_hex(8)}.nobody",
                    seconds=self._manners.reply_seconds,
                )
            except RefusedError as error:
                return _refused(host, error.args[0])
        return _read(host, replies)

    async def _reaches(self, host: str) -> bool:
        """Whether a mail server greets us; which one it is says nothing about an address."""
        try:
            async with asyncio.timeout(self._manners.probe_seconds):
                for address in await addresses_of(self._resolver, host):
                    reader, writer = await asyncio.open_connection(address, self._manners.port)
                    try:
                        return (await reader.read(1)) == b"2"
                    finally:
                        writer.close()
        except (TimeoutError, OSError, dns.exception.DNSException):
            pass
        return False


def _parsed(email: str) -> tuple[str, str] | None:
    try:
        known = validate_email(
            email,
            check_deliverability=False,
            test_environment=True,
            allow_quoted_local=True,
            allow_domain_literal=False,
        )
    except EmailNotValidError:
        return None
    return known.local_part, known.ascii_domain.lower()


def _read(host: str, replies: Replies) -> Answer:
    found = judge_replies(replies.nobody, replies.mailbox, replies.postmaster)
    if isinstance(found, Verdict):
        said = "" if found is Verdict.VALID else f": {replies.mailbox.log}"
        return _answered(found, f"{_LOGS[found]}{said}", f"smtp: {host}, {replies.mailbox.log}")
    if found is Meaning.REFUSED:
        return _refused(host, replies.mailbox)
    return _later(f"asked to come again: {replies.mailbox.log}")


def _refused(host: str, reply: Reply) -> Answer:
    """A server that talks to nobody now is asked later; one that does not want us is a fault to look into."""
    meaning = meaning_of(reply)
    if meaning is Meaning.LATER:
        return _later(f"asked to come again: {reply.log}")
    if meaning is Meaning.REFUSED:
        return Answer(outcome=Outcome.FAILED, log=short_log(f"{host} refuses us: {reply.log}"))
    return _answered(Verdict.UNKNOWN, f"{host} does not talk to us: {reply.log}", f"smtp: {host}")


def _answered(verdict: Verdict, log: str, evidence: str) -> Answer:
    return Answer(outcome=Outcome.ANSWERED, verdict=verdict, log=short_log(log), evidence=evidence)


def _later(log: str) -> Answer:
    return Answer(outcome=Outcome.LATER, log=short_log(log))
