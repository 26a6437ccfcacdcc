"""Every odd mail is read as it was meant, and there are enough of them."""

from collections import Counter

import pytest

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.adapters.reading import read_fetched
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.domain.plain import text_of
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable
from tests.support.odd_mails import ADMIN_NAME, OWN_ADDRESS, OddMail, odd_mails

OURS = Ours(addresses=frozenset({OWN_ADDRESS}), admin_name=ADMIN_NAME)
EVERY = [pytest.param(odd, id=f"{name}: {odd.cause}") for name, group in odd_mails().items() for odd in group]


def outcome_of(odd: OddMail) -> Outcome:
    head = MailHead(uid=1, internal_date=odd.internal_date, size=len(odd.raw_bytes), header=b"")
    return read_fetched(FetchedMail(head=head, raw=odd.raw_bytes), ours=OURS, sanitise=sanitise)


def told(message: NewMessage) -> dict[str, object]:
    """What was read, field by field."""
    return {
        "subject": message.subject,
        "sender": message.sender,
        "date": message.date,
        "type": message.type.value,
        "addresses": frozenset(f"{row.role} {row.key}" for row in message.addresses),
        "text": " ".join(text_of(message.content).split()),
        "attachments": tuple(file.name for file in message.attachments),
        "mark": message.mark.value,
        "is_answer": message.is_answer,
        "bounced": tuple(who.email for who in message.bounced),
        "references": message.references,
        "blocked_images": message.blocked_images,
    }


@pytest.mark.parametrize("odd", EVERY)
def test_an_odd_mail_is_read_as_it_was_meant(odd: OddMail) -> None:
    outcome = outcome_of(odd)
    if odd.is_held:
        assert isinstance(outcome, Unreadable)
        return
    assert isinstance(outcome, NewMessage)
    read = told(outcome)
    assert read == {name: getattr(odd, name) for name in read}


def test_there_are_enough_of_each_class() -> None:
    counts = {name: len(group) for name, group in odd_mails().items()}
    assert sum(counts.values()) >= 300
    assert {name: count for name, count in counts.items() if count < 8} == {}


def test_each_mail_has_a_cause_of_its_own() -> None:
    causes = Counter(odd.cause for group in odd_mails().values() for odd in group)
    assert [cause for cause, times in causes.items() if times > 1] == []


def test_copies_have_one_key_and_all_others_their_own() -> None:
    keys: dict[bytes, str] = {}
    for group in odd_mails().values():
        for odd in group:
            outcome = outcome_of(odd)
            if isinstance(outcome, NewMessage):
                name = odd.twin or odd.cause
                assert keys.setdefault(outcome.content_key, name) == name
    twins = {odd.twin for group in odd_mails().values() for odd in group if odd.twin}
    assert twins <= set(keys.values())
    assert len(keys) == len(set(keys.values()))
