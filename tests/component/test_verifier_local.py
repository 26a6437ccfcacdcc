"""What is found of an address for free, against a real name server and files of words."""

from pathlib import Path

import pytest

from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.providers.lists import Words
from mycrm_verifier.providers.local import DISPOSABLE, LocalChecks
from tests.support.fake_dns import GARBAGE, REFUSED, SERVFAIL, SILENT, FakeDNS, fake_dns


def _checks(dns: FakeDNS, *, seconds: float = 30, **lists: Words) -> LocalChecks:
    return LocalChecks(resolver=dns.resolver, seconds=seconds, **lists)


@pytest.mark.parametrize(
    ("known", "verdict", "log"),
    [
        ({"MX": ["10 mx.example.com."]}, Verdict.UNKNOWN, "DomainTakesMail"),
        ({"A": ["192.0.2.1"]}, Verdict.UNKNOWN, "DomainTakesMail"),
        ({"AAAA": ["2001:db8::1"]}, Verdict.UNKNOWN, "DomainTakesMail"),
        ({"MX": ["0 ."]}, Verdict.INVALID, "DomainTakesNoMail"),
        ({"TXT": ["hello"]}, Verdict.INVALID, "DomainTakesNoMail"),
        (None, Verdict.INVALID, "DomainDoesNotExist"),
        (SERVFAIL, Verdict.UNKNOWN, "DomainNotAnswering"),
        (REFUSED, Verdict.UNKNOWN, "DomainNotAnswering"),
        (SILENT, Verdict.UNKNOWN, "DomainNotAnswering"),
        (GARBAGE, Verdict.UNKNOWN, "DomainNotAnswering"),
    ],
)
async def test_only_a_sure_answer_of_the_dns_makes_an_address_invalid(
    known: dict[str, list[str]] | str | None, verdict: Verdict, log: str
) -> None:
    async with fake_dns() as dns:
        if known is not None:
            dns.zone["example.com"] = known
        is_mute = known in (SILENT, GARBAGE)
        found = await _checks(dns, seconds=0.5 if is_mute else 30).look("buyer@example.com")

    assert (found.verdict, found.log, found.source) == (verdict, log, "local")


async def test_a_domain_in_chinese_is_asked_for_as_the_dns_knows_it() -> None:
    async with fake_dns() as dns:
        dns.zone["xn--fsqu00a.test"] = {"MX": ["10 mx.example.com."]}
        found = await _checks(dns).look("张伟@例子.test")

    assert found.log == "DomainTakesMail"
    assert set(dns.asked) == {"xn--fsqu00a.test"}


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@", "@example.com", "a b@example.com", "a@b@example.com", "a@exa mple.com", "a\n@b.com"],
)
async def test_what_is_no_address_is_invalid_without_a_question(email: str) -> None:
    async with fake_dns() as dns:
        found = await _checks(dns).look(email)

    assert (found.verdict, found.evidence, dns.asked) == (Verdict.INVALID, "syntax", [])


async def test_throw_away_domains_and_offices_are_named_as_such() -> None:
    throw_away = next(iter(DISPOSABLE))
    async with fake_dns({"example.com": {"MX": ["10 mx.example.com."]}}) as dns:
        checks = _checks(dns)
        assert (await checks.look(f"a@{throw_away}")).log == "DisposableDomain"
        assert (await checks.look("info@example.com")).log == "DomainTakesMail, RoleAddress"


async def test_a_list_is_refreshed_by_its_file_and_survives_a_broken_one(tmp_path: Path) -> None:
    file = tmp_path / "disposable.txt"
    file.write_text("# of this month\nexample.com  # since May\n\n", encoding="utf-8")
    async with fake_dns({"example.com": {"MX": ["10 mx.example.com."]}}) as dns:
        checks = _checks(
            dns, disposable=Words(DISPOSABLE, file=file), roles=Words((), file=tmp_path / "none")
        )
        assert (await checks.look("a@Example.com")).log == "DisposableDomain"
        file.write_bytes(b"\xff\xfe broken, and longer than it was before")
        assert (await checks.look("a@example.com")).log == "DisposableDomain"
        file.unlink()
        assert (await checks.look("a@example.com")).log == "DisposableDomain"
        file.write_text("example.net\n", encoding="utf-8")
        assert (await checks.look("info@example.com")).log == "DomainTakesMail"
