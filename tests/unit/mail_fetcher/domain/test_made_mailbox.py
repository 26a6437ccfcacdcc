"""A made mailbox knows what each of its mails says; the reader has to find all of it."""

import pytest

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.domain.addresses import email_key
from mycrm_mail_fetcher.domain.classify import Ours, classify, shown_addresses
from mycrm_mail_fetcher.domain.mime import read_mail
from mycrm_mail_fetcher.domain.plain import text_of
from tests.support.mailbox_letters import ADMIN_NAME, OWN_ADDRESS
from tests.support.mailbox_maker import make_mailbox

OURS = Ours(addresses=frozenset({OWN_ADDRESS}), admin_name=ADMIN_NAME)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_mail_is_read_as_it_was_made(seed: int) -> None:
    mailbox = make_mailbox(300, seed=seed)
    keys: dict[bytes, str] = {}
    for made in mailbox:
        mail = read_mail(made.raw_bytes, internal_date=made.internal_date)
        text = " ".join(text_of(sanitise(mail.html).html).split())
        assert mail.subject == made.subject
        assert [words for words in made.paragraphs if " ".join(words.split()) not in text] == []
        assert mail.date == made.internal_date
        assert classify(mail, OURS) == made.direction
        assert made.shown_at <= {email_key(row.email) for row in shown_addresses(mail)}
        assert keys.setdefault(mail.content_key, made.message_id) == made.message_id
    assert len(keys) == mailbox.distinct
